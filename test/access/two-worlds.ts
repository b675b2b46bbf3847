import { randomUUID } from "node:crypto";
import { reviseLabel } from "../../src/labeling/commands.ts";
import type { Level } from "../../src/markings/index.ts";
import type { Operation } from "../../src/policy/operation.ts";
import { addGuideline, addTasks } from "../../src/labeling/project-commands.ts";
import { TaskWorld } from "../tasks/task-world.ts";
import type { TestHouse } from "../house.ts";
import {
  BOX,
  S,
  TS,
  approve,
  draw,
  latest,
  makeAsset,
  makeDataset,
  makeOntology,
  request,
  review,
} from "./harbor-world.ts";

/** A name and a class key that stand in hidden rows only. */
export const HIDDEN_NAME = "Night shift";
export const HIDDEN_CLASS = "submarine";

/** What both worlds hold. */
export interface Common {
  readonly ontologyId: string;
  readonly versionId: string;
  readonly datasetId: string;
  readonly assetId: string;
  readonly emptyAssetId: string;
  readonly anasLabel: string;
  readonly bensLabel: string;
  readonly projectId: string;
  /** A task that ben has, with a draft of his. */
  readonly taskId: string;
}

/** One operation of a person in a house. */
export const as = async <O>(
  house: TestHouse,
  handle: string,
  act: (operation: Operation) => Promise<O>,
  level?: Level,
): Promise<O> => house.run(await house.as(handle, level), act);

/** Loads what both worlds hold. */
export async function loadCommon(house: TestHouse): Promise<Common> {
  const { programId } = house;
  const brought = await as(house, "sam", async (operation) => {
    const { id, versionId } = await makeOntology(operation, { programId });
    const datasetId = await makeDataset(operation, { programId, versionId, name: "Overview" });
    const [assetId, emptyAssetId] = [
      await makeAsset(house, operation, { datasetId }),
      await makeAsset(house, operation, { datasetId, marking: S }),
    ];
    return { ontologyId: id, versionId, datasetId, assetId, emptyAssetId };
  });
  const anasLabel = await as(house, "ana", (operation) => draw(operation, brought.assetId));
  const bensLabel = await as(house, "ben", (operation) => draw(operation, brought.assetId));
  await as(house, "rita", (operation) => review(operation, bensLabel, null, "fine"), "S");
  const tasks = TaskWorld.of(house, brought.datasetId, [brought.assetId, brought.emptyAssetId]);
  const projectId = await tasks.project({ leaseSeconds: 28_800 });
  const ben = await house.as("ben", "S");
  const taskId = (await tasks.next(ben, projectId))?.taskId ?? "";
  await tasks.draft(ben, taskId, { strokes: 3 });
  return { ...brought, anasLabel, bensLabel, projectId, taskId };
}

/** A project of its own, and in the common one guidelines and tasks above those that are there, taken, drafted and handed in. */
async function addHiddenTasks(
  house: TestHouse,
  { datasetId, projectId, assetId, emptyAssetId }: Common,
): Promise<string[]> {
  const tasks = TaskWorld.of(house, datasetId, [assetId, emptyAssetId]);
  const project = await tasks.project({ name: HIDDEN_NAME, marking: TS });
  await as(house, "sam", async (operation) => {
    await operation.mutate(addGuideline, { projectId, text: HIDDEN_NAME, marking: TS });
    await operation.mutate(addTasks, { projectId, assetIds: [assetId, emptyAssetId], priority: 9, marking: TS });
  });
  const ana = await house.as("ana");
  const held = [await tasks.next(ana, projectId), await tasks.next(ana, project)];
  for (const one of held) if (one) await tasks.draft(ana, one.taskId, HIDDEN_NAME);
  if (held[0]) await tasks.submit(ana, held[0]);
  return [project, ...held.map((one) => one?.taskId ?? "")];
}

/** Everything that people of higher clearance can add; returns the ids of what they made. */
export async function addHidden(house: TestHouse, common: Common): Promise<string[]> {
  const { programId } = house;
  const { datasetId, versionId, assetId, anasLabel, bensLabel } = common;
  const brought = await as(house, "sam", async (operation) => {
    const asset = await makeAsset(house, operation, { datasetId, marking: TS, title: HIDDEN_NAME });
    const ontology = await makeOntology(operation, { programId, name: HIDDEN_NAME, marking: TS });
    const dataset = await makeDataset(operation, {
      programId,
      versionId: ontology.versionId,
      name: HIDDEN_NAME,
      marking: TS,
    });
    return [asset, ontology.id, ontology.versionId, dataset, await makeAsset(house, operation, { datasetId: dataset })];
  });
  const drawn = await as(house, "ana", async (operation) => {
    const labels = [await draw(operation, brought[0] ?? ""), await draw(operation, assetId, TS)];
    const { id } = await latest(operation, anasLabel);
    await operation.mutate(reviseLabel, {
      labelId: anasLabel,
      baseRevisionId: id,
      classKey: null,
      shape: BOX,
      attributes: {},
      marking: TS,
    });
    return [...labels, (await latest(operation, anasLabel)).id];
  });
  const reviews = await as(house, "rita", async (operation) => [
    await review(operation, anasLabel),
    await review(operation, bensLabel, TS, "doubtful"),
  ]);
  const worked = await addHiddenTasks(house, common);
  const delivery = await request(house, await house.as("petra"), datasetId);
  await approve(house, await house.as("victor"), delivery);
  // What no command adds to an object that is there: a compilation of it, and a class with a marking of its own.
  const { rows } = await house.admin.query<{ id: string }>("select id from access.marking where banner = $1", [TS]);
  await house.admin.query(
    `insert into data.dataset_compilation select d.id, d.program_id, d.marking_id, $2, 'together' from data.dataset d where d.id = $1`,
    [datasetId, rows[0]?.id],
  );
  const classId = randomUUID();
  await house.admin.query(
    `insert into data.ontology_class select $1, c.version_id, c.program_id, c.ontology_marking_id, $2, $3, c.definition || jsonb_build_object('key', $3::text)
     from data.ontology_class c where c.version_id = $4`,
    [classId, rows[0]?.id, HIDDEN_CLASS, versionId],
  );
  return [...brought, ...drawn, ...reviews, ...worked, delivery.id, classId];
}
