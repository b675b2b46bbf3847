import { createSecretKey } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openStretch, sealStream } from "../../src/storage/blobs/seal-stream.ts";

const FRAME = 65_536;
const SEALED_FRAME = FRAME + 16;
const HEAD = 20;
const KEY = createSecretKey(Buffer.alloc(32, 7));

const plain = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => (at * 31 + (at >> 8)) & 255));

async function seal(bytes: Buffer): Promise<Buffer> {
  const source = (async function* () {
    yield bytes;
  })();
  const pieces: Buffer[] = [];
  for await (const piece of sealStream(KEY, source)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const opening =
  (sealed: Buffer, bytes: number) =>
  (offset: number, length: number): Promise<Buffer> =>
    openStretch(KEY, (from, count) => Promise.resolve(sealed.subarray(from, from + count)), bytes, offset, length);

test("a stretch is what stands there, wherever frames begin and end", async () => {
  for (const size of [1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 100]) {
    const bytes = plain(size);
    const open = opening(await seal(bytes), size);
    await fc.assert(
      fc.asyncProperty(fc.nat(size - 1), fc.nat(2 * FRAME), async (offset, more) => {
        const length = Math.max(1, Math.min(more, size - offset));
        expect((await open(offset, length)).equals(bytes.subarray(offset, offset + length))).toBe(true);
      }),
      { seed: 5, numRuns: 40 },
    );
    expect((await open(0, size)).equals(bytes)).toBe(true);
  }
});

test("a stretch beyond the end, or of nothing, is refused", async () => {
  const open = opening(await seal(plain(100)), 100);
  for (const [offset, length] of [
    [0, 101],
    [100, 1],
    [-1, 2],
    [0, 0],
  ] as const)
    await expect(open(offset, length)).rejects.toThrow("beyond the end");
});

test("I5 of an altered, moved, repeated or cut frame nothing is given out", async () => {
  const size = 2 * FRAME + 500;
  const sealed = await seal(plain(size));
  const refused = async (altered: Buffer, offset: number, bytes = size): Promise<void> => {
    await expect(opening(altered, bytes)(offset, 10)).rejects.toThrow(/authenticate|sealed blob/);
  };
  for (const at of [HEAD, HEAD + 9, HEAD + SEALED_FRAME - 1, 4]) {
    const altered = Buffer.from(sealed);
    altered[at] = (altered[at] ?? 0) ^ 1;
    await refused(altered, 5);
  }
  const [first, second, last] = [0, 1, 2].map((n) =>
    sealed.subarray(HEAD + n * SEALED_FRAME, HEAD + (n + 1) * SEALED_FRAME),
  );
  const head = sealed.subarray(0, HEAD);
  await refused(Buffer.concat([head, second ?? head, first ?? head, last ?? head]), 5);
  await refused(Buffer.concat([head, first ?? head, first ?? head, last ?? head]), FRAME + 5);
  await refused(sealed.subarray(0, HEAD + SEALED_FRAME - 3), 5);
  // Said to be shorter or longer than it is: the last frame says itself that it is the last.
  await refused(sealed, 5, FRAME);
  await refused(sealed, 2 * FRAME + 5, 3 * FRAME + 500);
});
