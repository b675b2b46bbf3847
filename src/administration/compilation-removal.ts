import { UserError } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import type { InternedMarking } from "../storage/ports.ts";
import { ownersOf, requireOwn } from "./marking-parts.ts";
import { reasonOf, requireAuthority } from "./markings.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";
import type { ProposalRules } from "./proposal-kind.ts";

/** Which compilation or rule goes, and why. All of it comes from the caller. */
export interface RemoveCompilationInput {
  readonly noun: "compilation" | "compilationRule";
  readonly id: string;
  readonly reason: string;
}

interface Compiled {
  readonly programId: string;
  readonly datasetId: string;
  /** The join of what goes away with it and of its dataset, below which a rule may stand. */
  readonly own: InternedMarking;
}

/** A compilation or rule as the caller sees it, whole. Throws NOT_FOUND for one that he does not see all of. */
async function compiled(grant: Grant, { noun, id }: Pick<RemoveCompilationInput, "noun" | "id">): Promise<Compiled> {
  const found = isId(id) ? id : NO_SUBJECT;
  const rule = noun === "compilationRule" ? await grant.read.byId("compilationRule", found) : null;
  const row = rule ?? (noun === "compilation" ? await grant.read.byId("compilation", found) : null);
  if (!row) throw new UserError("NOT_FOUND", "not found", ["id"]);
  const own = await grant.office.derive([
    await grant.marking(row.datasetMarkingId),
    await grant.marking(row.markingId),
    ...(rule ? [await grant.marking(rule.wholeMarkingId)] : []),
  ]);
  if (!grant.together.may("dataset.read", own)) throw new UserError("NOT_FOUND", "not found", ["id"]);
  return { programId: row.programId, datasetId: row.datasetId, own };
}

/**
 * Takes a compilation or a rule away, which lowers what its dataset is as a whole: approved by a downgrade authority for each
 * owner of the marking that goes (standards B.4, B.6). Deliveries that it held are held no more.
 */
export const compilationRemoval: ProposalRules<RemoveCompilationInput> = {
  kind: "compilation.remove",
  async examine(grant, input) {
    const { own, programId, datasetId } = await compiled(grant, input);
    const facts = grant.facts(programId, grant.principal.personId);
    if (!(await grant.allows("marking.administer", own, facts, `${input.noun}:${input.id}`)))
      throw new UserError("NOT_PERMITTED", "not permitted");
    requireOwn(own);
    return {
      act: {
        noun: input.noun,
        id: input.id,
        dataset: datasetId,
        fromBanner: own.banner,
        reason: reasonOf(input.reason),
      },
      subjectId: input.id,
      programId,
      marking: own,
    };
  },
  async approving(grant, content) {
    const act = content as unknown as Pick<RemoveCompilationInput, "noun" | "id">;
    const { own, programId, datasetId } = await compiled(grant, act);
    requireOwn(own);
    const facts = grant.facts(programId, null);
    if (!(await grant.allows("marking.approve", own, facts, `${act.noun}:${act.id}`)))
      throw new UserError("NOT_PERMITTED", "not permitted");
    await requireAuthority(grant, "downgrade-authority", ownersOf(own));
    grant.together.forget(datasetId);
  },
};
