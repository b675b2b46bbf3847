import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Frontier, leafHash256, nodeCrypto, openCheckpoint, toHex } from "../../audit/index.ts";
import { smallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import { codesOf, draft, judge, openLedger } from "./ledger-fixture.ts";
import type { TestLedger } from "./ledger-fixture.ts";
import { archiveOf } from "./house-ledger.ts";

let ledger: TestLedger;

beforeAll(async () => {
  ledger = await openLedger();
});
afterAll(async () => {
  await ledger.remove();
});

/** The root over the first `size` entries, computed from nothing but their leaves. */
async function recomputed(from: TestLedger["store"], logId: number, size: number): Promise<string> {
  const frontier = new Frontier(nodeCrypto);
  for (const leaf of await from.leaves(logId, 0, size)) frontier.append(leafHash256(nodeCrypto, new Uint8Array(leaf)));
  return toHex(frontier.root());
}

function rootOf(note: string): { readonly size: number; readonly root: string } {
  const opened = openCheckpoint(nodeCrypto, note, ledger.verifier);
  if (opened.outcome !== "verified") throw new Error(opened.outcome);
  return { size: opened.checkpoint.size, root: toHex(opened.checkpoint.root) };
}

describe("I5 signed checkpoints", () => {
  test("of an empty log are signed, too", async () => {
    const { note } = await (await ledger.publisher()).publish();
    expect(rootOf(note)).toEqual({ size: 0, root: await recomputed(ledger.store, ledger.logId, 0) });
  });

  test("a publisher that resumes from the last checkpoint signs the root of a full recomputation, at every size", async () => {
    const kept = await ledger.publisher();
    for (let round = 0; round < 40; round += 1) {
      for (let more = 0; more <= round % 3; more += 1) await ledger.writer.append(draft(`${round} ${more}`));
      const { size } = await ledger.store.head(ledger.logId);
      const root = await recomputed(ledger.store, ledger.logId, size);
      // One that was started just now, and one that was there all the time, in turn.
      const { note } = await (round % 2 === 0 ? await ledger.publisher() : kept).publish();
      expect(rootOf(note)).toEqual({ size, root });
    }
  });

  test("signing again where nothing was added gives the note that was given before", async () => {
    const first = await (await ledger.publisher()).publish();
    const publisher = await ledger.publisher();
    expect(await publisher.publish()).toEqual(first);
    expect(await Promise.all([publisher.publish(), publisher.publish()])).toEqual([first, first]);
  });

  test("calls at once while entries come never sign one size with two roots", async () => {
    const publishers = await Promise.all([ledger.publisher(), ledger.publisher(), ledger.publisher()]);
    const published = await Promise.all(
      Array.from({ length: 30 }, async (_, at) => {
        await ledger.writer.append(draft(`at once ${at}`));
        return publishers[at % 3]?.publish();
      }),
    );
    for (const one of published) {
      if (!one) throw new Error("nothing published");
      expect(rootOf(one.note)).toEqual({
        size: one.size,
        root: await recomputed(ledger.store, ledger.logId, one.size),
      });
    }
  });

  test("a publisher refuses a log that is smaller than what it has signed itself", async () => {
    const publisher = await ledger.publisher();
    const { size } = await publisher.publish();
    await ledger.admin.query("alter table audit.log disable trigger all");
    await ledger.admin.query("update audit.log set size = size - 1");
    await expect(publisher.publish()).rejects.toThrow("smaller than what was signed");
    await expect((await ledger.publisher()).publish()).rejects.toThrow("smaller than what was signed");
    await ledger.admin.query("update audit.log set size = size + 1");
    await ledger.admin.query("alter table audit.log enable always trigger head_only_grows");
    await ledger.admin.query("alter table audit.log enable always trigger head_no_truncate");
    expect((await publisher.publish()).size).toBe(size);
  });

  test("all of them verify in the archive", async () => {
    const report = await judge(await ledger.archive(), ledger.verifier);
    expect(codesOf(report)).toEqual([]);
    expect(report.signed?.size).toBe((await ledger.store.head(ledger.logId)).size);
  });
});

describe("I10 a house that was restarted", () => {
  test("goes on with the same log: what was signed before is a prefix of what is signed after, boot by boot", async () => {
    const first = await openTestHouse();
    await smallWorld(first);
    const archive = await archiveOf(first, await first.as("otto"));
    const kept = /"checkpoint":"((?:[^"\\]|\\.)*)"/g;
    const known = JSON.parse(`"${[...archive.matchAll(kept)].at(-1)?.[1] ?? ""}"`) as string;
    await first.close();
    const second = await openTestHouse({ from: first });
    await smallWorldAgain(second);
    await second.close();
    const third = await openTestHouse({ from: second });
    try {
      const publisher = await third.house.keeper.activity();
      const report = await judge(await archiveOf(third, await third.as("otto")), publisher.verifier, known);
      expect(codesOf(report)).toEqual([]);
      // Counters of each boot run without a gap up to the shutdown entry, whose detail names the last one.
      expect(report.warnings).toEqual([]);
      expect(report.knownSize).toBe(rootOfAny(known));
      const { rows } = await third.admin.query<{ kind: string; count: number }>(
        "select kind, count(*)::int as count from audit.entry where log_id = 0 and kind in ('log.boot', 'log.shutdown') group by kind order by kind",
      );
      expect(rows).toEqual([
        { kind: "log.boot", count: 3 },
        { kind: "log.shutdown", count: 2 },
      ]);
    } finally {
      await third.remove();
      await second.remove();
      await first.remove();
    }
  });
});

async function smallWorldAgain(house: Awaited<ReturnType<typeof openTestHouse>>): Promise<void> {
  const ana = await house.as("ana");
  for (let round = 0; round < 5; round += 1) {
    await house.run(ana, (operation) => operation.nested((grant) => grant.read.byId("program", house.programId)));
  }
}

/** The size that a checkpoint names: its second line. */
function rootOfAny(note: string): number {
  return Number(note.split("\n")[1]);
}
