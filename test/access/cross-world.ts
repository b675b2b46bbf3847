import { randomUUID } from "node:crypto";
import type { Principal } from "../../src/identity/principal.ts";
import type { Grant } from "../../src/policy/grant.ts";
import { crossProduct } from "../policy/cross-product.ts";
import type { CrossProduct } from "../policy/cross-product.ts";
import { markingTexts } from "../policy/table-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { dataColumns, fillRow, plantRows } from "./cross-rows.ts";
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
  /** The caller with the profile that the tables give this name. */
  readonly principal: Principal;
  as(profile: string): Principal;
  /** Lets the caller look under each profile, through the door; gathers what the look returns. */
  eachProfile<T>(look: (grant: Grant, profile: string) => Promise<readonly T[]>): Promise<T[]>;
}

/** Opens a house, interns every marking of the tables and plants every row. The people are those of the demonstration. */
export async function openCrossWorld(): Promise<CrossWorld> {
  const house = await openTestHouse();
  const product = crossProduct();
  const { office } = house.house;
  const markingIds = new Map<string, string>();
  for (const [name, text] of markingTexts) {
    const read = office.read(text);
    if (!read) throw new Error(`the register refuses ${text}`);
    markingIds.set(name, (await office.intern(read.structure, read.effective)).id);
  }
  const caller: CrossCaller = { personId: house.personId("ana"), program: house.programId, otherProgram: randomUUID() };
  const columns = await dataColumns(house.admin);
  const rows = product.rows.map((row) => fillRow(row, columns.get(row.table) ?? [], markingIds, caller));
  await plantRows(house.admin, rows);
  const own = rows.filter(({ row }) => row.table === "program" && row.member).map(({ key }) => key);
  await house.admin.query("insert into access.membership (person_id, program_id, source) select $1, unnest($2::uuid[]), 'test'", [caller.personId, own]);
  const principal = await house.as("ana");
  const byTable = Map.groupBy(rows, ({ row }) => row.table);
  const as = (profile: string): Principal => {
    const found = product.profiles.get(profile);
    if (!found) throw new Error(`no profile ${profile}`);
    return { ...principal, profile: found };
  };
  return {
    house,
    product,
    caller,
    markingIds,
    columns,
    rows,
    rowsOf: (table) => byTable.get(table) ?? [],
    principal,
    as,
    async eachProfile(look) {
      const found = [];
      for (const profile of product.profiles.keys()) {
        found.push(...(await house.run(as(profile), (operation) => operation.nested((grant) => look(grant, profile)))));
      }
      return found;
    },
  };
}
