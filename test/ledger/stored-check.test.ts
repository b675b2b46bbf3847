import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { checkStoredLogs } from "../../src/composition/stored-log-check.ts";
import type { StoredReport } from "../../src/composition/stored-log-check.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";

let house: TestHouse;
let note: string;

beforeAll(async () => {
  house = await openTestHouse();
  for (const handle of ["ana", "rita", "otto"]) await house.run(await house.as(handle), () => Promise.resolve());
  // As the server does before it listens: recipients have come since the house was opened.
  await house.house.writeTrust();
  note = (await (await house.house.keeper.activity()).publish()).note;
  await house.admin.query("create table public.kept_entry as table audit.entry");
});
afterEach(async () => {
  await asOwner("delete from audit.entry; insert into audit.entry table public.kept_entry");
});
afterAll(async () => {
  await house.remove();
});

/** Statements of somebody who owns the database. */
async function asOwner(statements: string): Promise<void> {
  await house.admin.query(
    `begin; alter table audit.entry disable trigger all; ${statements}; alter table audit.entry enable trigger all;
     alter table audit.entry enable always trigger append_only; alter table audit.entry enable always trigger append_only_truncate; commit`,
  );
}
const check = (known: string | null = null): Promise<StoredReport> =>
  checkStoredLogs(house.house.config, known, () => undefined);
/** Index of an entry that has a person. */
async function anEntry(): Promise<number> {
  const { rows } = await house.admin.query<{ idx: string }>(
    "select idx from audit.entry where log_id = 0 and person_tag is not null order by idx limit 1",
  );
  return Number(rows[0]?.idx);
}
async function lies(): Promise<string[]> {
  const { verified, logs } = await check();
  expect(verified).toBe(false);
  return logs.flatMap(({ columns }) => columns.lies.map(({ index, column }) => `${column} ${index}`));
}

describe("I5 the stored log, checked in its database", () => {
  test("is whole, with every column as its entry says, while the server runs", async () => {
    const { verified, logs } = await check(note);
    expect(logs.map(({ log, columns }) => [log?.findings ?? [], columns.lies, columns.notChecked])).toEqual(
      logs.map(() => [[], [], 0]),
    );
    expect(verified).toBe(true);
    expect(logs[0]?.tiles).toMatchObject({
      verified: true,
      findings: [],
      signed: { size: logs[0]?.log?.signed?.size },
    });
    expect(logs[0]?.columns.checked).toBeGreaterThan(5);
    expect(logs[0]?.log?.knownSize).toBeGreaterThan(5);
  });
  test("names the column and the entry where a search column lies", async () => {
    const at = await anEntry();
    for (const [column, value] of [
      ["kind", "'log.heartbeat'"],
      ["id", "gen_random_uuid()"],
      ["leaf256", "sha256('x')"],
      ["person_tag", "sha256('x')"],
      ["person_tag", "null"],
    ] as const) {
      await asOwner(`update audit.entry set ${column} = ${value} where log_id = 0 and idx = ${at}`);
      expect(await lies()).toEqual([`${column} ${at}`]);
      await asOwner("delete from audit.entry; insert into audit.entry table public.kept_entry");
    }
  });
  test("says which entry was changed and which is gone", async () => {
    const at = await anEntry();
    await asOwner(
      `update audit.entry set leaf = overlay(leaf placing '0'::bytea from 12 for 1) where log_id = 0 and idx = ${at}`,
    );
    expect((await check()).logs[0]?.log?.findings).toMatchObject([{ code: "LEAF_CHANGED", at: { index: at } }]);
    await asOwner(`delete from audit.entry where log_id = 0 and idx = ${at}`);
    expect((await check()).logs[0]?.log?.findings).toMatchObject([{ code: "LEAF_MISSING", at: { index: at } }]);
  });
  test("says which tile on the disk is damaged", async () => {
    const { stateFolder } = house.house.config;
    const log = join(stateFolder, "logs", "caveat.local%2Factivity", "tile", "0");
    const [name = ""] = readdirSync(join(log, "000.p")).toSorted((a, b) => Number(b) - Number(a));
    const path = join(log, "000.p", name);
    const kept = readFileSync(path);
    writeFileSync(
      path,
      kept.map((byte, at) => (at === 3 ? byte ^ 1 : byte)),
    );
    expect((await check()).logs[0]).toMatchObject({
      verified: false,
      log: { verified: true },
      tiles: { findings: [{ code: "TILE_DAMAGED", at: { path: `tile/0/000.p/${name}` } }] },
    });
    writeFileSync(path, kept);
    expect((await check()).verified).toBe(true);
  });
  test("refuses to check where there is no installation, or a log of which no key is known", async () => {
    const { config } = house.house;
    await expect(
      checkStoredLogs({ ...config, stateFolder: join(config.stateFolder, "no") }, null, () => undefined),
    ).rejects.toThrow(/no installation/);
    const path = join(config.stateFolder, "trust.json");
    const kept = await house.house.trust();
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(kept) as object), logs: [] }));
    await expect(check()).rejects.toThrow(/no key of the log/);
    writeFileSync(path, kept);
  });

  test("an entry whose actor was erased is whole, and counted as one whose person could not be checked", async () => {
    const tag = "(select person_tag from audit.entry where log_id = 0 and person_tag is not null order by idx limit 1)";
    await house.admin.query("alter table audit.section_key disable trigger guarded");
    await house.admin.query(
      `update audit.section_key set wrapped = null, erased_at = now(), erased_by = gen_random_uuid() where subject = ${tag}`,
    );
    await house.admin.query("alter table audit.section_key enable always trigger guarded");
    const { rows } = await house.admin.query<{ entries: number }>(
      `select count(*)::int as entries from audit.entry where log_id = 0 and person_tag = ${tag}`,
    );
    const { verified, logs } = await check(note);
    expect(verified).toBe(true);
    expect(rows[0]?.entries).toBeGreaterThan(0);
    expect(logs[0]?.columns).toMatchObject({ notChecked: rows[0]?.entries, found: 0 });
  });
});
