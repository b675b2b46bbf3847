import { randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { askErasure, keysOf } from "./acts.ts";
import { AppSql, approvalRow } from "./app-sql.ts";
import type { Statement } from "./app-sql.ts";
import { monthBefore, openPast } from "./past-entries.ts";
import type { PastEntries } from "./past-entries.ts";

const EARLIER = monthBefore(2);
const LOW = "UNCLASSIFIED//NOFORN";
const TK = "TOP SECRET//TK//NOFORN";

let house: TestHouse;
let past: PastEntries;
let sql: AppSql;

beforeAll(async () => {
  house = await openTestHouse();
  past = await openPast(house);
  sql = await AppSql.open(house);
  for (const handle of ["ana", "ben", "rita", "sam"]) await past.write(handle, LOW, EARLIER.at);
  await past.write("ana", TK, EARLIER.at);
});
afterAll(async () => {
  await sql.close();
  await past.close();
  await house.remove();
});

const asked = (handle: string): Promise<ProposalRow> => askErasure(house, handle, EARLIER.month);
async function erased(ids: readonly string[]): Promise<boolean[]> {
  const { rows } = await house.admin.query<{ erased: boolean }>(
    "select wrapped is null as erased from audit.section_key where id = any ($1)",
    [ids],
  );
  return rows.map((one) => one.erased);
}
/** The approval with the entries that a server process writes, as an application that was taken over can send it. */
function approval(row: ProposalRow, by: string, kinds = ["proposal.approval", "section.erasure"]): Statement[] {
  const ids = kinds.map(() => randomUUID());
  const written = kinds.map((kind, at) => sql.entry(ids[at] ?? "", kind));
  return [...written, approvalRow(row.id, house.personId(by), ids[0] ?? randomUUID())];
}

/** Everything that would take a key away, or put another in its place. */
const STATEMENTS = [
  "delete from audit.section_key",
  "truncate audit.section_key",
  "update audit.section_key set wrapped = null, erased_at = now(), erased_by = gen_random_uuid()",
  "update audit.section_key set wrapped = null, erased_at = now(), erased_by = (select id from data.proposal where kind = 'section.erase' limit 1)",
  "update audit.section_key set wrapped = '\\x00'",
  "update audit.section_key set marking = ''",
  "update audit.section_key set subject = null",
] as const;

describe("I7 PostgreSQL destroys a section key for two people only, whatever the application says", () => {
  test.each(["caveat_app", "caveat_ledger", "caveat_policy"])("I5 not for the working role %s", async (role) => {
    await asked("ben");
    const client = new Client({ ...house.database.as(role) });
    await client.connect();
    try {
      const calls = [
        "select access.execute_section_erase(gen_random_uuid(), '{}')",
        "select audit.month_over(now()::date)",
      ];
      for (const statement of [...STATEMENTS, ...calls])
        await expect(client.query(statement)).rejects.toMatchObject({ code: "42501" });
      const fake = `insert into audit.section_key (scope_digest, marking, month, erased_at, erased_by)
        values (sha256('x'), '', '2026-01-01', now(), gen_random_uuid())`;
      await expect(client.query(fake)).rejects.toMatchObject({ code: "42501" });
    } finally {
      await client.end();
    }
  });

  test.each([
    ["the owner of the tables", "set local role caveat_owner"],
    ["a superuser who acts as a replica", "set local session_replication_role = replica"],
  ])("I5 not for %s, whom nobody approved", async (_, before) => {
    await asked("ben");
    for (const statement of STATEMENTS) {
      await house.admin.query("begin");
      await house.admin.query(before);
      await expect(house.admin.query(statement)).rejects.toMatchObject({ code: "42501" });
      await house.admin.query("rollback");
    }
  });

  test("I7 not as the requester, in another's name, by another compliance officer, or for whoever it is about", async () => {
    const row = await asked("ben");
    expect(await sql.commit("otto", ...approval(row, "otto"))).toBe("42501");
    expect(await sql.commit("otto", ...approval(row, "silas"))).toBe("42501");
    expect(await sql.commit("silas", ...approval(row, "otto"))).toBe("42501");
    await past.write("silas", LOW, EARLIER.at);
    expect(await sql.commit("silas", ...approval(await asked("silas"), "silas"))).toBe("CV000");
    expect(await erased(keysOf(row))).toEqual([false]);
  });

  test("I4 I7 not without the entry that says on what authority; with it the same statements destroy it", async () => {
    const row = await asked("ben");
    expect(await sql.commit("silas", ...approval(row, "silas", ["proposal.approval"]))).toBe("CV000");
    expect(await sql.commit("silas", ...approval(row, "silas", ["proposal.approval", "marking.change"]))).toBe("CV000");
    expect(await erased(keysOf(row))).toEqual([false]);
    const others = async (): Promise<unknown> =>
      (
        await house.admin.query(
          "select id, scope_digest, marking, subject, month, wrapped from audit.section_key where not (id = any ($1)) order by id",
          [keysOf(row)],
        )
      ).rows;
    const before = await others();
    expect(await sql.commit("silas", ...approval(row, "silas"))).toBe("");
    expect(await erased(keysOf(row))).toEqual([true]);
    expect(await others()).toEqual(before);
    // Destroyed is destroyed: nothing is put in its place, not even by the owner.
    await house.admin.query("begin");
    const back =
      "update audit.section_key set wrapped = '\\x00', erased_at = null, erased_by = null where id = any ($1)";
    await expect(house.admin.query(back, [keysOf(row)])).rejects.toMatchObject({ code: "42501" });
    await house.admin.query("rollback");
  });

  test("I7 not when somebody who is no compliance officer any more asked, nor by somebody without his role", async () => {
    const row = await asked("rita");
    const roles = (handle: string, held: string): Promise<unknown> =>
      house.admin.query("update access.person set roles = $2 where id = $1", [house.personId(handle), `{${held}}`]);
    await roles("otto", "analyst");
    expect(await sql.commit("silas", ...approval(row, "silas"))).toBe("CV000");
    await roles("otto", "compliance-officer");
    await roles("silas", "analyst");
    // Who may not see the proposal inserts no row at all.
    await sql.commit("silas", ...approval(row, "silas"));
    await roles("silas", "security-officer");
    expect(await erased(keysOf(row))).toEqual([false]);
  });

  test("I7 not what is another person's, another month's, or marked above what was decided about", async () => {
    const source = await asked("sam");
    const good = JSON.parse(source.content) as { act: Record<string, unknown> };
    const other = keysOf(await asked("rita"));
    const high = keysOf(await asked("ana"));
    const { rows } = await house.admin.query<{ id: string }>(
      "select id from access.marking where effective ->> 'level' = 'U' order by id limit 1",
    );
    /** A proposal with another content, whose hash and state agree with it, as only the owner could write it. */
    const forged = async (act: object, markingId = source.markingId): Promise<ProposalRow> => {
      const id = randomUUID();
      const state = await house.admin.query<{ state: string }>("select access.state_section_erase($1) as state", [act]);
      const { state: sha } = state.rows[0] ?? { state: "" };
      const content = JSON.stringify({ ...good, act, id, state: sha });
      await house.admin.query(
        `insert into data.proposal select $1, kind, family, program_id, $5, requester_id, subject_id, $2,
           encode(sha384(convert_to($2, 'UTF8')), 'hex'), $3, entry_id, requested_at, expires_at from data.proposal where id = $4`,
        [id, content, sha, source.id, markingId],
      );
      return { ...source, id, content };
    };
    await house.admin.query("alter table data.proposal disable trigger recorded");
    const refused = [
      await forged({ ...good.act, keys: [...keysOf(source), ...other] }),
      await forged({ ...good.act, months: ["2001-01"] }),
      await forged({ ...good.act, person: house.personId("ana") }),
      await forged({ ...good.act, authority: "" }),
      await forged({ ...good.act, keys: high }, rows[0]?.id),
    ];
    for (const [at, row] of refused.entries()) {
      expect([at, await sql.commit("silas", ...approval(row, "silas"))]).toEqual([at, "CV000"]);
      expect(await erased([...keysOf(row), ...keysOf(source), ...other, ...high])).not.toContain(true);
    }
    expect(await sql.commit("silas", ...approval(await forged(good.act), "silas"))).toBe("");
    await house.admin.query("alter table data.proposal enable trigger recorded");
    expect(await erased(keysOf(source))).toEqual([true]);
  });
});
