import { randomUUID } from "node:crypto";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import { labelColumns } from "./label-columns.ts";

/** Input of a review. */
export interface ReviewLabelInput {
  readonly labelId: string;
  readonly revisionId: string;
  readonly verdict: "accept" | "reject";
  readonly comment: string;
  readonly marking: string | null;
}

/** Reviews one revision; nobody reviews his own work, neither the label nor the revision. */
export const reviewLabel: Command<ReviewLabelInput, { id: string; reviewId: string }> = command({
  name: "labelReview",
  action: "label.review",
  target: ({ labelId }) => ({ noun: "label", id: labelId }),
  async run(grant, input) {
    const label = await grant.read.byId("label", input.labelId);
    const latest = label && (await grant.read.latestRevisions([label.id]))[0];
    if (!label || !latest) throw new UserError("NOT_FOUND", "not found");
    if (latest.id !== input.revisionId)
      throw new UserError("STALE", "the label was revised meanwhile", ["revisionId"], [`labelRevision:${latest.id}`]);
    if (latest.authorId === grant.principal.personId) throw new UserError("SELF_REVIEW", "nobody reviews his own work");
    const comment = input.comment.normalize("NFC");
    if (!/^[^\p{Cc}\p{Cs}]{0,2000}$/u.test(comment))
      throw new UserError("INVALID_INPUT", "at most 2,000 characters without control characters", ["comment"]);
    const source = await grant.marking(latest.markingId);
    const marking = await grant.markingOf(
      input.marking,
      [source, await grant.marking(label.markingId)],
      "label.review",
      label.programId,
      { facts: grant.facts(label.programId, latest.authorId, label.state) },
    );
    const review = {
      id: randomUUID(),
      ...labelColumns(label),
      revisionId: latest.id,
      revisionMarkingId: latest.markingId,
      revisionAuthorId: latest.authorId,
      markingId: marking.id,
      reviewerId: grant.principal.personId,
      verdict: input.verdict,
      comment,
      createdAt: grant.now(),
    };
    try {
      await grant.insert(
        "labelReview",
        [review],
        "label.review",
        [source],
        grant.facts(label.programId, latest.authorId, label.state),
      );
    } catch (error) {
      if (isUniqueViolation(error)) throw new UserError("ALREADY_DONE", "you have reviewed this revision");
      throw error;
    }
    return { id: label.id, reviewId: review.id };
  },
});
