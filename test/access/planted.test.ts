import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pairBits } from "../../src/policy/matrix.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { compileRowSecurity } from "../../src/policy/row-security.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import type { TableAccess } from "../../src/policy/row-tables.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { ruleFiles } from "../policy/table-world.ts";
import { fillRow, selectKeys } from "./cross-rows.ts";
import { openCrossWorld } from "./cross-world.ts";
import type { CrossWorld } from "./cross-world.ts";
import { TokenMaker, backendOf } from "./tokens.ts";

const PROFILES = ["us-ts-analyst", "us-reviewer", "us-approver", "us-steward", "us-program-officer"];
const TRIED = new Set(["S", "S-OC-USGOV-NF"]);
let world: CrossWorld;
const tokens = new Map<string, string>();

beforeAll(async () => {
  world = await openCrossWorld();
  const maker = await TokenMaker.open(world.house);
  const backend = await backendOf(world.house.admin);
  for (const profile of PROFILES) tokens.set(profile, maker.token(await maker.claimOf(world.as(profile), backend)));
  await maker.close();
});
afterAll(async () => {
  await world.house.remove();
});

/** The rules with one of them changed. */
function changed(id: string, change: (rule: Record<string, unknown>) => Record<string, unknown> | null): Policy {
  let found = false;
  const files = ruleFiles.map((file) => {
    const parsed = JSON.parse(file.text) as { rules: Record<string, unknown>[] };
    const rules = parsed.rules.flatMap((rule) => {
      if (rule["id"] !== id) return [rule];
      found = true;
      return [change(rule) ?? []].flat();
    });
    return { name: file.name, text: JSON.stringify({ ...parsed, rules }) };
  });
  if (!found) throw new Error(`no rule ${id}`);
  return loadPolicy(files);
}

/** The tables with one of them described wrongly. */
function misdescribed(table: string, change: (access: TableAccess) => Partial<TableAccess>): TableAccess[] {
  return ROW_TABLES.map((access) => (access.table === table ? { ...access, ...change(access) } : access));
}

/**
 * Puts the row security of a policy (and its matrix) into the database inside a transaction that is rolled back, and
 * counts rows that it shows or takes otherwise than the shipped rules decide.
 */
async function differences(policy: Policy, tables: readonly TableAccess[] = ROW_TABLES): Promise<number> {
  const { admin, house } = world.house;
  let count = 0;
  await admin.query("begin");
  try {
    await admin.query(`set local role caveat_owner; ${compileRowSecurity(policy, tables)}; reset role`);
    for (const name of PROFILES) {
      const profile = world.product.profiles.get(name);
      if (!profile) throw new Error(name);
      const profileId = await house.office.profileId(profile);
      for (const [marking, id] of world.markingIds) {
        const effective = world.product.markings.get(marking);
        if (!effective) throw new Error(marking);
        await admin.query("update access.profile_marking set actions = $1 where profile_id = $2 and marking_id = $3", [
          pairBits(policy, profile, effective).toString(),
          profileId,
          id,
        ]);
      }
      await admin.query("set local role caveat_app");
      await admin.query("select set_config('caveat.gate', $1, true)", [tokens.get(name)]);
      for (const { table } of ROW_TABLES) {
        const { rows } = await admin.query<{ key: string }>(selectKeys(table));
        count += world.differences(name, table, new Set(rows.map(({ key }) => key))).length;
        count += await takenOtherwise(name, table);
      }
      await admin.query("reset role");
    }
  } finally {
    await admin.query("rollback");
  }
  return count;
}

/** How many rows of a table, of those with one marking throughout, are taken otherwise than they should be. */
async function takenOtherwise(profile: string, table: string): Promise<number> {
  const { admin } = world.house;
  const access = ROW_TABLES.find((candidate) => candidate.table === table);
  const ownerIsMaker = access?.facts.owner != null && access.makers.includes(access.facts.owner);
  const tried = world.product.rows.filter((row) => {
    const names = [...new Set(Object.values(row.markings))];
    return row.table === table && (!ownerIsMaker || row.owner) && names.length === 1 && TRIED.has(names[0] ?? "");
  });
  const filled = tried.map((row) =>
    fillRow(row, world.columns.get(table) ?? [], world.markingIds, world.caller, world.caller.personId),
  );
  const { rows } = await admin.query<{ passes: boolean[] }>("select probe.passes($1, $2) as passes", [
    table,
    JSON.stringify(filled.map((f) => f.values)),
  ]);
  return tried.filter((row, index) => rows[0]?.passes[index] !== world.product.expectRow(row, profile, "insert"))
    .length;
}

describe("I1 a lock that is wrong is noticed by the cross product", () => {
  test("the shipped rules differ nowhere", async () => {
    expect(await differences(world.product.policy)).toBe(0);
  });

  test.each<[string, string, (rule: Record<string, unknown>) => Record<string, unknown> | null]>([
    ["labels open to other programs", "label.member", (rule) => ({ ...rule, row: {} })],
    ["reviewers review their own work", "label.review.never-own", () => null],
    ["requesters approve their own delivery", "delivery.approve.never-own", () => null],
    ["nobody reads datasets of the program", "dataset.member", (rule) => ({ ...rule, row: { member: false } })],
    [
      "analysts read deliveries",
      "delivery.read.roles",
      (rule) => ({ ...rule, pair: { roles: ["program-officer", "approver", "analyst"] } }),
    ],
    [
      "reviewers do not read assets",
      "asset.read.roles",
      (rule) => ({ ...rule, pair: { roles: ["analyst", "steward", "program-officer", "approver"] } }),
    ],
    ["originator controlled data is requested", "delivery.originator-controlled", () => null],
  ])("%s", async (_, id, change) => {
    expect(await differences(changed(id, change))).toBeGreaterThan(0);
  });

  test.each<[string, TableAccess[]]>([
    ["labels without the marking of their asset", misdescribed("label", ({ above }) => ({ above: above.slice(0, 1) }))],
    ["revisions without the marking of their label", misdescribed("label_revision", () => ({ own: ["marking_id"] }))],
    ["assets without the marking of their dataset", misdescribed("asset", () => ({ above: [] }))],
    [
      "packages opened by whoever reads assets",
      misdescribed("blob", ({ read }) => ({ read: read.slice(0, 1).map(({ action }) => ({ action })) })),
    ],
    [
      "approvals in any program",
      misdescribed("delivery_approval", ({ facts }) => ({ facts: { ...facts, member: null } })),
    ],
    [
      "reviews about the wrong author",
      misdescribed("label_review", ({ facts }) => ({ facts: { ...facts, owner: "reviewer_id" } })),
    ],
  ])("%s", async (_, tables) => {
    expect(await differences(world.product.policy, tables)).toBeGreaterThan(0);
  });
});
