import { describe, expect, test } from "vitest";
import { fsck, nodeCrypto } from "../../audit/index.ts";
import type { TileReport } from "../../audit/index.ts";
import { SIGNER, makeArchive, rechain, signedNote } from "./archive-fixture.ts";
import type { Archive } from "./archive-fixture.ts";
import { Seeded, noteSigner } from "./seeded.ts";
import { folderOf, sourceOf, tilesOf } from "./tile-fixture.ts";
import type { Files } from "./tile-fixture.ts";

const check = (files: Files, known?: string): Promise<TileReport> =>
  fsck({ crypto: nodeCrypto, key: SIGNER.key, source: sourceOf(files), ...(known === undefined ? {} : { known }) });
const codes = ({ findings }: TileReport): string[] => findings.map(({ code }) => code);
const LOG = makeArchive(600, []);
/** The same log, but that entry `index` says something else. */
function altered(index: number): Archive {
  const entries = LOG.entries.map((entry) => ({ ...entry }));
  const entry = entries[index];
  const other = makeArchive(index + 1, [], 99).entries[index];
  if (entry && other) entry.leaf = other.leaf;
  const archive = { ...LOG, entries };
  rechain(archive, index);
  return archive;
}
const withFiles = (files: Files, more: Files, keep: (path: string) => boolean): Files =>
  new Map([...files, ...[...more].filter(([path]) => keep(path))]);
const bundle = (path: string): boolean => path.startsWith("tile/entries/");

describe("I5 fsck of a log's tiles", () => {
  test("verifies at every width of the right edge, and reads a full tile where the partial one has gone", async () => {
    for (const size of [1, 2, 3, 255, 256, 257, 511, 512, 600]) {
      const report = await check(folderOf(LOG, size));
      expect([size, report.findings]).toEqual([size, []]);
      expect(report.signed?.size).toBe(size);
    }
    const left = (path: string): boolean => path === "checkpoint" || path.startsWith("tile/1/");
    const grown = withFiles(folderOf(LOG), folderOf(LOG, 300), left);
    expect(grown.has("tile/0/001.p/44")).toBe(false);
    expect(await check(grown)).toMatchObject({ verified: true, signed: { size: 300 } });
  });
  test("names the entry whose leaf was changed", async () => {
    for (const index of [0, 255, 256, 511, 512, 599]) {
      const report = await check(withFiles(folderOf(LOG), tilesOf(altered(index).entries.map((e) => e.leaf)), bundle));
      expect(report.findings.map(({ code, at }) => [code, at])).toEqual([["LEAF_CHANGED", { what: "entry", index }]]);
    }
  });
  test("names the block of entries where the lowest tile was changed with the leaf", async () => {
    const lowest = (path: string): boolean => bundle(path) || path.startsWith("tile/0/");
    const report = await check(withFiles(folderOf(LOG), tilesOf(altered(300).entries.map((e) => e.leaf)), lowest));
    expect(report.findings.map(({ code, at }) => [code, at])).toEqual([
      ["LEAF_CHANGED", { what: "entries", first: 256, last: 511 }],
    ]);
  });
  test("says that everything was made anew where leaves and tiles agree with each other alone, and since when", async () => {
    const files = withFiles(folderOf(LOG), tilesOf(altered(300).entries.map((e) => e.leaf)), () => true);
    expect((await check(files)).findings[0]).toMatchObject({ code: "CHAIN_RECOMPUTED", at: { first: 0, last: 599 } });
    expect((await check(files, signedNote(LOG, 200))).findings[0]).toMatchObject({ at: { first: 200, last: 599 } });
  });
  test("tells damage of a tile from damage of a leaf", async () => {
    for (const path of ["tile/0/000", "tile/0/002.p/88", "tile/1/000.p/2"]) {
      const files = folderOf(LOG);
      const bytes = Uint8Array.from(files.get(path) ?? []);
      bytes[40] = (bytes[40] ?? 0) ^ 1;
      files.set(path, bytes);
      expect((await check(files)).findings).toMatchObject([{ code: "TILE_DAMAGED", at: { what: "file", path } }]);
      files.delete(path);
      expect((await check(files)).findings).toMatchObject([{ code: "TILE_DAMAGED", at: { what: "file", path } }]);
    }
  });
  test("says which leaves are gone, and goes on with the hashes of their tile", async () => {
    const files = folderOf(LOG);
    files.delete("tile/entries/001");
    expect((await check(files)).findings).toMatchObject([{ code: "LEAF_MISSING", at: { first: 256, last: 511 } }]);
    files.delete("tile/0/001");
    expect(codes(await check(files))).toEqual(["LEAF_MISSING", "TILE_DAMAGED"]);
  });
  test("with a kept checkpoint it tells an older state and a second history; without one it says what it cannot exclude", async () => {
    const older = folderOf(LOG, 300);
    expect((await check(older)).cannotExclude.join()).toMatch(/truncation/);
    expect((await check(older, signedNote(LOG, 600))).findings).toMatchObject([
      { code: "TRUNCATED", at: { first: 300, last: 599 } },
    ]);
    const second = folderOf(altered(10));
    expect((await check(second)).verified).toBe(true);
    expect(codes(await check(second, signedNote(LOG, 500)))).toEqual(["FORK"]);
    expect((await check(folderOf(LOG), signedNote(LOG, 500))).knownSize).toBe(500);
  });
  test("refuses a folder without a checkpoint, and one signed by somebody else", async () => {
    const files = folderOf(LOG, 20);
    const foreign = signedNote(makeArchive(20, []), 20, noteSigner(LOG.origin, 9));
    files.set("checkpoint", new TextEncoder().encode(foreign));
    expect(codes(await check(files))).toEqual(["WRONG_KEY"]);
    files.delete("checkpoint");
    expect(codes(await check(files))).toEqual(["CHECKPOINT_BAD"]);
  });
  test("notices sixty seeded flips over all its files, and names the file or its entries", async () => {
    const random = new Seeded(5);
    const whole = folderOf(LOG);
    const paths = [...whole.keys()];
    for (let turn = 0; turn < 60; turn += 1) {
      const path = paths[random.below(paths.length)] ?? "";
      const bytes = Uint8Array.from(whole.get(path) ?? []);
      const bit = random.below(bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const report = await check(new Map([...whole, [path, bytes]]));
      const number = Number(/\d{3}/.exec(path)?.[0]);
      const named = report.findings.some(({ at }) =>
        at.what === "file"
          ? at.path === path
          : bundle(path) &&
            (at.what === "entry"
              ? Math.floor(at.index / 256)
              : at.what === "entries"
                ? Math.floor(at.first / 256)
                : -1) === number,
      );
      expect([path, bit, report.verified, named]).toEqual([path, bit, false, true]);
    }
  }, 60_000);
});
