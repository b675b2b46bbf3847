import { describe, expect, test } from "vitest";
import { ProducerWatch } from "../../audit/core/producer-watch.ts";
import { FindingList, nodeCrypto, parseLeaf, verifyLog } from "../../audit/index.ts";
import type { ChainHead, LogReport, LogWarning } from "../../audit/index.ts";
import { SIGNER, bytesOf, makeArchive, rechain, signedNote } from "./archive-fixture.ts";
import type { Archive } from "./archive-fixture.ts";

const check = (archive: Archive, resume?: ChainHead): Promise<LogReport> =>
  verifyLog({ crypto: nodeCrypto, key: SIGNER.key, archive: [bytesOf(archive)], ...(resume ? { resume } : {}) });
const codes = ({ findings }: LogReport): string[] => findings.map(({ code }) => code);

/** The same log as of a size. */
function asOf(whole: Archive, size: number): Archive {
  return {
    ...whole,
    entries: whole.entries.slice(0, size),
    checkpoints: [{ after: size, note: signedNote(whole, size) }],
    end: size,
  };
}
const WHOLE = makeArchive(90, []);
async function headAt(size: number): Promise<ChainHead> {
  const { signed } = await check(asOf(WHOLE, size));
  if (!signed) throw new Error("it does not verify");
  return signed;
}
const copy = (): Archive => ({ ...asOf(WHOLE, 90), entries: WHOLE.entries.map((entry) => ({ ...entry })) });

/** Puts leaf and sections of the next entry in the place of one. */
function exchange(archive: Archive, index: number): void {
  const [entry, next] = [archive.entries[index], WHOLE.entries[index + 1]];
  if (entry && next) Object.assign(entry, { leaf: next.leaf, slots: next.slots });
}

describe("I5 a check that goes on from a chain head", () => {
  test("comes to the same root and chain value as one from the beginning, from every size", async () => {
    const { signed: all } = await check(asOf(WHOLE, 90));
    for (const size of [1, 2, 31, 32, 33, 64, 89, 90]) {
      const { verified, signed, knownSize, cannotExclude, warnings } = await check(asOf(WHOLE, 90), await headAt(size));
      expect([size, verified, signed?.root, signed?.chain]).toEqual([size, true, all?.root, all?.chain]);
      expect([knownSize, signed?.frontier, warnings]).toEqual([size, all?.frontier, []]);
      expect(cannotExclude.join()).toMatch(`first ${size} entries were not read this time`);
    }
  });
  test("takes an archive that begins where it goes on", async () => {
    const later = copy();
    later.entries = later.entries.slice(50);
    later.checkpoints = [{ after: 40, note: signedNote(WHOLE, 90) }];
    expect((await check(later, await headAt(50))).verified).toBe(true);
    expect(codes(await check(later, await headAt(40)))).toContain("LEAF_MISSING");
    expect((await check(later)).verified).toBe(false);
  });
  test("passes over what stands before the head, and refuses what was changed after it", async () => {
    const before = copy();
    exchange(before, 20);
    expect((await check(before)).verified).toBe(false);
    expect((await check(before, await headAt(40))).verified).toBe(true);
    const after = copy();
    exchange(after, 60);
    expect(codes(await check(after, await headAt(40)))).toEqual(["LEAF_CHANGED"]);
  });
  test("refuses a log that was set back behind the head, and one whose history before it is another", async () => {
    expect(codes(await check(asOf(WHOLE, 30), await headAt(40)))).toContain("TRUNCATED");
    const other = copy();
    exchange(other, 10);
    rechain(other, 10);
    const second = { ...other, checkpoints: [{ after: 90, note: signedNote(other, 90) }] };
    expect((await check(second)).verified).toBe(true);
    expect((await check(second, await headAt(40))).verified).toBe(false);
  });
  test("does not verify from a head of which one part was changed", async () => {
    const head = await headAt(45);
    const flip = (hex: string): string => `${hex.startsWith("0") ? "1" : "0"}${hex.slice(1)}`;
    expect((await check(asOf(WHOLE, 90), { ...head, chain: flip(head.chain) })).verified).toBe(false);
    for (const [at, hash] of head.frontier.entries()) {
      const frontier = head.frontier.with(at, flip(hash));
      expect((await check(asOf(WHOLE, 90), { ...head, frontier })).verified).toBe(false);
    }
  });
  test("does not take a number that comes late for one that came twice, and notices one that did", () => {
    const header = parseLeaf(WHOLE.entries[0]?.leaf ?? new Uint8Array(0));
    const seen = (fromTheStart: boolean, counters: readonly number[]): string[] => {
      const warnings = new FindingList<LogWarning>();
      const watch = new ProducerWatch(warnings, fromTheStart);
      for (const [at, counter] of counters.entries())
        watch.see(at, { ...header, producer: { ...header.producer, counter } });
      watch.finish();
      return warnings.all().map(({ code }) => code);
    };
    expect(seen(false, [7, 5, 8, 6, 9])).toEqual([]);
    expect(seen(false, [7, 5, 5])).toEqual(["PRODUCER_REPEAT"]);
    expect(seen(false, [7, 9])).toEqual(["PRODUCER_GAP"]);
    expect(seen(true, [7, 5])).toEqual(["PRODUCER_GAP", "PRODUCER_GAP"]);
  });
});
