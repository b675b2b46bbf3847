import { describe, expect, test } from "vitest";
import { encodeLeaf, parseLeaf, zeroChain } from "../../audit/index.ts";
import {
  COUNT,
  ORIGIN,
  check,
  codesOf,
  linesOf,
  makeArchive,
  partOf,
  rechain,
  renumber,
  sampleArchive,
  signedNote,
} from "./archive-fixture.ts";
import type { Archive, Part } from "./archive-fixture.ts";
import { flipBit, noteSigner } from "./seeded.ts";

/** Another valid leaf in place of the entry's: the time is a second later. */
function changeLeaf(entry: Part): void {
  const header = parseLeaf(entry.leaf);
  entry.leaf = encodeLeaf({ ...header, time: header.time.replace(".000000Z", ".500000Z") });
}
function swap(items: unknown[], a: number, b: number): void {
  const [x, y] = [items[a], items[b]];
  if (x === undefined || y === undefined) throw new Error("nothing to swap");
  items[a] = y;
  items[b] = x;
}

describe("an archive that nobody touched", () => {
  test("I5 verifies, and shows only what the signed root covers", async () => {
    const report = await check(sampleArchive());
    expect(codesOf(report)).toEqual([]);
    expect(report.warnings).toEqual([]);
    expect(report).toMatchObject({ verified: true, origin: ORIGIN, knownSize: null });
    expect(report.signed).toMatchObject({
      size: 40,
      firstTime: "2026-09-20T12:00:00.000000Z",
      lastTime: "2026-09-20T12:00:39.000000Z",
    });
    expect(report.signed?.sections).toEqual({ opened: 100, sealed: 40, absent: 20 });
  });
  test("says what it cannot exclude without a kept checkpoint, and less with one", async () => {
    const whole = sampleArchive();
    const without = await check(whole);
    expect(without.cannotExclude.join()).toMatch(/truncation to an older signed size.*second history/);
    const withKept = await check(whole, signedNote(whole, 33));
    expect(withKept).toMatchObject({ verified: true, knownSize: 33 });
    expect(withKept.cannotExclude.join()).toMatch(/first 33 entries are those that your kept checkpoint signed/);
  });
  test("verifies at every size up to 40 with its one checkpoint", async () => {
    for (let size = 1; size <= 40; size += 1) expect((await check(makeArchive(size, [size]))).verified).toBe(true);
  });
  test("of an empty log verifies when its empty root is signed, and not without", async () => {
    expect((await check(makeArchive(0, [0]))).verified).toBe(true);
    expect(codesOf(await check(makeArchive(0, [])))).toEqual(["CHECKPOINT_BAD input"]);
  });
  test("may hold several checkpoints of one size", async () => {
    expect((await check(makeArchive(COUNT, [10, 10, 40, 40]))).verified).toBe(true);
  });
  test("I5 refuses the entries that no checkpoint covers: anybody can have added them", async () => {
    const report = await check(makeArchive(COUNT, [10, 25]));
    expect(report.verified).toBe(false);
    expect(codesOf(report)).toEqual(["UNSIGNED_SUFFIX entries:25:39"]);
  });
  test("counts the uncovered entries as covered when the kept checkpoint covers them", async () => {
    const whole = makeArchive(COUNT, [10]);
    expect(await check(whole, signedNote(whole, 40))).toMatchObject({ verified: true, knownSize: 40, warnings: [] });
  });
  test("does not verify without any checkpoint that covers an entry", async () => {
    expect(codesOf(await check(makeArchive(COUNT, [])))).toEqual(["CHECKPOINT_BAD input"]);
    expect(codesOf(await check(makeArchive(COUNT, [0])))).toEqual(["CHECKPOINT_BAD input"]);
  });
});

describe("I5 leaves", () => {
  test.each([0, 3, 9, 10, 24, 38])("a changed leaf %i is named LEAF_CHANGED", async (index) => {
    const changed = sampleArchive();
    changeLeaf(partOf(changed, index));
    const report = await check(changed);
    expect(codesOf(report)).toEqual([`LEAF_CHANGED entry:${index}`]);
    expect(report.verified).toBe(false);
  });
  test("a changed last leaf is named, although nothing stands after it", async () => {
    const changed = sampleArchive();
    changeLeaf(partOf(changed, 39));
    expect(codesOf(await check(changed))).toEqual(["LEAF_CHANGED entry:39"]);
  });
  test("a changed leaf in the unsigned rest is named", async () => {
    const changed = makeArchive(COUNT, [10]);
    changeLeaf(partOf(changed, 30));
    expect(codesOf(await check(changed))).toEqual(["LEAF_CHANGED entry:30"]);
  });
  test("several changed leaves are named one by one", async () => {
    const changed = sampleArchive();
    for (const index of [5, 6, 30]) changeLeaf(partOf(changed, index));
    expect(codesOf(await check(changed))).toEqual([
      "LEAF_CHANGED entry:5",
      "LEAF_CHANGED entry:6",
      "LEAF_CHANGED entry:30",
    ]);
  });
  test.each([0, 5, 10, 24])("a removed entry %i is named LEAF_MISSING", async (index) => {
    const cut = linesOf(sampleArchive());
    cut.splice(
      cut.findIndex((line) => line.includes(`"i":${index},`)),
      1,
    );
    expect(codesOf(await check(cut))).toEqual([`LEAF_MISSING entry:${index}`]);
  });
  test("a removed range is named with both ends, across a checkpoint", async () => {
    const lines = linesOf(sampleArchive()).filter((line) => !/"i":(?:[89]|1[0-4]),/.test(line));
    expect(codesOf(await check(lines))).toEqual(["LEAF_MISSING entries:8:14"]);
  });
  test.each([1, 12, 23])("a removed entry %i is named although the others were renumbered", async (index) => {
    const cut = sampleArchive();
    cut.entries.splice(index, 1);
    cut.checkpoints = cut.checkpoints.map(({ after, note }) => ({ after: after > index ? after - 1 : after, note }));
    renumber(cut);
    cut.end = 39;
    expect(codesOf(await check(cut))).toContain(`LEAF_MISSING entry:${index}`);
  });
  test("three removed entries are named as a range although the others were renumbered", async () => {
    const cut = sampleArchive();
    cut.entries.splice(12, 3);
    cut.checkpoints = cut.checkpoints.map(({ after, note }) => ({ after: after > 12 ? after - 3 : after, note }));
    renumber(cut);
    expect(codesOf(await check(cut))).toEqual(["LEAF_MISSING entries:12:14"]);
  });
  test("an inserted leaf is named LEAF_INSERTED", async () => {
    const grown = sampleArchive();
    const foreign = makeArchive(3, [], 99).entries[2];
    if (foreign === undefined) throw new Error("no entry");
    grown.entries.splice(15, 0, foreign);
    renumber(grown);
    grown.checkpoints = grown.checkpoints.map(({ after, note }) => ({ after: after > 15 ? after + 1 : after, note }));
    grown.end = 41;
    expect(codesOf(await check(grown))).toContain("LEAF_INSERTED entry:15");
  });
  test.each([
    [4, 5],
    [12, 20],
    [5, 30],
  ])("swapped lines %i and %i are named LEAF_REORDERED", async (a, b) => {
    const swapped = linesOf(sampleArchive());
    const at = (index: number): number => swapped.findIndex((line) => line.includes(`"i":${index},`));
    swap(swapped, at(a), at(b));
    const codes = codesOf(await check(swapped));
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.every((code) => code.startsWith("LEAF_REORDERED"))).toBe(true);
    expect(codes).toContain(`LEAF_REORDERED entry:${a}`);
  });
  test.each([
    [4, 5],
    [12, 20],
    [5, 30],
  ])("swapped and renumbered entries %i and %i are named LEAF_REORDERED", async (a, b) => {
    const swapped = sampleArchive();
    swap(swapped.entries, a, b);
    renumber(swapped);
    expect(codesOf(await check(swapped))).toEqual([`LEAF_REORDERED entry:${a}`, `LEAF_REORDERED entry:${b}`]);
  });
  test("leaves swapped under their chain values are named LEAF_REORDERED", async () => {
    const swapped = sampleArchive();
    const [x, y] = [partOf(swapped, 12), partOf(swapped, 20)];
    [x.leaf, y.leaf, x.slots, y.slots] = [y.leaf, x.leaf, y.slots, x.slots];
    expect(codesOf(await check(swapped))).toEqual(["LEAF_REORDERED entry:12", "LEAF_REORDERED entry:20"]);
  });
  test("an entry that stands there twice is refused", async () => {
    const lines = linesOf(sampleArchive());
    lines.splice(8, 0, lines[5] ?? "");
    expect(codesOf(await check(lines))).toEqual(["ARCHIVE_MALFORMED line:9"]);
  });
});

describe("I5 chain", () => {
  test.each([0, 5, 24, 39])("a changed chain value %i is named CHAIN_CHANGED, its leaf being right", async (index) => {
    const changed = sampleArchive();
    partOf(changed, index).chain = flipBit(partOf(changed, index).chain, 100);
    expect(codesOf(await check(changed))).toEqual([`CHAIN_CHANGED entry:${index}`]);
  });
  test.each([
    [0, 0, 9],
    [12, 10, 24],
    [39, 25, 39],
  ])("a leaf %i changed and chained anew is named by the range between two checkpoints", async (index, first, last) => {
    const forged = sampleArchive();
    changeLeaf(partOf(forged, index));
    rechain(forged, index);
    const report = await check(forged);
    expect(codesOf(report)).toEqual([`CHAIN_RECOMPUTED entries:${first}:${last}`]);
    expect(report.confirmedSize).toBe(first);
    expect(report.signed).toBeNull();
  });
  test("an entry taken out and all chained anew is named by the range between two checkpoints", async () => {
    const forged = sampleArchive();
    forged.entries.splice(15, 1);
    renumber(forged);
    rechain(forged, 15);
    forged.end = 39;
    expect(codesOf(await check(forged))).toContain("CHAIN_RECOMPUTED entries:10:24");
    forged.checkpoints = forged.checkpoints.map(({ after, note }) => ({ after: after > 15 ? after - 1 : after, note }));
    expect(codesOf(await check(forged))).toContain("CHAIN_RECOMPUTED entries:10:24");
  });
  test("an entry put in and all chained anew is named by the range between two checkpoints", async () => {
    const forged = sampleArchive();
    const foreign = makeArchive(3, [], 99).entries[2];
    if (foreign === undefined) throw new Error("no entry");
    forged.entries.splice(15, 0, foreign);
    renumber(forged);
    rechain(forged, 15);
    forged.end = 41;
    expect(codesOf(await check(forged))).toEqual(["CHAIN_RECOMPUTED entries:10:24"]);
    forged.checkpoints = forged.checkpoints.map(({ after, note }) => ({ after: after > 15 ? after + 1 : after, note }));
    expect(codesOf(await check(forged))).toEqual(["CHAIN_RECOMPUTED entries:10:24"]);
  });
  test("a whole log made anew without the key leads to none of the signed roots", async () => {
    const other = makeArchive(COUNT, [], 2);
    other.checkpoints = sampleArchive().checkpoints;
    expect(codesOf(await check(other))).toEqual(["CHAIN_RECOMPUTED entries:0:9"]);
  });
  test("a chain recomputed from zero chain values is refused", async () => {
    const forged = sampleArchive();
    for (const entry of forged.entries) entry.chain = zeroChain();
    expect((await check(forged)).verified).toBe(false);
  });
});

describe("I5 truncation, forks and kept checkpoints", () => {
  function cutTo(size: number): Archive {
    const cut = sampleArchive();
    cut.entries = cut.entries.slice(0, size);
    cut.checkpoints = cut.checkpoints.filter((checkpoint) => checkpoint.after <= size);
    cut.end = size;
    return cut;
  }
  test("truncation to an older signed size verifies without, and is TRUNCATED with, a kept checkpoint", async () => {
    expect((await check(cutTo(25))).verified).toBe(true);
    expect(codesOf(await check(cutTo(25), signedNote(sampleArchive(), 33)))).toEqual(["TRUNCATED entries:25:32"]);
  });
  test("entries cut off before a checkpoint that counts them are TRUNCATED", async () => {
    const lines = linesOf(sampleArchive()).filter((line) => !/"i":3[5-9],/.test(line));
    expect(codesOf(await check(lines))).toEqual(["TRUNCATED entries:35:39"]);
  });
  test("entries cut off under an end line that counts them are TRUNCATED", async () => {
    const cut = cutTo(25);
    cut.end = 40;
    expect(codesOf(await check(cut))).toEqual(["TRUNCATED entries:25:39"]);
  });
  test("a kept checkpoint of a second history with the true key is a FORK", async () => {
    const second = makeArchive(COUNT, [], 2);
    expect(codesOf(await check(sampleArchive(), signedNote(second, 20)))).toEqual(["FORK known"]);
    expect(codesOf(await check(sampleArchive(), signedNote(second, 25)))).toEqual(["FORK known"]);
    expect(codesOf(await check(sampleArchive(), signedNote(second, 40)))).toEqual(["FORK known"]);
  });
  test("a rest replaced after the kept checkpoint was made is a FORK", async () => {
    const kept = signedNote(sampleArchive(), 33);
    const forged = cutTo(25);
    forged.entries.push(...makeArchive(COUNT, [], 3).entries.slice(25));
    forged.end = 40;
    rechain(forged, 25);
    expect(codesOf(await check(forged, kept))).toEqual(["FORK entries:25:32"]);
  });
  test("two signed roots of one size in an archive are a FORK", async () => {
    const forked = sampleArchive();
    forked.checkpoints.push({ after: 25, note: signedNote(makeArchive(COUNT, [], 2), 25) });
    expect(codesOf(await check(forked))).toEqual(["FORK checkpoint:25:29"]);
  });
  test("a signed root that differs while a later one agrees is a FORK", async () => {
    const forked = sampleArchive();
    forked.checkpoints[1] = { after: 25, note: signedNote(makeArchive(COUNT, [], 2), 25) };
    expect(codesOf(await check(forked))).toEqual(["FORK checkpoint:25:28"]);
  });
  test("a kept checkpoint that is damaged, of another key or another log is refused", async () => {
    const note = signedNote(sampleArchive(), 25);
    expect(codesOf(await check(sampleArchive(), note.replace("\n25\n", "\n26\n")))).toEqual(["CHECKPOINT_BAD known"]);
    expect(codesOf(await check(sampleArchive(), "no note"))).toEqual(["CHECKPOINT_BAD known"]);
    expect(codesOf(await check(sampleArchive(), signedNote(sampleArchive(), 25, noteSigner(ORIGIN, 9))))).toEqual([
      "WRONG_KEY known",
    ]);
    expect(
      codesOf(await check(sampleArchive(), signedNote(sampleArchive(), 25, noteSigner("other.example", 7)))),
    ).toEqual(["UNKNOWN_KEY known"]);
  });
});
