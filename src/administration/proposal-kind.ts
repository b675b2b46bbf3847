import type { Plain } from "../policy/audit-port.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";

/** What an act of two people is about: its actions are `<family>.administer` (see, ask, withdraw) and `<family>.approve`. */
export type ProposalFamily = "person" | "client" | "policy" | "marking" | "audit";

/** Every kind of proposal with its family, as access.proposal_kind has them. */
export const PROPOSAL_KINDS = {
  "clearance.grant": "person",
  "readon.grant": "person",
  "membership.grant": "person",
  "role.grant": "person",
  "person.restore": "person",
  "authority.grant": "person",
  "client.approve": "client",
  "policy.activate": "policy",
  "marking.lower": "marking",
  "marking.widen": "marking",
  "compilation.remove": "marking",
  "section.erase": "audit",
} as const satisfies Record<string, ProposalFamily>;

/** A kind of proposal. */
export type ProposalKind = keyof typeof PROPOSAL_KINDS;

/** Stands in a proposal for a program or subject that it does not have. */
export const NO_SUBJECT = "00000000-0000-0000-0000-000000000000";

/** What is proposed, as far as the kind itself can tell. */
export interface Examined {
  /** Canonical JSON object; the SQL functions of the kind get it as it is. */
  readonly act: { readonly [member: string]: Plain };
  /** The person or object that it is about; {@link NO_SUBJECT} for anything else. */
  readonly subjectId: string;
  /** The program that it belongs to; {@link NO_SUBJECT} when it belongs to none. */
  readonly programId: string;
  /** At least the marking of what it is about: requester and approver must both dominate it, others see nothing. */
  readonly marking: InternedMarking;
}

/** The proposal that is being approved. */
export interface Approved {
  readonly id: string;
  readonly requesterId: string;
  readonly marking: InternedMarking;
}

/**
 * A kind of act that two people must agree on. PostgreSQL executes it: access.state_<kind>(act) tells what it is about as it
 * stands, access.execute_<kind>(proposal, act) does it (migrations/0008).
 */
export interface ProposalRules<I> {
  readonly kind: ProposalKind;
  /** Checks an input from a caller and says what would be done. Throws UserError; NOT_FOUND for what he may not see. */
  examine(grant: Grant, input: I): Promise<Examined>;
  /** What an approver must hold beyond the action, if anything: throws UserError. The act is as it was proposed. */
  readonly approving?: (grant: Grant, act: { readonly [member: string]: Plain }, of: Approved) => Promise<void>;
}
