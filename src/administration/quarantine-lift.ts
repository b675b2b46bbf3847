import { dominates } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import { markedObject } from "./marking-parts.ts";
import { raise, reasonOf } from "./markings.ts";

/** What somebody says of an image in quarantine. All of it comes from the caller. */
export interface LiftInput {
  readonly assetId: string;
  /** Its marking: at least what it stands at, which is at least what could be read of its file. */
  readonly marking: string;
  readonly reason: string;
}

/**
 * Lets an image out of quarantine: somebody has looked at the file and states its marking, which dominates what it stands at.
 * Nobody does so for what he declared or sent in himself. Where it is higher the image is raised with it, before anything of it is shown.
 */
export const liftQuarantine: Command<LiftInput, { readonly id: string }> = command({
  name: "assetQuarantineLift",
  action: "asset.lift",
  target: ({ assetId }) => ({ noun: "asset", id: assetId }),
  async run(grant, { assetId, marking, reason: text }) {
    const object = await markedObject(grant, "asset", assetId);
    const waiting = await grant.read.byId("assetQuarantine", assetId, "asset");
    if (!waiting?.waits) throw new UserError("ALREADY_DONE", "it is not in quarantine", ["assetId"]);
    const { own, floor, programId } = object;
    // Who declared the image was turned away with the decision about it; who sent its file may be another one.
    const facts = grant.facts(programId, waiting.receiverId);
    if (!(await grant.allows("asset.lift", own, facts, `asset:${assetId}`)))
      throw new UserError("NOT_PERMITTED", "not permitted");
    const reason = reasonOf(text);
    const read = await grant.marking(waiting.raisedMarkingId);
    const to = await grant.markingOf(marking, [own, read, ...floor], "marking.raise", programId);
    if (!dominates(own.effective, to.effective)) await raise(grant, object, to, reason);
    const row = {
      assetId: waiting.assetId,
      datasetId: waiting.datasetId,
      programId: waiting.programId,
      datasetMarkingId: waiting.datasetMarkingId,
      markingId: waiting.markingId,
      receiverId: waiting.receiverId,
      lifterId: grant.principal.personId,
      reason,
      liftedAt: grant.now(),
    };
    try {
      await grant.insert("assetQuarantineLift", [row], "asset.lift", [own], facts);
    } catch (error) {
      if (isUniqueViolation(error)) throw new UserError("ALREADY_DONE", "it is not in quarantine", ["assetId"]);
      throw error;
    }
    return { id: assetId };
  },
});
