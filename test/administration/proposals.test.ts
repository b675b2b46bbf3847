import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientApproval } from "../../src/administration/clients.ts";
import {
  approveProposal,
  proposalById,
  proposalPage,
  propose,
  proposalState,
  withdrawProposal,
} from "../../src/administration/proposals.ts";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import { entries, logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";

let house: TestHouse;
let offset = 0;

beforeAll(async () => {
  house = await openTestHouse({ clock: () => new Date(Date.now() + offset) });
});
afterAll(async () => {
  await house.remove();
});

const CLIENT = { client: "tablet", name: "Field tablet", ceiling: "S", deviceAttested: true, networkCeiling: "S" };

async function proposed(by = "sofia", input = CLIENT): Promise<ProposalRow> {
  return house.run(await house.as(by), async (operation) => {
    const { id } = await operation.mutate(propose(clientApproval), input);
    const row = await operation.query(proposalById("client.approve"), { id });
    if (!row) throw new Error("not visible to its requester");
    return row;
  });
}

async function approve(by: string, row: ProposalRow, sha384 = row.contentSha384): Promise<unknown> {
  return house.run(await house.as(by), (operation) =>
    operation.mutate(approveProposal("client.approve"), { proposalId: row.id, sha384 }),
  );
}

async function withdraw(by: string, row: ProposalRow): Promise<unknown> {
  return house.run(await house.as(by), (operation) =>
    operation.mutate(withdrawProposal("client.approve"), { proposalId: row.id }),
  );
}

async function stateOf(row: ProposalRow): Promise<string> {
  return house.run(await house.as("silas"), (operation) => operation.nested((grant) => proposalState(grant, row)));
}

const clients = async (): Promise<object[]> =>
  (
    await house.admin.query<object>(
      "select id, name, status, ceiling from access.client where id <> 'workbench' order by id",
    )
  ).rows;

describe("I7 a proposal", () => {
  test("I7 I4 is executed by the approval of a second person, at once, and each step has its entry", async () => {
    const from = await logSize(house);
    const row = await proposed();
    expect(await clients()).toEqual([]);
    expect(await stateOf(row)).toBe("OPEN");
    await approve("silas", row);
    expect(await clients()).toEqual([{ id: "tablet", name: "Field tablet", status: "approved", ceiling: "S" }]);
    expect(await stateOf(row)).toBe("EXECUTED");
    const kinds = (await entries(house, from)).map(({ kind }) => kind).filter((kind) => kind.startsWith("proposal."));
    expect(kinds).toEqual(["proposal.request", "proposal.approval"]);
  });

  test("I7 is not approved by its requester, by other roles, or by another hash", async () => {
    const row = await proposed("sofia", { ...CLIENT, client: "second" });
    await expect(approve("sofia", row)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    for (const handle of ["ana", "sam", "otto", "victor"])
      await expect(approve(handle, row)).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const wrong of ["", "0".repeat(96), row.contentSha384.toUpperCase()])
      await expect(approve("silas", row, wrong)).rejects.toMatchObject({ code: "STALE" });
    expect(await clients()).toHaveLength(1);
  });

  test("I7 is approved once", async () => {
    const row = await proposed("sofia", { ...CLIENT, client: "third" });
    await approve("silas", row);
    await expect(approve("silas", row)).rejects.toMatchObject({ code: "ALREADY_DONE" });
    await expect(withdraw("sofia", row)).rejects.toMatchObject({ code: "ALREADY_DONE" });
  });

  test("I7 is void when what it is about has changed", async () => {
    const [one, other] = [
      await proposed("sofia", { ...CLIENT, client: "fourth" }),
      await proposed("sofia", { ...CLIENT, client: "fourth", ceiling: "TS" }),
    ];
    await approve("silas", one);
    expect(await stateOf(other)).toBe("VOID");
    await expect(approve("silas", other)).rejects.toMatchObject({ code: "STALE" });
    expect(await clients()).toContainEqual({ id: "fourth", name: "Field tablet", status: "approved", ceiling: "S" });
  });

  test("I7 ends when it expires or is withdrawn", async () => {
    const late = await proposed("sofia", { ...CLIENT, client: "late" });
    offset = 24 * 3_600_000 + 1;
    await expect(approve("silas", late)).rejects.toMatchObject({ code: "EXPIRED" });
    offset = 0;
    const gone = await proposed("sofia", { ...CLIENT, client: "gone" });
    await withdraw("sofia", gone);
    expect(await stateOf(gone)).toBe("WITHDRAWN");
    await expect(approve("silas", gone)).rejects.toMatchObject({ code: "WITHDRAWN" });
  });

  test("I7 of two at once counts one; a withdrawal beside an approval loses or wins, never both", async () => {
    const row = await proposed("sofia", { ...CLIENT, client: "race" });
    const made = await Promise.allSettled([approve("silas", row), withdraw("sofia", row)]);
    expect(made.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const done = (await clients()).some((client) => (client as { id: string }).id === "race");
    expect(done).toBe(made[0]?.status === "fulfilled");
  });

  test("I7 is listed to those who may see it, page by page, and to nobody else", async () => {
    const pages = async (handle: string): Promise<number> =>
      house.run(await house.as(handle), async (operation) => {
        let count = 0;
        let after: string | null = null;
        for (;;) {
          const page: Awaited<ReturnType<ReturnType<typeof proposalPage>["run"]>> | null = await operation.query(
            proposalPage("client.approve"),
            { first: 3, after },
          );
          if (!page) return -1;
          count += page.rows.length;
          after = page.rows.at(-1)?.id ?? null;
          if (!page.hasNextPage) return count;
        }
      });
    expect(await pages("silas")).toBe(await pages("sofia"));
    expect(await pages("sofia")).toBeGreaterThan(6);
    expect(await pages("ana")).toBe(-1);
  });
});
