import type { Grant } from "../../policy/grant.ts";
import type { approvalsOf, recipients } from "../../deliveries/commands.ts";
import type { actsOf, draftOf, guidelinesOf } from "../../labeling/task-queries.ts";
import type { quarantined } from "../../datasets/quarantine.ts";
import type { readingOfWaiting } from "../../datasets/quarantine-reading.ts";
import type { distributionList } from "../../datasets/list-commands.ts";
import type { NodeRow, contentsOf } from "../../datasets/queries.ts";

// Rows as the domain hands them out. Transport names their types only; it gets them from commands and grants.

export type ProgramRow = NodeRow<"program">;
export type DatasetRow = NodeRow<"dataset">;
export type OntologyRow = NodeRow<"ontology">;
export type AssetRow = NodeRow<"asset">;
export type AssetContentRow = Awaited<ReturnType<typeof contentsOf>>[number];
export type LabelRow = NodeRow<"label">;
export type ProjectRow = NodeRow<"project">;
export type TaskRow = NodeRow<"task">;
export type DeliveryRow = NodeRow<"delivery">;
export type RevisionRow = Awaited<ReturnType<Grant["read"]["latestRevisions"]>>[number];
export type ApprovalRow = Awaited<ReturnType<typeof approvalsOf>>[number];
export type GuidelineRow = Awaited<ReturnType<typeof guidelinesOf>>[number];
export type TaskActRow = Awaited<ReturnType<typeof actsOf>>[number];
export type TaskDraftRow = NonNullable<Awaited<ReturnType<typeof draftOf>>>;
export type RecipientRow = Awaited<ReturnType<(typeof recipients)["run"]>>[number];
export type QuarantineRow = NonNullable<Awaited<ReturnType<typeof quarantined>>>;
export type QuarantineReading = NonNullable<Awaited<ReturnType<typeof readingOfWaiting>>>;
export type DistributionListRow = NonNullable<Awaited<ReturnType<(typeof distributionList)["run"]>>>;
export type MarkingValue = Awaited<ReturnType<Grant["marking"]>>;
