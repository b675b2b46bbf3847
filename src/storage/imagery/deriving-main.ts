import { once } from "node:events";
import { decodable } from "./decodable.ts";
import { makeDisplayCopy } from "./display-copy.ts";
import { ImageError } from "./image-error.ts";
import { makePyramid } from "./pyramid.ts";

// A program of its own for large pictures: what a decoder does with them, it does in a process that can be ended. Its only
// argument is the path of the original; it writes what is to be noted of it as JSON, the display copy, each behind its length (4
// bytes), and the pack of tiles; on failure the code to its standard error.
async function write(piece: Uint8Array): Promise<void> {
  if (!process.stdout.write(piece)) await once(process.stdout, "drain");
}

// Whoever began this has ended: nobody waits for it, and nobody watches it any more.
process.stdin.once("close", () => process.kill(process.pid, "SIGKILL")).resume();

try {
  const [path = ""] = process.argv.slice(2);
  const { source, header, stretch, ahead } = await decodable(path);
  const { bytes } = await makeDisplayCopy(source, ahead);
  const pack = await makePyramid(source, header, ahead);
  for (const piece of [Buffer.from(JSON.stringify({ stretch })), bytes]) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(piece.length);
    await write(length);
    await write(piece);
  }
  for (const piece of pack) await write(piece);
  process.stdin.removeAllListeners("close").destroy();
} catch (error) {
  process.stderr.write(error instanceof ImageError ? error.code : "IMAGE_DAMAGED");
  process.exitCode = 1;
  process.stdin.removeAllListeners("close").destroy();
}
