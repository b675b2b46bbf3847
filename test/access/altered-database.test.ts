import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CatalogViolation } from "../../src/storage/catalog-check.ts";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { codesOf, refusalOn, startOn } from "./catalog-start.ts";

describe("I9 the server does not start when row security or the gate was rewritten behind its recorded hash", () => {
  let database: TestDatabase;
  let admin: Client;
  let folder: string;
  const refused = (): Promise<readonly CatalogViolation[]> => refusalOn(database.admin, folder);
  const codes = (): Promise<string[]> => codesOf(database.admin);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "caveat-altered-"));
    database = await createDatabase();
    await startOn(database.admin, folder);
    admin = new Client({ ...database.admin });
    await admin.connect();
  });
  afterAll(async () => {
    await admin.end();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Does something as the owner, inside of what a site's administrator can, and looks whether the server starts. */
  const after = async (does: string, undoes: string): Promise<readonly CatalogViolation[]> => {
    const { rows } = await admin.query("select installed, sha384 from access.row_security order by 1");
    await admin.query(`set role caveat_owner; ${does}; reset role`);
    try {
      return await refused();
    } finally {
      await admin.query(undoes);
      expect((await admin.query("select installed, sha384 from access.row_security order by 1")).rows).toEqual(rows);
      expect(await codes()).toEqual([]);
    }
  };
  const first = async (sql: string): Promise<string> => {
    const [row] = (await admin.query<{ text: string }>(sql)).rows;
    if (!row) throw new Error(sql);
    return row.text;
  };

  test.each([
    ["everybody who has any token", "label_read", "label", "using", "gate.person() is not null"],
    ["everybody, in the words of the gate", "label_read", "label", "using", "true or gate.person() is null"],
    [
      "another action's markings",
      "label_read",
      "label",
      "using",
      "marking_id = any ((select gate.markings('program.read'))::uuid[])",
    ],
    ["another maker", "label_insert", "label", "with check", "(select gate.person()) is not null"],
    [
      "every cell of the matrix",
      "own_cells",
      "profile_marking",
      "using",
      "(select gate.person()) is not null or actions <> 0",
    ],
    ["every data key", "key_read", "data_key", "using", "(select gate.person()) is not null"],
  ])("I9 a policy opened to %s (%s): rls-altered", async (_name, policy, table, clause, condition) => {
    const at = table === "profile_marking" ? "access" : "data";
    const kept = await first(
      `select coalesce(qual, with_check) as text from pg_policies where tablename = '${table}' and policyname = '${policy}'`,
    );
    const found = await after(
      `alter policy ${policy} on ${at}.${table} ${clause} (${condition})`,
      `alter policy ${policy} on ${at}.${table} ${clause} (${kept})`,
    );
    expect(found.map(({ code, object }) => `${code}: ${object}`)).toEqual([
      `rls-altered: ${at}.${table}: policy ${policy} is another`,
    ]);
  });

  test("I9 a policy given to another role, too: rls-altered", async () => {
    const found = await after(
      "alter policy label_read on data.label to caveat_app, caveat_ledger",
      "alter policy label_read on data.label to caveat_app",
    );
    expect(found.map(({ code }) => code)).toEqual(["rls-altered"]);
  });

  test("I9 a policy taken away, which nobody would miss but the people whom it protects: rls-altered", async () => {
    const kept = await first(
      "select with_check as text from pg_policies where tablename = 'label' and policyname = 'label_insert'",
    );
    const found = await after(
      "drop policy label_insert on data.label",
      `create policy label_insert on data.label for insert to caveat_app with check (${kept})`,
    );
    expect(found.map(({ code, object }) => `${code}: ${object}`)).toContain(
      "rls-altered: data.label: policy label_insert is missing",
    );
  });

  test("I9 a policy altered together with the hash that is recorded of it: rls-altered", async () => {
    const kept = await first(
      "select qual as text from pg_policies where tablename = 'label' and policyname = 'label_read'",
    );
    await admin.query("alter policy label_read on data.label using (gate.person() is not null)");
    const hash = await first("select access.installed_row_security() as text");
    // Recorded once more, as if it had just been installed.
    await admin.query(
      "insert into access.row_security (installed, sha384) select max(installed) + 1, $1 from access.row_security",
      [hash],
    );
    expect((await refused()).map(({ code }) => code)).toEqual(["rls-altered"]);
    await admin.query(`alter policy label_read on data.label using (${kept})`);
    expect(await codes()).toEqual([]);
  });

  test("I9 row security that is installed anew, because nothing is recorded of it, is put right by the start itself", async () => {
    await admin.query("alter policy label_read on data.label using (gate.person() is not null)");
    await admin.query("delete from access.row_security");
    await startOn(database.admin, folder);
    expect(await codes()).toEqual([]);
  });

  test.each([
    ["gate.person()", "begin return (gate.claims()).person_id; end"],
    ["gate.claims()", "begin return row (null, null, null)::gate.claim; end"],
    ["gate.markings(text)", "begin return (select array_agg(id) from access.marking); end"],
    [
      "gate.reader()",
      "begin return (select row (null, profile_id, policy_id)::gate.claim from access.profile_marking limit 1); end",
    ],
    ["access.check_proposal()", "begin return null; end"],
    ["audit.guard_head()", "begin return new; end"],
  ])("I9 %s with another body: function-altered", async (signature, body) => {
    const kept = await first(`select pg_get_functiondef('${signature}'::regprocedure) as text`);
    const changed = kept.replace(/AS \$function\$[\s\S]*\$function\$/, () => `AS $function$${body}$function$`);
    expect(changed).not.toBe(kept);
    const found = await after(changed, kept);
    expect(found.map(({ code, object }) => `${code}: ${object}`)).toEqual([
      `function-altered: ${signature} is another`,
    ]);
  });

  test("I9 a function of the gate that is asked by row security under another name: function-altered", async () => {
    const found = await after(
      `alter function gate.scope(text[]) rename to extent;
       create function gate.scope(p_actions text[]) returns setof gate.scope language sql as $$ select * from gate.extent(p_actions) $$`,
      "drop function gate.scope(text[]); alter function gate.extent(text[]) rename to scope",
    );
    const all = found.map(({ code, object }) => `${code}: ${object}`);
    expect(all).toContain("function-altered: gate.scope(text[]) is another");
    expect(all).toContain("function-altered: gate.extent(text[]) is not ours");
    expect(all).toContain("rls-altered: data.label: policy label_read is another");
  });
});
