import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  formatPolicy,
  formatVkey,
  leafHash256,
  leafHash384,
  nodeCrypto,
  sealedHash,
  sectionCommitment,
  toHex,
  verifyLog,
} from "../../audit/index.ts";
import { SIGNER, bytesOf, linesOf, makeArchive, policyOf, samplePolicies } from "../audit/archive-fixture.ts";
import type { Archive } from "../audit/archive-fixture.ts";
import { Seeded, flipBit } from "../audit/seeded.ts";
import { outsideSumdb } from "../outside-programs.ts";
import { Sumdb } from "./sumdb.ts";
import type { SumdbAnswer } from "./sumdb.ts";

const VKEY = formatVkey(SIGNER.key);
const document = readFileSync(join(import.meta.dirname, "../../audit/FORMAT.md"), "utf8");
const { skip } = outsideSumdb();
let sumdb: Sumdb;
beforeAll(() => {
  if (!skip) sumdb = new Sumdb();
});
afterAll(() => {
  if (!skip) sumdb.remove();
});

const small = (): Archive => ({ ...makeArchive(12, [5, 12]), policies: samplePolicies() });
function ask(archive: Uint8Array | string, vkey = VKEY): SumdbAnswer {
  return sumdb.ask({ vkey, archive: sumdb.write("log.ndjson", archive) });
}

describe.skipIf(skip)("a verifier written from FORMAT.md alone", () => {
  test("accepts the worked example of that page and derives the values that it prints", () => {
    const example = /^```ndjson\n(.*?)^```$/ms.exec(document)?.[1] ?? "";
    const printed = (name: string): string => new RegExp(`^${name} (.+)$`, "m").exec(document)?.[1] ?? "";
    const { refused, archive } = ask(example, printed("vkey"));
    expect(refused).toBe("");
    expect(archive).toMatchObject({ size: 1, checkpoints: 1 });
    const [leaf256, leaf384, chain] = ["leaf256", "leaf384", "chain"].map(printed);
    expect(archive?.entries).toMatchObject([{ leaf256, leaf384, chain }]);
    expect(archive?.entries?.[0]?.sections[3]?.commitment).toBe(printed("commitment"));
  });
  test("I5 derives the leaf hashes, chain values, commitments and sealed hashes of six hundred entries as we do", () => {
    const log = makeArchive(600, [300, 600]);
    const { refused, archive } = ask(bytesOf(log));
    expect(refused).toBe("");
    expect(archive).toMatchObject({ size: 600, checkpoints: 2 });
    expect(archive?.entries).toEqual(
      log.entries.map(({ leaf, chain, slots }) => ({
        leaf256: toHex(leafHash256(nodeCrypto, leaf)),
        leaf384: toHex(leafHash384(nodeCrypto, leaf)),
        chain: toHex(chain),
        sections: slots.map(
          (slot) =>
            slot && {
              commitment: slot.open ? toHex(sectionCommitment(nodeCrypto, slot.open)) : "",
              sealed: slot.sealed ? toHex(sealedHash(nodeCrypto, slot.sealed)) : "",
            },
        ),
      })),
    );
  });
  test("I5 refuses five hundred seeded flips behind the first line of an archive, as we do", async () => {
    const bytes = bytesOf(small());
    const signed = (bytes.indexOf(10) + 1) * 8;
    const random = new Seeded(64);
    const flips = Array.from({ length: 500 }, () => ({
      path: "",
      bit: signed + random.below(bytes.length * 8 - signed),
    }));
    const archive = sumdb.write("flipped.ndjson", bytes);
    const { refused, accepted } = sumdb.ask({ vkey: VKEY, archive, flips });
    expect(refused).toBe("");
    expect(accepted).toEqual(flips.map(() => false));
    for (const { bit } of flips.slice(0, 100)) {
      const { verified } = await verifyLog({ crypto: nodeCrypto, key: SIGNER.key, archive: [flipBit(bytes, bit)] });
      expect([bit, verified]).toEqual([bit, false]);
    }
  });
  test("I6 derives the versions of the policies that an archive carries, and takes one without", () => {
    expect(ask(bytesOf(small())).archive?.policies).toEqual(samplePolicies().map(({ version }) => version));
    const without = ask(bytesOf({ ...small(), policies: [] }));
    expect([without.refused, without.archive?.policies]).toEqual(["", null]);
  });
  test("I5 refuses what is no policy line of an archive, as we do", async () => {
    const [first, second] = samplePolicies();
    if (!first || !second) throw new Error("two policies");
    const lines = linesOf({ ...small(), policies: [] });
    const line = formatPolicy(first);
    const behind: readonly (readonly [place: number, ...texts: readonly string[]])[] = [
      [1, line, line],
      [1, formatPolicy(second), line],
      [0, line],
      [2, line],
      [lines.length, line],
      [1, formatPolicy({ version: first.version, files: second.files })],
      [1, formatPolicy(policyOf({ "rules/label.json": "{}" }))],
      [1, formatPolicy(policyOf({ "label.json": "" }))],
      [1, formatPolicy(policyOf({}))],
      [1, line.replace('{"policy"', '{"also":1,"policy"')],
      [1, formatPolicy(policyOf({ "label.json": "a".repeat(16 * 1_048_576) }))],
    ];
    for (const [place, ...texts] of behind) {
      const text = lines
        .toSpliced(place, 0, ...texts)
        .map((one) => `${one}\n`)
        .join("");
      const { verified } = await verifyLog({ crypto: nodeCrypto, key: SIGNER.key, archive: [Buffer.from(text)] });
      expect([texts[0]?.slice(0, 200), ask(text).refused === "", verified]).toEqual([
        texts[0]?.slice(0, 200),
        false,
        false,
      ]);
    }
  });
  const LIES: readonly (readonly [what: string, lie: (archive: Archive) => unknown, why: RegExp])[] = [
    ["without one of its entries", ({ entries }) => entries.splice(7, 1), /out of order/],
    ["with an entry twice", ({ entries }) => entries.splice(7, 0, ...entries.slice(3, 4)), /out of order/],
    [
      "with two entries swapped",
      ({ entries }) => entries.splice(6, 2, ...entries.slice(6, 8).reverse()),
      /out of order/,
    ],
    ["without its last entries", ({ entries }) => entries.splice(9), /the end counts other entries/],
    ["without its last checkpoint", ({ checkpoints }) => checkpoints.splice(1), /not signed/],
    [
      "of other entries, all chained anew",
      (archive) => (archive.entries = makeArchive(12, [], 2).entries),
      /another root/,
    ],
    ["of another log", (archive) => (archive.origin = "caveat.example/other"), /another chain value/],
  ];
  test.each(LIES)("refuses an archive %s", (_, lie, why) => {
    const archive = small();
    lie(archive);
    expect(ask(bytesOf(archive)).refused).toMatch(why);
  });
});
