import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { transactionOf } from "../../src/policy/grant.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import { Seeded } from "../audit/seeded.ts";
import { accessOf, fillRow, rowName } from "./cross-rows.ts";
import type { FilledRow } from "./cross-rows.ts";
import { openCrossWorld } from "./cross-world.ts";
import type { CrossWorld } from "./cross-world.ts";

const SAMPLE = 10;
let world: CrossWorld;

beforeAll(async () => {
  world = await openCrossWorld();
});
afterAll(async () => {
  await world.house.remove();
});

const known = new Map<string, readonly FilledRow[]>();

/** The candidates of a table that a profile may write. */
function writable(profile: string, table: string): readonly FilledRow[] {
  const rows =
    known.get(`${profile} ${table}`) ??
    candidates(table).filter(({ row }) => world.product.expectRow(row, profile, "insert"));
  known.set(`${profile} ${table}`, rows);
  return rows;
}

/** Rows of a table that differ in everything that row security looks at; the maker is the caller. */
function candidates(table: string): readonly FilledRow[] {
  const { facts, makers } = accessOf(table);
  const ownerIsMaker = facts.owner !== null && makers.includes(facts.owner);
  return world.product.rows
    .filter((row) => row.table === table && (!ownerIsMaker || row.owner))
    .map((row) => fillRow(row, world.columns.get(table) ?? [], world.markingIds, world.caller, world.caller.personId));
}

function sample(random: Seeded, rows: readonly FilledRow[]): FilledRow[] {
  return Array.from({ length: Math.min(SAMPLE, rows.length) }, () => rows[random.below(rows.length)]).filter(
    (row) => row !== undefined,
  );
}

describe("I1 row security on what is written", () => {
  test("I1 a row is taken exactly when decide() allows, for every profile and table", async () => {
    const random = new Seeded(20);
    const all = new Map(ROW_TABLES.map(({ table }) => [table, candidates(table)]));
    let taken = 0;
    const wrong = await world.eachProfile(async (grant, profile) => {
      const found: string[] = [];
      for (const [table, rows] of all) {
        // Half of the sample is drawn from what should be taken: most rows of the product are refused.
        const tried = [...sample(random, rows), ...sample(random, writable(profile, table))];
        const [answer] = await transactionOf(grant).rows<{ passes: boolean[] }>(
          "select probe.passes(?, ?::jsonb) as passes",
          [table, JSON.stringify(tried.map(({ values }) => values))],
        );
        for (const [index, { row }] of tried.entries()) {
          const expected = world.product.expectRow(row, profile, "insert");
          const passes = answer?.passes[index];
          taken += passes === true ? 1 : 0;
          if (passes !== expected)
            found.push(`${profile} ${String(passes)} instead of ${String(expected)}: ${rowName(row)}`);
        }
      }
      return found;
    });
    expect(wrong).toEqual([]);
    expect(taken).toBeGreaterThan(world.tried.length * 25);
  });

  test("nobody writes a row in another person's name", async () => {
    const wrong = await world.eachProfile(async (grant, profile) => {
      const found: string[] = [];
      for (const { table, makers } of ROW_TABLES) {
        for (const maker of makers) {
          const [allowed] = writable(profile, table);
          if (!allowed) continue;
          const forged = { ...allowed.values, [maker]: world.house.personId("rita") };
          const [answer] = await transactionOf(grant).rows<{ passes: boolean[] }>(
            "select probe.passes(?, ?::jsonb) as passes",
            [table, JSON.stringify([forged])],
          );
          if (answer?.passes[0] !== false) found.push(`${profile} ${table}.${maker}`);
        }
      }
      return found;
    });
    expect(wrong).toEqual([]);
  });
});
