import { createHash, randomUUID } from "node:crypto";
import { encodeCanonical } from "../../audit/index.ts";
import { CaveatError } from "../errors.ts";
import type { Plain } from "../policy/audit-port.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import type { Page, PageRequest } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { approvalRules } from "./kinds.ts";
import { PROPOSAL_KINDS } from "./proposal-kind.ts";
import type { ProposalKind, ProposalRules } from "./proposal-kind.ts";

/** The row of a proposal. */
export type ProposalRow = RowOf<"proposal">;

/** What a proposal has come to. VOID: what it is about has changed, so it can only be proposed anew. */
export type ProposalState = "OPEN" | "EXECUTED" | "WITHDRAWN" | "EXPIRED" | "VOID";

/** What an act made: ids only. */
interface Made {
  readonly id: string;
}

function sha384(text: string): string {
  return createHash("sha384").update(text).digest("hex");
}

/** What a proposal says, read from the very text that its hash is of. */
export function contentOf(row: ProposalRow): { readonly act: { readonly [member: string]: Plain } } {
  if (sha384(row.content) !== row.contentSha384)
    throw new CaveatError("UNAVAILABLE", "stored proposal differs from its hash");
  return JSON.parse(row.content) as { act: { [member: string]: Plain } };
}

/** Asks for an act of this kind; somebody else approves it. Its hash covers the act, the state that it changes and its end. */
export function propose<I>(rules: ProposalRules<I>): Command<I, Made> {
  const family = PROPOSAL_KINDS[rules.kind];
  return command({
    name: `${rules.kind}.propose`,
    action: `${family}.administer`,
    target: () => null,
    async run(grant, input) {
      const { act, subjectId, programId, marking } = await rules.examine(grant, input);
      const requesterId = grant.principal.personId;
      if (subjectId === requesterId) throw new UserError("NOT_PERMITTED", "nobody proposes about himself");
      const state = await grant.proposals.proposalState(rules.kind, act);
      if (state === null) throw new UserError("NOT_FOUND", "not found");
      const id = randomUUID();
      const requestedAt = grant.now();
      const expiresAt = new Date(requestedAt.getTime() + grant.proposalLifetime);
      const content = encodeCanonical({
        act,
        expiresAt: expiresAt.toISOString(),
        id,
        kind: rules.kind,
        requester: requesterId,
        state,
        subject: subjectId,
      });
      const contentSha384 = sha384(content);
      const outcome = { proposal: id, kind: rules.kind, requester: requesterId, sha384: contentSha384, content };
      const row: ProposalRow = {
        id,
        kind: rules.kind,
        family,
        programId,
        markingId: marking.id,
        requesterId,
        subjectId,
        content,
        contentSha384,
        stateSha384: state,
        entryId: grant.record({ kind: "proposal.request", marking, outcome }),
        requestedAt,
        expiresAt,
      };
      await grant.insert("proposal", [row], `${family}.administer`, [marking], grant.facts(programId, requesterId));
      return { id };
    },
  });
}

/** The state of a proposal now. */
export async function proposalState(grant: Grant, row: ProposalRow): Promise<ProposalState> {
  if (await grant.read.byId("proposalApproval", row.id, "proposal")) return "EXECUTED";
  if (await grant.read.byId("proposalWithdrawal", row.id, "proposal")) return "WITHDRAWN";
  if (row.expiresAt <= grant.now()) return "EXPIRED";
  const state = await grant.proposals.proposalState(row.kind, contentOf(row).act);
  return state === row.stateSha384 ? "OPEN" : "VOID";
}

/** The approval of a proposal; null while there is none. */
export function approvalOf(grant: Grant, row: ProposalRow): Promise<RowOf<"proposalApproval"> | null> {
  return grant.read.byId("proposalApproval", row.id, "proposal");
}

async function openProposal(grant: Grant, kind: ProposalKind, id: string): Promise<ProposalRow> {
  const row = await grant.read.byId("proposal", id);
  if (!row || row.kind !== kind) throw new UserError("NOT_FOUND", "not found");
  const state = await proposalState(grant, row);
  if (state === "EXECUTED") throw new UserError("ALREADY_DONE", "this is done");
  if (state === "WITHDRAWN" || state === "EXPIRED") throw new UserError(state, "this cannot be approved any more");
  return row;
}

function partsOf(row: ProposalRow) {
  return {
    proposalId: row.id,
    family: row.family,
    programId: row.programId,
    proposalMarkingId: row.markingId,
    requesterId: row.requesterId,
    subjectId: row.subjectId,
    contentSha384: row.contentSha384,
  };
}

/** An approval names the proposal and the hash of the content that the approver has read. */
export interface ApproveInput {
  readonly proposalId: string;
  readonly sha384: string;
}

/**
 * Approves exactly the content whose hash is named: somebody else than who asked and than whom it is about, who holds the
 * authority for its family (I7). It is executed when this commits, or not approved.
 */
export function approveProposal(kind: ProposalKind): Command<ApproveInput, Made> {
  const family = PROPOSAL_KINDS[kind];
  return command({
    name: `${kind}.approve`,
    action: `${family}.approve`,
    target: ({ proposalId }) => ({ noun: "proposal", id: proposalId }),
    async run(grant, input) {
      const row = await openProposal(grant, kind, input.proposalId);
      const { act } = contentOf(row);
      const approverId = grant.principal.personId;
      if (input.sha384 !== row.contentSha384) throw new UserError("STALE", "this is not what is proposed", ["sha384"]);
      if (approverId === row.requesterId || approverId === row.subjectId)
        throw new UserError("NOT_PERMITTED", "nobody approves his own");
      if ((await grant.proposals.proposalState(kind, act)) !== row.stateSha384)
        throw new UserError("STALE", "what it is about has changed");
      const marking = await grant.marking(row.markingId);
      const about = { programId: row.programId, ownerId: row.requesterId };
      // A request counts while its maker could still make it: taking away works at once.
      if (!(await grant.couldStill(row.requesterId, `${family}.administer`, marking, about)))
        throw new UserError("STALE", "the requester could not ask this now");
      await approvalRules(kind)?.approving?.(grant, act, { id: row.id, requesterId: row.requesterId, marking });
      const outcome = { proposal: row.id, kind, approver: approverId, sha384: row.contentSha384 };
      const entryId = grant.record({ kind: "proposal.approval", marking, outcome });
      const approval: RowOf<"proposalApproval"> = { ...partsOf(row), approverId, entryId, approvedAt: grant.now() };
      const facts = grant.facts(row.programId, row.requesterId);
      await once(() => grant.insert("proposalApproval", [approval], `${family}.approve`, [marking], facts));
      grant.executes();
      return { id: row.id };
    },
  });
}

/** Withdraws a proposal that was not approved: its requester, or anybody who could have asked it. */
export function withdrawProposal(kind: ProposalKind): Command<{ proposalId: string }, Made> {
  const family = PROPOSAL_KINDS[kind];
  return command({
    name: `${kind}.withdraw`,
    action: `${family}.administer`,
    target: ({ proposalId }) => ({ noun: "proposal", id: proposalId }),
    async run(grant, { proposalId }) {
      const row = await openProposal(grant, kind, proposalId);
      const marking = await grant.marking(row.markingId);
      const withdrawerId = grant.principal.personId;
      const outcome = { proposal: row.id, kind, withdrawer: withdrawerId };
      const entryId = grant.record({ kind: "proposal.withdrawal", marking, outcome });
      const withdrawal = { ...partsOf(row), withdrawerId, entryId, withdrawnAt: grant.now() };
      const facts = grant.facts(row.programId, row.requesterId);
      await once(() => grant.insert("proposalWithdrawal", [withdrawal], `${family}.administer`, [marking], facts));
      grant.executes();
      return { id: row.id };
    },
  });
}

/** Two who do the same at once: one of them does it. */
async function once(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (isUniqueViolation(error)) throw new UserError("ALREADY_DONE", "this is done");
    throw error;
  }
}

/** A proposal by id; null when it is hidden, absent or of another kind. */
export function proposalById(kind: ProposalKind): Command<{ id: string }, ProposalRow | null> {
  return command<{ id: string }, ProposalRow | null>({
    name: `${kind}.byId`,
    action: `${PROPOSAL_KINDS[kind]}.administer`,
    target: ({ id }) => ({ noun: "proposal", id }),
    async run(grant, { id }) {
      const row = await grant.read.byId("proposal", id);
      return row?.kind === kind ? row : null;
    },
  });
}

/** A page of the proposals of a kind that the caller may see, ascending by id. */
export function proposalPage(kind: ProposalKind): Command<PageRequest, Page<ProposalRow>> {
  return command<PageRequest, Page<ProposalRow>>({
    name: `${kind}.proposals`,
    action: `${PROPOSAL_KINDS[kind]}.administer`,
    target: () => null,
    run: (grant, page) => grant.read.page("proposal", { parent: "kind", id: kind }, page, { kind }),
  });
}
