import { randomUUID } from "node:crypto";
import type { Principal } from "../../src/identity/principal.ts";
import type { Grant } from "../../src/policy/grant.ts";
import { crossProduct } from "../policy/cross-product.ts";
import type { CrossProduct } from "../policy/cross-product.ts";
import { listed, markingLists, markingTexts } from "../policy/table-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { dataColumns, fillRow, plantRows, rowName } from "./cross-rows.ts";
import type { CrossCaller, FilledRow } from "./cross-rows.ts";

/** A house whose tables hold every row of the cross product. */
export interface CrossWorld {
  readonly house: TestHouse;
  readonly product: CrossProduct;
  readonly caller: CrossCaller;
  /** Ids of the interned markings by their names in the tables. */
  readonly markingIds: ReadonlyMap<string, string>;
  readonly columns: Awaited<ReturnType<typeof dataColumns>>;
  readonly rows: readonly FilledRow[];
  rowsOf(table: string): readonly FilledRow[];
  /** Keys of the rows of a table that decide() lets a profile read. */
  expected(profile: string, table: string): ReadonlySet<string>;
  /** What a lock shows of a table against what it should: a few of the differences in words; empty when there is none. */
  differences(profile: string, table: string, seen: ReadonlySet<string>): string[];
  /** The caller with the profile that the tables give this name. */
  readonly principal: Principal;
  as(profile: string): Principal;
  /** Names of the profiles that are tried: all in the long run, a third otherwise, the same ones each time. */
  readonly tried: readonly string[];
  /** Lets the caller look under each profile that is tried, through the door; gathers what the look returns. */
  eachProfile<T>(look: (grant: Grant, profile: string) => Promise<readonly T[]>): Promise<T[]>;
}

/**
 * Tries rows one by one as whoever calls; nothing that succeeds stays. A row that passes row security may still break a
 * key or a check, which PostgreSQL looks at after row security: that, too, tells that row security let it through.
 */
const PROBE = `
  -- They refuse what is no act of its place before row security is asked: here only row security is.
  alter table data.task_act disable trigger performed;
  alter table data.task_draft disable trigger kept;
  alter table data.task_remark disable trigger begun;
  create schema probe;
  grant usage on schema probe to caveat_app;
  create function probe.passes(p_table text, p_rows jsonb) returns boolean[] language plpgsql as $$
  declare one jsonb; answers boolean[] := '{}';
  begin
    for one in select * from jsonb_array_elements(p_rows) loop
      begin
        execute format('insert into data.%I select * from jsonb_populate_record(null::data.%I, $1)', p_table, p_table) using one;
        raise exception using errcode = 'P0999';
      exception
        when insufficient_privilege then answers := answers || false;
        when foreign_key_violation or check_violation or unique_violation or sqlstate 'P0999' then answers := answers || true;
      end;
    end loop;
    return answers;
  end $$;
  grant execute on function probe.passes(text, jsonb) to caveat_app`;

/** Opens a house, interns every marking of the tables and plants every row. The people are those of the demonstration. */
export async function openCrossWorld(): Promise<CrossWorld> {
  const house = await openTestHouse();
  const product = crossProduct();
  const { office } = house.house;
  const markingIds = new Map<string, string>();
  for (const [name, text] of markingTexts) {
    const read = office.read(text);
    if (!read) throw new Error(`the register refuses ${text}`);
    markingIds.set(
      name,
      (await office.intern(read.structure, listed(read.effective, markingLists.get(name) ?? []))).id,
    );
  }
  const caller: CrossCaller = { personId: house.personId("ana"), program: house.programId, otherProgram: randomUUID() };
  const columns = await dataColumns(house.admin);
  const rows = product.rows.map((row) => fillRow(row, columns.get(row.table) ?? [], markingIds, caller));
  await plantRows(house.admin, rows);
  const own = rows.filter(({ row }) => row.table === "program" && row.member).map(({ key }) => key);
  await house.admin.query(
    "insert into access.membership (person_id, program_id, source) select $1, unnest($2::uuid[]), 'test'",
    [caller.personId, own],
  );
  await house.admin.query(PROBE);
  const principal = await house.as("ana");
  const byTable = Map.groupBy(rows, ({ row }) => row.table);
  const as = (profile: string): Principal => {
    const found = product.profiles.get(profile);
    if (!found) throw new Error(`no profile ${profile}`);
    return { ...principal, profile: found };
  };
  const every = process.env["CAVEAT_LONG"] === "1" ? 1 : 3;
  const tried = [...product.profiles.keys()].filter((_, at) => at % every === 0);
  const known = new Map<string, ReadonlySet<string>>();
  const expected = (profile: string, table: string): ReadonlySet<string> => {
    const cached = known.get(`${profile} ${table}`);
    if (cached) return cached;
    const allowed = (byTable.get(table) ?? []).filter(({ row }) => product.expectRow(row, profile, "read"));
    const keys = new Set(allowed.map(({ key }) => key));
    known.set(`${profile} ${table}`, keys);
    return keys;
  };
  return {
    house,
    product,
    expected,
    differences(profile, table, seen) {
      const allowed = expected(profile, table);
      const wrong = (byTable.get(table) ?? []).filter(({ key }) => seen.has(key) !== allowed.has(key));
      return wrong
        .slice(0, 3)
        .map(({ row, key }) => `${profile} ${seen.has(key) ? "sees" : "does not see"} ${rowName(row)}`);
    },
    caller,
    markingIds,
    columns,
    rows,
    rowsOf: (table) => byTable.get(table) ?? [],
    principal,
    as,
    tried,
    async eachProfile(look) {
      const found = [];
      for (const profile of tried) {
        found.push(...(await house.run(as(profile), (operation) => operation.nested((grant) => look(grant, profile)))));
      }
      return found;
    },
  };
}
