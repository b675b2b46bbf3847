import { getNamedType, getNullableType, isListType, isObjectType } from "graphql";
import type { GraphQLObjectType, GraphQLSchema } from "graphql";

/** Every list of the schema that holds rows of its own, with the beginning of the names under which it is measured. */
export const MEASURED: Readonly<Record<string, string>> = {
  "Asset.labels": "labels of an asset, ",
  "Dataset.assets": "assets, ",
  "Dataset.compilationRules": "compilationRules of a dataset",
  "Dataset.compilations": "compilations of a dataset",
  "Dataset.labels": "labels, ",
  "Dataset.projects": "projects, ",
  "Label.reviews": "labelReviews of a label",
  "Label.revisions": "labelRevisions of a label",
  "Ontology.versions": "ontologyVersions of a ontology",
  "OntologyVersion.classes": "ontologyClasss of a version",
  "Program.datasets": "datasets, ",
  "Program.declassificationDue": "assets due for review",
  "Program.deliveries": "deliverys, ",
  "Program.ontologies": "ontologys, ",
  "Program.quarantined": "images in quarantine",
  "Project.guidelines": "guidelines of a project",
  "Project.tasks": "tasks, ",
  "ProjectWork.days": "work on a project",
  "ProjectWork.held": "work on a project",
  "ProjectWork.people": "work on a project",
  "ProjectWork.waiting": "work on a project",
  "Query.distributionLists": "distribution lists",
  "Query.people": "people",
  "Query.policyReach": "reach of a person",
  "Query.policyReaders": "readers of an object",
  "Query.programs": "programs",
  "Query.proposals": "proposals, ",
  "Task.acts": "taskActs of a task",
  "Task.earlier": "what a task's next round begins with",
  "Task.opinions": "opinions of a task",
  "Task.preLabels": "pre-labels of a task",
  "Viewer.programs": "programs",
};

/** Lists that are not measured, each with the reason. */
export const NOT_MEASURED: Readonly<Record<string, string>> = {
  "AssetQuarantineReading.groups": "part of one row",
  "AuditAnswer.findings":
    "one index range for each marking of sections that the officer may open: entries that are withheld are not passed over",
  "AuditBursts.bursts": "goes over a stretch of entries whose length is fixed, whatever of them is withheld",
  "AuditEntry.sections": "the fixed slots of one entry",
  "AuditStretch.entries": "headers of all entries are shown to whoever reads the log at all: none is passed over",
  "AuditStretch.kinds": "counts headers, which are shown to whoever reads the log at all",
  "AuditTail.entries": "headers of all entries are shown to whoever follows the log at all; a look has a fixed length",
  "AuditTail.passed": "the entries that the tail wrote itself, within one look",
  "Authority.sources": "part of one row",
  "Delivery.holds":
    "goes over the compilations and rules of one dataset, hidden ones too: what is hidden decides whether the delivery is held",
  "Delivery.approvals": "read with the delivery, under its own marking: whoever sees it sees all of them",
  "Person.authorities": "part of one person, who is shown whole or not at all",
  "PolicyDecision.reasons": "part of one decision",
  "PolicyExplanation.steps": "one decision for each marking of one object",
  "PolicyProfileChange.changes": "part of one answer",
  "PolicyReach.cells": "read with the reach of a person, and measured with it",
  "PolicyReachCell.steps": "one decision for each marking of one object",
  "PolicyRulesDifference.rows": "about documents, which carry no marking",
  "PolicyRulesDifference.rules": "about documents, which carry no marking",
  "PolicyRulesDifference.markings":
    "goes over all interned markings in memory; their number grows with new markings, not with rows",
  "PolicyVersion.documents": "documents carry no marking",
  "PolicyVersion.steps": "documents carry no marking",
  "TaskAct.pins": "part of one row",
  "TaskAct.labels": "ids that one act names, looked up at once: as many as whoever handed them in wrote",
  "Query.auditCheckpoints": "signed sizes of the log are shown to whoever reads it at all: none is passed over",
  "Query.auditEntries": "headers of all entries are shown to whoever reads the log at all: none is passed over",
  "Query.copyKeys": "one look-up by id for each name that the caller was given before, at most twenty",
  "Query.clients": "the registry has one marking: it is shown whole or not at all",
  "Query.ownAudit":
    "the caller's own acts alone; those of a higher session of his are passed over, at most as many as he did himself",
  "Query.policyComparison":
    "goes over distinct profiles and markings, which are fewer than people and rows; hidden profiles are passed over one by one",
  "Query.policyVersions": "documents carry no marking",
  "Query.recipients": "shown whole to everybody in a program",
};

/** Fields 'Type.field' that give a connection or a list of objects. Edges of connections and refusals are parts of their answer. */
export function listFields(schema: GraphQLSchema): string[] {
  return Object.values(schema.getTypeMap())
    .filter((type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith("__"))
    .flatMap((type) =>
      Object.values(type.getFields())
        .filter((field) => {
          const named = getNamedType(field.type);
          const isList = isListType(getNullableType(field.type)) && isObjectType(named);
          return (isList && named.name !== "UserError" && field.name !== "edges") || named.name.endsWith("Connection");
        })
        .map((field) => `${type.name}.${field.name}`),
    )
    .toSorted();
}
