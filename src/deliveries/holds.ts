import { createHash, randomUUID } from "node:crypto";
import { nameOf } from "../datasets/commands.ts";
import type { Made } from "../datasets/commands.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant, Hold } from "../policy/grant.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import type { FrozenDataset } from "./freeze.ts";

/**
 * What a frozen version is together, as far as the requester knows: the markings of the dataset's compilations, and of the
 * rules that so many labels reach. Throws NOT_PERMITTED where a rule that he knows forbids him the delivery. What he does
 * not know is left out, as in a world without it; it holds the delivery later on.
 */
export async function wholesOf(
  grant: Grant,
  datasetId: string,
  { classCounts }: FrozenDataset,
): Promise<InternedMarking[]> {
  const compilations = await grant.read.all("compilation", { parent: "dataset", id: datasetId }, 1_000, "t.id");
  const rules = (await grant.together.rules(datasetId)).filter(
    ({ counts }) => counts === null || (classCounts[counts.classId] ?? 0) >= counts.atLeast,
  );
  const forbidding = rules.filter(({ counts, readsWhole }) => counts === null || !readsWhole);
  if (forbidding.length > 0) {
    throw new UserError(
      "NOT_PERMITTED",
      "a rule about what this dataset is together forbids it",
      ["datasetId"],
      forbidding.map(({ id }) => `compilationRule:${id}`),
    );
  }
  return [
    ...(await Promise.all(compilations.map(({ markingId }) => grant.marking(markingId)))),
    ...rules.map(({ whole }) => whole),
  ];
}

/** What holds a delivery, of what the caller may see. */
export async function holdsOf(grant: Grant, delivery: RowOf<"delivery">): Promise<Hold[]> {
  const holds = await grant.together.holds(delivery.id, await grant.marking(delivery.markingId));
  const seen = holds.filter(({ marking }) => grant.together.may("delivery.read", marking));
  for (const { marking } of seen) grant.together.disclose(marking);
  return seen;
}

/** Whether an approver reads everything that holds a delivery, as he stands now, and has lifted it. */
export async function liftedBy(
  grant: Grant,
  approverId: string,
  holds: readonly Hold[],
  about: { readonly programId: string; readonly ownerId: string; readonly state: string },
): Promise<boolean> {
  for (const hold of holds) {
    if (!hold.liftedBy.includes(approverId)) return false;
    if (!(await grant.couldStill(approverId, "delivery.approve", hold.marking, about))) return false;
  }
  return true;
}

/** Whoever sees what holds a delivery approves it only when he has lifted that. Throws STALE. */
export async function requireLifted(
  grant: Grant,
  delivery: RowOf<"delivery">,
  marking: InternedMarking,
): Promise<void> {
  const { personId } = grant.principal;
  for (const hold of await grant.together.holds(delivery.id, marking)) {
    if (grant.together.may("delivery.approve", hold.marking, "REQUESTED") && !hold.liftedBy.includes(personId))
      throw new UserError("STALE", "the dataset's content marking is above this delivery", ["deliveryId"]);
  }
}

/** Input of lifting a hold. Reason and ids come from the caller. */
export interface LiftHoldInput {
  readonly deliveryId: string;
  /** Of the compilation or rule that holds it. */
  readonly holdId: string;
  readonly manifestSha384: string;
  readonly reason: string;
}

/**
 * Says of exactly one manifest that what is in it does not reveal what a compilation or rule speaks of. An approval counts
 * for a release only when its giver lifted everything that holds the delivery; so two people who read it do (I7).
 */
export const liftHold: Command<LiftHoldInput, Made> = command({
  name: "deliveryHoldLift",
  action: "delivery.approve",
  target: ({ deliveryId }) => ({ noun: "delivery", id: deliveryId }),
  async run(grant, input) {
    const delivery = await grant.read.byId("delivery", input.deliveryId);
    const hold = delivery && (await holdsOf(grant, delivery)).find(({ id }) => id === input.holdId);
    if (!delivery || !hold) throw new UserError("NOT_FOUND", "not found", ["holdId"]);
    if (input.manifestSha384 !== createHash("sha384").update(delivery.manifest).digest("hex"))
      throw new UserError("STALE", "this is not the manifest of the delivery", ["manifestSha384"]);
    const { personId } = grant.principal;
    if (hold.liftedBy.includes(personId)) throw new UserError("ALREADY_DONE", "you have lifted this");
    const own = await grant.marking(delivery.markingId);
    const marking = await grant.office.raised(own, hold.marking);
    const reason = nameOf(input.reason, "reason");
    const row: RowOf<"deliveryHoldLift"> = {
      id: randomUUID(),
      deliveryId: delivery.id,
      programId: delivery.programId,
      deliveryMarkingId: delivery.markingId,
      requesterId: delivery.requesterId,
      markingId: marking.id,
      aboutId: hold.id,
      approverId: personId,
      reason,
      entryId: grant.record({
        kind: "delivery.approval",
        marking,
        outcome: {
          approver: personId,
          deliveryId: delivery.id,
          lifts: hold.id,
          manifestSha384: input.manifestSha384,
          reason,
        },
      }),
      liftedAt: grant.now(),
      deliveryState: delivery.state,
    };
    const facts = grant.facts(delivery.programId, delivery.requesterId, delivery.state);
    try {
      await grant.insert("deliveryHoldLift", [row], "delivery.approve", [own, hold.marking], facts);
    } catch (error) {
      if (isUniqueViolation(error)) throw new UserError("ALREADY_DONE", "you have lifted this");
      throw error;
    }
    return { id: delivery.id };
  },
});
