import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  checkConsistency,
  checkInclusion,
  leafHash256,
  leafIndex,
  nodeCrypto,
  parseBundle,
  tilePath,
  treeSize,
  utf8,
} from "../../audit/index.ts";
import { LogTiles } from "../../src/ledger/log-tiles.ts";
import type { TreeHead } from "../../src/ledger/log-tiles.ts";
import { TileEdge } from "../../src/ledger/tile-edge.ts";
import { FileTiles } from "../../src/storage/blobs/tile-port.ts";
import { Seeded } from "../audit/seeded.ts";

const ORIGIN = "test.example/activity";
const LARGEST = 66_100;
const random = new Seeded(21);
/** Leaves of several lengths, of which none is another. */
const leaf = (at: number): Uint8Array => utf8(`leaf ${at} ${"x".repeat(at % 7)}`);
const source = (from: number, to: number): Promise<Uint8Array[]> =>
  Promise.resolve(Array.from({ length: to - from }, (_, at) => leaf(from + at)));

/*
 * A second computation of everything, by the recursive definitions of RFC 6962 and C2SP tlog-tiles, over nothing but node:crypto.
 */
const sha = (...parts: readonly Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
const known = new Map<string, Buffer>();
function mth(from: number, to: number): Buffer {
  const name = `${from}-${to}`;
  const before = known.get(name);
  if (before) return before;
  const half = 2 ** Math.floor(Math.log2(to - from - 1));
  const hash =
    to === from
      ? sha()
      : to - from === 1
        ? sha(Buffer.of(0), leaf(from))
        : sha(Buffer.of(1), mth(from, from + half), mth(from + half, to));
  known.set(name, hash);
  return hash;
}
/** All files of a tree of this size, by path. */
function expectedFiles(size: number): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let level = 0; 256 ** level <= size; level += 1) {
    const count = Math.floor(size / 256 ** level);
    for (let index = 0; index * 256 < count; index += 1) {
      const width = Math.min(256, count - index * 256);
      const digits = String(index).padStart(3 * Math.ceil(String(index).length / 3), "0");
      const path = digits.replaceAll(/\d{3}(?=\d)/g, "x$&/");
      const suffix = width === 256 ? "" : `.p/${width}`;
      const hashes = Array.from({ length: width }, (_, at) =>
        mth((index * 256 + at) * 256 ** level, (index * 256 + at + 1) * 256 ** level),
      );
      files.set(`tile/${level}/${path}${suffix}`, Buffer.concat(hashes));
      if (level > 0) continue;
      const leaves = Array.from({ length: width }, (_, at) => leaf(index * 256 + at));
      const prefixed = leaves.flatMap((bytes) => [Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]);
      files.set(`tile/entries/${path}${suffix}`, Buffer.concat(prefixed));
    }
  }
  return files;
}

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "caveat-tiles-"));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Files below a log's folder by path. */
function filesOf(folder: string): Map<string, Buffer> {
  const log = join(folder, encodeURIComponent(ORIGIN));
  return new Map(
    readdirSync(log, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(log, path), readFileSync(path)]),
  );
}
const headAt = (size: number): TreeHead => ({ size: treeSize(size), root: new Uint8Array(mth(0, size)) });

/** A tree grown in these steps, each published as a server does. */
async function grown(folder: string, steps: readonly number[]): Promise<LogTiles> {
  const tiles = new LogTiles(new FileTiles(folder), ORIGIN);
  let last = 0;
  for (const size of steps) {
    const edge = await tiles.edge(headAt(last));
    await tiles.grow(edge, treeSize(size), source);
    expect(Buffer.from(edge.frontier().root()).equals(mth(0, size))).toBe(true);
    await tiles.publish(`note ${size}\n`, treeSize(last), treeSize(size));
    last = size;
  }
  return tiles;
}

describe("I10 a log's tiles", () => {
  test("have the paths of C2SP tlog-tiles", () => {
    expect(tilePath(0, 0)).toBe("tile/0/000");
    expect(tilePath(2, 1_234_067)).toBe("tile/2/x001/x234/067");
    expect(tilePath("entries", 1_000, 7)).toBe("tile/entries/x001/000.p/7");
    expect(tilePath(0, 999, 255)).toBe("tile/0/999.p/255");
  });

  test.each([[[1]], [[255]], [[256]], [[257]], [[1, 2, 255, 256, 257, 511, 513, 800]], [[4_096, 4_097, 8_300]]])(
    "are byte for byte those of an independent computation, grown by %j",
    async (steps) => {
      const folder = newFolder();
      await grown(folder, steps);
      const files = filesOf(folder);
      const size = steps.at(-1) ?? 0;
      expect(files.get("checkpoint")?.toString()).toBe(`note ${size}\n`);
      for (const [path, bytes] of expectedFiles(size))
        expect([path, files.get(path)?.equals(bytes)]).toEqual([path, true]);
    },
  );

  test("of a tree that has three levels of them, too", async () => {
    const folder = newFolder();
    await grown(folder, [65_000, LARGEST]);
    const files = filesOf(folder);
    const expected = expectedFiles(LARGEST);
    expect([...expected.keys()].filter((path) => path.startsWith("tile/2/"))).toEqual(["tile/2/000.p/1"]);
    for (const [path, bytes] of expected) if (files.get(path)?.equals(bytes) !== true) throw new Error(path);
  });

  test("keep the partial ones of every published size until the full one is there, and then no longer", async () => {
    const folder = newFolder();
    await grown(folder, [3, 200]);
    const partial = (): string[] => [...filesOf(folder).keys()].filter((path) => path.includes(".p/")).toSorted();
    expect(partial()).toEqual(["tile/0/000.p/200", "tile/0/000.p/3", "tile/entries/000.p/200", "tile/entries/000.p/3"]);
    const tiles = new LogTiles(new FileTiles(folder), ORIGIN);
    await tiles.grow(await tiles.edge(headAt(200)), treeSize(300), source);
    await tiles.publish("note\n", treeSize(200), treeSize(300));
    expect(partial()).toEqual(["tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44"]);
    // Whoever still holds the checkpoint of size 200 has its proof from the full tile.
    expect(await tiles.inclusion(leaf(7), leafIndex(7), headAt(200))).toHaveLength(8);
  });

  test("hold leaves of every length that the format allows", () => {
    const leaves = [0, 1, 255, 256, 16_384].map((length) => new Uint8Array(length).fill(7));
    const edge = new TileEdge();
    for (const bytes of leaves) edge.append(bytes);
    const [bundle] = edge.partial().bundles;
    expect(parseBundle(bundle?.bytes ?? new Uint8Array(0), 5)).toEqual(leaves);
    for (const width of [0, 4, 6])
      expect(() => parseBundle(bundle?.bytes ?? new Uint8Array(0), width)).toThrow(/^the bundle (has|ends)/);
  });
});

describe("I8 proofs from tiles", () => {
  test("verify for every leaf and every smaller size up to 70, and are those that the checks of RFC 9162 take", async () => {
    const folder = newFolder();
    const tiles = await grown(
      folder,
      Array.from({ length: 70 }, (_, at) => at + 1),
    );
    for (let size = 1; size <= 70; size += 1) {
      const head = headAt(size);
      for (let at = 0; at < size; at += 1) {
        const proof = await tiles.inclusion(leaf(at), leafIndex(at), head);
        const leafHash = leafHash256(nodeCrypto, leaf(at));
        expect(checkInclusion(nodeCrypto, { leafHash, index: leafIndex(at), ...head, proof })).toBe(true);
      }
      for (let before = 1; before <= size; before += 1) {
        const from = headAt(before);
        const proof = await tiles.consistency(from, head);
        const claim = { size1: from.size, root1: from.root, size2: head.size, root2: head.root, proof };
        expect(checkConsistency(nodeCrypto, claim)).toBe(true);
      }
    }
  });

  test("verify over the boundaries of tiles, at sizes and leaves drawn from a tree of 66,100", async () => {
    const folder = newFolder();
    const sizes = [
      255,
      256,
      257,
      511,
      512,
      513,
      65_535,
      65_536,
      65_537,
      ...Array.from({ length: 12 }, () => 1 + random.below(LARGEST)),
    ];
    const steps = [...new Set([...sizes, LARGEST])].toSorted((a, b) => a - b);
    const tiles = await grown(folder, steps);
    for (const size of steps) {
      for (const at of [0, size - 1, random.below(size), random.below(size)])
        await tiles.inclusion(leaf(at), leafIndex(at), headAt(size));
      await tiles.consistency(headAt(size), headAt(LARGEST));
    }
  });

  test("are refused, never wrong, where a tile was damaged, cut, lengthened or taken away", async () => {
    const folder = newFolder();
    await grown(folder, [600]);
    const port = new FileTiles(folder);
    const tiles = new LogTiles(port, ORIGIN);
    const file = (path: string): string => join(folder, encodeURIComponent(ORIGIN), path);
    const damages: ((bytes: Buffer) => Buffer | null)[] = [
      (bytes) => Buffer.from(bytes.map((byte, at) => (at === 40 ? byte ^ 1 : byte))),
      (bytes) => bytes.subarray(0, -1),
      (bytes) => bytes.subarray(0, -32),
      (bytes) => Buffer.concat([bytes, Buffer.of(0)]),
      () => Buffer.alloc(0),
      () => null,
    ];
    for (const path of ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2"]) {
      const bytes = readFileSync(file(path));
      for (const damage of damages) {
        const damaged = damage(bytes);
        if (damaged) writeFileSync(file(path), damaged);
        else rmSync(file(path));
        let proofs = 0;
        for (let at = 0; at < 600; at += 7) {
          // What does not touch the damage is proven still; whatever is given leads to the signed root.
          const proof = await tiles.inclusion(leaf(at), leafIndex(at), headAt(600)).catch((error: unknown) => {
            expect(error).toMatchObject({ code: "TILE_DAMAGED" });
            return null;
          });
          const leafHash = leafHash256(nodeCrypto, leaf(at));
          if (proof)
            expect(checkInclusion(nodeCrypto, { leafHash, index: leafIndex(at), ...headAt(600), proof })).toBe(true);
          else proofs += 1;
        }
        expect(proofs).toBeGreaterThan(0);
        expect(await tiles.sound(headAt(600))).toBe(false);
        writeFileSync(file(path), bytes);
      }
    }
    expect(await tiles.sound(headAt(600))).toBe(true);
    await expect(tiles.inclusion(leaf(8), leafIndex(7), headAt(600))).rejects.toMatchObject({ code: "TILE_DAMAGED" });
  });

  test("a bundle that is not what its tile is over gives no edge to grow from", async () => {
    const folder = newFolder();
    const tiles = await grown(folder, [5]);
    const path = join(folder, encodeURIComponent(ORIGIN), "tile/entries/000.p/5");
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0x79, 3, 4));
    await expect(tiles.edge(headAt(5))).rejects.toMatchObject({ code: "TILE_DAMAGED" });
  });
});

describe("I9 tiles that are lost", () => {
  test("are derived anew from the entries, byte for byte, where these lead to the signed root", async () => {
    const folder = newFolder();
    const tiles = await grown(folder, [700]);
    const before = filesOf(folder);
    rmSync(join(folder, encodeURIComponent(ORIGIN), "tile"), { recursive: true });
    await tiles.derive(headAt(700), source);
    expect(filesOf(folder)).toEqual(before);
  });

  test("are not derived from other entries: nothing is written", async () => {
    const folder = newFolder();
    const tiles = await grown(folder, [700]);
    rmSync(join(folder, encodeURIComponent(ORIGIN), "tile"), { recursive: true });
    const other = async (from: number, to: number): Promise<Uint8Array[]> =>
      (await source(from, to)).map((bytes, at) => (from + at === 650 ? utf8("another") : bytes));
    await expect(tiles.derive(headAt(700), other)).rejects.toMatchObject({ code: "TILE_DAMAGED" });
    await expect(tiles.derive(headAt(700), async () => source(0, 600))).rejects.toMatchObject({
      code: "ENTRIES_MISSING",
    });
    expect([...filesOf(folder).keys()]).toEqual(["checkpoint"]);
  });
});
