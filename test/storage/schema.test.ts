import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";

const SCHEMAS = ["access", "audit", "data", "gate"] as const;
let database: TestDatabase;
let admin: Client;

beforeAll(async () => {
  database = await createDatabase();
  admin = new Client({ ...database.admin });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

/** First column of a catalog query, sorted. */
async function list(sql: string, ...values: unknown[]): Promise<string[]> {
  const { rows } = await admin.query<{ x: string }>(`select x from (${sql}) q order by x`, values);
  return rows.map(({ x }) => x);
}

describe("the schema", () => {
  test("I1 row security is enabled and forced on every table of labeled rows, and names a role in each policy", async () => {
    const loose =
      "select relname as x from pg_class where relnamespace = 'data'::regnamespace and relkind in ('r', 'p') and not (relrowsecurity and relforcerowsecurity)";
    expect(await list(loose)).toEqual([]);
    expect(
      await list(
        "select tablename || '.' || policyname as x from pg_policies where schemaname = 'data' and (roles = '{public}' or (cmd not in ('SELECT', 'INSERT') and roles <> '{caveat_owner}'))",
      ),
    ).toEqual([]);
    expect(
      await list(
        "select tablename || '.' || policyname as x from pg_policies where schemaname = 'data' and (qual = 'true' or with_check = 'true' or permissive <> 'PERMISSIVE')",
      ),
    ).toEqual([]);
  });

  test("I1 every right of the application role on a labeled table has a policy, and every policy of it asks the gate", async () => {
    const uncovered = `select c.relname || ' ' || p as x from pg_class c cross join unnest(array['SELECT', 'INSERT']) p
      where c.relnamespace = 'data'::regnamespace and c.relkind = 'r' and has_table_privilege('caveat_app', c.oid, p)
        and not exists (select from pg_policies where schemaname = 'data' and tablename = c.relname and cmd = p and 'caveat_app' = any (roles))`;
    expect(await list(uncovered)).toEqual([]);
    const loose =
      "select policyname as x from pg_policies where schemaname = 'data' and 'caveat_app' = any (roles) and coalesce(qual, with_check) not like '%gate.%'";
    expect(await list(loose)).toEqual([]);
  });

  test("what the gate answers hangs on nothing of a row, so that it is asked once for a statement", async () => {
    const bare = `select policyname as x from pg_policies where schemaname = 'data' and 'caveat_app' = any (roles)
      and regexp_replace(coalesce(qual, with_check),
            '\\(\\s*SELECT gate\\.|FROM gate\\.scope\\((ARRAY\\[(''[a-z.]+''::text(, )?)+\\])\\) caller\\(', '', 'g') like '%gate.%'`;
    expect(await list(bare)).toEqual([]);
  });

  test("every function with its owner's rights has a fixed search path that ends in pg_temp", async () => {
    const loose = `select p.oid::regprocedure::text as x from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname = any ($1) and p.prosecdef and coalesce(p.proconfig, '{}') <> array['search_path=pg_catalog, pg_temp']`;
    expect(await list(loose, SCHEMAS)).toEqual([]);
    expect(
      await list(
        "select p.oid::regprocedure::text as x from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = any ($1) and p.proleakproof",
        SCHEMAS,
      ),
    ).toEqual([]);
  });

  test("everybody (PUBLIC) can execute and read nothing of ours, and create nothing", async () => {
    const functions = `select p.oid::regprocedure::text as x from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where n.nspname = any ($1) and a.grantee = 0`;
    expect(await list(functions, SCHEMAS)).toEqual([]);
    const relations = `select c.relname as x from pg_class c join pg_namespace n on n.oid = c.relnamespace
      cross join lateral aclexplode(c.relacl) a where n.nspname = any ($1) and a.grantee = 0`;
    expect(await list(relations, SCHEMAS)).toEqual([]);
    const schemas =
      "select n.nspname || ' ' || a.privilege_type as x from pg_namespace n cross join lateral aclexplode(n.nspacl) a where n.nspname = any ($1) and a.grantee = 0";
    expect(await list(schemas, [...SCHEMAS, "public"])).toEqual([]);
  });

  test("views ask with the rights of whoever looks, and no copy of labeled rows is kept in one", async () => {
    const definer = `select c.relname as x from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any ($1)
      and (c.relkind = 'm' or c.relkind = 'v' and not coalesce(c.reloptions, '{}') @> array['security_invoker=true'])`;
    expect(await list(definer, SCHEMAS)).toEqual([]);
  });

  test("I2 no column of a labeled row counts rows: nothing draws from a sequence or an identity", async () => {
    expect(
      await list(
        "select relname as x from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = any ($1) and relkind = 'S' order by 1",
        SCHEMAS,
      ),
      // They count nothing: each session's last value marks the token that it found good, and nobody but the gate reads or sets it.
    ).toEqual(["found_first", "found_second"]);
    expect(
      await list(
        `select a.attname as x from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = any ($1) and (a.attidentity <> '' or exists (select from pg_attrdef d
           where d.adrelid = a.attrelid and d.adnum = a.attnum and pg_get_expr(d.adbin, d.adrelid) like '%nextval%'))`,
        SCHEMAS,
      ),
    ).toEqual([]);
  });

  test("only the extension that PostgreSQL brings itself is there", async () => {
    expect(await list("select extname as x from pg_extension")).toEqual(["plpgsql"]);
  });
});
