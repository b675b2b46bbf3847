import { describe, expect, test } from "vitest";
import { expectedCatalog } from "../../src/storage/expected-catalog.ts";
import { migrationTexts } from "../../src/storage/migrate.ts";
import { sqlStatements } from "../../src/storage/sql-statements.ts";

const made = (head: string): string =>
  `create function gate.f(p_a text, p_b uuid[]) returns int ${head} as $$ select 1; $$;`;

describe("the statements of an SQL text", () => {
  test("end at a semicolon outside of texts, names, bodies and comments", () => {
    const text = `-- one; two
      select ';', 'it''s; not' -- three;
      ; create function f() as $$ a; b $$; create view "a;b" as select $x$ ; $$ $x$ - 1;; `;
    expect(sqlStatements(text)).toEqual([
      "select ';', 'it''s; not'",
      "create function f() as $$ a; b $$",
      'create view "a;b" as select $x$ ; $$ $x$ - 1',
    ]);
  });
});

describe("what the migrations make", () => {
  test("is every function with its last body, its language and its rights", () => {
    const texts = [
      made("language plpgsql security definer set search_path = pg_catalog, pg_temp"),
      made("language sql stable set search_path = pg_catalog, pg_temp").replace("create", "create or replace"),
    ];
    expect(expectedCatalog(texts).functions).toEqual([
      {
        signature: "gate.f(text, uuid[])",
        body: " select 1; ",
        language: "sql",
        definer: false,
        volatility: "s",
        settings: ["search_path=pg_catalog, pg_temp"],
      },
    ]);
  });

  test("is nothing of a function that was dropped, and another one of its name stays", () => {
    const sql = "language sql stable set search_path = pg_catalog, pg_temp";
    const texts = [made(sql), made(sql).replace("gate.f", "gate.g"), "drop function gate.f(text, uuid[]);"];
    expect(expectedCatalog(texts).functions.map(({ signature }) => signature)).toEqual(["gate.g(text, uuid[])"]);
  });

  test("is laid on copies: the tables of policies and triggers are renamed, what their conditions read is not", () => {
    const { guards } = expectedCatalog([
      `create policy p on data.a for select to caveat_app using (exists (select from data.b where b.id = a.id));
       create trigger t after insert on access.a for each row execute function access.f();
       alter table data.a enable row level security; alter table data.a add column x int; grant select on data.a to caveat_app;`,
    ]);
    expect(guards).toEqual([
      "create policy p on expected_data.a for select to caveat_app using (exists (select from data.b where b.id = a.id))",
      "create trigger t after insert on expected_access.a for each row execute function access.f()",
      "alter table expected_data.a enable row level security",
    ]);
  });

  test.each([
    "drop function gate.f",
    "drop function if exists gate.f()",
    "alter function gate.f() security definer",
    "create procedure gate.f() language sql as $$ $$",
    "create function gate.f(p_a text) returns int begin atomic select 1",
    "create function gate.f(p_a text default 'x,y') returns int language sql as $$ select 1 $$",
    "create function gate.f(a text) returns int language sql as $$ select 1 $$",
    "alter trigger t on data.a rename to s",
  ])("I9 is not guessed: a form that nobody can compare is refused (%s)", (statement) => {
    expect(() => expectedCatalog([`${statement};`])).toThrow(/^(?:nobody can compare this|gate\.f: a parameter is)/);
  });

  test("I9 is not guessed: a function that is dropped must have been made", () => {
    expect(() => expectedCatalog(["drop function gate.f(int);"])).toThrow("there is no function to drop: gate.f(int)");
  });

  test("I9 is read from the migrations of this release whole: every word of a function, policy or trigger in them is in it", () => {
    const { functions, guards } = expectedCatalog(migrationTexts().map(({ sql }) => sql));
    const text = migrationTexts()
      .map(({ sql }) => sql.replaceAll(/--[^\n]*/g, ""))
      .join("\n");
    const names = new Set([...text.matchAll(/create (?:or replace )?function (\w+\.\w+)/g)].map(([, name]) => name));
    expect(new Set(functions.map(({ signature }) => signature.replace(/\(.*/, "")))).toEqual(names);
    const count = (of: string): number => of.split(/create (?:policy|(?:constraint )?trigger) /).length - 1;
    expect(guards.map(count).reduce((sum, one) => sum + one, 0)).toBe(count(text));
  });
});
