import { runInThisContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Facts, Flag } from "../../src/policy/facts.ts";
import { FLAGS, STATES } from "../../src/policy/facts.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { askRow, compileRow } from "../../src/policy/row.ts";
import type { FactSql } from "../../src/policy/row.ts";
import { compileRowFilter } from "../../src/policy/row-filter.ts";
import { compileRowSecurity } from "../../src/policy/row-security.ts";
import { ROW_TABLES } from "../../src/policy/row-tables.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { SEED } from "./arbitrary.ts";
import { factsOf, ruleFiles } from "./table-world.ts";

const policy = loadPolicy(ruleFiles);
const BOTH = [true, false];
const EVERY = factsOf(BOTH, BOTH, BOTH, STATES);

/** The shipped policy with other row rules for label.read. */
function withRows(rows: readonly { readonly effect: string; readonly row: object }[]): Policy {
  const planted = rows.map(({ effect, row }, index) => ({
    id: `label.planted.${"abcdefghij"[index]}`,
    sentence: "A planted rule that says something.",
    authority: "a test",
    effect,
    actions: ["label.read"],
    row,
  }));
  return loadPolicy(
    ruleFiles.map((file) => {
      if (file.name !== "label.json") return file;
      const { noun, rules } = JSON.parse(file.text) as { noun: string; rules: { actions: string[] }[] };
      const rest = rules
        .map((rule) =>
          "row" in rule ? { ...rule, actions: rule.actions.filter((action) => action !== "label.read") } : rule,
        )
        .filter(({ actions }) => actions.length > 0);
      return { name: file.name, text: JSON.stringify({ noun, rules: [...rest, ...planted] }) };
    }),
  );
}

// The text that is compiled uses and, or, not, in, parentheses and true/false only, so its words can be evaluated here.
function evaluate(sql: string, facts: Facts): boolean {
  const script = sql
    .replaceAll(/state (not in|in) \(([^)]*)\)/g, (_, operator, list) =>
      String(String(list).includes(`'${facts.state}'`) === (operator === "in")),
    )
    .replaceAll(/f_(\w+)/g, (_, name) => String(facts[name as Flag]))
    .replaceAll(/\band\b/g, "&&")
    .replaceAll(/\bor\b/g, "||")
    .replaceAll(/\bnot\b/g, "!");
  if (!/^(?:true|false|&&|\|\||!|[() ])*$/.test(script)) throw new Error(script);
  return runInThisContext(script) as boolean;
}

function told(names: readonly string[]): FactSql {
  const tell = (name: Flag) => (names.includes(name) ? () => `f_${name}` : null);
  return {
    member: tell("member"),
    assigned: tell("assigned"),
    owner: tell("owner"),
    state: names.includes("state") ? { column: "state" } : null,
  };
}

const conditions = fc
  .record(
    {
      member: fc.boolean(),
      assigned: fc.boolean(),
      owner: fc.boolean(),
      state: fc.subarray([...STATES], { minLength: 1, maxLength: 2 }),
    },
    { requiredKeys: [] },
  )
  .filter((row) => Object.keys(row).length > 0);
const rowSets = fc
  .tuple(fc.array(conditions, { minLength: 1, maxLength: 3 }), fc.array(conditions, { maxLength: 3 }))
  .map(([allows, denies]) => [
    ...allows.map((row) => ({ effect: "allow", row })),
    ...denies.map((row) => ({ effect: "deny", row })),
  ]);

describe("row rules in SQL", () => {
  test("I1 say of every combination of facts what the rules say in memory", () => {
    fc.assert(
      fc.property(rowSets, (rows) => {
        const planted = withRows(rows);
        const sql = compileRow(planted, "label.read", told([...FLAGS, "state"]));
        for (const facts of EVERY)
          expect([sql, evaluate(sql, facts)]).toEqual([sql, askRow(planted, facts, "label.read").allow]);
      }),
      { ...SEED, numRuns: 150 },
    );
  });

  test("I9 open no more on a table that tells fewer facts", () => {
    fc.assert(
      fc.property(rowSets, fc.subarray([...FLAGS, "state"]), (rows, names) => {
        const planted = withRows(rows);
        const sql = compileRow(planted, "label.read", told(names));
        for (const facts of EVERY) {
          if (evaluate(sql, facts)) expect(askRow(planted, facts, "label.read").allow).toBe(true);
        }
      }),
      { ...SEED, numRuns: 150 },
    );
  });

  test("I9 are false where a refusal asks for a fact that the table does not tell", () => {
    const planted = withRows([
      { effect: "allow", row: { member: true } },
      { effect: "deny", row: { assigned: true } },
    ]);
    expect(compileRow(planted, "label.read", told(["member"]))).toBe("false");
    expect(compileRow(planted, "label.read", told(["member", "assigned"]))).toBe("(f_member and not (f_assigned))");
  });

  test("take a constant state for the state", () => {
    const planted = withRows([
      { effect: "allow", row: { member: true } },
      { effect: "deny", row: { state: ["RETRACTED"] } },
    ]);
    const at = (constant: string) => compileRow(planted, "label.read", { ...told(["member"]), state: { constant } });
    expect(at("ACTIVE")).toBe("f_member");
    expect(at("RETRACTED")).toBe("false");
  });
});

describe("the filter of a repository", () => {
  const columns = { member: "program_id", owner: "author_id", state: { constant: "ACTIVE" } } as const;
  const values = {
    personId: "00000000-0000-4000-8000-000000000001",
    programIds: ["00000000-0000-4000-8000-000000000002"],
  };

  test("carries ids as parameters in the order of the text, in both styles", () => {
    expect(compileRowFilter(policy, "label.revise", columns, values, { style: "numbered", first: 4 }, "t")).toEqual({
      sql: "(t.program_id = any($4::uuid[]) and t.author_id = $5::uuid)",
      params: [values.programIds, values.personId],
    });
    const question = compileRowFilter(policy, "label.review", columns, values, { style: "question" });
    expect(question).toEqual({
      sql: "(program_id = any(?::uuid[]) and not (author_id = ?::uuid))",
      params: [values.programIds, values.personId],
    });
    expect(compileRowFilter(policy, "audit.read", { member: null, owner: null, state: null }, values)).toEqual({
      sql: "true",
      params: [],
    });
    expect(compileRowFilter(policy, "label.read", { member: null, owner: null, state: null }, values)).toEqual({
      sql: "false",
      params: [],
    });
  });

  test("never carries a parameter that its text does not ask for", () => {
    fc.assert(
      fc.property(
        rowSets,
        fc.constantFrom("program_id", null),
        fc.constantFrom("author_id", null),
        (rows, member, owner) => {
          const planted = withRows(rows);
          const { sql, params } = compileRowFilter(
            planted,
            "label.read",
            { member, owner, state: { constant: "ACTIVE" } },
            values,
            { style: "question" },
          );
          expect(sql.split("?").length - 1).toBe(params.length);
        },
      ),
      { ...SEED, numRuns: 150 },
    );
  });

  test("refuses a column name that is not plain", () => {
    expect(() => compileRowFilter(policy, "label.read", { ...columns, member: "id or true" }, values)).toThrow(
      "row-column",
    );
    expect(() => compileRowFilter(policy, "label.read", columns, values, { style: "question" }, "t; --")).toThrow(
      "row-column",
    );
  });
});

describe("row level security", () => {
  const sql = compileRowSecurity(policy);

  test("is forced on every table, with a policy to read and none to update or delete", () => {
    for (const { table, insert } of ROW_TABLES) {
      expect(sql).toContain(`alter table data.${table} force row level security;`);
      expect(sql).toContain(`create policy ${table}_read on data.${table} for select to caveat_app using (`);
      expect(sql.includes(`create policy ${table}_insert `)).toBe(insert.length > 0);
    }
    expect(sql).not.toMatch(/for (?:update|delete|all)\b/);
    expect(sql).not.toMatch(/using \(\s*true|check \(\s*true/);
  });

  test("asks of every marking column of a table in each branch", () => {
    for (const { table, above, own, read, insert } of ROW_TABLES) {
      const part = sql.split("\n\n").find((text) => text.includes(`alter table data.${table} enable`)) ?? "";
      for (const column of [...above.map(([name]) => name), ...own]) {
        const asked = part.match(new RegExp(`[ (]${column} = any\\(caller\\.[a-z]+_[a-z_]+\\)`, "g")) ?? [];
        expect(asked.length).toBe(read.length + insert.length);
      }
    }
  });

  test("keeps a reviewer from his own revision, an author to his own label, and everyone to his own name", () => {
    expect(sql).toContain("not (revision_author_id = caller.person)");
    expect(sql).toMatch(
      /label_revision_insert[^;]*author_id = caller\.person and\n {4}label_author_id = caller\.person and/,
    );
    expect(sql).toMatch(/delivery_approval_insert[^;]*not \(requester_id = caller\.person\)/);
  });

  test("is the same text for the same rules, and another for others", () => {
    expect(compileRowSecurity(loadPolicy(ruleFiles.toReversed()))).toBe(sql);
    expect(compileRowSecurity(withRows([{ effect: "allow", row: { owner: true } }]))).not.toBe(sql);
  });
});
