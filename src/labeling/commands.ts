import { randomUUID } from "node:crypto";
import { isUniqueViolation } from "../storage/ports.ts";
import type { Made } from "../datasets/commands.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant, Readers } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { labelAuthority } from "./label-authority.ts";
import { checkContent, labelContext } from "./label-content.ts";
import { labelColumns } from "./label-columns.ts";
import type { LabelContent, LabelContext } from "./label-content.ts";

/** Input of a new label. Shape and attributes come from the caller and are checked against image and ontology version. */
export interface CreateLabelInput {
  readonly assetId: string;
  readonly classKey: string;
  readonly shape: unknown;
  readonly attributes: unknown;
  readonly marking: string | null;
  /** Lists that it stands under beside those of asset and class. */
  readonly readers?: Readers | null;
}

type Above = Pick<RowOf<"label">, "datasetId" | "assetId" | "programId" | "datasetMarkingId" | "assetMarkingId">;

/** Where a label comes from: what somebody does outside tasks, or an act by which it was handed in. */
export type LabelSource = Pick<RowOf<"label">, "taskActId" | "takenFrom">;

const OUTSIDE_TASKS: LabelSource = { taskActId: null, takenFrom: null };

/** The rows of a new label: its identity and its first revision. */
export function labelRows(
  grant: Grant,
  { asset, assetMarking }: LabelContext,
  content: LabelContent,
  marking: InternedMarking,
  origin: "human" | "model",
  score: number | null,
  source: LabelSource = OUTSIDE_TASKS,
): { label: RowOf<"label">; revision: RowOf<"labelRevision"> } {
  const above: Above = {
    datasetId: asset.datasetId,
    assetId: asset.id,
    programId: asset.programId,
    datasetMarkingId: asset.datasetMarkingId,
    assetMarkingId: asset.markingId,
  };
  const label = {
    id: randomUUID(),
    ...above,
    markingId: marking.id,
    authorId: grant.principal.personId,
    origin,
    createdAt: grant.now(),
    state: "ACTIVE",
    ...source,
    // PostgreSQL says how it stands.
    standing: source.taskActId === null ? "STANDS" : "PENDING",
    judgedBy: null,
    judgedAt: null,
  };
  const revision = revisionOf(grant, label, content, marking, {
    kind: origin === "model" ? "import" : "create",
    previousId: null,
    ordinal: 1,
    score,
    authority: labelAuthority(grant, asset, assetMarking, marking),
  });
  return { label, revision };
}

function revisionOf(
  grant: Grant,
  label: RowOf<"label">,
  content: LabelContent,
  marking: InternedMarking,
  place: Pick<RowOf<"labelRevision">, "kind" | "previousId" | "ordinal" | "score" | "authority">,
): RowOf<"labelRevision"> {
  return {
    id: randomUUID(),
    ...labelColumns(label),
    markingId: marking.id,
    authorId: grant.principal.personId,
    ontologyVersionId: content.versionId,
    classId: content.classId,
    shape: content.shape,
    attributes: content.attributes,
    createdAt: grant.now(),
    ...place,
  };
}

/** Draws a label: its marking is at least the join of the asset's and the class's. */
export const createLabel: Command<CreateLabelInput, Made> = command({
  name: "labelCreate",
  action: "label.create",
  target: ({ assetId }) => ({ noun: "asset", id: assetId }),
  async run(grant, input) {
    const context = await labelContext(grant, input.assetId);
    const content = checkContent(context, input);
    const sources = [context.assetMarking, content.classMarking] as const;
    const marking = await grant.markingOf(input.marking, [...sources], "label.create", context.asset.programId, {
      readers: input.readers ?? null,
    });
    const { label, revision } = labelRows(grant, context, content, marking, "human", null);
    await grant.insert("label", [label], "label.create", sources);
    await grant.insert("labelRevision", [revision], "label.create", sources);
    return { id: label.id };
  },
});

/** A model's pre-label on its way in. */
export interface PreLabelInput {
  readonly classKey: string;
  readonly shape: unknown;
  readonly attributes: unknown;
  readonly score: number;
}

/** Takes in a model's pre-labels of one asset: never labels of a person until somebody revises them. */
export const importLabels: Command<{ assetId: string; labels: readonly PreLabelInput[] }, { ids: string[] }> = command({
  name: "labelsImport",
  action: "label.import",
  target: ({ assetId }) => ({ noun: "asset", id: assetId }),
  async run(grant, { assetId, labels }) {
    if (labels.length === 0 || labels.length > 1_000)
      throw new UserError("INVALID_INPUT", "1 to 1,000 labels at once", ["labels"]);
    const context = await labelContext(grant, assetId);
    const rows: { label: RowOf<"label">; revision: RowOf<"labelRevision"> }[] = [];
    for (const [index, input] of labels.entries()) {
      if (!(input.score >= 0 && input.score <= 1))
        throw new UserError("INVALID_INPUT", "a score is between 0 and 1", ["labels", String(index)]);
      const content = checkContent(context, input, ["labels", String(index)]);
      const marking = await grant.office.derive([context.assetMarking, content.classMarking]);
      rows.push(labelRows(grant, context, content, marking, "model", input.score));
    }
    await grant.insert(
      "label",
      rows.map((r) => r.label),
      "label.import",
      [context.assetMarking],
    );
    await grant.insert(
      "labelRevision",
      rows.map((r) => r.revision),
      "label.import",
      [context.assetMarking],
    );
    return { ids: rows.map((r) => r.label.id) };
  },
});

/** The label with its latest revision that the caller sees; STALE when he worked on another one. */
async function current(
  grant: Grant,
  labelId: string,
  baseRevisionId: string,
): Promise<{ label: RowOf<"label">; latest: RowOf<"labelRevision"> }> {
  const label = await grant.read.byId("label", labelId);
  const latest = label && (await grant.read.latestRevisions([label.id]))[0];
  if (!label || !latest) throw new UserError("NOT_FOUND", "not found");
  if (latest.id !== baseRevisionId)
    throw new UserError("STALE", "the label was revised meanwhile", ["baseRevisionId"], [`labelRevision:${latest.id}`]);
  if (latest.kind === "retract") throw new UserError("ALREADY_DONE", "the label is retracted");
  return { label, latest };
}

async function insertRevision(
  grant: Grant,
  revision: RowOf<"labelRevision">,
  action: "label.revise" | "label.retract",
  sources: InternedMarking[],
): Promise<void> {
  try {
    await grant.insert(
      "labelRevision",
      [revision],
      action,
      sources,
      grant.facts(revision.programId, revision.labelAuthorId, revision.labelState),
    );
  } catch (error) {
    if (isUniqueViolation(error)) throw new UserError("STALE", "the label was revised meanwhile", ["baseRevisionId"]);
    throw error;
  }
}

/** What a revision changes; null keeps what the latest revision says. */
export interface ReviseLabelInput {
  readonly labelId: string;
  readonly baseRevisionId: string;
  readonly classKey: string | null;
  readonly shape: unknown;
  readonly attributes: unknown;
  readonly marking: string | null;
}

/** Revises a label: a new revision at its own marking; earlier ones stay. */
export const reviseLabel: Command<ReviseLabelInput, Made> = command({
  name: "labelRevise",
  action: "label.revise",
  target: ({ labelId }) => ({ noun: "label", id: labelId }),
  async run(grant, input) {
    const { label, latest } = await current(grant, input.labelId, input.baseRevisionId);
    const context = await labelContext(grant, label.assetId, latest.ontologyVersionId);
    const known = await grant.read.byId("ontologyClass", latest.classId);
    const classKey = input.classKey ?? known?.key;
    if (classKey === undefined) throw new UserError("NOT_FOUND", "not found", ["classKey"]);
    const content = checkContent(context, {
      classKey,
      shape: input.shape ?? latest.shape,
      attributes: input.attributes ?? latest.attributes,
    });
    const sources = [
      context.assetMarking,
      content.classMarking,
      await grant.marking(label.markingId),
      await grant.marking(latest.markingId),
    ] as const;
    const marking = await grant.markingOf(input.marking, [...sources], "label.revise", label.programId);
    const revision = revisionOf(grant, label, content, marking, {
      kind: "revise",
      previousId: latest.id,
      ordinal: latest.ordinal + 1,
      score: null,
      authority: labelAuthority(grant, context.asset, context.assetMarking, marking),
    });
    await insertRevision(grant, revision, "label.revise", [...sources]);
    return { id: label.id };
  },
});

/** Retracts a label: a last revision says so; its history stays. */
export const retractLabel: Command<{ labelId: string; baseRevisionId: string }, Made> = command({
  name: "labelRetract",
  action: "label.retract",
  target: ({ labelId }) => ({ noun: "label", id: labelId }),
  async run(grant, { labelId, baseRevisionId }) {
    const { label, latest } = await current(grant, labelId, baseRevisionId);
    const marking = await grant.marking(latest.markingId);
    const revision = {
      ...latest,
      id: randomUUID(),
      kind: "retract",
      previousId: latest.id,
      ordinal: latest.ordinal + 1,
      authorId: grant.principal.personId,
      createdAt: grant.now(),
    };
    await insertRevision(grant, revision, "label.retract", [marking]);
    return { id: label.id };
  },
});
