import { proposalById, propose } from "../../src/administration/proposals.ts";
import { approveProposal } from "../../src/administration/proposals.ts";
import type { ProposalRow } from "../../src/administration/proposals.ts";
import type { ProposalKind, ProposalRules } from "../../src/administration/proposal-kind.ts";
import { sectionErasure } from "../../src/administration/section-erasure.ts";
import type { Command } from "../../src/policy/command.ts";
import type { TestHouse } from "../house.ts";

/** Proposes an act as a person; returns the proposal as he sees it. */
export async function ask<I>(house: TestHouse, by: string, rules: ProposalRules<I>, input: I): Promise<ProposalRow> {
  return house.run(await house.as(by), async (operation) => {
    const { id } = await operation.mutate(propose(rules), input);
    const row = await operation.query(proposalById(rules.kind), { id });
    if (!row) throw new Error("not visible to its requester");
    return row;
  });
}

/** Asks, as the compliance officer, that what the log holds of a person in a month be erased, whatever its markings. */
export function askErasure(house: TestHouse, handle: string, month: string): Promise<ProposalRow> {
  const personId = house.personId(handle);
  return ask(house, "otto", sectionErasure, { personId, months: [month], markings: [], authority: "order 17" });
}

/** The keys that a proposal of an erasure names. */
export function keysOf(row: ProposalRow): string[] {
  return (JSON.parse(row.content) as { act: { keys: string[] } }).act.keys;
}

/** Approves a proposal as a person. */
export async function agree(
  house: TestHouse,
  by: string,
  row: ProposalRow,
  sha384: string = row.contentSha384,
): Promise<void> {
  const input = { proposalId: row.id, sha384 };
  await house.run(await house.as(by), (operation) =>
    operation.mutate(approveProposal(row.kind as ProposalKind), input),
  );
}

/** Both: sofia asks, silas approves. */
export async function both<I>(house: TestHouse, rules: ProposalRules<I>, input: I): Promise<ProposalRow> {
  const row = await ask(house, "sofia", rules, input);
  await agree(house, "silas", row);
  return row;
}

/** Runs a mutation as a person. */
export async function act<I, O>(house: TestHouse, by: string, command: Command<I, O>, input: I): Promise<O> {
  return house.run(await house.as(by), (operation) => operation.mutate(command, input));
}
