import { describe, expect, test } from "vitest";
import type { Action } from "../../src/policy/actions.ts";
import { ACTIONS } from "../../src/policy/actions.ts";
import { askRow, compileRow } from "../../src/policy/row.ts";
import type { FactSql } from "../../src/policy/row.ts";
import { compileRowFilter } from "../../src/policy/row-filter.ts";
import { compileRowSecurity } from "../../src/policy/row-security.ts";
import type { FactColumns, TableAccess } from "../../src/policy/row-tables.ts";
import type { PlantedRule } from "./planted-rules.ts";
import { planted, refusalOf } from "./planted-rules.ts";

/** A table that tells all facts in columns of their names. */
const TOLD: FactSql = {
  member: () => "f_member",
  assigned: () => "f_assigned",
  owner: () => "f_owner",
  state: { column: "f_state" },
};
const UNTOLD: FactSql = { member: null, assigned: null, owner: null, state: null };

const allow = (id: string, row: object): PlantedRule => ({ id: `label.${id}`, effect: "allow", row });
const deny = (id: string, row: object): PlantedRule => ({ id: `label.${id}`, row });
const compiled = (rules: readonly PlantedRule[], facts: FactSql = TOLD) =>
  compileRow(planted(...rules), "label.read", facts);

describe("a row rule in SQL", () => {
  test.each<[object, string]>([
    [{}, "true"],
    [{ member: true }, "f_member"],
    [{ assigned: true }, "f_assigned"],
    [{ owner: true }, "f_owner"],
    [{ owner: false }, "not (f_owner)"],
    [{ member: true, owner: false }, "(f_member and not (f_owner))"],
    [{ state: ["ACTIVE"] }, "f_state in ('ACTIVE')"],
    [{ state: ["RELEASED", "APPROVED"] }, "f_state in ('APPROVED', 'RELEASED')"],
    [{ member: true, state: ["ACTIVE"] }, "(f_member and f_state in ('ACTIVE'))"],
  ])("that allows %j", (row, sql) => {
    expect(compiled([allow("a", row)])).toBe(sql);
  });

  test.each<[object, string]>([
    [{ member: true }, "not (f_member)"],
    [{ owner: false }, "f_owner"],
    [{ member: true, owner: true }, "(not (f_member) or not (f_owner))"],
    [{ state: ["RETRACTED", "REVOKED"] }, "f_state not in ('RETRACTED', 'REVOKED')"],
  ])("that refuses %j", (row, sql) => {
    expect(compiled([deny("d", row)])).toBe(sql);
  });

  test("is one of the allows and none of the refusals, whatever the file says first", () => {
    const either = [allow("a", { member: true }), allow("b", { owner: true })];
    const but = [allow("a", { member: true }), deny("d", { owner: true })];
    for (const order of [either, either.toReversed()]) expect(compiled(order)).toBe("(f_owner or f_member)");
    for (const order of [but, but.toReversed()]) expect(compiled(order)).toBe("(f_member and not (f_owner))");
  });

  test("asks for nothing twice and for nothing that cannot change the answer", () => {
    expect(compiled([allow("a", { member: true }), allow("b", { member: true })])).toBe("f_member");
    expect(compiled([allow("a", { member: true }), allow("b", {})])).toBe("true");
    const some: FactSql = { ...UNTOLD, member: () => "f_member" };
    expect(compiled([allow("a", { member: true }), allow("b", { owner: true })], some)).toBe("f_member");
    expect(compiled([allow("a", { member: true, owner: true })], some)).toBe("false");
  });

  test.each<object>([{ member: true }, { member: false }, { owner: false }, { assigned: true }, { state: ["ACTIVE"] }])(
    "I9 opens no row by %j of a table that does not tell it, whether it allows or refuses",
    (row) => {
      expect(compiled([allow("a", row)], UNTOLD)).toBe("false");
      expect(compiled([deny("d", row)], UNTOLD)).toBe("false");
    },
  );

  test("takes the state of a table of one state for its rows' state", () => {
    const active: FactSql = { ...UNTOLD, state: { constant: "ACTIVE" } };
    expect(compiled([allow("a", { state: ["ACTIVE", "RETRACTED"] })], active)).toBe("true");
    expect(compiled([allow("a", { state: ["RETRACTED"] })], active)).toBe("false");
    expect(compiled([deny("d", { state: ["ACTIVE"] })], active)).toBe("false");
    expect(compiled([deny("d", { state: ["RETRACTED"] })], active)).toBe("true");
    const member: FactSql = { ...active, member: () => "f_member" };
    expect(compiled([allow("a", { member: true }), allow("b", { state: ["ACTIVE"] })], member)).toBe("true");
    expect(compiled([allow("a", { member: true }), allow("b", { state: ["REVOKED"] })], member)).toBe("f_member");
    expect(compiled([allow("a", { member: true }), deny("d", { state: ["ACTIVE"] })], member)).toBe("false");
  });

  test("I9 that there is none of for an action opens no row", () => {
    expect(compileRow(planted(), "label.burn" as Action, TOLD)).toBe("false");
    expect(() => compileRow(planted(), "tasks.read" as Action, TOLD)).toThrow(TypeError);
  });

  test.each(["Id", "id; --", "1d", "id or true", "a.b.c", "", "id ", "a.", "id\n"])(
    "refuses the column %j, which is no plain name",
    (column) => {
      const facts: FactSql = { ...UNTOLD, state: { column } };
      expect(refusalOf(() => compiled([allow("a", { state: ["ACTIVE"] })], facts))).toEqual(["row-column", column]);
    },
  );

  test("I9 is neither asked nor compiled from a policy that was put together by hand", () => {
    const forged = { ...planted() };
    const facts = { member: true, assigned: true, owner: true, state: "ACTIVE" };
    expect(refusalOf(() => askRow(forged, facts, "label.read"))).toEqual(["policy-not-loaded", "policy"]);
    expect(refusalOf(() => compileRow(forged, "label.read", TOLD))).toEqual(["policy-not-loaded", "policy"]);
  });
});

describe("a row rule in the filter of a repository", () => {
  const columns: FactColumns = {
    member: "program_id",
    owner: "author_id",
    state: { column: "state", values: ["ACTIVE", "RETRACTED"] },
  };
  const values = { personId: "p", programIds: ["g", "h"] };
  const rules = [allow("a", { member: true, owner: true, state: ["ACTIVE"] })];

  test("numbers its parameters from one where nothing else is said", () => {
    expect(compileRowFilter(planted(...rules), "label.read", columns, values)).toEqual({
      sql: "(program_id = any($1::uuid[]) and author_id = $2::uuid and state in ('ACTIVE'))",
      params: [["g", "h"], "p"],
    });
  });

  test("puts the alias before every column, that of the state too", () => {
    const filter = compileRowFilter(planted(...rules), "label.read", columns, values, { style: "question" }, "t");
    expect(filter.sql).toBe("(t.program_id = any(?::uuid[]) and t.author_id = ?::uuid and t.state in ('ACTIVE'))");
  });

  test("I9 lets no row through by a fact that the table does not tell", () => {
    const none: FactColumns = { member: null, owner: null, state: null };
    for (const row of [{ member: true }, { owner: true }, { owner: false }, { assigned: false }, { state: ["ACTIVE"] }])
      expect([row, compileRowFilter(planted(allow("a", row)), "label.read", none, values)]).toEqual([
        row,
        { sql: "false", params: [] },
      ]);
  });
});

describe("a row rule in row security", () => {
  const table = (facts: FactColumns): TableAccess => ({
    table: "label",
    above: [],
    own: ["marking_id"],
    facts,
    read: [{ action: "label.read" }],
    insert: [],
    makers: [],
  });
  const secured = (row: object, facts: FactColumns) => compileRowSecurity(planted(allow("a", row)), [table(facts)]);

  test("asks of the columns that tell the facts", () => {
    const facts: FactColumns = { member: "program_id", owner: "author_id", state: null };
    const text = secured({ member: true, owner: true }, facts);
    expect(text).toContain("and (program_id = any(caller.programs) and author_id = caller.person))");
  });

  test("I9 lets no row through by a fact that the table does not tell", () => {
    for (const row of [
      { member: true },
      { owner: true },
      { owner: false },
      { assigned: true },
      { state: ["ACTIVE"] },
    ]) {
      const text = secured(row, { member: null, owner: null, state: null });
      expect([row, text.includes("and false)"), text.includes("null")]).toEqual([row, true, false]);
    }
  });

  test("asks the gate for as many actions as it answers for at once, and is not made for more", () => {
    const secure = (actions: readonly Action[]) => {
      const access = table({ member: null, owner: null, state: null });
      return compileRowSecurity(planted(), [{ ...access, read: actions.map((action) => ({ action })) }]);
    };
    const eight = ACTIONS.filter((action) => action.startsWith("label.") || action.startsWith("dataset."));
    expect(eight).toHaveLength(8);
    const named = `array[${eight.map((action) => `'${action}'`).join(", ")}]`;
    expect([secure(eight).includes(named), secure([...eight, ...eight]).includes(named)]).toEqual([true, true]);
    expect(() => secure([...eight, "asset.read"])).toThrow(/^label:/);
  });
});
