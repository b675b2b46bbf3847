import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { addRule } from "../../src/datasets/compilations.ts";
import { freezeDataset } from "../../src/deliveries/freeze.ts";
import { retractLabel, reviseLabel } from "../../src/labeling/commands.ts";
import type { Level } from "../../src/markings/index.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { BOX, S, TS, U, latest } from "../access/harbor-world.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TaskWorld } from "./task-world.ts";
import type { Held } from "./task-world.ts";

// What the API tells of labels that were judged with their task, to whoever sees less of them than who judged.

let house: TestHouse;
let server: Serving;

beforeAll(async () => {
  house = await openTestHouse();
  server = await serve(house);
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

let worlds = 0;
const load = (): Promise<TaskWorld> => TaskWorld.load(house, [U], `Told ${(worlds += 1)}`);

async function held(world: TaskWorld, handle: string, projectId: string, stage = "LABEL"): Promise<Held> {
  const found = await world.next(await house.as(handle, "S"), projectId, stage);
  if (!found) throw new Error("no task");
  return found;
}

async function handIn(world: TaskWorld, handle: string, projectId: string, labels = 1): Promise<void> {
  await world.submit(await house.as(handle, "S"), await held(world, handle, projectId), labels);
}

/** Ids of labels by the handle of their author. */
async function idsOf(world: TaskWorld, handle: string): Promise<string[]> {
  const { rows } = await house.admin.query<{ id: string }>(
    "select id from data.label where dataset_id = $1 and author_id = $2 order by id",
    [world.datasetId, house.personId(handle)],
  );
  return rows.map(({ id }) => id);
}

describe("who judged a label", () => {
  interface Told {
    readonly standing: string;
    readonly judgedBy: string | null;
    readonly judgedAt: string | null;
    readonly latest: { readonly kind: string; readonly shape: { readonly x: number } };
  }

  const ask = async (id: string, handle: string, level: Level): Promise<Told> => {
    const query = "query($id: ID!) { label(id: $id) { standing judgedBy judgedAt latest { kind shape } } }";
    const token = await server.token(handle, level);
    const { label } = await server.data<{ label: Told | null }>(token, query, { id: globalId("label", id) });
    if (!label) throw new Error("no label");
    return label;
  };

  /** Who reviewed a label, as a delivery says that is requested by somebody of this level. */
  const delivered = async (world: TaskWorld, level: Level): Promise<readonly (string | null)[]> =>
    house.run(await house.as("petra", level), (operation) =>
      operation.nested(async (grant) => {
        const dataset = await grant.read.byId("dataset", world.datasetId);
        if (!dataset) throw new Error("no dataset");
        const { annotations } = JSON.parse((await freezeDataset(grant, dataset)).coco) as {
          readonly annotations: readonly { readonly reviewed_by: string | null }[];
        };
        return annotations.map((one) => one.reviewed_by);
      }),
    );

  const revise = async (labelId: string, level: Level, x: number, marking: string | null): Promise<unknown> =>
    house.run(await house.as("ana", level), async (operation) => {
      const { id: baseRevisionId } = await latest(operation, labelId);
      const input = { labelId, baseRevisionId, classKey: null, attributes: null, marking };
      return operation.mutate(reviseLabel, { ...input, shape: { ...BOX, x } });
    });

  async function judged(): Promise<{ world: TaskWorld; labelId: string }> {
    const world = await load();
    const project = await world.project();
    await handIn(world, "ana", project);
    await world.judge(await house.as("rita", "S"), await held(world, "rita", project, "REVIEW"), "accept");
    const [labelId = ""] = await idsOf(world, "ana");
    return { world, labelId };
  }

  const byRita = (): object => ({
    standing: "STANDS",
    judgedBy: globalId("person", house.personId("rita")),
    judgedAt: expect.any(String) as string,
  });
  const byNobody = { standing: "STANDS", judgedBy: null, judgedAt: null };

  test("is told beside what he judged, and not beside what its author made of it since; a delivery says the same", async () => {
    const { world, labelId } = await judged();
    expect(await ask(labelId, "ben", "S")).toMatchObject({ ...byRita(), latest: { shape: { x: BOX.x } } });
    expect(await delivered(world, "S")).toEqual([house.personId("rita")]);
    await revise(labelId, "S", 7, null);
    expect(await ask(labelId, "ben", "S")).toMatchObject({ ...byNobody, latest: { shape: { x: 7 } } });
    expect(await delivered(world, "S")).toEqual([null]);
  });

  test("I2 is told as before to whoever does not see that it was changed higher up", async () => {
    const { world, labelId } = await judged();
    const before = await ask(labelId, "ben", "S");
    expect(before).toMatchObject(byRita());
    await revise(labelId, "TS", 9, TS);
    expect(await ask(labelId, "ben", "S")).toEqual(before);
    expect(await delivered(world, "S")).toEqual([house.personId("rita")]);
    expect(await ask(labelId, "ana", "TS")).toMatchObject({ ...byNobody, latest: { shape: { x: 9 } } });
    expect(await delivered(world, "TS")).toEqual([null]);
  });

  test("is not told of its withdrawal", async () => {
    const { labelId } = await judged();
    await house.run(await house.as("ana", "S"), async (operation) => {
      const { id: baseRevisionId } = await latest(operation, labelId);
      return operation.mutate(retractLabel, { labelId, baseRevisionId });
    });
    expect(await ask(labelId, "ben", "S")).toMatchObject({ ...byNobody, latest: { kind: "retract" } });
  });
});

describe("what a fix kept", () => {
  const ask = async (taskId: string, handle: string, level: Level): Promise<readonly string[]> => {
    const query = "query($id: ID!) { task(id: $id) { acts(first: 20) { kind keptIds } } }";
    const { task } = await server.data<{ task: { acts: readonly { kind: string; keptIds: readonly string[] }[] } }>(
      await server.token(handle, level),
      query,
      { id: globalId("task", taskId) },
    );
    expect(task.acts.filter(({ kind, keptIds }) => kind !== "fix" && keptIds.length > 0)).toEqual([]);
    return task.acts.find(({ kind }) => kind === "fix")?.keptIds ?? [];
  };

  /** A task of two opinions of which a fix kept everything. */
  async function fixed(): Promise<{ world: TaskWorld; taskId: string; kept: readonly string[] }> {
    const world = await load();
    const project = await world.project({ opinions: 2 });
    await handIn(world, "ana", project, 2);
    await handIn(world, "ben", project, 2);
    const kept = [...(await idsOf(world, "ben")), ...(await idsOf(world, "ana"))];
    const judging = await held(world, "rita", project, "ADJUDICATE");
    await world.judge(await house.as("rita", "S"), judging, "fix", null, { keptIds: kept });
    return { world, taskId: judging.taskId, kept };
  }
  const ids = (labels: readonly string[]): string[] => labels.map((id) => globalId("label", id));

  test("I2 is told without what was raised since, and in its order", async () => {
    const { taskId, kept } = await fixed();
    expect(await ask(taskId, "rita", "S")).toEqual(ids(kept));
    const [, raised = "", ...more] = kept;
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, { noun: "label" as const, id: raised, marking: TS, reason: "what it shows" }),
    );
    for (const handle of ["rita", "ben"]) expect(await ask(taskId, handle, "S")).toEqual(ids([kept[0] ?? "", ...more]));
    expect(await ask(taskId, "ana", "TS")).toEqual(ids(kept));
  });

  test("I1 is told without what a rule withholds, like the labels themselves", async () => {
    const { world, taskId, kept } = await fixed();
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(addRule, {
        datasetId: world.datasetId,
        marking: S,
        reason: "together they show the pattern",
        counts: { classKey: "ship", atLeast: 3, windowHours: 24, marking: TS },
      }),
    );
    const told = await ask(taskId, "rita", "S");
    expect(told).toHaveLength(2);
    const query = `{ dataset(id: "${globalId("dataset", world.datasetId)}") { labels(first: 10) { edges { node { id } } } } }`;
    const { dataset } = await server.data<{ dataset: { labels: { edges: readonly { node: { id: string } }[] } } }>(
      await server.token("rita", "S"),
      query,
    );
    expect(dataset.labels.edges.map(({ node }) => node.id).toSorted()).toEqual([...told].toSorted());
    // Whoever reads the whole is told of all; so is whoever does not know of the rule.
    expect(await ask(taskId, "ana", "TS")).toEqual(ids(kept));
    expect(await ask(taskId, "charlotte", "S")).toEqual(ids(kept));
  });
});
