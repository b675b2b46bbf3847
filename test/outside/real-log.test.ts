import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatVkey, utf8, verifyLog, nodeCrypto } from "../../audit/index.ts";
import type { VerifierKey } from "../../audit/index.ts";
import { S_FVEY, smallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { archiveOf } from "../ledger/house-ledger.ts";
import { outsideSumdb } from "../outside-programs.ts";
import { Sumdb } from "./sumdb.ts";
import type { SumdbAnswer } from "./sumdb.ts";

const { skip } = outsideSumdb();
let house: TestHouse;
let sumdb: Sumdb;
let key: VerifierKey;

beforeAll(async () => {
  if (skip) return;
  sumdb = new Sumdb();
  house = await openTestHouse();
  await smallWorld(house, "ana", S_FVEY);
  key = (await house.house.keeper.activity()).verifier;
});
afterAll(async () => {
  if (skip) return;
  sumdb.remove();
  await house.remove();
});

function ask(archive: string): SumdbAnswer {
  return sumdb.ask({ vkey: formatVkey(key), archive: sumdb.write("log.ndjson", archive) });
}

describe.skipIf(skip)("a log that the server wrote", () => {
  test("I5 is accepted by the verifier in Go with the same root and chain, by one who may open sections and one who may not", async () => {
    const archives = [
      await archiveOf(house, await house.as("otto")),
      await archiveOf(house, await house.as("otto", "U")),
    ];
    const answers = archives.map(ask);
    expect(answers.map(({ refused }) => refused)).toEqual(["", ""]);
    const [whole, withheld] = answers.map(({ archive }) => archive);
    // Rule files carry no marking: both carry the policy that was in force, and its version is derived from them.
    const { version } = house.house.office.policy;
    expect([whole?.policies, withheld?.policies]).toEqual([[version], [version]]);
    for (const [i, archive] of archives.entries()) {
      const report = await verifyLog({ crypto: nodeCrypto, key, archive: [utf8(archive)] });
      const last = answers[i]?.archive?.entries?.at(-1);
      expect([report.verified, report.signed?.size]).toEqual([true, answers[i]?.archive?.size]);
      expect(report.signed?.chain).toBe(last?.chain);
    }
    const opened = (answer: typeof whole): number =>
      answer?.entries?.flatMap(({ sections }) => sections).filter((section) => section?.commitment).length ?? 0;
    expect(opened(whole)).toBeGreaterThan(opened(withheld));
    const hashes = (answer: typeof whole) =>
      answer?.entries?.map(({ leaf256, leaf384, chain }) => [leaf256, leaf384, chain]) ?? [];
    const size = whole?.size ?? 0;
    expect(size).toBeGreaterThan(10);
    expect(hashes(withheld).slice(0, size)).toEqual(hashes(whole));
  });
});
