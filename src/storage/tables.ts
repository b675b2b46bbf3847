import type { EntityName } from "@mikro-orm/core";
import { entities } from "./entities/index.ts";
import type { Row } from "./entities/index.ts";

/** How a table is read: its entity, and for each marking column the action whose matrix bit a reader needs. */
export interface Table<E extends object> {
  readonly entity: EntityName<E>;
  readonly name: string;
  readonly markings: readonly (readonly [
    column: string,
    property: keyof E & string,
    action: string | ((row: E) => string),
  ])[];
  /** Property that holds the person whose work the row is, for the fact `owner`; null where there is none. */
  readonly owner: (keyof E & string) | null;
  readonly program: keyof E & string;
}

function table<E extends object>(definition: Table<E>): Table<E> {
  return definition;
}

/** The action by which a proposal and its rows are read: that of its family. */
function administer({ family }: { readonly family: string }): string {
  return `${family}.administer`;
}

/** What stands above a task and all that hangs on it. */
const ABOVE_TASK = [
  ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
  ["asset_marking_id", "assetMarkingId", "asset.read"],
  ["project_marking_id", "projectMarkingId", "project.read"],
] as const;

/** The tables that rows are disclosed from. */
export const tables = {
  program: table<Row<typeof entities.Program>>({
    entity: entities.Program,
    name: "data.program",
    markings: [["marking_id", "markingId", "program.read"]],
    owner: null,
    program: "id",
  }),
  dataset: table<Row<typeof entities.Dataset>>({
    entity: entities.Dataset,
    name: "data.dataset",
    markings: [["marking_id", "markingId", "dataset.read"]],
    owner: "authorId",
    program: "programId",
  }),
  compilation: table<Row<typeof entities.DatasetCompilation>>({
    entity: entities.DatasetCompilation,
    name: "data.dataset_compilation",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "dataset.read"],
    ],
    owner: null,
    program: "programId",
  }),
  compilationRule: table<Row<typeof entities.CompilationRule>>({
    entity: entities.CompilationRule,
    name: "data.compilation_rule",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "dataset.read"],
    ],
    owner: "authorId",
    program: "programId",
  }),
  datasetMarking: table<Row<typeof entities.DatasetMarking>>({
    entity: entities.DatasetMarking,
    name: "data.dataset_marking",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", (row) => `${row.noun}.read`],
    ],
    owner: null,
    program: "programId",
  }),
  ontology: table<Row<typeof entities.Ontology>>({
    entity: entities.Ontology,
    name: "data.ontology",
    markings: [["marking_id", "markingId", "ontology.read"]],
    owner: "authorId",
    program: "programId",
  }),
  ontologyVersion: table<Row<typeof entities.OntologyVersion>>({
    entity: entities.OntologyVersion,
    name: "data.ontology_version",
    markings: [
      ["ontology_marking_id", "ontologyMarkingId", "ontology.read"],
      ["marking_id", "markingId", "ontology.read"],
    ],
    owner: "authorId",
    program: "programId",
  }),
  ontologyClass: table<Row<typeof entities.OntologyClass>>({
    entity: entities.OntologyClass,
    name: "data.ontology_class",
    markings: [
      ["ontology_marking_id", "ontologyMarkingId", "ontology.read"],
      ["marking_id", "markingId", "ontology.read"],
    ],
    owner: null,
    program: "programId",
  }),
  asset: table<Row<typeof entities.Asset>>({
    entity: entities.Asset,
    name: "data.asset",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "asset.read"],
    ],
    owner: "authorId",
    program: "programId",
  }),
  assetContent: table<Row<typeof entities.AssetContent>>({
    entity: entities.AssetContent,
    name: "data.asset_content",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "asset.read"],
    ],
    owner: null,
    program: "programId",
  }),
  assetQuarantine: table<Row<typeof entities.AssetQuarantine>>({
    entity: entities.AssetQuarantine,
    name: "data.asset_quarantine",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "asset.read"],
    ],
    owner: null,
    program: "programId",
  }),
  assetQuarantineReading: table<Row<typeof entities.AssetQuarantineReading>>({
    entity: entities.AssetQuarantineReading,
    name: "data.asset_quarantine_reading",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "asset.examine"],
    ],
    owner: null,
    program: "programId",
  }),
  assetQuarantineLift: table<Row<typeof entities.AssetQuarantineLift>>({
    entity: entities.AssetQuarantineLift,
    name: "data.asset_quarantine_lift",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "asset.read"],
    ],
    owner: "receiverId",
    program: "programId",
  }),
  label: table<Row<typeof entities.Label>>({
    entity: entities.Label,
    name: "data.label",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["asset_marking_id", "assetMarkingId", "asset.read"],
      ["marking_id", "markingId", "label.read"],
    ],
    owner: "authorId",
    program: "programId",
  }),
  labelRevision: table<Row<typeof entities.LabelRevision>>({
    entity: entities.LabelRevision,
    name: "data.label_revision",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["asset_marking_id", "assetMarkingId", "asset.read"],
      ["label_marking_id", "labelMarkingId", "label.read"],
      ["marking_id", "markingId", "label.read"],
    ],
    owner: "labelAuthorId",
    program: "programId",
  }),
  labelReview: table<Row<typeof entities.LabelReview>>({
    entity: entities.LabelReview,
    name: "data.label_review",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["asset_marking_id", "assetMarkingId", "asset.read"],
      ["label_marking_id", "labelMarkingId", "label.read"],
      ["revision_marking_id", "revisionMarkingId", "label.read"],
      ["marking_id", "markingId", "label.read"],
    ],
    owner: "revisionAuthorId",
    program: "programId",
  }),
  project: table<Row<typeof entities.Project>>({
    entity: entities.Project,
    name: "data.project",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "project.read"],
    ],
    owner: "authorId",
    program: "programId",
  }),
  guideline: table<Row<typeof entities.Guideline>>({
    entity: entities.Guideline,
    name: "data.guideline",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["project_marking_id", "projectMarkingId", "project.read"],
      ["marking_id", "markingId", "project.read"],
    ],
    owner: "authorId",
    program: "programId",
  }),
  task: table<Row<typeof entities.Task>>({
    entity: entities.Task,
    name: "data.task",
    markings: [...ABOVE_TASK, ["marking_id", "markingId", "task.read"]],
    owner: "authorId",
    program: "programId",
  }),
  taskAct: table<Row<typeof entities.TaskAct>>({
    entity: entities.TaskAct,
    name: "data.task_act",
    markings: [...ABOVE_TASK, ["marking_id", "markingId", "task.read"]],
    owner: null,
    program: "programId",
  }),
  taskRemark: table<Row<typeof entities.TaskRemark>>({
    entity: entities.TaskRemark,
    name: "data.task_remark",
    markings: [...ABOVE_TASK, ["marking_id", "markingId", "task.read"]],
    owner: "personId",
    program: "programId",
  }),
  taskDraft: table<Row<typeof entities.TaskDraft>>({
    entity: entities.TaskDraft,
    name: "data.task_draft",
    markings: [
      ...ABOVE_TASK,
      ["task_marking_id", "taskMarkingId", "task.draft"],
      ["marking_id", "markingId", "task.draft"],
    ],
    owner: "personId",
    program: "programId",
  }),
  delivery: table<Row<typeof entities.Delivery>>({
    entity: entities.Delivery,
    name: "data.delivery",
    markings: [
      ["dataset_marking_id", "datasetMarkingId", "dataset.read"],
      ["marking_id", "markingId", "delivery.read"],
    ],
    owner: "requesterId",
    program: "programId",
  }),
  deliveryApproval: table<Row<typeof entities.DeliveryApproval>>({
    entity: entities.DeliveryApproval,
    name: "data.delivery_approval",
    markings: [["delivery_marking_id", "deliveryMarkingId", "delivery.read"]],
    owner: "requesterId",
    program: "programId",
  }),
  deliveryHoldLift: table<Row<typeof entities.DeliveryHoldLift>>({
    entity: entities.DeliveryHoldLift,
    name: "data.delivery_hold_lift",
    markings: [
      ["delivery_marking_id", "deliveryMarkingId", "delivery.read"],
      ["marking_id", "markingId", "delivery.read"],
    ],
    owner: "requesterId",
    program: "programId",
  }),
  deliveryRelease: table<Row<typeof entities.DeliveryRelease>>({
    entity: entities.DeliveryRelease,
    name: "data.delivery_release",
    markings: [["delivery_marking_id", "deliveryMarkingId", "delivery.read"]],
    owner: "requesterId",
    program: "programId",
  }),
  proposal: table<Row<typeof entities.Proposal>>({
    entity: entities.Proposal,
    name: "data.proposal",
    markings: [["marking_id", "markingId", administer]],
    owner: "requesterId",
    program: "programId",
  }),
  proposalMarking: table<Row<typeof entities.ProposalMarking>>({
    entity: entities.ProposalMarking,
    name: "data.proposal_marking",
    markings: [["marking_id", "markingId", administer]],
    owner: null,
    program: "programId",
  }),
  proposalApproval: table<Row<typeof entities.ProposalApproval>>({
    entity: entities.ProposalApproval,
    name: "data.proposal_approval",
    markings: [["proposal_marking_id", "proposalMarkingId", administer]],
    owner: "requesterId",
    program: "programId",
  }),
  proposalWithdrawal: table<Row<typeof entities.ProposalWithdrawal>>({
    entity: entities.ProposalWithdrawal,
    name: "data.proposal_withdrawal",
    markings: [["proposal_marking_id", "proposalMarkingId", administer]],
    owner: "requesterId",
    program: "programId",
  }),
  markingChange: table<Row<typeof entities.MarkingChange>>({
    entity: entities.MarkingChange,
    name: "data.marking_change",
    markings: [
      ["from_marking_id", "fromMarkingId", "marking.administer"],
      ["marking_id", "markingId", "marking.administer"],
    ],
    owner: "changerId",
    program: "programId",
  }),
  revocation: table<Row<typeof entities.Revocation>>({
    entity: entities.Revocation,
    name: "data.revocation",
    markings: [["marking_id", "markingId", administer]],
    owner: "revokerId",
    program: "programId",
  }),
} as const;

/** A table that rows are disclosed from, by its short name. */
export type TableName = keyof typeof tables;

/** The row of a table. */
export type RowOf<N extends TableName> = (typeof tables)[N] extends Table<infer E> ? E : never;
