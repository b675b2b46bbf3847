import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  formatVkey,
  fsck,
  leafHash256,
  nodeCrypto,
  readerOf,
  subtreesOf,
  tilePath,
  toHex,
  treeRoot,
  treeSize,
} from "../../audit/index.ts";
import { SIGNER, makeArchive, noteOf, signedNote } from "../audit/archive-fixture.ts";
import { Seeded, flipBit, noteSigner } from "../audit/seeded.ts";
import { folderOf, sourceOf, tilesOf } from "../audit/tile-fixture.ts";
import { shared } from "../audit/vectors.ts";
import { outsideSumdb } from "../outside-programs.ts";
import { consistent, holds, included, spoiled } from "./claims.ts";
import { Sumdb } from "./sumdb.ts";
import type { Claim, Flip } from "./sumdb.ts";

const VKEY = formatVkey(SIGNER.key);
const LOG = makeArchive(600, []);
const HASHES = LOG.entries.map(({ leaf }) => leafHash256(nodeCrypto, leaf));
const { skip } = outsideSumdb();
let sumdb: Sumdb;
beforeAll(() => {
  if (!skip) sumdb = new Sumdb();
});
afterAll(() => {
  if (!skip) sumdb.remove();
});

describe.skipIf(skip)("Go's checksum database", () => {
  test("I5 opens our checkpoint with our key line and reads every leaf through our tiles", () => {
    for (const size of [1, 2, 255, 256, 257, 512, 600]) {
      const { refused, tiles } = sumdb.ask({ vkey: VKEY, tiles: sumdb.lay(folderOf(LOG, size)) });
      expect([size, refused]).toEqual([size, ""]);
      expect(tiles?.leaves).toEqual(HASHES.slice(0, size).map(toHex));
    }
  });
  const tessera = shared("data/tlog-tessera/testdata/log");
  test.skipIf(tessera.absent)(
    "reads a log written by Tessera in the same way, which shows that it judges the format and not us",
    () => {
      const vkey = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx";
      const { refused, tiles } = sumdb.ask({ vkey, tiles: tessera.path });
      expect([refused, tiles?.size]).toEqual(["", 15]);
    },
  );
  test("names tiles as we do, at every level and with long numbers", () => {
    const numbers = [0, 1, 255, 999, 1000, 67_000, 999_999, 1_234_067, 123_456_789];
    const places = numbers.flatMap((number) =>
      [0, 1, 2, 7].flatMap((level) => [1, 88, 255, 256].map((width) => ({ level, number, width }))),
    );
    const { paths } = sumdb.ask({ vkey: VKEY, paths: places });
    expect(paths).toEqual(places.map(({ level, number, width }) => tilePath(level, number, width)));
  });
  test("refuses the folder of another key, of another log, and of a checkpoint whose tiles are not there", () => {
    const tiles = sumdb.lay(folderOf(LOG));
    for (const { key } of [noteSigner(LOG.origin, 9), noteSigner("caveat.example/other", 7)]) {
      expect(sumdb.ask({ vkey: formatVkey(key), tiles }).refused).toMatch(/no verifiable signatures/);
    }
    const files = folderOf(LOG);
    files.set("checkpoint", new TextEncoder().encode(signedNote(LOG, 599)));
    expect(sumdb.ask({ vkey: VKEY, tiles: sumdb.lay(files) }).refused).toMatch(/no such file/);
  });
  test("I5 accepts every proof that we make up to 40 leaves and around whole tiles, and refuses each of them spoiled", async () => {
    const reader = subtreesOf(nodeCrypto, sourceOf(folderOf(LOG)), 600);
    const random = new Seeded(61);
    const claims: Claim[] = [];
    for (let size = 1; size <= 40; size += 1) {
      for (let first = 0; first < size; first += 1) claims.push(await included(reader, first, size));
      for (let first = 1; first <= size; first += 1) claims.push(await consistent(reader, first, size));
    }
    for (const size of [255, 256, 257, 511, 512, 513, 600]) {
      for (const first of [0, 1, 128, 254, size - 1]) claims.push(await included(reader, first, size));
      for (const first of [1, 2, 129, 255, size]) claims.push(await consistent(reader, first, size));
    }
    expect(claims.length).toBe(1_710);
    const bad = claims.map((claim) => spoiled(claim, random));
    const { judged } = sumdb.ask({ vkey: VKEY, claims: [...claims, ...bad] });
    expect(judged).toEqual([...claims.map(() => true), ...bad.map(() => false)]);
    expect(bad.filter(holds)).toEqual([]);
  });
  test("I5 makes proofs from our tiles, which are ours to the byte and which we accept", async () => {
    const reader = subtreesOf(nodeCrypto, sourceOf(folderOf(LOG)), 600);
    const random = new Seeded(62);
    const wanted = Array.from({ length: 300 }, (_, turn) => {
      const size = 1 + random.below(600);
      return turn % 2 === 0
        ? ({ kind: "inclusion", first: random.below(size), size } as const)
        : ({ kind: "consistency", first: 1 + random.below(size), size } as const);
    });
    const { made } = sumdb.ask({ vkey: VKEY, tiles: sumdb.lay(folderOf(LOG)), wanted });
    const ours = await Promise.all(
      wanted.map(({ kind, first, size }) => (kind === "inclusion" ? included : consistent)(reader, first, size)),
    );
    expect(made).toEqual(ours);
    expect(made?.filter((claim) => !holds(claim))).toEqual([]);
  });
  test("I5 agrees on a tree of three levels of tiles", async () => {
    const size = 66_000;
    const leaves = Array.from({ length: size }, (_, i) => Buffer.from(`leaf ${i}`));
    const files = tilesOf(leaves);
    const hashes = leaves.map((leaf) => leafHash256(nodeCrypto, leaf));
    const root = await treeRoot(nodeCrypto, readerOf(nodeCrypto, hashes), treeSize(size));
    files.set("checkpoint", new TextEncoder().encode(noteOf(size, root)));
    expect(files.has("tile/2/000.p/1")).toBe(true);
    const reader = subtreesOf(nodeCrypto, sourceOf(files), size);
    const claims: Claim[] = [];
    for (const index of [0, 255, 40_000, 65_535, 65_536, size - 1]) claims.push(await included(reader, index, size));
    for (const before of [1, 65_535, 65_536, 65_537, size]) claims.push(await consistent(reader, before, size));
    const wanted = claims.map(({ kind, first }) => ({ kind, first, size }));
    const answer = sumdb.ask({ vkey: VKEY, tiles: sumdb.lay(files), claims, wanted });
    expect([answer.refused, answer.tiles?.root]).toEqual(["", toHex(root)]);
    expect(answer.judged).toEqual(claims.map(() => true));
    expect(answer.made).toEqual(claims);
    expect(answer.tiles?.leaves).toEqual(hashes.map(toHex));
  });
  test("I5 refuses two hundred seeded flips over all files of a folder of tiles, as we do", async () => {
    const files = folderOf(LOG);
    const random = new Seeded(63);
    const paths = [...files.keys()];
    const flips = Array.from({ length: 200 }, (_, turn): Flip => {
      const path = paths[turn % paths.length] ?? "";
      return { path, bit: random.below((files.get(path)?.length ?? 0) * 8) };
    });
    const { refused, accepted } = sumdb.ask({ vkey: VKEY, tiles: sumdb.lay(files), flips });
    expect(refused).toBe("");
    expect(accepted).toEqual(flips.map(() => false));
    for (const { path, bit } of flips.slice(0, 30)) {
      const source = sourceOf(new Map([...files, [path, flipBit(files.get(path) ?? new Uint8Array(0), bit)]]));
      expect((await fsck({ crypto: nodeCrypto, key: SIGNER.key, source })).verified, path).toBe(false);
    }
  });
});
