import { describe, expect, test } from "vitest";
import { fsck, nodeCrypto, verifyGrowth } from "../../audit/index.ts";
import type { FsckInput, GrowthReport, TileSource } from "../../audit/index.ts";
import { SIGNER, makeArchive, rechain, signedNote } from "./archive-fixture.ts";
import { Seeded } from "./seeded.ts";
import { folderOf, sourceOf, tilesOf } from "./tile-fixture.ts";
import type { Files } from "./tile-fixture.ts";

const LOG = makeArchive(600, []);
/** Another log under the same key, the same up to entry 299. */
const OTHER = ((): typeof LOG => {
  const entries = LOG.entries.map((entry) => ({ ...entry }));
  const [entry, other] = [entries[300], makeArchive(301, [], 99).entries[300]];
  if (entry && other) entry.leaf = other.leaf;
  const archive = { ...LOG, entries };
  rechain(archive, 300);
  return archive;
})();

const input = (source: TileSource, known?: string): FsckInput => ({
  crypto: nodeCrypto,
  key: SIGNER.key,
  source,
  ...(known === undefined ? {} : { known }),
});
/** A check with the paths that it read. */
async function check(files: Files, known?: string): Promise<{ report: GrowthReport; read: string[] }> {
  const read: string[] = [];
  const source = sourceOf(files);
  const report = await verifyGrowth(input({ read: (path, most) => (read.push(path), source.read(path, most)) }, known));
  return { report, read };
}
const changed = (files: Files, path: string, at: number): Files => {
  const bytes = Uint8Array.from(files.get(path) ?? []);
  bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
  return new Map([...files, [path, bytes]]);
};

describe("I5 the growth of a log by its tiles", () => {
  test("is verified from every kept size to every later one, and only entries after it are read", async () => {
    const sizes = [0, 1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 599, 600];
    for (const size of sizes)
      for (const known of sizes.filter((one) => one <= size && size > 0)) {
        const { report, read } = await check(folderOf(LOG, size), signedNote(LOG, known));
        expect([known, size, report.findings]).toEqual([known, size, []]);
        expect(report).toMatchObject({ verified: true, signed: { size }, knownSize: known, from: known, warnings: [] });
        const bundles = read
          .filter((path) => path.startsWith("tile/entries/"))
          .map((path) => Number(path.slice(13, 16)));
        const due = Array.from({ length: Math.ceil(size / 256) }, (_, at) => at).slice(Math.floor(known / 256));
        expect([known, size, bundles]).toEqual([known, size, due]);
      }
    const { report } = await check(folderOf(LOG));
    expect(report).toMatchObject({ verified: true, signed: { size: 600 }, knownSize: null, from: 0 });
    expect([report.firstTime, report.lastTime].every((time) => time !== null)).toBe(true);
  });

  test("a leaf after the kept size that was changed is named as fsck names it", async () => {
    for (const [index, known] of [
      [599, 300],
      [300, 300],
      [300, 299],
      [300, undefined],
    ] as const) {
      const entries = LOG.entries.map(({ leaf }) => leaf);
      const [other] = makeArchive(1, [], 99).entries;
      if (other) entries[index] = other.leaf;
      const bundles = [...tilesOf(entries)].filter(([path]) => path.startsWith("tile/entries/"));
      const files = new Map([...folderOf(LOG), ...bundles]);
      const note = known === undefined ? undefined : signedNote(LOG, known);
      const { report } = await check(files, note);
      expect(report.verified).toBe(false);
      expect(report.findings.map(({ code, at }) => [code, at])).toEqual([["LEAF_CHANGED", { what: "entry", index }]]);
      expect(report.findings).toEqual((await fsck(input(sourceOf(files), note))).findings);
    }
  });

  test("a second history, a log that is shorter than what was kept, and a note that is none are refused as fsck refuses them", async () => {
    for (const [files, note, code] of [
      [folderOf(LOG), signedNote(OTHER, 400), "FORK"],
      [folderOf(LOG, 300), signedNote(LOG, 400), "TRUNCATED"],
      [folderOf(LOG), "no note\n", "CHECKPOINT_BAD"],
      [new Map<string, Uint8Array>(), signedNote(LOG, 400), "CHECKPOINT_BAD"],
      [folderOf(LOG), signedNote(LOG, 400).replace(/\n— .*/s, "\n— caveat+00000000+AAAA\n"), "UNKNOWN_KEY"],
    ] as const) {
      const { report } = await check(files, note);
      expect(report.verified).toBe(false);
      const all = (await fsck(input(sourceOf(files), note))).findings;
      expect(report.findings).toEqual(all);
      if (code !== "UNKNOWN_KEY") expect(all.map((one) => one.code)).toContain(code);
    }
    // Up to where they part both histories verify, and after it only the one that was kept.
    expect((await check(folderOf(LOG), signedNote(OTHER, 300))).report.verified).toBe(true);
    expect((await check(folderOf(LOG), signedNote(OTHER, 301))).report.verified).toBe(false);
  });

  test("a bit of whatever counts does not verify, and what was not read is said not to have been read", async () => {
    const note = signedNote(LOG, 400);
    const files = folderOf(LOG);
    const kept = LOG.entries.slice(256, 400).reduce((sum, { leaf }) => sum + 2 + leaf.length, 0);
    // Bytes that count: leaves from entry 400 on, and hashes of the subtrees over those before it.
    const counts: Readonly<Record<string, readonly [from: number, to: number]>> = {
      checkpoint: [0, Infinity],
      "tile/1/000.p/2": [0, 32],
      "tile/0/001": [0, 144 * 32],
      "tile/entries/001": [kept, Infinity],
      "tile/entries/002.p/88": [0, Infinity],
    };
    expect(new Set((await check(files, note)).read)).toEqual(new Set(Object.keys(counts)));
    const random = new Seeded(11);
    for (const [path, [from, to]] of Object.entries(counts))
      for (let turn = 0; turn < 16; turn += 1) {
        const end = Math.min(to, files.get(path)?.length ?? 0);
        const at = from + random.below(end - from);
        expect([path, at, (await check(changed(files, path, at), note)).report.verified]).toEqual([path, at, false]);
      }
    const { report } = await check(changed(files, "tile/entries/000", 40), note);
    expect(report.verified).toBe(true);
    expect(report.cannotExclude.join(" ")).toContain("The first 400 entries were not read");
  });

  test("a kept checkpoint that is none is told before anything is read, and a file that is longer than it may be is not believed", async () => {
    for (const note of ["no note\n", signedNote(LOG, 400).replace(/\d+\n/, "401\n")]) {
      const { report, read } = await check(folderOf(LOG), note);
      expect([report.verified, report.findings.map(({ at }) => at), read]).toEqual([false, [{ what: "known" }], []]);
    }
    for (const path of ["checkpoint", "tile/entries/001", "tile/1/000.p/2"]) {
      const files = folderOf(LOG);
      const long = Buffer.concat([files.get(path) ?? Buffer.alloc(0), Buffer.alloc(40_000_000, 65)]);
      expect([path, (await check(new Map([...files, [path, long]]), signedNote(LOG, 400))).report.verified]).toEqual([
        path,
        false,
      ]);
    }
  });

  test("an entry whose number never came is told, of those that were read", async () => {
    const before = (await check(folderOf(LOG))).report.warnings;
    expect(before).toEqual([]);
    const gap = makeArchive(600, []);
    gap.entries.splice(450, 1);
    rechain(gap, 450);
    const codes = async (known: number): Promise<string[]> =>
      (await check(folderOf(gap), signedNote(gap, known))).report.warnings.map(({ code }) => code);
    expect(await codes(300)).toEqual(["PRODUCER_GAP"]);
    expect(await codes(500)).toEqual([]);
  });
});
