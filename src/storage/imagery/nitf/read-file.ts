import { open } from "node:fs/promises";
import { readNitf } from "./read.ts";
import type { Nitf } from "./read.ts";

/** What a file says of itself, by its path or of all of its bytes. Throws as {@link readNitf} does. */
export async function readNitfFrom(source: string | Uint8Array): Promise<Nitf> {
  if (typeof source !== "string")
    return readNitf({
      bytes: source.byteLength,
      read: (offset, length) => Promise.resolve(source.subarray(offset, offset + length)),
    });
  const file = await open(source, "r");
  try {
    const { size } = await file.stat();
    return await readNitf({
      bytes: size,
      async read(offset, length) {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      },
    });
  } finally {
    await file.close();
  }
}
