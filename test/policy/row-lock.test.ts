import { describe, expect, test } from "vitest";
import { loadPolicyFiles } from "../../src/composition/policy-files.ts";
import { rowLock } from "../../src/policy/row-lock.ts";

const { policy } = loadPolicyFiles();
const ID = "00000000-0000-4000-8000-000000000000";
const lockOf = rowLock(policy, { policyId: ID, profileId: ID, personId: ID, programIds: [ID] });
const sqlOf = (kind?: string): string =>
  lockOf([kind === undefined ? ["data.dataset_marking", "d"] : ["data.dataset_marking", "d", kind]]).on[0]?.sql ?? "";
const kindsIn = (sql: string): readonly string[] =>
  [...sql.matchAll(/d\.noun in \('(\w+)'\)/g)].map(([, kind]) => kind ?? "");

describe("the lock of a table that holds rows of several kinds", () => {
  test("I1 asks every row for its kind, where the statement reads one kind and where it reads all", () => {
    const all = kindsIn(sqlOf());
    expect(all).toEqual(["asset", "label", "project", "task"]);
    for (const kind of all) expect(kindsIn(sqlOf(kind))).toEqual([kind]);
  });

  test("I1 for one kind is a branch of that for all: it opens nothing more", () => {
    for (const kind of kindsIn(sqlOf())) expect(sqlOf()).toContain(sqlOf(kind).slice(1, -1));
  });

  test("I1 is refused for a kind that no rule is about, and for rows that are of one kind", () => {
    expect(() => sqlOf("person")).toThrow("a table that nobody reads");
    expect(() => lockOf([["data.label", "x", "label"]])).toThrow("a table that nobody reads");
  });
});
