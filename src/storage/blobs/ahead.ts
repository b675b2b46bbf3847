import { createHash, createSecretKey, randomBytes, randomUUID } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { openStream, sealStream } from "./seal-stream.ts";

/** Bytes that were sealed under a key of their own before it was known whose they are. The key is in memory alone. */
export interface SealedAhead {
  readonly path: string;
  readonly contentKey: KeyObject;
  readonly bytes: number;
  readonly sha256: Buffer;
  readonly sha384: Buffer;
  /** Removes the file, where nobody took it over. */
  readonly dispose: () => Promise<void>;
}

/** Seals a stream into a file of a folder, before there is a transaction: nothing of it is on a disk unsealed. */
export async function sealAhead(
  folder: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<SealedAhead> {
  const path = join(folder, randomUUID());
  const contentKey = createSecretKey(randomBytes(32));
  const dispose = (): Promise<void> => rm(path, { force: true });
  const sha256 = createHash("sha256");
  const sha384 = createHash("sha384");
  let bytes = 0;
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      sha256.update(chunk);
      sha384.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  }
  try {
    await pipeline(sealStream(contentKey, measured()), createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    await dispose();
    throw error;
  }
  return { path, contentKey, bytes, sha256: sha256.digest(), sha384: sha384.digest(), dispose };
}

/** The bytes that were sealed ahead, from the first on. Throws where they are not what was sealed. */
export function openAhead({ path, contentKey }: SealedAhead): AsyncGenerator<Buffer> {
  return openStream(contentKey, createReadStream(path, { highWaterMark: 1 << 18 }));
}
