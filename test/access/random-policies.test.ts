import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pairBits } from "../../src/policy/matrix.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { DecisionMemory } from "../../src/policy/decision-memory.ts";
import { DecisionLedger } from "../../src/policy/last-look.ts";
import type { MarkingOffice } from "../../src/policy/marking-office.ts";
import { rowLock } from "../../src/policy/row-lock.ts";
import { compileRowSecurity } from "../../src/policy/row-security.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import type { TableAccess } from "../../src/policy/row-tables.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { tables } from "../../src/storage/tables.ts";
import type { TableName } from "../../src/storage/tables.ts";
import { crossProduct } from "../policy/cross-product.ts";
import { ruleFileSets } from "../rulebook/random-rules.ts";
import { fillRow, selectKeys } from "./cross-rows.ts";
import type { FilledRow } from "./cross-rows.ts";
import { openCrossWorld } from "./cross-world.ts";
import type { CrossWorld } from "./cross-world.ts";
import { TokenMaker, backendOf } from "./tokens.ts";

const LONG = process.env["CAVEAT_LONG"] === "1";
const SEED = 20_261_122;
const PROFILES = ["us-ts-analyst", "us-steward", "us-two-hats", "us-listed-analyst", "afg-many-hats", "gbr-s-analyst"];
const POLICIES = fc.sample(ruleFileSets, { seed: SEED, numRuns: LONG ? 300 : 6 }).map((files) => loadPolicy(files));

let world: CrossWorld;
const tokens = new Map<string, string>();

beforeAll(async () => {
  world = await openCrossWorld();
  const maker = await TokenMaker.open(world.house);
  const backend = await backendOf(world.house.admin);
  for (const profile of PROFILES) tokens.set(profile, maker.token(await maker.claimOf(world.as(profile), backend)));
  await maker.close();
});
afterAll(() => world.house.remove());

/** The policies by which each enforcer goes: all the same, unless a test plants another one into one of them. */
interface Enforcers {
  readonly decide: Policy;
  readonly matrix: Policy;
  readonly lock: Policy;
  readonly security: Policy;
  /** The second look, in the process, on what is about to leave. */
  readonly look: Policy;
}
const all = (policy: Policy): Enforcers => ({
  decide: policy,
  matrix: policy,
  lock: policy,
  security: policy,
  look: policy,
});

interface Comparison {
  readonly compared: number;
  readonly seen: number;
  readonly differences: readonly string[];
}

/**
 * Whether a table tells every fact that rules about its actions ask for. Where it does not, the locks may show less than
 * decide() allows, never more.
 */
function tellsAll(policy: Policy, { facts, read, insert }: TableAccess): boolean {
  const told = new Set(["state", ...(facts.member ? ["member"] : []), ...(facts.owner ? ["owner"] : [])]);
  const actions = [...read, ...insert].map(({ action }) => action);
  return policy.rules.every(
    ({ when, actions: of }) =>
      !("row" in when) ||
      !of.some((action) => actions.includes(action)) ||
      Object.keys(when.row).every((name) => told.has(name)),
  );
}

function numbered(sql: string, first: number): string {
  let at = first;
  return sql.replaceAll("?", () => `$${at++}`);
}

const SHORT = new Map(Object.entries(tables).map(([short, { name }]) => [name, short as TableName]));

/** Keys of those rows of a table that the second look lets pass, each looked at alone. */
async function passing(policy: Policy, name: string, table: string, rows: readonly FilledRow[]): Promise<Set<string>> {
  const short = SHORT.get(`data.${table}`);
  if (!short) throw new Error(`no reader of ${table}`);
  const { office } = world.house.house;
  const parts = {
    policy,
    register: office.register,
    decisions: new DecisionMemory(policy, office.register.version),
    known: (id: string) => office.known(id),
    byId: (id: string) => office.byId(id),
  };
  const passed = new Set<string>();
  for (const { key, values } of rows) {
    const ledger = new DecisionLedger(parts as unknown as MarkingOffice, world.as(name), () => new Date());
    const row = Object.fromEntries(
      Object.entries(values).map(([column, value]) => [
        column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]),
    );
    ledger.read(short, row as never);
    if ((await ledger.lastLook()).length === 0) passed.add(key);
  }
  return passed;
}

/** Puts row security and matrix into the database, in a transaction that is rolled back, and asks every enforcer. */
async function compare(by: Enforcers, names: readonly string[]): Promise<Comparison> {
  const { admin, house } = world.house;
  const product = crossProduct(by.decide);
  const differences: string[] = [];
  let compared = 0;
  let seen = 0;
  await admin.query("begin");
  try {
    await admin.query(`set local role caveat_owner; ${compileRowSecurity(by.security)}; reset role`);
    for (const name of names) {
      const profile = world.product.profiles.get(name);
      if (!profile) throw new Error(name);
      const profileId = await house.office.profileId(profile);
      const cells = [...world.markingIds].map(([marking, id]) => {
        const effective = world.product.markings.get(marking);
        if (!effective) throw new Error(marking);
        return [id, pairBits(by.matrix, profile, effective).toString()] as const;
      });
      await admin.query(
        `update access.profile_marking pm set actions = c.a from unnest($2::uuid[], $3::bigint[]) c (m, a)
         where pm.profile_id = $1 and pm.marking_id = c.m`,
        [profileId, cells.map(([id]) => id), cells.map(([, bits]) => bits)],
      );
      const { personId, programs } = world.principal;
      const lockOf = rowLock(by.lock, {
        policyId: house.office.policyId,
        profileId,
        personId,
        programIds: [...programs],
      });
      for (const access of ROW_TABLES) {
        const { table } = access;
        const rows = world.rowsOf(table);
        const allowed = new Set(rows.filter(({ row }) => product.expectRow(row, name, "read")).map(({ key }) => key));
        const exact = tellsAll(by.decide, access);
        const judge = (enforcer: string, keys: ReadonlySet<string>): void => {
          compared += rows.length;
          seen += keys.size;
          const wrong = rows.find(({ key }) => keys.has(key) !== allowed.has(key) && (exact || keys.has(key)));
          if (wrong) differences.push(`${enforcer} ${name} ${table} ${JSON.stringify(wrong.row)}`);
        };
        if (SHORT.has(`data.${table}`)) judge("look", await passing(by.look, name, table, rows));
        const lock = lockOf([[`data.${table}`, "t"]]);
        const [on] = lock.on;
        if (!on) throw new Error("no lock");
        // As the superuser: row security is set aside, and the explicit lock stands alone.
        const explicit = await admin.query<{ key: string }>(
          numbered(`with ${lock.open.sql} ${selectKeys(table)} where ${on.sql}`, 1),
          [...lock.open.params, ...on.params],
        );
        judge("lock", new Set(explicit.rows.map(({ key }) => key)));
        await admin.query("set local role caveat_app");
        await admin.query("select set_config('caveat.gate', $1, true)", [tokens.get(name)]);
        const secured = await admin.query<{ key: string }>(selectKeys(table));
        judge("security", new Set(secured.rows.map(({ key }) => key)));
        if (access.insert.length > 0) {
          const { passes, expected, tried } = await inserts(product, name, access);
          compared += tried.length;
          const wrong = tried.findIndex((_, i) => passes[i] !== expected[i] && (exact || passes[i] === true));
          if (wrong >= 0) differences.push(`insert ${name} ${table} ${JSON.stringify(tried[wrong])}`);
        }
        await admin.query("reset role");
      }
    }
  } finally {
    await admin.query("rollback");
  }
  return { compared, seen, differences };
}

/** Whether row security takes rows with one marking throughout, against what decide() says. */
async function inserts(product: ReturnType<typeof crossProduct>, name: string, access: TableAccess) {
  const ownerIsMaker = access.facts.owner !== null && access.makers.includes(access.facts.owner);
  const tried = world.product.rows.filter((row) => {
    const names = [...new Set(Object.values(row.markings))];
    return (
      row.table === access.table &&
      (!ownerIsMaker || row.owner) &&
      names.length === 1 &&
      ["U", "S"].includes(names[0] ?? "")
    );
  });
  const columns = world.columns.get(access.table) ?? [];
  const filled = tried.map(
    (row) => fillRow(row, columns, world.markingIds, world.caller, world.caller.personId).values,
  );
  const { rows } = await world.house.admin.query<{ passes: boolean[] }>("select probe.passes($1, $2) as passes", [
    access.table,
    JSON.stringify(filled),
  ]);
  return {
    tried,
    passes: rows[0]?.passes ?? [],
    expected: tried.map((row) => product.expectRow(row, name, "insert")),
  };
}

/** Two of the profiles, other ones for each policy. */
const namesFor = (index: number): string[] => [
  PROFILES[index % PROFILES.length] ?? "",
  PROFILES[(index + 1 + Math.floor(index / PROFILES.length)) % PROFILES.length] ?? "",
];

describe("I1 under any rules that load the enforcers agree on a real database", () => {
  test(
    "decide, the second look, the explicit lock, row security and what row security takes in, for random policies",
    async () => {
      let compared = 0;
      let seen = 0;
      for (const [index, policy] of POLICIES.entries()) {
        const found = await compare(all(policy), [...new Set(namesFor(index))]);
        // Replay: fc.sample(ruleFileSets, { seed, numRuns: index + 1 }).at(-1)
        expect({ seed: SEED, index, differences: found.differences }).toEqual({ seed: SEED, index, differences: [] });
        compared += found.compared;
        seen += found.seen;
      }
      expect(compared).toBeGreaterThan(POLICIES.length * 10_000);
      expect(seen).toBeGreaterThan(POLICIES.length * 100);
    },
    LONG ? 3_600_000 : 300_000,
  );

  test.each(["matrix", "lock", "security", "look"] as const)(
    "another policy in the %s alone is noticed",
    async (enforcer) => {
      const shipped = world.product.policy;
      let noticed = 0;
      for (const other of POLICIES.slice(0, 2)) {
        const { differences } = await compare({ ...all(shipped), [enforcer]: other }, ["us-two-hats", "us-ts-analyst"]);
        noticed += Number(differences.length > 0);
      }
      expect(noticed).toBe(2);
    },
    300_000,
  );
});
