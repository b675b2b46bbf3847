import { createHash } from "node:crypto";
import { DeliveryError } from "./errors.ts";

/** Bytes that can be read as often as needed, the same each time; nothing is held in memory as a whole. */
export interface Content {
  read(): AsyncIterable<Uint8Array>;
}

/** Size and digests of a content; digests in lower-case hex. */
export interface ContentDigest {
  readonly bytes: number;
  readonly sha256: string;
  readonly sha384: string;
}

/** Bytes in memory as a content. */
export const contentOf = (bytes: Uint8Array): Content => ({
  read: async function* () {
    yield bytes;
  },
});

/** Reads the content once and measures it. */
export const digestContent = async (content: Content): Promise<ContentDigest> => {
  const sha256 = createHash("sha256");
  const sha384 = createHash("sha384");
  let bytes = 0;
  for await (const chunk of content.read()) {
    sha256.update(chunk);
    sha384.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: sha256.digest("hex"), sha384: sha384.digest("hex") };
};

/**
 * The content again, measured while it is read on: what leaves is what was approved, even when the file behind it changed
 * between the approval and the packing.
 *
 * @throws {DeliveryError} `CONTENT_CHANGED`, while reading, as soon as there are too many bytes and else at the end.
 */
export const checkedContent = (path: string, content: Content, expected: ContentDigest): Content => ({
  read: async function* () {
    const sha256 = createHash("sha256");
    const sha384 = createHash("sha384");
    let bytes = 0;
    for await (const chunk of content.read()) {
      bytes += chunk.length;
      if (bytes > expected.bytes) break;
      sha256.update(chunk);
      sha384.update(chunk);
      yield chunk;
    }
    if (
      bytes !== expected.bytes ||
      sha256.digest("hex") !== expected.sha256 ||
      sha384.digest("hex") !== expected.sha384
    ) {
      throw new DeliveryError("CONTENT_CHANGED", `the bytes of ${path} are not those in the manifest`);
    }
  },
});
