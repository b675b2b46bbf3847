import "reflect-metadata";
import { lexicographicSortSchema, printSchema } from "graphql";
import type { GraphQLSchema } from "graphql";
import { buildSchemaSync } from "type-graphql";
import type { BuildSchemaOptions } from "type-graphql";
import { requireActions } from "./action.ts";
import { GrantMutations, RevocationMutations } from "./administration-mutations.ts";
import { ClientResolver } from "./client.ts";
import { PersonResolver } from "./person.ts";
import { AssetResolver } from "./asset.ts";
import { AuditMutations } from "./audit-mutations.ts";
import { AuditFindingResolver, AuditSearchResolver } from "./audit-search.ts";
import { AuditBurstResolver, AuditStretchResolver, AuditStretchesResolver } from "./audit-stretch.ts";
import { AuditTailResolver } from "./audit-tail.ts";
import { AuditResolver, OwnAuditResolver } from "./audit.ts";
import {
  CompilationMutations,
  CompilationResolver,
  CompilationRuleResolver,
  DatasetCompilationResolver,
} from "./compilation.ts";
import { DatasetMutations } from "./dataset-mutations.ts";
import { DatasetResolver } from "./dataset.ts";
import { DeliveryMutations } from "./delivery-mutations.ts";
import { DeliveryHoldMutations, DeliveryHoldResolver } from "./delivery-hold.ts";
import { DeliveryApprovalResolver, DeliveryResolver, RecipientResolver } from "./delivery.ts";
import { noteDirectResolvers } from "./direct.ts";
import { DistributionListResolver } from "./distribution-list.ts";
import { LabelReviewResolver, LabelRevisionResolver } from "./label-history.ts";
import { LabelMutations } from "./label-mutations.ts";
import { LabelResolver } from "./label.ts";
import { MarkingMutations } from "./marking-mutations.ts";
import { QuarantineResolver, QuarantineViewResolver } from "./quarantine.ts";
import { NodeResolver } from "./node.ts";
import { OntologyMutations } from "./ontology-mutations.ts";
import { OntologyClassResolver, OntologyVersionResolver } from "./ontology-version.ts";
import { OntologyResolver } from "./ontology.ts";
import {
  PolicyCellChangeResolver,
  PolicyMarkingChangeResolver,
  PolicyComparisonResolver,
  PolicyRowChangeResolver,
  PolicyRuleChangeResolver,
} from "./policy-comparison.ts";
import { PolicyExplainResolver } from "./policy-explain.ts";
import { PolicyMutations } from "./policy-mutations.ts";
import { PolicyStepResolver, PolicyVersionResolver } from "./policy-versions.ts";
import { noteReading } from "./price.ts";
import { ProgramResolver } from "./program.ts";
import { ProjectMutations } from "./project-mutations.ts";
import { GuidelineResolver, ProjectResolver } from "./project.ts";
import { ProposalMutations } from "./proposal-mutations.ts";
import { ProposalResolver } from "./proposal.ts";
import { noteResolvers } from "./settled.ts";
import { ProjectHeldTaskResolver, ProjectWorkResolver } from "./project-work.ts";
import { TaskMutations } from "./task-mutations.ts";
import { TaskActResolver } from "./task-act.ts";
import { TaskCopyKeyResolver } from "./task-copy-key.ts";
import { TaskDraftResolver, TaskResolver } from "./task.ts";
import { ViewerResolver } from "./viewer.ts";

/** Every resolver of the product. */
export const RESOLVERS: BuildSchemaOptions["resolvers"] = [
  NodeResolver,
  ViewerResolver,
  ProgramResolver,
  DatasetResolver,
  CompilationResolver,
  CompilationRuleResolver,
  DatasetCompilationResolver,
  OntologyResolver,
  OntologyVersionResolver,
  OntologyClassResolver,
  AssetResolver,
  LabelResolver,
  LabelRevisionResolver,
  LabelReviewResolver,
  DeliveryResolver,
  DeliveryHoldResolver,
  DeliveryApprovalResolver,
  RecipientResolver,
  OwnAuditResolver,
  AuditResolver,
  AuditMutations,
  AuditSearchResolver,
  AuditStretchesResolver,
  AuditFindingResolver,
  AuditBurstResolver,
  AuditStretchResolver,
  AuditTailResolver,
  DatasetMutations,
  CompilationMutations,
  DeliveryHoldMutations,
  OntologyMutations,
  LabelMutations,
  DeliveryMutations,
  ProposalResolver,
  ProposalMutations,
  PersonResolver,
  ClientResolver,
  GrantMutations,
  RevocationMutations,
  MarkingMutations,
  QuarantineResolver,
  QuarantineViewResolver,
  DistributionListResolver,
  PolicyVersionResolver,
  PolicyStepResolver,
  PolicyExplainResolver,
  PolicyComparisonResolver,
  PolicyCellChangeResolver,
  PolicyMarkingChangeResolver,
  PolicyRuleChangeResolver,
  PolicyRowChangeResolver,
  PolicyMutations,
  ProjectResolver,
  GuidelineResolver,
  ProjectMutations,
  ProjectWorkResolver,
  ProjectHeldTaskResolver,
  TaskResolver,
  TaskActResolver,
  TaskDraftResolver,
  TaskCopyKeyResolver,
  TaskMutations,
];

// Nothing is published in the process: what a subscription shows is looked up through the door, each time.
const UNUSED = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error("nothing is published");
  },
};

/** The schema made of resolvers. Throws when a root field states no action, or one that is not in the closed list. */
export function schemaOf(resolvers: BuildSchemaOptions["resolvers"]): GraphQLSchema {
  const schema = buildSchemaSync({ resolvers, validate: false, pubSub: UNUSED });
  requireActions(schema);
  noteReading(schema);
  noteDirectResolvers(schema);
  noteResolvers(schema);
  return schema;
}

/** The schema of the product. */
export function productSchema(): GraphQLSchema {
  return schemaOf(RESOLVERS);
}

/** The text of schema/schema.graphql: types, fields and arguments sorted by name. */
export function printedSchema(): string {
  return `${printSchema(lexicographicSortSchema(productSchema()))}\n`;
}
