import type { Action } from "./actions.ts";
import type { State } from "./facts.ts";

/** Columns of a table that tell facts; null: the table does not tell it, and the fact is taken neither as true nor false. */
export interface FactColumns {
  /** The program of the row. */
  readonly member: string | null;
  /** The person who made what the row is about. */
  readonly owner: string | null;
  readonly state: { readonly constant: State } | { readonly column: string; readonly values: readonly State[] } | null;
}

/** An action by which a row may be read or inserted, for rows in which `when` has one of these values. */
export interface RowBranch {
  readonly action: Action;
  readonly when?: { readonly column: string; readonly values: readonly string[] };
}

/**
 * How the rules reach a table. A row is read (inserted) when for one branch the action is allowed on every marking of the
 * row's own, what stands above it may be read at its marking, and the row rules of the action hold.
 */
export interface TableAccess {
  readonly table: string;
  /** Markings of what stands above the row, each with the action by which that is read. */
  readonly above: readonly (readonly [column: string, read: Action])[];
  /** Markings that the action itself is decided on: of the row and of what it acts on. */
  readonly own: readonly string[];
  readonly facts: FactColumns;
  readonly read: readonly RowBranch[];
  readonly insert: readonly RowBranch[];
  /** Columns that must hold the caller in an inserted row: nobody writes in another's name. */
  readonly makers: readonly string[];
}

const ACTIVE = { constant: "ACTIVE" } as const;
const inProgram = (owner: string | null, state: FactColumns["state"] = ACTIVE): FactColumns => ({
  member: "program_id",
  owner,
  state,
});
const labelState = (column: string) => ({ column, values: ["ACTIVE", "BLIND", "RETRACTED"] }) as const;
const deliveryState = (column: string) => ({ column, values: ["REQUESTED", "APPROVED", "RELEASED"] }) as const;
const kind = (...values: string[]) => ({ column: "kind", values });
const noun = (...values: string[]) => ({ column: "noun", values });

const DATASET = ["dataset_marking_id", "dataset.read"] as const;
const ASSET = ["asset_marking_id", "asset.read"] as const;
const PROJECT = ["project_marking_id", "project.read"] as const;
const OF_DELIVERY = {
  above: [],
  own: ["delivery_marking_id"],
  facts: inProgram("requester_id", deliveryState("delivery_state")),
  read: [{ action: "delivery.read" }],
} as const;

const FAMILIES = ["person", "client", "policy", "marking", "audit"] as const;
const ofFamilies = (
  act: "administer" | "approve",
  families: readonly (typeof FAMILIES)[number][] = FAMILIES,
): readonly RowBranch[] =>
  families.map((family) => ({ action: `${family}.${act}` as const, when: { column: "family", values: [family] } }));
const OF_PROPOSAL = {
  above: [],
  own: ["proposal_marking_id"],
  facts: inProgram("requester_id"),
  read: ofFamilies("administer"),
} as const;

/** Every table of the schema 'data' that holds labeled rows, in the order in which it is printed. */
export const ROW_TABLES: readonly TableAccess[] = Object.freeze<TableAccess[]>([
  {
    table: "program",
    above: [],
    own: ["marking_id"],
    facts: { member: "id", owner: null, state: ACTIVE },
    read: [{ action: "program.read" }],
    insert: [],
    makers: [],
  },
  {
    table: "dataset",
    above: [],
    own: ["marking_id"],
    facts: inProgram("author_id"),
    read: [{ action: "dataset.read" }],
    insert: [{ action: "dataset.create" }],
    makers: ["author_id"],
  },
  {
    table: "dataset_compilation",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [{ action: "dataset.read" }],
    insert: [{ action: "dataset.create" }, { action: "marking.raise" }],
    makers: [],
  },
  {
    table: "compilation_rule",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram("author_id"),
    read: [{ action: "dataset.read" }],
    insert: [{ action: "marking.raise" }],
    makers: ["author_id"],
  },
  {
    table: "program_marking",
    above: [],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [
      { action: "dataset.read", when: noun("dataset") },
      { action: "ontology.read", when: noun("ontology") },
      { action: "delivery.read", when: noun("delivery") },
    ],
    insert: [
      { action: "dataset.create", when: noun("dataset") },
      { action: "ontology.create", when: noun("ontology") },
      { action: "delivery.request", when: noun("delivery") },
    ],
    makers: [],
  },
  {
    table: "dataset_marking",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [
      { action: "asset.read", when: noun("asset") },
      { action: "label.read", when: noun("label") },
      { action: "project.read", when: noun("project") },
      { action: "task.read", when: noun("task") },
    ],
    insert: [
      { action: "asset.create", when: noun("asset") },
      { action: "label.create", when: noun("label") },
      { action: "label.import", when: noun("label") },
      { action: "project.create", when: noun("project") },
      { action: "task.create", when: noun("task") },
    ],
    makers: [],
  },
  {
    table: "ontology",
    above: [],
    own: ["marking_id"],
    facts: inProgram("author_id"),
    read: [{ action: "ontology.read" }],
    insert: [{ action: "ontology.create" }],
    makers: ["author_id"],
  },
  {
    table: "ontology_version",
    above: [["ontology_marking_id", "ontology.read"]],
    own: ["marking_id"],
    facts: inProgram("author_id"),
    read: [{ action: "ontology.read" }],
    insert: [{ action: "ontology.create" }],
    makers: ["author_id"],
  },
  {
    table: "ontology_class",
    above: [["ontology_marking_id", "ontology.read"]],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [{ action: "ontology.read" }],
    insert: [{ action: "ontology.create" }],
    makers: [],
  },
  {
    table: "asset",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram("author_id"),
    read: [{ action: "asset.read" }],
    insert: [{ action: "asset.create" }],
    makers: ["author_id"],
  },
  {
    table: "asset_content",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [{ action: "asset.read" }],
    insert: [{ action: "asset.create" }],
    makers: [],
  },
  {
    table: "asset_quarantine",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [{ action: "asset.read" }],
    insert: [{ action: "asset.create" }],
    makers: ["receiver_id"],
  },
  {
    table: "asset_quarantine_reading",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [{ action: "asset.examine" }],
    insert: [{ action: "asset.create" }],
    makers: [],
  },
  {
    table: "asset_quarantine_lift",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram("receiver_id"),
    read: [{ action: "asset.read" }],
    insert: [{ action: "asset.lift" }],
    makers: ["lifter_id"],
  },
  {
    table: "blob",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [
      { action: "asset.read", when: kind("original", "display", "tiles") },
      { action: "delivery.read", when: kind("package") },
    ],
    insert: [
      { action: "asset.create", when: kind("original", "display", "tiles") },
      { action: "delivery.request", when: kind("package") },
    ],
    makers: [],
  },
  {
    table: "label",
    above: [DATASET, ASSET],
    own: ["marking_id"],
    facts: inProgram("author_id", labelState("state")),
    read: [{ action: "label.read" }],
    insert: [{ action: "label.create" }, { action: "label.import" }],
    makers: ["author_id"],
  },
  {
    table: "label_revision",
    above: [DATASET, ASSET],
    own: ["label_marking_id", "marking_id"],
    facts: inProgram("label_author_id", labelState("label_state")),
    read: [{ action: "label.read" }],
    insert: [
      { action: "label.create", when: kind("create") },
      { action: "label.revise", when: kind("revise") },
      { action: "label.retract", when: kind("retract") },
      { action: "label.import", when: kind("import") },
    ],
    makers: ["author_id", "label_author_id"],
  },
  {
    table: "label_review",
    above: [DATASET, ASSET],
    own: ["label_marking_id", "revision_marking_id", "marking_id"],
    facts: inProgram("revision_author_id", labelState("label_state")),
    read: [{ action: "label.read" }],
    insert: [{ action: "label.review" }],
    makers: ["reviewer_id"],
  },
  {
    table: "project",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram("author_id"),
    read: [{ action: "project.read" }],
    insert: [{ action: "project.create" }],
    makers: ["author_id"],
  },
  {
    table: "guideline",
    above: [DATASET, PROJECT],
    own: ["marking_id"],
    facts: inProgram("author_id"),
    read: [{ action: "project.read" }],
    insert: [{ action: "project.create" }],
    makers: ["author_id"],
  },
  {
    table: "task",
    above: [DATASET, ASSET, PROJECT],
    own: ["marking_id"],
    facts: inProgram("author_id"),
    read: [{ action: "task.read" }],
    insert: [{ action: "task.create" }],
    makers: ["author_id"],
  },
  {
    table: "task_act",
    above: [DATASET, ASSET, PROJECT],
    own: ["marking_id"],
    facts: inProgram(null),
    read: [{ action: "task.read" }],
    insert: [
      { action: "task.work", when: kind("lease", "extend", "submit", "skip") },
      { action: "task.review", when: kind("examine", "accept", "reject", "choose", "fix") },
      { action: "task.create", when: kind("reopen") },
    ],
    makers: ["person_id"],
  },
  {
    table: "task_remark",
    above: [DATASET, ASSET, PROJECT],
    own: ["marking_id"],
    facts: inProgram("person_id", { column: "state", values: ["ACTIVE", "BLIND"] }),
    read: [{ action: "task.read" }],
    insert: [{ action: "task.work" }],
    makers: ["person_id"],
  },
  {
    table: "task_draft",
    above: [DATASET, ASSET, PROJECT],
    own: ["task_marking_id", "marking_id"],
    facts: inProgram("person_id"),
    read: [{ action: "task.draft" }],
    insert: [{ action: "task.draft" }],
    makers: ["person_id"],
  },
  {
    table: "delivery",
    above: [DATASET],
    own: ["marking_id"],
    facts: inProgram("requester_id", deliveryState("state")),
    read: [{ action: "delivery.read" }],
    insert: [{ action: "delivery.request" }],
    makers: ["requester_id"],
  },
  { table: "delivery_approval", ...OF_DELIVERY, insert: [{ action: "delivery.approve" }], makers: ["approver_id"] },
  {
    ...OF_DELIVERY,
    table: "delivery_hold_lift",
    own: ["delivery_marking_id", "marking_id"],
    insert: [{ action: "delivery.approve" }],
    makers: ["approver_id"],
  },
  { table: "delivery_release", ...OF_DELIVERY, insert: [{ action: "delivery.release" }], makers: ["releaser_id"] },
  { table: "delivery_proof", ...OF_DELIVERY, insert: [{ action: "delivery.release" }], makers: [] },
  {
    table: "proposal",
    above: [],
    own: ["marking_id"],
    facts: inProgram("requester_id"),
    read: ofFamilies("administer"),
    insert: ofFamilies("administer"),
    makers: ["requester_id"],
  },
  {
    table: "proposal_marking",
    above: [],
    own: ["marking_id"],
    facts: inProgram(null),
    read: ofFamilies("administer"),
    insert: ofFamilies("administer"),
    makers: [],
  },
  { table: "proposal_approval", ...OF_PROPOSAL, insert: ofFamilies("approve"), makers: ["approver_id"] },
  { table: "proposal_withdrawal", ...OF_PROPOSAL, insert: ofFamilies("administer"), makers: ["withdrawer_id"] },
  {
    table: "marking_change",
    above: [],
    own: ["from_marking_id", "marking_id"],
    facts: inProgram("changer_id"),
    read: [{ action: "marking.administer" }],
    insert: [{ action: "marking.raise" }],
    makers: ["changer_id"],
  },
  {
    table: "revocation",
    above: [],
    own: ["marking_id"],
    facts: inProgram("revoker_id"),
    read: ofFamilies("administer", ["person", "client"]),
    insert: ofFamilies("administer", ["person", "client"]),
    makers: ["revoker_id"],
  },
]);
