import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ACTIONS, actionBit } from "../../src/policy/actions.ts";
import type { Action } from "../../src/policy/actions.ts";
import { transactionOf } from "../../src/policy/grant.ts";
import { rowLock } from "../../src/policy/row-lock.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import type { TableAccess } from "../../src/policy/row-tables.ts";
import { Database } from "../../src/storage/database.ts";
import type { Page } from "../../src/storage/ports.ts";
import { Reader } from "../../src/storage/reader.ts";
import { tables } from "../../src/storage/tables.ts";
import type { TableName } from "../../src/storage/tables.ts";
import type { TableLock, Transaction } from "../../src/storage/transaction.ts";
import type { CrossWorld } from "./cross-world.ts";
import { openCrossWorld } from "./cross-world.ts";
import { keyColumns, selectKeys } from "./cross-rows.ts";

let world: CrossWorld;
let superuser: Database;

beforeAll(async () => {
  world = await openCrossWorld();
  superuser = await Database.open(world.house.database.admin, 2);
});
afterAll(async () => {
  await superuser.close();
  await world.house.remove();
});

const SHORT = new Map(Object.entries(tables).map(([short, { name }]) => [name, short as TableName]));
const shortName = ({ table }: TableAccess): TableName | undefined => SHORT.get(`data.${table}`);

const keysOf = (rows: readonly { readonly key: string }[]): Set<string> => new Set(rows.map(({ key }) => key));

/** What a Reader shows of a table in the two programs of the cross product. */
async function read(reader: Reader, name: TableName, access: TableAccess): Promise<Set<string>> {
  const seen = new Set<string>();
  const note = (rows: readonly object[]): void => {
    for (const row of rows) {
      const values = row as Readonly<Record<string, unknown>>;
      const property = (column: string): string =>
        column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      seen.add(
        keyColumns(access.table)
          .map((column) => String(values[property(column)]))
          .join(" "),
      );
    }
  };
  if (name === "program")
    for (const { key } of world.rowsOf("program"))
      note([await reader.byId("program", key)].filter((row) => row !== null));
  else
    for (const id of [world.caller.program, world.caller.otherProgram])
      note(await reader.all(name, { parent: "program", id }, 1_000_000));
  return seen;
}

async function eachAsSuperuser(look: (tx: Transaction, profile: string) => Promise<string[]>): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of world.tried) {
    const { profile } = world.as(name);
    const profileId = await world.house.house.office.profileId(profile);
    const { policyId } = world.house.house.office;
    const { personId, programs } = world.principal;
    const lock = rowLock(world.product.policy, { policyId, profileId, personId, programIds: [...programs] });
    const tx = await superuser.begin(() => "", { lock });
    try {
      wrong.push(...(await look(tx, name)));
    } finally {
      await tx.rollback();
    }
  }
  return wrong;
}

describe("I1 the locks of a row are equal over the cross product of profiles, markings, facts and tables", () => {
  test("the cross product reaches every table of labeled rows, seen and unseen", () => {
    expect(world.rows.length).toBeGreaterThan(5_000);
    for (const { table } of ROW_TABLES) {
      const seeing = [...world.product.profiles.keys()].filter((profile) => world.expected(profile, table).size > 0);
      expect([table, seeing.length > 0, seeing.length < world.product.profiles.size]).toEqual([table, true, true]);
    }
  });

  test("I1 the last look decides on the same markings, actions and owner of a table as the locks do", () => {
    for (const [short, table] of Object.entries(tables)) {
      const access = ROW_TABLES.find((candidate) => `data.${candidate.table}` === table.name);
      const owner = access?.facts.owner?.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()) ?? null;
      expect([short, table.owner]).toEqual([short, owner]);
      for (const { action, when } of access?.read ?? []) {
        for (const value of when?.values ?? [""]) {
          const row = { [when?.column ?? "noun"]: value };
          const named = table.markings.map(([column, , of]) => [
            column,
            typeof of === "function" ? of(row as never) : of,
          ]);
          const locked = [...(access?.above ?? []), ...(access?.own ?? []).map((column) => [column, action])];
          expect([short, value, named]).toEqual([short, value, locked]);
        }
      }
    }
  });

  test("I1 the matrix holds what decidePair says for every profile, marking and action", async () => {
    for (const profile of world.product.profiles.values()) await world.house.house.office.profileId(profile);
    const { rows } = await world.house.admin.query<{ profile_id: string; marking_id: string; actions: string }>(
      "select profile_id, marking_id, actions::text from access.profile_marking",
    );
    const cells = new Map(rows.map((row) => [`${row.profile_id} ${row.marking_id}`, BigInt(row.actions)]));
    const wrong: string[] = [];
    for (const [name, profile] of world.product.profiles) {
      const profileId = await world.house.house.office.profileId(profile);
      for (const [marking, markingId] of world.markingIds) {
        const cell = cells.get(`${profileId} ${markingId}`);
        const held = (action: Action): boolean =>
          cell !== undefined && ((cell >> BigInt(actionBit(action))) & 1n) === 1n;
        wrong.push(
          ...ACTIONS.filter((action) => held(action) !== world.product.expectPair(name, marking, action)).map(
            (a) => `${name} ${marking} ${a}`,
          ),
        );
      }
    }
    expect(wrong).toEqual([]);
  });

  test("I1 the explicit lock of every table alone, with row security set aside, shows what decide() allows", async () => {
    const wrong = await eachAsSuperuser(async (tx, profile) => {
      const found: string[] = [];
      for (const access of ROW_TABLES) {
        const { open, on } = tx.lock([[`data.${access.table}`, "t"]]);
        const [lock] = on as readonly [TableLock];
        const rows = await tx.rows<{ key: string }>(`with ${open.sql} ${selectKeys(access.table)} where ${lock.sql}`, [
          ...open.params,
          ...lock.params,
        ]);
        found.push(...world.differences(profile, access.table, keysOf(rows)));
      }
      return found;
    });
    expect(wrong).toEqual([]);
  });

  test("I1 the Reader's own queries alone, with row security set aside, show what decide() allows", async () => {
    const wrong = await eachAsSuperuser(async (tx, profile) => {
      const reader = new Reader(tx, () => undefined);
      const found: string[] = [];
      for (const access of ROW_TABLES) {
        const short = shortName(access);
        if (short !== undefined)
          found.push(...world.differences(profile, access.table, await read(reader, short, access)));
      }
      return found;
    });
    expect(wrong).toEqual([]);
  });

  test("I1 row security alone, without any join, shows what decide() allows", async () => {
    const wrong = await world.eachProfile(async (grant, profile) => {
      const found: string[] = [];
      for (const access of ROW_TABLES) {
        const rows = await transactionOf(grant).rows<{ key: string }>(selectKeys(access.table));
        found.push(...world.differences(profile, access.table, keysOf(rows)));
      }
      return found;
    });
    expect(wrong).toEqual([]);
  });

  test("I1 both locks together show what decide() allows, and the last look finds nothing to refuse", async () => {
    const wrong = await world.eachProfile(async (grant, profile) => {
      const found: string[] = [];
      for (const access of ROW_TABLES) {
        const short = shortName(access);
        if (short !== undefined)
          found.push(...world.differences(profile, access.table, await read(grant.read, short, access)));
      }
      return found;
    });
    expect(wrong).toEqual([]);
  });

  test("I1 pages of a program together hold exactly the rows that decide() allows", async () => {
    const wrong = await world.eachProfile(async (grant, profile) => {
      const found: string[] = [];
      for (const name of ["dataset", "ontology", "delivery"] as const) {
        const seen = new Set<string>();
        for (const id of [world.caller.program, world.caller.otherProgram]) {
          for (let after: string | null = null, more = true; more;) {
            const page: Page<{ readonly id: string }> = await grant.read.page(
              name,
              { parent: "program", id },
              { first: 20, after },
              { program: id },
            );
            for (const row of page.rows) seen.add(row.id);
            after = page.rows.at(-1)?.id ?? null;
            more = page.hasNextPage;
          }
        }
        found.push(...world.differences(profile, name, seen));
      }
      return found;
    });
    expect(wrong).toEqual([]);
  });
});
