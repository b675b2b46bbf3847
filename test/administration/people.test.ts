import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientApproval, clients } from "../../src/administration/clients.ts";
import { people, personById } from "../../src/administration/people.ts";
import {
  clearanceGrant,
  membershipGrant,
  personRestore,
  readOnGrant,
  roleGrant,
} from "../../src/administration/person-grants.ts";
import { approveProposal, proposalById, proposalPage, proposalState } from "../../src/administration/proposals.ts";
import {
  revokeClearance,
  revokeClient,
  revokeMembership,
  revokeReadOn,
  revokeRole,
  suspendClient,
  suspendPerson,
} from "../../src/administration/revocations.ts";
import { programs } from "../../src/datasets/queries.ts";
import { smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act, agree, ask, both } from "./acts.ts";

let house: TestHouse;
let world: SmallWorld;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
});
afterAll(async () => {
  await house.remove();
});

const id = (handle: string): string => house.personId(handle);
const IN_A_YEAR = new Date(Date.now() + 365 * 86_400_000).toISOString();
const clearance = (handle: string, level: string) => ({
  personId: id(handle),
  level,
  issuer: "USA",
  expiresAt: IN_A_YEAR,
});

describe("I7 a grant to a person", () => {
  test("I7 of a clearance, a read-on, a role and a membership holds when a second officer has approved it, not before", async () => {
    const asked = await ask(house, "sofia", clearanceGrant, clearance("ben", "TS"));
    expect((await house.as("ben")).profile.clearance).toBe("S");
    await agree(house, "silas", asked);
    await both(house, readOnGrant, { personId: id("ben"), token: "TK" });
    await both(house, roleGrant, { personId: id("ben"), role: "reviewer" });
    const { profile } = await house.as("ben", "TS");
    expect(profile).toMatchObject({ clearance: "TS", fineAccessControls: ["TK"], role: ["analyst", "reviewer"] });
    expect((await house.as("otto")).programs.size).toBe(0);
    await both(house, membershipGrant, { personId: id("otto"), programId: house.programId });
    expect([...(await house.as("otto")).programs]).toEqual([house.programId]);
  });

  test("I7 is never asked for oneself, and never approved by whom it is about or by who asked it", async () => {
    await expect(ask(house, "sofia", readOnGrant, { personId: id("sofia"), token: "G" })).rejects.toMatchObject({
      code: /NOT_/,
    });
    await expect(ask(house, "sofia", roleGrant, { personId: id("sofia"), role: "analyst" })).rejects.toMatchObject({
      code: "NOT_PERMITTED",
    });
    const forSilas = await ask(house, "sofia", roleGrant, { personId: id("silas"), role: "analyst" });
    for (const handle of ["sofia", "silas"])
      await expect(agree(house, handle, forSilas)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect((await house.as("silas")).profile.role).toEqual(["security-officer"]);
  });

  test("I7 is void when anything that the person may do has changed, and when its requester could not ask it any more", async () => {
    const first = await ask(house, "sofia", roleGrant, { personId: id("rita"), role: "analyst" });
    await act(house, "silas", revokeReadOn, { personId: id("rita"), token: "SI" });
    await expect(agree(house, "silas", first)).rejects.toMatchObject({ code: "STALE" });
    await both(house, readOnGrant, { personId: id("rita"), token: "SI" });
    const second = await ask(house, "sofia", roleGrant, { personId: id("rita"), role: "steward" });
    await act(house, "silas", suspendPerson, { personId: id("sofia") });
    await expect(agree(house, "silas", second)).rejects.toMatchObject({ code: "STALE" });
    await house.admin.query("update access.person set suspended = false where handle = 'sofia'");
  });

  test("I7 of what is there already, of an unknown role, level, token or date is refused", async () => {
    const personId = id("victor");
    await expect(ask(house, "sofia", readOnGrant, { personId, token: "TK" })).rejects.toMatchObject({
      code: "ALREADY_DONE",
    });
    await expect(ask(house, "sofia", membershipGrant, { personId, programId: house.programId })).rejects.toMatchObject({
      code: "ALREADY_DONE",
    });
    await expect(ask(house, "sofia", roleGrant, { personId, role: "king" })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    for (const wrong of [
      { level: "X" },
      { issuer: "usa" },
      { expiresAt: "2001-01-01T00:00:00Z" },
      { expiresAt: "never" },
    ])
      await expect(
        ask(house, "sofia", clearanceGrant, { ...clearance("victor", "S"), ...wrong }),
      ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(ask(house, "sofia", personRestore, { personId })).rejects.toMatchObject({ code: "ALREADY_DONE" });
  });

  test("I7 of a token or a program that one does not dominate reads like one that does not exist", async () => {
    const personId = id("victor");
    const answers = [];
    for (const token of ["SAR-BP", "Q", "SI-G", "NATO-S", "XYZZY", "no token"])
      answers.push(await ask(house, "sofia", readOnGrant, { personId, token }).catch((error: unknown) => error));
    for (const programId of [randomUUID(), "none"])
      answers.push(
        await ask(house, "sofia", membershipGrant, { personId, programId }).catch((error: unknown) => error),
      );
    for (const answer of answers) expect(answer).toMatchObject({ code: "NOT_FOUND", message: "not found" });
  });

  test("I7 never joins the roles of a compliance officer with those of an administrator, and nobody signs in with both", async () => {
    await expect(
      ask(house, "sofia", roleGrant, { personId: id("otto"), role: "security-officer" }),
    ).rejects.toMatchObject({ code: "CONFLICTING_ROLES" });
    for (const role of ["downgrade-authority", "disclosure-officer"])
      await expect(ask(house, "sofia", roleGrant, { personId: id("otto"), role })).rejects.toMatchObject({
        code: "CONFLICTING_ROLES",
      });
    await house.admin.query("update access.person set roles = roles || '{security-officer}' where handle = 'otto'");
    await expect(house.as("otto")).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await house.admin.query("update access.person set roles = '{compliance-officer}' where handle = 'otto'");
    await expect(house.as("otto")).resolves.toBeDefined();
  });

  test("I5 every version of what decisions rest on is kept", async () => {
    const { rows } = await house.admin.query<{ token: string; operation: string }>(
      "select coalesce(after, before) ->> 'token' as token, operation from access.standing_version where of_table = 'read_on' and coalesce(after, before) ->> 'person_id' = $1 order by made_at",
      [id("rita")],
    );
    expect(rows.map(({ token, operation }) => `${operation} ${token}`)).toEqual([
      "INSERT SI",
      "INSERT TK",
      "DELETE SI",
      "INSERT SI",
    ]);
    await expect(house.admin.query("update access.standing_version set operation = ''")).rejects.toMatchObject({
      code: "42501",
    });
  });
});

describe("I2 who administers", () => {
  test("I2 sees people whose whole standing he dominates; the others are not there", async () => {
    const listed = async (by: string, level?: "S"): Promise<string[]> =>
      house.run(await house.as(by, level), async (operation) => {
        const handles: string[] = [];
        let after: string | null = null;
        for (;;) {
          const page: Awaited<ReturnType<(typeof people)["run"]>> | null = await operation.query(people, {
            first: 2,
            after,
          });
          if (!page) return handles;
          handles.push(...page.rows.map(({ handle }) => handle));
          after = page.rows.at(-1)?.id ?? null;
          if (!page.hasNextPage) return handles.toSorted();
        }
      });
    expect(await listed("sofia")).toContain("ana");
    expect(await listed("sofia", "S")).toEqual(["charlotte"]);
    for (const handle of ["ana", "otto", "petra"]) expect(await listed(handle)).toEqual([]);
  });

  test("I2 gets the same answers about a hidden person as about nobody", async () => {
    const low = await house.as("sofia", "S");
    const answers = async (personId: string): Promise<unknown[]> =>
      house.run(low, async (operation) => {
        const told = (made: Promise<unknown>): Promise<unknown> =>
          made.catch((error: unknown) => ({ ...(error as object), message: String(error) }));
        return [
          await operation.query(personById, { id: personId }),
          await told(operation.mutate(suspendPerson, { personId })),
          await told(operation.mutate(revokeReadOn, { personId, token: "SI" })),
          await told(operation.mutate(revokeClearance, { personId })),
        ];
      });
    expect(await answers(id("ana"))).toEqual(await answers(randomUUID()));
  });

  test("I2 of lower sessions sees no proposal about a person of higher standing", async () => {
    const row = await ask(house, "sofia", roleGrant, { personId: id("ana"), role: "steward" });
    const low = await house.as("silas", "S");
    const seen = await house.run(low, async (operation) => [
      await operation.query(proposalById("role.grant"), { id: row.id }),
      (await operation.query(proposalPage("role.grant"), { first: 100, after: null }))?.rows,
    ]);
    expect(seen).toEqual([null, []]);
    await expect(
      house.run(low, (operation) =>
        operation.mutate(approveProposal("role.grant"), { proposalId: row.id, sha384: row.contentSha384 }),
      ),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    // Named as another kind it is not there either.
    await expect(
      house.run(await house.as("silas"), (operation) =>
        operation.mutate(approveProposal("readon.grant"), { proposalId: row.id, sha384: row.contentSha384 }),
      ),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(
      await house.run(await house.as("silas"), (operation) => operation.nested((grant) => proposalState(grant, row))),
    ).toBe("OPEN");
  });

  test("I1 reads no labeled data, although he belongs to the program", async () => {
    await house.admin.query("insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')", [
      id("silas"),
      house.programId,
    ]);
    const seen = await house.run(await house.as("silas"), async (operation) => [
      (await operation.query(programs, { first: 10, after: null }))?.rows ?? [],
      await operation.nested((grant) => grant.read.byId("dataset", world.datasetId)),
      await operation.nested((grant) => grant.read.byId("asset", world.assetId)),
      await operation.nested((grant) => grant.read.byId("label", world.labelId)),
    ]);
    expect(seen).toEqual([[], null, null, null]);
  });
});

describe("I7 what one officer takes away", () => {
  test("I7 is gone at the next statement of an open operation", async () => {
    const person = { personId: id("ana") };
    const acts: readonly [string, () => Promise<unknown>, () => Promise<unknown>][] = [
      [
        "membership",
        () => act(house, "sofia", revokeMembership, { ...person, programId: house.programId }),
        () => both(house, membershipGrant, { ...person, programId: house.programId }),
      ],
      [
        "read-on",
        () => act(house, "sofia", revokeReadOn, { ...person, token: "TK" }),
        () => both(house, readOnGrant, { ...person, token: "TK" }),
      ],
      [
        "role",
        () => act(house, "sofia", revokeRole, { ...person, role: "analyst" }),
        () => both(house, roleGrant, { ...person, role: "analyst" }),
      ],
      [
        "clearance",
        () => act(house, "sofia", revokeClearance, person),
        () => both(house, clearanceGrant, clearance("ana", "TS")),
      ],
      ["suspension", () => act(house, "sofia", suspendPerson, person), () => both(house, personRestore, person)],
    ];
    for (const [what, take, give] of acts) {
      const open = await house.open(await house.as("ana"));
      const look = (): Promise<unknown> => open.nested((grant) => grant.read.byId("asset", world.assetId));
      expect([what, await look()]).toEqual([what, expect.objectContaining({ id: world.assetId })]);
      await take();
      expect([what, await look()]).toEqual([what, null]);
      await open.close();
      await expect(take()).rejects.toMatchObject({ code: "ALREADY_DONE" });
      await give();
      const again = await house.run(await house.as("ana"), (operation) =>
        operation.nested((grant) => grant.read.byId("asset", world.assetId)),
      );
      expect([what, again]).toEqual([what, expect.objectContaining({ id: world.assetId })]);
    }
  });

  test("I7 of a client ends what is open through it, and nothing of other clients", async () => {
    const input = { client: "second", name: "Second", ceiling: "TS", deviceAttested: true, networkCeiling: "TS" };
    await both(house, clientApproval, input);
    const ana = await house.as("ana");
    const through = await house.open({ ...ana, client: { id: "second", name: "Second" } });
    const beside = await house.open(ana);
    const look = (operation: typeof through): Promise<unknown> =>
      operation.nested((grant) => grant.read.byId("asset", world.assetId));
    expect(await look(through)).not.toBeNull();
    expect(await look(beside)).not.toBeNull();
    await act(house, "sofia", suspendClient, { client: "second" });
    expect(await look(through)).toBeNull();
    expect(await look(beside)).not.toBeNull();
    await through.close();
    await beside.close();
    await both(house, clientApproval, input);
    await act(house, "sofia", revokeClient, { client: "second" });
    await expect(ask(house, "sofia", clientApproval, input)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(act(house, "sofia", revokeClient, { client: "second" })).rejects.toMatchObject({
      code: "ALREADY_DONE",
    });
    await expect(act(house, "sofia", revokeClient, { client: "nothing" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    const listed = await house.run(await house.as("silas"), (operation) =>
      operation.query(clients, { first: 10, after: null }),
    );
    expect(listed?.rows.map((client) => `${client.id} ${client.status}`)).toEqual([
      "second revoked",
      "workbench approved",
    ]);
  });

  test("I7 is taken by nobody else than a security officer", async () => {
    for (const handle of ["ana", "otto", "sam", "victor"])
      await expect(act(house, handle, suspendPerson, { personId: id("ben") })).rejects.toMatchObject({
        code: "NOT_PERMITTED",
      });
    await expect(act(house, "ana", suspendClient, { client: "workbench" })).rejects.toMatchObject({
      code: "NOT_PERMITTED",
    });
  });
});
