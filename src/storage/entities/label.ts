import { defineEntity, p } from "@mikro-orm/core";
import type { AuthorityLines } from "../../markings/index.ts";

const above = {
  datasetId: p.uuid(),
  assetId: p.uuid(),
  programId: p.uuid(),
  datasetMarkingId: p.uuid(),
  assetMarkingId: p.uuid(),
  markingId: p.uuid(),
} as const;

/** A label: its identity. What it says is its latest revision that the caller may see. */
export const Label = defineEntity({
  name: "Label",
  schema: "data",
  tableName: "label",
  properties: {
    id: p.uuid().primary(),
    ...above,
    authorId: p.uuid(),
    origin: p.text(),
    createdAt: p.datetime(),
    state: p.text(),
    taskActId: p.uuid().nullable(),
    standing: p.text(),
    judgedBy: p.uuid().nullable(),
    judgedAt: p.datetime().nullable(),
    takenFrom: p.uuid().nullable(),
  },
});

/** One revision of a label, at its own marking. */
export const LabelRevision = defineEntity({
  name: "LabelRevision",
  schema: "data",
  tableName: "label_revision",
  properties: {
    id: p.uuid().primary(),
    labelId: p.uuid(),
    ...above,
    labelMarkingId: p.uuid(),
    labelAuthorId: p.uuid(),
    authorId: p.uuid(),
    kind: p.text(),
    previousId: p.uuid().nullable(),
    ordinal: p.integer(),
    ontologyVersionId: p.uuid(),
    classId: p.uuid(),
    shape: p.json<unknown>(),
    attributes: p.json<unknown>(),
    score: p.double().nullable(),
    createdAt: p.datetime(),
    authority: p.json<AuthorityLines>().nullable(),
    labelState: p.text(),
  },
});

/** A review of one revision by somebody who did not write it. */
export const LabelReview = defineEntity({
  name: "LabelReview",
  schema: "data",
  tableName: "label_review",
  properties: {
    id: p.uuid().primary(),
    labelId: p.uuid(),
    revisionId: p.uuid(),
    ...above,
    labelMarkingId: p.uuid(),
    labelAuthorId: p.uuid(),
    revisionMarkingId: p.uuid(),
    revisionAuthorId: p.uuid(),
    reviewerId: p.uuid(),
    verdict: p.text(),
    comment: p.text(),
    createdAt: p.datetime(),
    labelState: p.text(),
  },
});
