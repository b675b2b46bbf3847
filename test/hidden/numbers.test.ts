import { getNamedType, isObjectType } from "graphql";
import { expect, test } from "vitest";
import { productSchema } from "../../src/transport/graphql/schema.ts";

test("I2 ids, sequences, timestamps: of the numbers that an ordinary person gets none counts what others have", () => {
  const numbers = Object.values(productSchema().getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.values(type.getFields()).map(
        (field) => [`${type.name}.${field.name}`, getNamedType(field.type).name] as const,
      ),
    )
    .filter(([name, type]) => ["Int", "Float"].includes(type) && !name.startsWith("__"))
    // What is told of the log is for compliance officers: nobody else gets an object of these types.
    .filter(([name]) => !name.startsWith("Audit"))
    .map(([name]) => name)
    .toSorted();
  // Every number that leaves, each compared between two worlds in reading.test.ts.
  expect(numbers).toEqual([
    "Asset.height",
    "Asset.width",
    "CompilationRule.atLeast",
    "CompilationRule.windowHours",
    "Dataset.assetCount",
    "Dataset.labelCount",
    "Guideline.version",
    "LabelRevision.ordinal",
    "LabelRevision.score",
    "OntologyVersion.version",
    "Project.leaseSeconds",
    "Project.opinions",
    "Project.skipLimit",
    "ProjectDayWork.handedIn",
    "ProjectDayWork.judged",
    "ProjectDayWork.sentBack",
    "ProjectPersonWork.activeMs",
    "ProjectPersonWork.handedIn",
    "ProjectPersonWork.judged",
    "ProjectPersonWork.putBack",
    "ProjectPersonWork.refused",
    "ProjectPersonWork.waiting",
    "ProjectProgress.beingJudged",
    "ProjectProgress.beingLabeled",
    "ProjectProgress.done",
    "ProjectProgress.setAside",
    "ProjectProgress.tasks",
    "ProjectProgress.toJudge",
    "ProjectProgress.toLabel",
    "ProjectTasksAddPayload.added",
    "ProjectWaitingStage.tasks",
    "Task.priority",
    "Task.round",
    "TaskAct.activeMs",
    "TaskAct.round",
    "TaskLease.epoch",
    "TaskPin.x",
    "TaskPin.y",
  ]);
});
