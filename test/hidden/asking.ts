import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Level } from "../../src/markings/index.ts";
import { S } from "../access/harbor-world.ts";
import type { HttpAnswer } from "../server/http.ts";
import { AROUND, NODE_QUESTION, WORK_QUESTION, ask, each, gid, inBoth } from "./worlds.ts";
import type { Script, Worlds } from "./worlds.ts";

/** Who looks, each in a session that does not reach what is hidden. */
export const OBSERVERS: readonly (readonly [handle: string, level: Level])[] = [
  ["ben", "S"],
  ["ana", "S"],
  ["rita", "S"],
  ["sam", "S"],
  ["petra", "S"],
  ["charlotte", "S"],
];
/** Nouns of ids that can be asked for. */
export const NOUNS = ["program", "dataset", "ontology", "asset", "label", "delivery", "project", "task"] as const;

/** Every text that anybody was told. */
export const everything: string[] = [];

/** Runs a script in both worlds and demands the same bytes; returns them. */
export async function same(worlds: Worlds, handle: string, level: Level, script: Script): Promise<string[]> {
  const [high, low] = await inBoth(worlds, handle, level, script);
  everything.push(...high);
  expect(high).toEqual(low);
  return high;
}
/** The data of an answer. */
export function dataOf(answer: HttpAnswer): unknown {
  return (JSON.parse(answer.body.toString()) as { data: unknown }).data;
}

/** Asks for ids under every noun. */
export const nodes = (ids: readonly string[]): Script =>
  ask(
    `{ ${ids
      .flatMap((id) => NOUNS.map((noun) => [id, noun] as const))
      .map(([id, noun], at) => `a${at}: node(id: "${gid(noun, id)}") { __typename id }`)
      .join(" ")} }`,
  );
/** Asks for the files of an id. */
export const files = (id: string): Script =>
  each(
    [
      ["GET", `/assets/${gid("asset", id)}/display`],
      ["GET", `/deliveries/${gid("delivery", id)}/package`],
      ["POST", `/assets/${gid("asset", id)}/view`],
    ].map(([method = "GET", path = ""]): Script => async ({ server }, token) => [
      await server.send(token, { method, path }),
    ]),
  );
/** A new idempotency key. */
export const key = (): string => randomUUID().replaceAll("-", "");

/** Every mutation that takes the id of something, aimed at one id; what else it needs is there. */
export function meddling(worlds: Worlds, id: string): Script {
  const { datasetId, versionId, bensLabel } = worlds.common;
  const input = (field: string, type: string, values: object, select: string): Script =>
    ask(`mutation($input: ${type}!) { ${field}(input: $input) { ${select} userErrors { code message path ids } } }`, {
      input: { idempotencyKey: key(), ...values },
    });
  const box = { kind: "box", x: 1, y: 1, width: 2, height: 2 };
  const named = (noun: (typeof NOUNS)[number]): string => gid(noun, id);
  return each([
    input(
      "assetCreate",
      "AssetCreateInput",
      { datasetId: named("dataset"), title: "x", mediaType: "image/png" },
      "asset { id }",
    ),
    input(
      "datasetCreate",
      "DatasetCreateInput",
      { programId: named("program"), name: "x", marking: S, ontologyVersionId: gid("ontologyVersion", versionId) },
      "dataset { id }",
    ),
    input(
      "datasetCreate",
      "DatasetCreateInput",
      {
        programId: gid("program", worlds.high.house.programId),
        name: "y",
        marking: S,
        ontologyVersionId: gid("ontologyVersion", id),
      },
      "dataset { id }",
    ),
    input(
      "ontologyCreate",
      "OntologyCreateInput",
      { programId: named("program"), name: "x", marking: S, classes: [] },
      "ontology { id }",
    ),
    input(
      "ontologyVersionCreate",
      "OntologyVersionCreateInput",
      { ontologyId: named("ontology"), classes: [] },
      "ontologyVersion { id }",
    ),
    input("labelCreate", "LabelCreateInput", { assetId: named("asset"), classKey: "ship", shape: box }, "label { id }"),
    input(
      "labelsImport",
      "LabelsImportInput",
      { assetId: named("asset"), labels: [{ classKey: "ship", shape: box, score: 0.5 }] },
      "labelIds",
    ),
    input(
      "labelRevise",
      "LabelReviseInput",
      { labelId: named("label"), baseRevisionId: gid("labelRevision", id), shape: box },
      "label { id }",
    ),
    input(
      "labelRevise",
      "LabelReviseInput",
      { labelId: gid("label", bensLabel), baseRevisionId: gid("labelRevision", id), shape: box },
      "label { id }",
    ),
    input(
      "labelRetract",
      "LabelRetractInput",
      { labelId: named("label"), baseRevisionId: gid("labelRevision", id) },
      "label { id }",
    ),
    input(
      "labelReview",
      "LabelReviewInput",
      { labelId: named("label"), revisionId: gid("labelRevision", id), verdict: "ACCEPT" },
      "reviewId",
    ),
    input(
      "labelReview",
      "LabelReviewInput",
      { labelId: gid("label", bensLabel), revisionId: gid("labelRevision", id), verdict: "ACCEPT" },
      "reviewId",
    ),
    input(
      "deliveryRequest",
      "DeliveryRequestInput",
      { datasetId: named("dataset"), recipientId: gid("recipient", id), purpose: "x" },
      "delivery { id }",
    ),
    input(
      "deliveryRequest",
      "DeliveryRequestInput",
      { datasetId: gid("dataset", datasetId), recipientId: gid("recipient", id), purpose: "x" },
      "delivery { id }",
    ),
    input(
      "deliveryApprove",
      "DeliveryApproveInput",
      { deliveryId: named("delivery"), manifestSha384: "0".repeat(96) },
      "delivery { id }",
    ),
    input("deliveryRelease", "DeliveryReleaseInput", { deliveryId: named("delivery") }, "delivery { id }"),
    input(
      "deliveryHoldLift",
      "DeliveryHoldLiftInput",
      { deliveryId: named("delivery"), holdId: gid("compilation", id), manifestSha384: "0".repeat(96), reason: "x" },
      "delivery { id }",
    ),
    input(
      "datasetCompilationAdd",
      "DatasetCompilationAddInput",
      { datasetId: named("dataset"), marking: S, reason: "x" },
      "dataset { id }",
    ),
    input("projectCreate", "ProjectCreateInput", { datasetId: named("dataset"), name: "x" }, "project { id }"),
    input("guidelineAdd", "GuidelineAddInput", { projectId: named("project"), text: "x" }, "project { id }"),
    input(
      "projectTasksAdd",
      "ProjectTasksAddInput",
      { projectId: named("project"), assetIds: [gid("asset", worlds.common.assetId)] },
      "added",
    ),
    input(
      "projectTasksAdd",
      "ProjectTasksAddInput",
      { projectId: gid("project", worlds.common.projectId), assetIds: [named("asset")] },
      "added",
    ),
    input("taskLeaseNext", "TaskLeaseNextInput", { projectId: named("project") }, "task { id }"),
    input("taskLeaseNext", "TaskLeaseNextInput", { projectId: named("project"), part: "REVIEW" }, "task { id }"),
    input("taskLeaseExtend", "TaskLeaseExtendInput", { taskId: named("task"), epoch: 1 }, "task { id }"),
    input("taskDraftSave", "TaskDraftSaveInput", { taskId: named("task"), body: {} }, "task { id }"),
    input("taskSkip", "TaskSkipInput", { taskId: named("task"), epoch: 1, reason: "x" }, "task { id }"),
    input("taskSubmit", "TaskSubmitInput", { taskId: named("task"), epoch: 1, labels: [], activeMs: 1 }, "task { id }"),
    input("taskReview", "TaskReviewInput", { taskId: named("task"), epoch: 1, verdict: "ACCEPT" }, "task { id }"),
    input(
      "compilationRuleAdd",
      "CompilationRuleAddInput",
      { datasetId: named("dataset"), marking: S, reason: "x" },
      "dataset { id }",
    ),
  ]);
}

const idsOf = (worlds: Worlds): string[] => {
  const { ontologyId, datasetId, assetId, emptyAssetId, anasLabel, bensLabel, projectId, taskId } = worlds.common;
  const program = gid("program", worlds.high.house.programId);
  return [
    program,
    gid("ontology", ontologyId),
    gid("dataset", datasetId),
    gid("asset", assetId),
    gid("asset", emptyAssetId),
    gid("label", anasLabel),
    gid("label", bensLabel),
    gid("project", projectId),
    gid("task", taskId),
  ];
};
/** Asks everything about everything that both worlds hold. */
export const lookAtAll = (worlds: Worlds): Script =>
  each([
    ask(AROUND),
    ...idsOf(worlds).map((id) => ask(NODE_QUESTION, { id })),
    ask(WORK_QUESTION, {
      project: gid("project", worlds.common.projectId),
      task: gid("task", worlds.common.taskId),
    }),
  ]);
