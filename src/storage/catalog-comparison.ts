import type { Administer } from "./administration.ts";
import { EXPECTED, expectedCatalog } from "./expected-catalog.ts";
import { migrationTexts } from "./migrate.ts";

/** Something in the database that differs from what this release makes of it. */
export interface Difference {
  readonly code: (typeof COMPARED)[number]["code"];
  readonly object: string;
}

/** What is compared with the text of the migrations and of the row security that the policy in force asks for. */
export const COMPARED = [
  {
    code: "rls-altered",
    sentence:
      "row security, its policies included, is what the policy in force and the migrations make, and nothing else",
  },
  {
    code: "trigger-altered",
    sentence: "the triggers of our tables are those that the migrations make, and nothing else",
  },
  {
    code: "function-altered",
    sentence: "the functions of our schemas are those that the migrations make, and nothing else",
  },
] as const;

const SCHEMAS = ["access", "audit", "data", "gate"];

// A partitioned table has no files, so that making it costs next to nothing; policies and triggers are laid on it like on any.
const COPIES = `
  do $$
  declare
    t record;
  begin
    for t in select n.nspname, c.relname, (select attname from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
                                           order by attnum limit 1) as any_column
             from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname in ('${SCHEMAS.join("', '")}') and c.relkind in ('r', 'p') order by 1, 2 loop
      execute format('create table %I.%I (like %I.%I) partition by list (%I)',
        '${EXPECTED}' || t.nspname, t.relname, t.nspname, t.relname, t.any_column);
    end loop;
  end $$`;

// Each guard of a table as text, for the tables and for their copies. PostgreSQL writes both texts out, so that they are equal
// when they mean the same; names are written with their schema.
const GUARDS = `
  select n.nspname || '.' || c.relname as at, 'rls-altered' as code, 'policy ' || p.polname as what,
         jsonb_build_array(p.polcmd, p.polpermissive, (select array_agg(r::regrole::text order by r::regrole::text) from unnest(p.polroles) r),
           pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as says
    from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace
  union all
  select n.nspname || '.' || c.relname, 'rls-altered', 'row security', jsonb_build_array(c.relrowsecurity, c.relforcerowsecurity)
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p')
  union all
  select n.nspname || '.' || c.relname, 'trigger-altered', 'trigger ' || t.tgname,
         jsonb_build_array(t.tgenabled, replace(pg_get_triggerdef(t.oid), ' ON ' || n.nspname || '.', ' ON '))
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace where not t.tgisinternal`;

const GUARD_DIFFERENCES = `
  with guard as materialized (${GUARDS}),
       found as (select * from guard where split_part(at, '.', 1) = any ($1)),
       must as (select substr(at, ${EXPECTED.length + 1}) as at, code, what, says from guard
                where starts_with(at, '${EXPECTED}') and split_part(substr(at, ${EXPECTED.length + 1}), '.', 1) = any ($1))
  select coalesce(i.code, m.code) as code,
         coalesce(i.at, m.at) || ': ' || coalesce(i.what, m.what)
           || case when m.at is null then ' is not ours' when i.at is null then ' is missing' else ' is another' end as object
  from found i full join must m on m.at = i.at and m.what = i.what where i.says is distinct from m.says order by 1, 2`;

const FUNCTION_DIFFERENCES = `
  with must as (
    select to_regprocedure(e ->> 'signature') as oid, e ->> 'signature' as signature, e ->> 'body' as body,
           jsonb_build_array(e -> 'language', e -> 'definer', e -> 'volatility', e -> 'settings') as says
    from jsonb_array_elements($2::jsonb) e),
  found as (
    select p.oid, p.prosrc as body,
           jsonb_build_array(l.lanname, p.prosecdef, p.provolatile, coalesce(to_jsonb(p.proconfig), '[]')) as says
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_language l on l.oid = p.prolang where n.nspname = any ($1))
  select 'function-altered' as code, coalesce(f.oid::regprocedure::text, m.signature)
           || case when m.oid is null and f.oid is not null then ' is not ours' when f.oid is null then ' is missing' else ' is another' end as object
  from found f full join must m on m.oid = f.oid
  where f.body is distinct from m.body or f.says is distinct from m.says order by 2`;

const PLAIN_PATH = "set local search_path = pg_catalog, pg_temp";

/** Compares the functions of our schemas with what the migrations make, in the caller's transaction. */
export async function functionDifferences(run: Administer): Promise<Difference[]> {
  const { functions } = expectedCatalog(migrationTexts().map(({ sql }) => sql));
  await run(PLAIN_PATH);
  return run<Difference>(FUNCTION_DIFFERENCES, [SCHEMAS, JSON.stringify(functions)]);
}

/**
 * Compares policies, row security and triggers with what the migrations and the given row security (SQL text) make, in the
 * caller's transaction, which must be rolled back: the expected ones are laid on empty copies of the tables, so that nothing
 * that the database says of itself is believed. Throws where they cannot be laid, because a function or column is missing.
 */
export async function guardDifferences(run: Administer, rowSecurity: string): Promise<Difference[]> {
  const { guards } = expectedCatalog([...migrationTexts().map(({ sql }) => sql), rowSecurity]);
  const schemas = SCHEMAS.map((schema) => `create schema ${EXPECTED}${schema} authorization caveat_owner`);
  await run(PLAIN_PATH);
  await run([...schemas, "set local role caveat_owner", COPIES, ...guards, "reset role"].join(";\n"));
  return run<Difference>(GUARD_DIFFERENCES, [SCHEMAS]);
}
