import type { InferEntity } from "@mikro-orm/core";
import {
  Asset,
  AssetContent,
  AssetQuarantine,
  AssetQuarantineLift,
  AssetQuarantineReading,
  Blob,
  DataKey,
} from "./asset.ts";
import { CompilationRule, Dataset, DatasetCompilation, DatasetMarking, Program } from "./dataset.ts";
import {
  Delivery,
  DeliveryApproval,
  DeliveryHoldLift,
  DeliveryProof,
  DeliveryRelease,
  Idempotency,
  Recipient,
} from "./delivery.ts";
import { Label, LabelReview, LabelRevision } from "./label.ts";
import {
  MarkingChange,
  Proposal,
  ProposalApproval,
  ProposalMarking,
  ProposalWithdrawal,
  Revocation,
} from "./proposal.ts";
import { Guideline, Project, Task, TaskAct, TaskDraft, TaskRemark } from "./project.ts";
import { Ontology, OntologyClass, OntologyVersion } from "./ontology.ts";

/** Every table of the data schema that the application role reads and writes. */
export const entities = {
  Program,
  Dataset,
  DatasetCompilation,
  CompilationRule,
  DatasetMarking,
  Ontology,
  OntologyVersion,
  OntologyClass,
  Asset,
  AssetContent,
  AssetQuarantine,
  AssetQuarantineLift,
  AssetQuarantineReading,
  Blob,
  DataKey,
  Label,
  LabelRevision,
  LabelReview,
  Project,
  Guideline,
  Task,
  TaskAct,
  TaskDraft,
  TaskRemark,
  Recipient,
  Delivery,
  DeliveryApproval,
  DeliveryHoldLift,
  DeliveryRelease,
  DeliveryProof,
  Idempotency,
  Proposal,
  ProposalMarking,
  ProposalApproval,
  ProposalWithdrawal,
  Revocation,
  MarkingChange,
};

/** The plain row of an entity. */
export type Row<E> = InferEntity<E>;
