import { createHash } from "node:crypto";
import { PROPOSAL_KINDS } from "../administration/proposal-kind.ts";
import type { ProposalKind } from "../administration/proposal-kind.ts";
import { DoorError, allNodes } from "./door.ts";
import type { Door } from "./door.ts";
import { EXIT, UsageError } from "./usage.ts";

/** What somebody asks for that a second person must approve, as the door shows it. */
export interface Proposal {
  /** As its content says. */
  readonly kind: ProposalKind;
  readonly id: string;
  readonly state: string;
  readonly requesterId: string;
  readonly requestedAt: string;
  readonly expiresAt: string;
  /** Canonical JSON: what the hash is of. */
  readonly content: string;
  readonly contentSha384: string;
  /** Who approved it; null while nobody has. */
  readonly approverId: string | null;
}

type Shown = Omit<Proposal, "kind">;

const PROPOSAL = "id state requesterId requestedAt expiresAt content contentSha384 approverId";
const KINDS = Object.keys(PROPOSAL_KINDS) as ProposalKind[];

/** CLIENT_APPROVE for 'client.approve', as the schema spells it. */
const enumName = (kind: ProposalKind): string => kind.replace(".", "_").toUpperCase();

/** The kinds that a word names: all of them where there is none. @throws UsageError */
export function kindsOf(word: string | undefined): readonly ProposalKind[] {
  const kinds = KINDS.filter((kind) => word === undefined || word === kind);
  if (kinds.length === 0) throw new UsageError(`--kind is one of ${KINDS.join(", ")}`);
  return kinds;
}

/** A proposal whose content is what its hash is of. Throws DoorError for another one. */
function checked(shown: Shown): Proposal {
  if (createHash("sha384").update(shown.content).digest("hex") !== shown.contentSha384)
    throw new DoorError(EXIT.failed, "the server shows another content than its hash is of (STALE)");
  const { kind } = JSON.parse(shown.content) as { kind: ProposalKind };
  return { kind, ...shown };
}

/** Asks for an act of two people. `field` is the mutation, `inputType` the type of its input. Throws DoorError. */
export async function propose(door: Door, field: string, inputType: string, input: object): Promise<Proposal> {
  const { proposal } = await door.act(field, inputType, input, `proposal { ${PROPOSAL} }`);
  if (!proposal) throw new DoorError(EXIT.failed, "it was proposed, and is not for you to see (NOT_FOUND)");
  return checked(proposal as Shown);
}

/** The proposals of one kind that the caller may see. Throws DoorError. */
export async function* proposalsOf(door: Door, kind: ProposalKind): AsyncGenerator<Proposal> {
  const query = `query ($first: Int!, $after: String) { proposals(kind: ${enumName(kind)}, first: $first, after: $after) {
    edges { node { ${PROPOSAL} } } pageInfo { hasNextPage endCursor } } }`;
  for await (const shown of allNodes<Shown>(door, "proposals", query, {})) yield checked(shown);
}

/** A proposal by its id. Throws DoorError when it is hidden, absent or of another kind. */
export async function proposalOf(door: Door, id: string, kinds: readonly ProposalKind[]): Promise<Proposal> {
  const fields = kinds.map((kind, i) => `p${i}: proposal(kind: ${enumName(kind)}, id: $id) { ${PROPOSAL} }`);
  const data = await door.ask(`query ($id: ID!) { ${fields.join(" ")} }`, { id });
  const shown = Object.values(data).find((one) => one !== null);
  if (!shown) throw new DoorError(EXIT.failed, "not found (NOT_FOUND)");
  return checked(shown as Shown);
}

/** Approves the content of a proposal whose hash is named. Throws DoorError. */
export async function approve(door: Door, kind: ProposalKind, id: string, hash: string): Promise<void> {
  const input = { kind: enumName(kind), proposalId: id, contentSha384: hash };
  await door.act("proposalApprove", "ProposalApproveInput", input, "");
}

/** Ends a proposal that was not approved. Throws DoorError. */
export async function withdraw(door: Door, kind: ProposalKind, id: string): Promise<void> {
  await door.act("proposalWithdraw", "ProposalWithdrawInput", { kind: enumName(kind), proposalId: id }, "");
}
