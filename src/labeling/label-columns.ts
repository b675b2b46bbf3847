import type { RowOf } from "../storage/tables.ts";

/** What a row that hangs on a label repeats of it, so that its own row decides who sees it. */
export type LabelColumns = Pick<
  RowOf<"labelRevision">,
  | "labelId"
  | "datasetId"
  | "assetId"
  | "programId"
  | "datasetMarkingId"
  | "assetMarkingId"
  | "labelMarkingId"
  | "labelAuthorId"
  | "labelState"
>;

/** The columns of a revision or review that come from its label. */
export function labelColumns(label: RowOf<"label">): LabelColumns {
  return {
    labelId: label.id,
    datasetId: label.datasetId,
    assetId: label.assetId,
    programId: label.programId,
    datasetMarkingId: label.datasetMarkingId,
    assetMarkingId: label.assetMarkingId,
    labelMarkingId: label.markingId,
    labelAuthorId: label.authorId,
    labelState: label.state,
  };
}
