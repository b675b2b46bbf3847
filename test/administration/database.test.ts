import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readOnGrant, roleGrant } from "../../src/administration/person-grants.ts";
import { approveProposal } from "../../src/administration/proposals.ts";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import { revokeReadOn } from "../../src/administration/revocations.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act, ask } from "./acts.ts";
import { AppSql, approvalRow } from "./app-sql.ts";
import type { Statement } from "./app-sql.ts";

let house: TestHouse;
let sql: AppSql;
let offset = 0;

beforeAll(async () => {
  house = await openTestHouse({ clock: () => new Date(Date.now() + offset) });
  sql = await AppSql.open(house);
});
afterAll(async () => {
  await sql.close();
  await house.remove();
});

const commit = (handle: string, ...statements: readonly Statement[]): Promise<string> =>
  sql.commit(handle, ...statements);
const entry = (id: string, kind: string): Statement => sql.entry(id, kind);

const asked = (): Promise<ProposalRow> =>
  ask(house, "sofia", readOnGrant, { personId: house.personId("ben"), token: "TK" });

/** A proposal that ended a minute ago. */
async function expired(): Promise<ProposalRow> {
  const row = await asked();
  await house.admin.query("update data.proposal set expires_at = now() - interval '1 minute' where id = $1", [row.id]);
  return row;
}

const approval = (row: ProposalRow, by: string, entryId: string = randomUUID()): Statement =>
  approvalRow(row.id, house.personId(by), entryId);

async function readOns(handle: string): Promise<string[]> {
  const { rows } = await house.admin.query<{ token: string }>(
    "select token from access.read_on where person_id = $1 order by token",
    [house.personId(handle)],
  );
  return rows.map(({ token }) => token);
}

describe("I7 SQL as the application role", () => {
  test("I7 approves nothing without the entry that only a server process writes", async () => {
    const row = await asked();
    const id = randomUUID();
    expect(await commit("silas", approval(row, "silas"))).toBe("CV000");
    expect(await commit("silas", entry(id, "mutation.outcome"), approval(row, "silas", id))).toBe("CV000");
    expect(await readOns("ben")).toEqual([]);
    // With it the same statements do what they say, so that what refused them was the missing entry.
    expect(await commit("silas", entry(id, "proposal.approval"), approval(row, "silas", id))).toBe("");
    expect(await readOns("ben")).toEqual(["TK"]);
    await act(house, "sofia", revokeReadOn, {
      personId: house.personId("ben"),
      token: "TK",
    });
  });

  test("I7 approves nothing as its requester, in another's name, or without a role", async () => {
    const row = await asked();
    for (const [by, name] of [
      ["sofia", "sofia"],
      ["sofia", "silas"],
      ["silas", "sofia"],
    ] as const) {
      const id = randomUUID();
      expect(await commit(by, entry(id, "proposal.approval"), approval(row, name, id))).toBe("42501");
    }
    const id = randomUUID();
    // Who may not see the proposal inserts no row at all.
    expect(await commit("ana", entry(id, "proposal.approval"), approval(row, "ana", id))).toBe("");
    expect(await readOns("ben")).toEqual([]);
  });

  test("I7 approves nothing that is about the approver, or that has expired", async () => {
    const about = await ask(house, "sofia", roleGrant, { personId: house.personId("silas"), role: "analyst" });
    const first = randomUUID();
    expect(await commit("silas", entry(first, "proposal.approval"), approval(about, "silas", first))).toBe("CV000");
    const late = await expired();
    const second = randomUUID();
    expect(await commit("silas", entry(second, "proposal.approval"), approval(late, "silas", second))).toBe("CV002");
  });

  test("I7 proposes nothing that contradicts itself, and nothing in another's name", async () => {
    const { rows } = await house.admin.query<Record<string, unknown>>("select * from data.proposal limit 1");
    const good = rows[0] ?? {};
    const insert = (change: object): Statement => [
      "insert into data.proposal select * from jsonb_populate_record(null::data.proposal, $1)",
      JSON.stringify({ ...good, id: randomUUID(), ...change }),
    ];
    expect(await commit("sofia", insert({}))).toBe("23514");
    expect(await commit("sofia", insert({ content: "{}" }))).toBe("23514");
    expect(await commit("silas", insert({}))).toBe("42501");
    expect(await commit("sofia", insert({ requester_id: house.personId("silas") }))).toBe("42501");
  });

  test("I7 takes nothing away without an entry or in another's name", async () => {
    const row = (by: string, entryId: string): Statement => [
      `insert into data.revocation select gen_random_uuid(), 'readon.revoke', 'person', p.program_id, p.marking_id, $2, $3, $4, $5, now()
       from data.proposal p where p.id = $1`,
      source.id,
      house.personId(by),
      house.personId("ana"),
      JSON.stringify({ act: { person: house.personId("ana"), token: "TK" } }),
      entryId,
    ];
    const source = await asked();
    expect(await commit("sofia", row("sofia", randomUUID()))).toBe("CV000");
    expect(await commit("sofia", row("silas", randomUUID()))).toBe("42501");
    expect(await readOns("ana")).toEqual(["SI", "TK"]);
  });

  test.each([
    "select access.execute_readon_grant(gen_random_uuid(), '{}')",
    "select access.execute_role_grant(gen_random_uuid(), '{}')",
    "select access.execute_client_approve(gen_random_uuid(), '{}')",
    "select access.proposal_state('readon.grant', '{}')",
    "select access.person_state(gen_random_uuid())",
    "select * from access.standing_version",
    "insert into access.proposal_kind values ('a.b', 'person')",
    "insert into access.read_on values (gen_random_uuid(), 'TK', '')",
    "update access.client set status = 'approved'",
    "update data.proposal set content = content",
    "delete from data.proposal_withdrawal",
    "alter table data.proposal_approval disable trigger all",
  ])("I7 may not: %s", async (statement) => {
    expect(await commit("silas", [statement])).toBe("42501");
  });
});

describe("I7 at the moment of execution", () => {
  test("I7 a proposal that PostgreSQL finds expired is refused as such, whatever the server's clock says", async () => {
    const row = await expired();
    offset = -120_000;
    try {
      await expect(
        act(house, "silas", approveProposal("readon.grant"), { proposalId: row.id, sha384: row.contentSha384 }),
      ).rejects.toMatchObject({ code: "EXPIRED" });
    } finally {
      offset = 0;
    }
  });

  test("I7 of two approvals about one person that run side by side, the second finds that he has changed", async () => {
    const rows = [
      await ask(house, "sofia", roleGrant, { personId: house.personId("ben"), role: "reviewer" }),
      await ask(house, "sofia", roleGrant, { personId: house.personId("ben"), role: "steward" }),
    ];
    const made = await Promise.allSettled(
      rows.map((row) =>
        act(house, "silas", approveProposal("role.grant"), { proposalId: row.id, sha384: row.contentSha384 }),
      ),
    );
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(made.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "STALE" } });
  });
});
