import type { LocatedNoun, Placement } from "../storage/access-store.ts";
import type { CompilationRecords } from "../storage/compilation-records.ts";
import type { RowOf } from "../storage/tables.ts";
import type { Action } from "./actions.ts";
import { UserError } from "./command.ts";
import type { Target } from "./command.ts";
import type { Grant } from "./grant.ts";
import type { DecisionLedger } from "./last-look.ts";
import { stateOf } from "./workflow-state.ts";

/** Says where an object stands, for the record of a refusal. */
export interface TargetLocator {
  locate(noun: LocatedNoun, id: string): Promise<Placement | null>;
  /** What datasets are as a whole, whoever may see it. */
  readonly compilations: CompilationRecords;
}

/** Why a command may not act on its target; `visible` tells whether the caller can see the object at all. */
export interface Refusal {
  readonly code: "NOT_FOUND" | "NOT_PERMITTED";
  readonly reasons: readonly string[];
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a caller's id has the form of one of ours; anything else is simply not found. */
export function isId(text: string): boolean {
  return UUID.test(text);
}

/**
 * Decides about a command's target before the command runs. A target that row security and matrix do not show is refused
 * in the same way as one that does not exist; where it stands is looked up in both cases, for the record and so that both
 * do the same work.
 */
export async function decideTarget(
  locator: TargetLocator,
  grant: Grant,
  ledger: DecisionLedger,
  action: Action,
  target: Target | null,
): Promise<{ readonly refusal: Refusal | null; readonly row: object | null }> {
  if (target === null) return { refusal: await decideOwn(grant, ledger, action), row: null };
  const row = isId(target.id) ? await grant.read.byId(target.noun, target.id) : null;
  if (!row) {
    const placement = await locator.locate(
      target.noun,
      isId(target.id) ? target.id : "00000000-0000-4000-8000-000000000000",
    );
    const reasons: string[] = [];
    if (placement) {
      const facts = grant.facts(placement.programId, placement.authorId, placement.state);
      for (const id of placement.markingIds) {
        const decision = await ledger.decide(action, await grant.marking(id), facts, `${target.noun}:${target.id}`);
        reasons.push(...decision.reasons);
      }
    }
    return { refusal: { code: "NOT_FOUND", reasons }, row: null };
  }
  const values = row as RowOf<"asset">;
  const programId = target.noun === "program" ? values.id : values.programId;
  const owner = ownerOf(target.noun, row);
  const decision = await ledger.decide(
    action,
    await grant.marking(values.markingId),
    grant.facts(programId, owner, stateOf(target.noun, row)),
    `${target.noun}:${target.id}`,
  );
  const allowed = decision.decision === "allow";
  return { refusal: allowed ? null : { code: "NOT_PERMITTED", reasons: decision.reasons }, row };
}

/**
 * Decides about an action that has no object: it is about the caller himself or begins a list of what he may see. Decided on
 * a marking that every person of his country may see, so that role and environment are what counts.
 */
async function decideOwn(grant: Grant, ledger: DecisionLedger, action: Action): Promise<Refusal | null> {
  const country = grant.principal.profile.countryOfAffiliation;
  const banner = country === "USA" ? "UNCLASSIFIED" : `UNCLASSIFIED//REL TO USA, ${country}`;
  const read = grant.office.read(banner);
  if (!read) return { code: "NOT_PERMITTED", reasons: ["mac.unknown-country"] };
  const marking = { id: banner, banner, portion: banner, ...read };
  const member = grant.principal.programs.size > 0;
  const facts = { member, assigned: false, owner: true, state: "ACTIVE" };
  const decision = await ledger.decide(action, marking, facts, "caller");
  return decision.decision === "allow" ? null : { code: "NOT_PERMITTED", reasons: decision.reasons };
}

function ownerOf(noun: LocatedNoun, row: Record<string, unknown>): string | null {
  if (noun === "program") return null;
  return String(row[noun === "delivery" || noun === "proposal" ? "requesterId" : "authorId"]);
}

/** The refusal as it is told to the caller. */
export function refusalOf(refusal: Refusal, action: Action): UserError {
  if (refusal.code === "NOT_FOUND") return new UserError("NOT_FOUND", "not found");
  if (action === "label.review" && refusal.reasons.some((reason) => reason.includes("own"))) {
    return new UserError("SELF_REVIEW", "nobody reviews his own work");
  }
  return new UserError("NOT_PERMITTED", "not permitted");
}
