import { chmodSync, cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { codesOf, draft, judge, openLedger } from "./ledger-fixture.ts";
import type { TestLedger } from "./ledger-fixture.ts";

const TABLES = ["log", "entry", "section", "checkpoint"] as const;
/** The log is signed at these sizes; four entries stand after the last. */
const SIZES = [10, 25, 40] as const;
const COUNT = 44;
/** What the signer remembers, and the tiles. */
const FOLDERS = ["records", "logs"] as const;

let ledger: TestLedger;
const notes = new Map<number, string>();

beforeAll(async () => {
  ledger = await openLedger();
  const publisher = await ledger.publisher();
  for (let at = 0; at < COUNT; at += 1) {
    await ledger.writer.append(draft(`entry ${at}`));
    const signed = SIZES.find((size) => size === at + 1);
    if (signed !== undefined) notes.set(signed, (await publisher.publish()).note);
  }
  for (const table of TABLES) await ledger.admin.query(`create table public.kept_${table} as table audit.${table}`);
  for (const name of FOLDERS)
    cpSync(join(ledger.folder, name), join(ledger.folder, `kept-${name}`), { recursive: true });
});
afterEach(async () => {
  const restore = [...TABLES].map((table) => `insert into audit.${table} table public.kept_${table}`);
  await asIntruder([
    `delete from audit.section`,
    `delete from audit.entry`,
    `delete from audit.checkpoint`,
    `delete from audit.log`,
    ...restore,
  ]);
  for (const name of FOLDERS) {
    rmSync(join(ledger.folder, name), { recursive: true });
    cpSync(join(ledger.folder, `kept-${name}`), join(ledger.folder, name), { recursive: true });
    chmodSync(join(ledger.folder, name), 0o700);
  }
});
afterAll(async () => {
  await ledger.remove();
});

/** Statements of somebody who owns the database server: no trigger, grant or foreign key stands in his way. */
async function asIntruder(statements: readonly string[]): Promise<void> {
  const switchTriggers = (to: "disable" | "enable always"): string[] =>
    TABLES.flatMap((table) =>
      to === "disable"
        ? [`alter table audit.${table} disable trigger all`]
        : [
            `alter table audit.${table} enable trigger all`,
            `alter table audit.${table} enable always trigger ${table === "log" ? "head_only_grows" : "append_only"}`,
            `alter table audit.${table} enable always trigger ${table === "log" ? "head_no_truncate" : "append_only_truncate"}`,
          ],
    );
  await ledger.admin.query(
    ["begin", ...switchTriggers("disable"), ...statements, ...switchTriggers("enable always"), "commit"].join(";\n"),
  );
}

/** Computes hashes and chain anew from entry `from` on, and the head, as whoever can write the tables can. */
function rechain(from: number): string {
  return `do $$
    declare
      r record;
      head audit.log%rowtype;
      prefix bytea;
      c bytea;
    begin
      select * into head from audit.log;
      prefix := convert_to('caveat/audit/chain/v1', 'UTF8') || int2send(octet_length(head.origin)::smallint) || convert_to(head.origin, 'UTF8');
      select chain into c from audit.entry where idx = ${from - 1};
      for r in select * from audit.entry where idx >= ${from} order by idx loop
        c := sha384(prefix || int8send(r.idx) || c || sha384('\\x00'::bytea || r.leaf));
        update audit.entry set leaf256 = sha256('\\x00'::bytea || r.leaf), leaf384 = sha384('\\x00'::bytea || r.leaf), chain = c where idx = r.idx;
      end loop;
      update audit.log set size = (select max(idx) + 1 from audit.entry), chain = c;
    end $$`;
}

/** Another well-formed leaf: the same entry, a microsecond later. */
function backDate(index: number): string {
  const end = `position(convert_to('Z","v":1', 'UTF8') in leaf)`;
  return `update audit.entry set leaf = overlay(leaf placing '\\x31'::bytea from ${end} - 1 for 1) where idx = ${index}`;
}

/** The archive is made by the server, or by somebody who holds the log's key and has no signer that remembers. */
async function verdict(
  known?: number,
  by: "server" | "forger" = "server",
): Promise<{ codes: string[]; verified: boolean; cannotExclude: string }> {
  const report = await judge(
    await ledger.archive(() => true, await (by === "forger" ? ledger.forger() : ledger.publisher())),
    ledger.verifier,
    known === undefined ? undefined : notes.get(known),
  );
  return { codes: codesOf(report), verified: report.verified, cannotExclude: report.cannotExclude.join(" ") };
}

/** What somebody finds who holds no checkpoint from before, and who holds the last one signed before the deed. */
async function verdicts(): Promise<{ without: string[]; known: string[] }> {
  return { without: (await verdict()).codes, known: (await verdict(40)).codes };
}

describe("I5 tampering in the database is named by a verifier that has the archive and the public key only", () => {
  test("nothing is found where nothing was done, with and without a kept checkpoint", async () => {
    expect(await verdicts()).toEqual({ without: [], known: [] });
    expect((await verdict(25)).verified).toBe(true);
  });

  test("a changed leaf is LEAF_CHANGED with its index", async () => {
    await asIntruder([backDate(17)]);
    expect(await verdicts()).toEqual({ without: ["LEAF_CHANGED entry:17"], known: ["LEAF_CHANGED entry:17"] });
  });

  test("a changed leaf with hashes to match is LEAF_CHANGED with its index", async () => {
    const hashes = "leaf256 = sha256('\\x00'::bytea || leaf), leaf384 = sha384('\\x00'::bytea || leaf)";
    await asIntruder([backDate(17), `update audit.entry set ${hashes} where idx = 17`]);
    expect(await verdicts()).toEqual({ without: ["LEAF_CHANGED entry:17"], known: ["LEAF_CHANGED entry:17"] });
  });

  test("a changed chain value is CHAIN_CHANGED with its index", async () => {
    await asIntruder(["update audit.entry set chain = sha384(chain) where idx = 17"]);
    expect(await verdicts()).toEqual({ without: ["CHAIN_CHANGED entry:17"], known: ["CHAIN_CHANGED entry:17"] });
  });

  test("a deleted entry is LEAF_MISSING with its index", async () => {
    await asIntruder(["delete from audit.entry where idx = 17"]);
    expect(await verdicts()).toEqual({ without: ["LEAF_MISSING entry:17"], known: ["LEAF_MISSING entry:17"] });
  });

  test("a deleted entry is LEAF_MISSING with its index although the others were renumbered", async () => {
    const close = (table: string): string[] => [
      `delete from audit.${table} where idx = 17`,
      `update audit.${table} set idx = -idx where idx > 17`,
      `update audit.${table} set idx = -idx - 1 where idx < 0`,
    ];
    await asIntruder([...close("entry"), ...close("section"), "update audit.log set size = size - 1"]);
    const { without, known } = await verdicts();
    expect(without).toContain("LEAF_MISSING entry:17");
    expect(known).toContain("LEAF_MISSING entry:17");
  });

  test("two swapped entries are LEAF_REORDERED with both indexes", async () => {
    const swap = (table: string): string[] => [
      `update audit.${table} set idx = -1 where idx = 12`,
      `update audit.${table} set idx = 12 where idx = 20`,
      `update audit.${table} set idx = 20 where idx = -1`,
    ];
    await asIntruder([...swap("entry"), ...swap("section")]);
    const expected = ["LEAF_REORDERED entry:12", "LEAF_REORDERED entry:20"];
    expect(await verdicts()).toEqual({ without: expected, known: expected });
  });

  test("a changed leaf under a chain that was recomputed to the end is CHAIN_RECOMPUTED between two checkpoints", async () => {
    await asIntruder([backDate(17), rechain(17)]);
    expect((await verdict()).codes).toEqual(["CHAIN_RECOMPUTED entries:10:24"]);
    expect((await verdict(40)).codes).toEqual(["CHAIN_RECOMPUTED entries:10:24"]);
  });

  test("sealed bytes that were changed are SECTION_DAMAGED with index and slot, and everything else is still exported", async () => {
    await asIntruder([
      "update audit.section set sealed = set_byte(sealed, 20, get_byte(sealed, 20) # 1) where idx = 17 and slot = 1",
    ]);
    expect(await verdicts()).toEqual({
      without: ["SECTION_DAMAGED section:17:request"],
      known: ["SECTION_DAMAGED section:17:request"],
    });
  });

  test("a section whose row was removed is SECTION_MISSING with index and slot", async () => {
    await asIntruder(["delete from audit.section where idx = 17 and slot = 1"]);
    expect((await verdicts()).without[0]).toBe("SECTION_MISSING section:17:request");
  });

  test("cut back to an older signed size: the publisher does not sign, and no archive is made", async () => {
    await asIntruder([
      "delete from audit.section where idx >= 25",
      "delete from audit.entry where idx >= 25",
      "update audit.log set size = 25, chain = (select chain from audit.entry where idx = 24)",
    ]);
    await expect(ledger.archive()).rejects.toThrow("smaller than what was signed");
  });

  test("cut back together with its checkpoints: TRUNCATED for whoever kept one, and said to be not excluded without", async () => {
    await asIntruder([
      "delete from audit.section where idx >= 25",
      "delete from audit.entry where idx >= 25",
      "delete from audit.checkpoint where size > 25",
      "update audit.log set size = 25, chain = (select chain from audit.entry where idx = 24)",
    ]);
    const without = await verdict(undefined, "forger");
    expect(without.verified).toBe(true);
    expect(without.cannotExclude).toMatch(/truncation to an older signed size/);
    expect((await verdict(25, "forger")).verified).toBe(true);
    expect((await verdict(40, "forger")).codes).toEqual(["TRUNCATED entries:25:39"]);
  });

  test("a second history signed with the true key: FORK for whoever kept a checkpoint, and said to be not excluded without", async () => {
    await asIntruder([backDate(17), rechain(17), "delete from audit.checkpoint where size > 10"]);
    const without = await verdict(undefined, "forger");
    expect(without.verified).toBe(true);
    expect(without.cannotExclude).toMatch(/second history/);
    expect((await verdict(10, "forger")).verified).toBe(true);
    expect((await verdict(40, "forger")).codes.join()).toMatch(/^FORK /);
  });

  test("a second history beside checkpoints of the first: FORK without a kept one, too", async () => {
    await asIntruder([backDate(17), rechain(17), "delete from audit.checkpoint where size > 10"]);
    await (await ledger.forger()).publish();
    await asIntruder([`insert into audit.checkpoint select * from public.kept_checkpoint where size = 25`]);
    expect((await verdict(undefined, "forger")).codes.join()).toMatch(/^FORK checkpoint:25:\d+$/);
  });

  test("an entry deleted from those that are not yet signed is never signed over", async () => {
    await asIntruder(["delete from audit.section where idx = 41", "delete from audit.entry where idx = 41"]);
    await expect((await ledger.publisher()).publish()).rejects.toMatchObject({ code: "ENTRIES_MISSING" });
    expect((await ledger.store.lastCheckpoint(ledger.logId))?.size).toBe(40);
  });
});
