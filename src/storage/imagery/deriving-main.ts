import { once } from "node:events";
import { Socket } from "node:net";
import { decodable } from "./decodable.ts";
import { makeDisplayCopy } from "./display-copy.ts";
import { readGround } from "./ground/read-ground.ts";
import { ImageError } from "./image-error.ts";
import type { ImageLimits } from "./limits.ts";
import { probeImage } from "./probe.ts";
import { passLine, percentLine } from "./progress.ts";
import type { Pass } from "./progress.ts";
import { makePyramid } from "./pyramid.ts";

// A program of its own for large pictures: what a decoder does with them, it does in a process that can be ended. Its
// arguments are the length of the original and the limits; it reads the original from its standard input, so that it never
// lies on a disk unsealed, and writes what is to be noted of it as JSON, the display copy (each behind its length, 4 bytes) and
// the pack of tiles to its fourth pipe; on failure the code to its standard error. How far it is stands on its standard output,
// for there libvips writes it.
const out = new Socket({ fd: 3, readable: false });

async function write(piece: Uint8Array): Promise<void> {
  if (!out.write(piece)) await once(out, "drain");
}

function begins(pass: Pass): void {
  process.stdout.write(passLine(pass));
}

async function writeMeasured(bytes: Uint8Array): Promise<void> {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  await write(length);
  await write(bytes);
}

/** Fills the memory that is made for it once: pieces that are put together at the end would take twice as much. */
function received(bytes: number): Promise<Buffer> {
  const original = Buffer.allocUnsafeSlow(bytes);
  let at = 0;
  return new Promise((resolve) => {
    process.stdin.on("data", (piece: Buffer) => {
      at += piece.copy(original, at);
      if (at === bytes) resolve(original);
    });
  });
}

// Its standard input stays open for as long as whoever began this waits for it: when it ends, nobody does any more.
process.stdin.once("close", () => process.kill(process.pid, "SIGKILL"));

try {
  const [bytes = "0", text = "{}"] = process.argv.slice(2);
  const limits = JSON.parse(text) as ImageLimits;
  const original = await received(Number(bytes));
  const probed = await probeImage(original, limits);
  const { mediaType } = probed;
  begins("stretch");
  const { source, header, stretch, ahead } = await decodable(original, limits);
  begins("copy");
  const { bytes: copy } = await makeDisplayCopy(source, limits, ahead);
  begins("tiles");
  const ground = readGround(original, probed);
  let told = -1;
  const pack = await makePyramid(source, header, limits, { stretch: ahead, ground }, (percent) => {
    if (Math.floor(percent) === told) return;
    told = Math.floor(percent);
    process.stdout.write(percentLine(percent));
  });
  begins("pack");
  await writeMeasured(Buffer.from(JSON.stringify({ header: { ...header, mediaType }, stretch })));
  await writeMeasured(copy);
  for (const piece of pack) await write(piece);
  out.end();
  process.stdin.removeAllListeners("close").destroy();
} catch (error) {
  process.stderr.write(error instanceof ImageError ? error.code : "IMAGE_DAMAGED");
  process.exitCode = 1;
  process.stdin.removeAllListeners("close").destroy();
}
