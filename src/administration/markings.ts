import { randomUUID } from "node:crypto";
import { dominates } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import type { InternedMarking, MarkedNoun, RaisedNoun } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { addedCountries, markedObject, ownersOf, requireOwn, sameButRelease, sameRelease } from "./marking-parts.ts";
import type { MarkedObject } from "./marking-parts.ts";
import type { Examined, ProposalRules } from "./proposal-kind.ts";

const REASON = /^[^\p{C}]{1,400}$/u;

/** Another marking for an object. All of it comes from the caller. */
export interface MarkingInput {
  readonly noun: MarkedNoun;
  readonly id: string;
  readonly marking: string;
  readonly reason: string;
}

/** A higher marking for an object, or for what somebody said of one. All of it comes from the caller. */
export interface RaiseInput extends Omit<MarkingInput, "noun"> {
  readonly noun: RaisedNoun;
}

/** A reason as it is kept. Throws INVALID_INPUT. */
export function reasonOf(text: string): string {
  const reason = text.normalize("NFC").trim();
  if (!REASON.test(reason)) throw new UserError("INVALID_INPUT", "1 to 400 printable characters", ["reason"]);
  return reason;
}

/** Raises an object to a marking that dominates its own; PostgreSQL does it when the transaction ends. */
export async function raise(grant: Grant, object: MarkedObject, to: InternedMarking, reason: string): Promise<void> {
  const { own, programId } = object;
  await grant.changes.prepare({ noun: object.noun, id: object.id, to, raises: true });
  const entryId = grant.record({
    kind: "marking.change",
    marking: to,
    outcome: { object: `${object.noun}:${object.id}`, from: own.banner, to: to.banner, reason },
  });
  const row: RowOf<"markingChange"> = {
    id: randomUUID(),
    noun: object.noun,
    objectId: object.id,
    programId,
    fromMarkingId: own.id,
    markingId: to.id,
    changerId: grant.principal.personId,
    reason,
    entryId,
    changedAt: grant.now(),
  };
  await grant.mindHighWater(to);
  await grant.insert("markingChange", [row], "marking.raise", [own]);
  grant.executes();
}

/**
 * Raises a marking at once. Whatever stands below follows, and deliveries that may hold it; it holds at the next statement
 * of everybody. The new marking dominates the old one, and the caller may read it.
 */
export const raiseMarking: Command<RaiseInput, { readonly id: string }> = command({
  name: "markingRaise",
  action: "marking.raise",
  // A review is found by what it is about, so the command decides about it itself.
  target: ({ noun, id }) => (noun === "labelReview" ? null : { noun, id }),
  async run(grant, input) {
    if (!isId(input.id)) throw new UserError("NOT_FOUND", "not found", ["objectId"]);
    const object = await markedObject(grant, input.noun, input.id);
    const { own, programId, floor } = object;
    const named = `${object.noun}:${object.id}`;
    if (
      object.noun === "labelReview" &&
      !(await grant.allows("marking.raise", own, grant.facts(programId, null, object.state), named))
    )
      throw new UserError("NOT_PERMITTED", "not permitted");
    const reason = reasonOf(input.reason);
    const to = await grant.markingOf(input.marking, [own, ...floor], "marking.raise", programId);
    if (dominates(own.effective, to.effective)) throw new UserError("ALREADY_DONE", "it is marked so", ["marking"]);
    await raise(grant, object, to, reason);
    return { id: object.id };
  },
});

/** What is asked of an object, before it is known whether it lowers or widens. */
async function asked(
  grant: Grant,
  input: MarkingInput,
): Promise<{ object: MarkedObject; to: InternedMarking; reason: string }> {
  if (!isId(input.id)) throw new UserError("NOT_FOUND", "not found", ["objectId"]);
  const object = await markedObject(grant, input.noun, input.id);
  const facts = grant.facts(object.programId, grant.principal.personId, object.state);
  if (!(await grant.allows("marking.administer", object.own, facts, `${object.noun}:${object.id}`)))
    throw new UserError("NOT_PERMITTED", "not permitted");
  requireOwn(object.own);
  const reason = reasonOf(input.reason);
  const to = await grant.markingOf(input.marking, object.floor, "marking.administer", object.programId);
  if (dominates(to.effective, object.own.effective) || !dominates(object.own.effective, to.effective))
    throw new UserError("INVALID_MARKING", "this is not below its marking", ["marking"]);
  return { object, to, reason };
}

function examined(
  { object, to, reason }: { object: MarkedObject; to: InternedMarking; reason: string },
  added: readonly string[],
): Examined {
  return {
    act: {
      noun: object.noun,
      id: object.id,
      from: object.own.id,
      to: to.id,
      fromBanner: object.own.banner,
      toBanner: to.banner,
      added,
      reason,
    },
    subjectId: object.id,
    programId: object.programId,
    marking: object.own,
  };
}

interface MarkingAct {
  readonly noun: MarkedNoun;
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** Whoever approves sees the object himself, and what it would be marked is still at least what it is made of. */
async function approvable(grant: Grant, act: MarkingAct): Promise<{ own: InternedMarking; to: InternedMarking }> {
  const { own, floor, programId, state } = await markedObject(grant, act.noun, act.id);
  requireOwn(own);
  const to = await grant.marking(act.to);
  if (own.id !== act.from) throw new UserError("STALE", "its marking has changed");
  if (floor.some((source) => !dominates(to.effective, source.effective)))
    throw new UserError("STALE", "something above it was raised");
  const facts = grant.facts(programId, null, state);
  if (!(await grant.allows("marking.approve", own, facts, `${act.noun}:${act.id}`)))
    throw new UserError("NOT_PERMITTED", "not permitted");
  return { own, to };
}

/** That the caller has the role and the authority for each scope: an owner, a country. Throws NOT_PERMITTED. */
export async function requireAuthority(
  grant: Grant,
  role: "downgrade-authority" | "disclosure-officer",
  scopes: readonly string[],
): Promise<void> {
  const { personId, profile } = grant.principal;
  const authority = role === "downgrade-authority" ? "downgrade" : "disclosure";
  const person = await grant.proposals.personStanding(personId);
  const held = new Set(person?.authorities.filter((a) => a.authority === authority).map((a) => a.scope));
  if (!profile.role.includes(role) || !scopes.every((scope) => held.has(scope)))
    throw new UserError("NOT_PERMITTED", "this takes another authority");
}

/** Lowers a marking and releases it to nobody new: approved by a downgrade authority for each of its owners (B.4). */
export const markingLower: ProposalRules<MarkingInput> = {
  kind: "marking.lower",
  async examine(grant, input) {
    const change = await asked(grant, input);
    if (!sameRelease(change.object.own.effective, change.to.effective))
      throw new UserError("INVALID_MARKING", "to release it is another act", ["marking"]);
    return examined(change, []);
  },
  async approving(grant, content) {
    const act = content as unknown as MarkingAct;
    const { own, to } = await approvable(grant, act);
    await requireAuthority(grant, "downgrade-authority", ownersOf(own));
    await grant.changes.prepare({ noun: act.noun, id: act.id, to, raises: false });
  },
};

/** Releases to more countries and changes nothing else: approved by a disclosure officer for each of them (B.4). */
export const markingWiden: ProposalRules<MarkingInput> = {
  kind: "marking.widen",
  async examine(grant, input) {
    const change = await asked(grant, input);
    const { own } = change.object;
    if (!sameButRelease(own.effective, change.to.effective))
      throw new UserError("INVALID_MARKING", "to lower it is another act", ["marking"]);
    return examined(change, addedCountries(own.effective, change.to.effective));
  },
  async approving(grant, content) {
    const act = content as unknown as MarkingAct;
    const { own, to } = await approvable(grant, act);
    const added = addedCountries(own.effective, to.effective);
    // A caveat of the USA that goes while no country comes: whoever may release for the USA.
    await requireAuthority(grant, "disclosure-officer", added.length > 0 ? added : ["USA"]);
    await grant.changes.prepare({ noun: act.noun, id: act.id, to, raises: false });
  },
};
