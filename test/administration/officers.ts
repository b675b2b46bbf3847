import { markingLower, markingWiden } from "../../src/administration/markings.ts";
import type { MarkingInput } from "../../src/administration/markings.ts";
import { authorityGrant, roleGrant } from "../../src/administration/person-grants.ts";
import { proposalById, proposalState } from "../../src/administration/proposals.ts";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import type { ProposalKind } from "../../src/administration/proposal-kind.ts";
import { displayCopy } from "../../src/datasets/content.ts";
import type { TestHouse } from "../house.ts";
import { ask, both } from "./acts.ts";

/** Gives somebody a role and the authority that goes with it, by two security officers. */
export async function appoint(
  house: TestHouse,
  handle: string,
  authority: "downgrade" | "disclosure",
  scopes: readonly string[],
): Promise<void> {
  const personId = house.personId(handle);
  const role = authority === "downgrade" ? "downgrade-authority" : "disclosure-officer";
  await both(house, roleGrant, { personId, role });
  for (const scope of scopes) await both(house, authorityGrant, { personId, authority, scope });
}

/** Victor lowers what the USA own; wanda widens to the Five Eyes. */
export async function appointOfficers(house: TestHouse): Promise<void> {
  await appoint(house, "victor", "downgrade", ["USA"]);
  await appoint(house, "wanda", "disclosure", ["AUS", "CAN", "GBR", "NZL"]);
}

type Changed = Pick<MarkingInput, "noun" | "id" | "marking">;

/** Asks that a marking be lowered; the proposal as its requester sees it. */
export function askLower(house: TestHouse, change: Changed, by = "sam"): Promise<ProposalRow> {
  return ask(house, by, markingLower, { ...change, reason: "less sensitive than was thought" });
}

/** Asks that a marking be widened; the proposal as its requester sees it. */
export function askWiden(house: TestHouse, change: Changed, by = "sam"): Promise<ProposalRow> {
  return ask(house, by, markingWiden, { ...change, reason: "the exercise is combined" });
}

/** What a proposal has come to, as somebody sees it. */
export async function stateOf(house: TestHouse, row: ProposalRow, by = "sam"): Promise<string> {
  return house.run(await house.as(by), async (operation) => {
    const found = await operation.query(proposalById(row.kind as ProposalKind), { id: row.id });
    return found ? operation.nested((grant) => proposalState(grant, found)) : "none";
  });
}

/** The marking of a row. */
export async function bannerOf(house: TestHouse, table: string, id: string, column = "marking_id"): Promise<string> {
  const { rows } = await house.admin.query<{ banner: string }>(
    `select m.banner from data.${table} t join access.marking m on m.id = t.${column} where t.id = $1`,
    [id],
  );
  return rows[0]?.banner ?? "none";
}

/** Bytes of the image of an asset that somebody is shown; -1 when he sees none. */
export async function bytesOf(house: TestHouse, handle: string, assetId: string): Promise<number> {
  return house.run(await house.as(handle), async (operation) => {
    const copy = await operation.query(displayCopy, { assetId });
    if (!copy) return -1;
    let bytes = 0;
    for await (const chunk of copy.body) bytes += chunk.length;
    return bytes;
  });
}
