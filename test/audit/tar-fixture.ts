import type { Files } from "./delivery-fixture.ts";

/** The ustar archive of files held in memory; `type` is the type flag of every member. */
export function makeTar(files: Files, type = "0"): Uint8Array {
  const blocks: Buffer[] = [];
  for (const [path, bytes] of files) {
    const header = Buffer.alloc(512);
    header.write(path, 0);
    header.write("0000644\x000000000\x000000000\x00", 100);
    header.write(`${bytes.length.toString(8).padStart(11, "0")}\0${"0".repeat(11)}\0`, 124);
    header.write("        ", 148);
    header.write(type, 156);
    header.write("ustar\u000000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    blocks.push(header, Buffer.from(bytes), Buffer.alloc((512 - (bytes.length % 512)) % 512));
  }
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}
