import { apart } from "./apart.ts";
import type { Original } from "./apart.ts";
import { decodable } from "./decodable.ts";
import { makeDisplayCopy } from "./display-copy.ts";
import { readGround } from "./ground/read-ground.ts";
import { ImageError } from "./image-error.ts";
import { IMAGE_LIMITS } from "./limits.ts";
import type { ImageLimits } from "./limits.ts";
import { probeImage } from "./probe.ts";
import type { ImageHeader } from "./probe.ts";
import { Progress } from "./progress.ts";
import type { ToldPercent } from "./progress.ts";
import { makePyramid } from "./pyramid.ts";
import { SNIFF_BYTES, sniffImage } from "./sniff.ts";
import type { Stretch } from "./stretch.ts";

/** What is made of an original for the screen: a JPEG of the whole, and its pack of tiles, which is read once, before `end`. */
export interface Derived {
  readonly header: ImageHeader;
  readonly display: Uint8Array;
  readonly pack: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
  /** Null where the samples of the original are shown as they are. */
  readonly stretch: Stretch | null;
  /** Ends what makes it, and its turn: to be called however the reading went. */
  readonly end: () => void;
}

/** Pictures that are decoded at once, whoever sent them: more would take the machine from everybody else. */
const AT_ONCE = 2;
const waiting: (() => void)[] = [];
let decoding = 0;

/** Waits for its turn; resolves to what ends it, which may be called more than once. */
async function turn(): Promise<() => void> {
  if (decoding >= AT_ONCE)
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  else decoding += 1;
  let over = false;
  return () => {
    if (over) return;
    over = true;
    // The turn goes to whoever waits longest.
    const next = waiting.shift();
    if (next) next();
    else decoding -= 1;
  };
}

/** Takes `count` bytes off the front of a stream of pieces; what is left over of the last piece comes with them. */
async function take(
  pieces: AsyncIterator<Buffer>,
  count: number,
  left: Buffer,
): Promise<[taken: Buffer, left: Buffer]> {
  let held = left;
  while (held.length < count) {
    const next = await pieces.next();
    if (next.done) throw new ImageError("IMAGE_DAMAGED");
    held = Buffer.concat([held, next.value]);
  }
  return [held.subarray(0, count), held.subarray(count)];
}

/** Takes what stands behind its own length. */
async function takeMeasured(pieces: AsyncIterator<Buffer>, left: Buffer): Promise<[taken: Buffer, left: Buffer]> {
  const [length, after] = await take(pieces, 4, left);
  return take(pieces, length.readUInt32BE(0), after);
}

async function whole({ read }: Original): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of read()) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The header of a NITF file; null of any other. Its bytes are held in memory for as long as it is read. */
async function nitfOf(original: Original, limits: ImageLimits): Promise<ImageHeader | null> {
  let prefix: Uint8Array = Buffer.alloc(0);
  for await (const piece of original.read()) {
    prefix = Buffer.concat([prefix, piece]);
    if (prefix.length >= SNIFF_BYTES) break;
  }
  if (sniffImage(prefix) !== "image/nitf") return null;
  if (original.bytes > 2 * limits.nitfBytes) throw new ImageError("IMAGE_TOO_LARGE");
  return probeImage(await whole(original), limits);
}

/**
 * Makes of an untrusted original what the screen shows. A small picture in a small file is decoded here; any other, and NITF, in
 * a process of its own. The original goes through memory and a pipe only: where it lies sealed, nothing of it is on a disk unsealed. Few
 * are decoded at once: others wait. `told` hears how much is done; all is when the pack has been read. Throws {@link ImageError},
 * while the pack is read, too.
 */
export async function deriveFrom(
  original: Original,
  limits: ImageLimits = IMAGE_LIMITS,
  told: ToldPercent = () => undefined,
): Promise<Derived> {
  const progress = new Progress(told);
  const done = await turn();
  let pieces: AsyncGenerator<Buffer> | null = null;
  const end = (): void => {
    done();
    // Ends the program beside: it would go on beside whoever has the turn now.
    pieces?.return(undefined).catch(() => undefined);
  };
  try {
    let large = original;
    if (original.bytes <= limits.bytesHere) {
      const bytes = await whole(original);
      const header = await probeImage(bytes, limits);
      if (!header.nitf && header.width * header.height * header.bands <= limits.samplesHere) {
        const { stretch, ahead } = await decodable(bytes, limits);
        progress.begins("copy");
        const { bytes: display } = await makeDisplayCopy(bytes, limits, ahead);
        progress.at(100);
        progress.begins("tiles");
        const ground = readGround(bytes, header);
        const tiles = await makePyramid(bytes, header, limits, { stretch: ahead, ground }, (percent) =>
          progress.at(percent),
        );
        progress.at(100);
        progress.begins("pack");
        done();
        return { header, display, pack: tiles, stretch, end: done };
      }
      large = { bytes: bytes.length, read: () => [bytes] };
    }
    // What a NITF file says of its marking no program with a decoder in it is asked for: our own reader reads it here.
    const nitf = await nitfOf(large, limits);
    pieces = apart(large, limits, progress);
    const [text, rest] = await takeMeasured(pieces, Buffer.alloc(0));
    const [display, first] = await takeMeasured(pieces, rest);
    const { header, stretch } = JSON.parse(text.toString()) as Pick<Derived, "header" | "stretch">;
    return {
      header: nitf ?? header,
      stretch,
      display,
      pack: following(first, pieces),
      end,
    };
  } catch (error) {
    end();
    throw error;
  }
}

async function* following(first: Buffer, pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* pieces;
}
