import type { Action } from "../../src/policy/actions.ts";
import { ACTIONS } from "../../src/policy/actions.ts";
import { decide, decidePair } from "../../src/policy/decide.ts";
import type { Facts, State } from "../../src/policy/facts.ts";
import type { Effective } from "../../src/markings/index.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import type { RowBranch, TableAccess } from "../../src/policy/row-tables.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { factsOf, markings, profiles, register, ruleFiles } from "./table-world.ts";

/** One question with the decision that decide() takes. */
export interface CrossCase {
  readonly profile: string;
  readonly marking: string;
  readonly facts: Facts;
  readonly action: Action;
  readonly expect: "allow" | "deny";
}

/** A row to put into a table, or to try to insert: markings by column, and who made it and where. */
export interface CrossRow {
  readonly table: string;
  /** Marking column -> name of a marking of the tables. */
  readonly markings: Readonly<Record<string, string>>;
  /** Whether the row lies in a program of the caller. */
  readonly member: boolean;
  /** Whether the caller is the person in the owner column (where the table has one). */
  readonly owner: boolean;
  /** Its workflow state; rows are inserted in the first state of their table. */
  readonly state: State;
  /** Column that selects a branch and its value ('kind', 'noun'), where the table has one. */
  readonly branch: { readonly column: string; readonly value: string } | null;
}

/** Everything that a test of the locks on a real database compares. */
export interface CrossProduct {
  readonly policy: Policy;
  readonly registerVersion: string;
  readonly profiles: ReadonlyMap<string, AccessProfile>;
  readonly markings: ReadonlyMap<string, Effective>;
  readonly rows: readonly CrossRow[];
  /** All profiles x markings x facts x actions. Facts of rows in the database have assigned false. */
  cases(): Generator<CrossCase>;
  /** Whether decide() lets the profile read (insert) the row; the maker column of an inserted row is taken to be the caller. */
  expectRow(row: CrossRow, profile: string, operation: "read" | "insert"): boolean;
  /** What the matrix holds for the pair. */
  expectPair(profile: string, marking: string, action: Action): boolean;
}

/** The full cross product of the policy as shipped (or of another policy). */
export function crossProduct(policy: Policy = loadPolicy(ruleFiles)): CrossProduct {
  const both = [true, false];
  const facts = factsOf(both, both, both, ["ACTIVE"]);
  const profileOf = (name: string) => known(profiles, name);
  const markingOf = (name: string) => known(markings, name);
  // Each question is decided once: many rows ask the same one.
  const decided = new Map<string, boolean>();
  const once = (key: string, ask: () => boolean): boolean => {
    const before = decided.get(key);
    if (before !== undefined) return before;
    const answer = ask();
    decided.set(key, answer);
    return answer;
  };
  const allowed = (profile: string, marking: string, of: Facts, action: Action) =>
    once(
      `${profile}|${marking}|${of.member}${of.assigned}${of.owner}${of.state}|${action}`,
      () => decide(policy, register.version, profileOf(profile), markingOf(marking), of, action).decision === "allow",
    );
  const pair = (profile: string, marking: string, action: Action) =>
    once(
      `${profile}|${marking}|${action}`,
      () => decidePair(policy, profileOf(profile), markingOf(marking), action).allow,
    );
  return {
    policy,
    registerVersion: register.version,
    profiles,
    markings,
    rows: ROW_TABLES.flatMap((table) => rowsOf(table)),
    *cases() {
      for (const profile of profiles.keys())
        for (const marking of markings.keys())
          for (const of of facts)
            for (const action of ACTIONS)
              yield {
                profile,
                marking,
                facts: of,
                action,
                expect: allowed(profile, marking, of, action) ? "allow" : "deny",
              };
    },
    expectRow(row, profile, operation) {
      const table = ROW_TABLES.find((candidate) => candidate.table === row.table);
      if (!table) throw new Error(`no table ${row.table}`);
      const of: Facts = {
        member: row.member,
        assigned: false,
        owner: table.facts.owner !== null && row.owner,
        state: operation === "read" ? row.state : (statesOf(table)[0] ?? "ACTIVE"),
      };
      const marking = (column: string): string => {
        const name = row.markings[column];
        if (name === undefined) throw new Error(`unknown ${column}`);
        return name;
      };
      return table[operation]
        .filter((branch) => selects(branch, row))
        .some(
          (branch) =>
            table.own.every((column) => allowed(profile, marking(column), of, branch.action)) &&
            table.above.every(([column, read]) => pair(profile, marking(column), read)),
        );
    },
    expectPair: pair,
  };
}

function selects(branch: RowBranch, row: CrossRow): boolean {
  return (
    branch.when === undefined ||
    (row.branch !== null && row.branch.column === branch.when.column && branch.when.values.includes(row.branch.value))
  );
}

/** The states that rows of a table can be in. */
function statesOf({ facts: { state } }: TableAccess): readonly State[] {
  if (state === null) return ["ACTIVE"];
  return "constant" in state ? [state.constant] : state.values;
}

// Every column takes every marking while the others are unclassified, and all columns take the same one: what goes wrong
// in a lock on several columns is a column left out, or one taken for another.
function rowsOf(table: TableAccess): CrossRow[] {
  const columns = [...table.above.map(([column]) => column), ...table.own];
  const uniform = (marking: string) => Object.fromEntries(columns.map((column) => [column, marking]));
  const mixed =
    columns.length === 1
      ? []
      : columns.flatMap((column) => [...markings.keys()].map((marking) => ({ ...uniform("U"), [column]: marking })));
  const all = [...[...markings.keys()].map(uniform), ...mixed];
  const values = [
    ...new Set(
      [...table.read, ...table.insert].flatMap(({ when }) =>
        when ? when.values.map((value) => `${when.column}=${value}`) : [],
      ),
    ),
  ];
  const branches =
    values.length === 0
      ? [null]
      : values.map((text) => ({ column: text.split("=")[0] ?? "", value: text.split("=")[1] ?? "" }));
  const states = statesOf(table);
  const rows = all.flatMap((of) =>
    branches.flatMap((branch) =>
      [true, false].flatMap((member) =>
        (table.facts.owner === null ? [false] : [true, false]).map((owner) => ({
          table: table.table,
          markings: of,
          member,
          owner,
          branch,
        })),
      ),
    ),
  );
  // States in turn, at another one for the next marking: all of them with each member and owner, and no more rows.
  return rows.map((row, index) => ({
    ...row,
    state: states[(index + Math.floor(index / 4)) % states.length] ?? "ACTIVE",
  }));
}

function known<T>(map: ReadonlyMap<string, T>, name: string): T {
  const value = map.get(name);
  if (value === undefined) throw new Error(`unknown ${name}`);
  return value;
}
