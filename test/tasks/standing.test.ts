import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freezeDataset } from "../../src/deliveries/freeze.ts";
import { raiseMarking } from "../../src/administration/markings.ts";
import type { Principal } from "../../src/identity/principal.ts";
import { labelsByIds } from "../../src/datasets/queries.ts";
import { importLabels, retractLabel, reviseLabel } from "../../src/labeling/commands.ts";
import { opinionsDigest } from "../../src/labeling/task-judge.ts";
import { earlierOf, preLabelsOf } from "../../src/labeling/task-queries.ts";
import type { RowOf } from "../../src/storage/tables.ts";
import { BOX, S, U, latest, review } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TaskWorld } from "./task-world.ts";
import type { Held } from "./task-world.ts";

let house: TestHouse;
let ana: Principal;
let ben: Principal;
let rita: Principal;
let sam: Principal;

beforeAll(async () => {
  house = await openTestHouse();
  [ana, ben, rita, sam] = await Promise.all([
    house.as("ana", "S"),
    house.as("ben", "S"),
    house.as("rita", "S"),
    house.as("sam", "S"),
  ]);
});
afterAll(async () => {
  await house.remove();
});

let worlds = 0;
const load = (markings: readonly string[] = [U]): Promise<TaskWorld> =>
  TaskWorld.load(house, markings, `Standing ${(worlds += 1)}`);

async function held(world: TaskWorld, who: Principal, projectId: string, stage = "LABEL"): Promise<Held> {
  const found = await world.next(who, projectId, stage);
  if (!found) throw new Error("no task");
  return found;
}

const labelsOf = async (world: TaskWorld): Promise<Record<string, string[]>> => {
  const { rows } = await house.admin.query<{ id: string; standing: string; handle: string }>(
    `select l.id, l.standing, p.handle from data.label l join access.person p on p.id = l.author_id
     where l.dataset_id = $1 order by p.handle, l.id`,
    [world.datasetId],
  );
  const found: Record<string, string[]> = {};
  for (const { standing, handle } of rows) (found[handle] ??= []).push(standing);
  return found;
};

/** Ids of labels by the handle of their author. */
const idsOf = async (world: TaskWorld, handle: string): Promise<string[]> =>
  (
    await house.admin.query<{ id: string }>(
      `select l.id from data.label l join access.person p on p.id = l.author_id
       where l.dataset_id = $1 and p.handle = $2 order by l.id`,
      [world.datasetId, handle],
    )
  ).rows.map(({ id }) => id);

/** Labels that a delivery of the dataset would hold, with who reviewed each. */
async function delivered(world: TaskWorld): Promise<{ count: number; reviewers: (string | null)[] }> {
  return house.run(await house.as("petra", "S"), (operation) =>
    operation.nested(async (grant) => {
      const dataset = await grant.read.byId("dataset", world.datasetId);
      if (!dataset) throw new Error("no dataset");
      const { labels, coco } = await freezeDataset(grant, dataset);
      const { annotations } = JSON.parse(Buffer.from(coco).toString()) as {
        readonly annotations: readonly { readonly reviewed_by: string | null }[];
      };
      return { count: labels, reviewers: annotations.map((one) => one.reviewed_by) };
    }),
  );
}

const inTask = <R>(
  who: Principal,
  taskId: string,
  ask: (grant: Parameters<typeof earlierOf>[0], task: RowOf<"task">) => Promise<R>,
): Promise<R> =>
  house.run(who, (operation) =>
    operation.nested(async (grant) => {
      const task = await grant.read.byId("task", taskId);
      if (!task) throw new Error("no task");
      return ask(grant, task);
    }),
  );

async function opinionOf(who: Principal, taskId: string, handle: string): Promise<string> {
  const acts = await inTask(who, taskId, (grant, task) => grant.tasks.opinions(task));
  return acts.find(({ personId }) => personId === house.personId(handle))?.id ?? "none";
}

describe("how labels stand", () => {
  test("what is handed in waits until it is judged, and is delivered only then, with who judged it", async () => {
    const world = await load();
    const project = await world.project();
    await world.submit(ana, await held(world, ana, project), 2);
    expect(await labelsOf(world)).toEqual({ ana: ["PENDING", "PENDING"] });
    expect(await delivered(world)).toEqual({ count: 0, reviewers: [] });
    await world.judge(rita, await held(world, rita, project, "REVIEW"), "accept");
    expect(await labelsOf(world)).toEqual({ ana: ["STANDS", "STANDS"] });
    expect(await delivered(world)).toEqual({ count: 2, reviewers: [house.personId("rita"), house.personId("rita")] });
  });

  test("where nobody judges, it stands as soon as it is handed in", async () => {
    const world = await load();
    const project = await world.project({ reviewed: false });
    await world.submit(ana, await held(world, ana, project));
    expect(await labelsOf(world)).toEqual({ ana: ["STANDS"] });
    expect(await delivered(world)).toEqual({ count: 1, reviewers: [null] });
  });

  test("what was sent back is never delivered, also after the next round", async () => {
    const world = await load();
    const project = await world.project();
    await world.submit(ana, await held(world, ana, project), 3);
    await world.judge(rita, await held(world, rita, project, "REVIEW"), "reject");
    expect(await labelsOf(world)).toEqual({ ana: ["SET_ASIDE", "SET_ASIDE", "SET_ASIDE"] });
    await world.submit(ben, await held(world, ben, project), 1);
    await world.judge(rita, await held(world, rita, project, "REVIEW"), "accept");
    expect(await labelsOf(world)).toEqual({ ana: ["SET_ASIDE", "SET_ASIDE", "SET_ASIDE"], ben: ["STANDS"] });
    expect((await delivered(world)).count).toBe(1);
  });

  test("of several opinions only the chosen one is delivered", async () => {
    const world = await load();
    const project = await world.project({ opinions: 2 });
    await world.submit(ana, await held(world, ana, project), 2);
    const { taskId } = await held(world, ben, project);
    await world.submit(ben, await held(world, ben, project), 1);
    expect((await delivered(world)).count).toBe(0);
    const judged = await held(world, rita, project, "ADJUDICATE");
    await world.judge(rita, judged, "choose", await opinionOf(rita, taskId, "ben"));
    expect(await labelsOf(world)).toEqual({ ana: ["SET_ASIDE", "SET_ASIDE"], ben: ["STANDS"] });
    expect(await delivered(world)).toEqual({ count: 1, reviewers: [house.personId("rita")] });
  });

  test("a fix keeps labels of the opinions as their authors', and adds the reviewer's own", async () => {
    const world = await load();
    const project = await world.project({ opinions: 2 });
    await world.submit(ana, await held(world, ana, project), 2);
    await world.submit(ben, await held(world, ben, project), 2);
    const [[kept], [alsoKept]] = [await idsOf(world, "ana"), await idsOf(world, "ben")];
    const label = { classKey: "ship", shape: BOX, attributes: {}, marking: null, preLabelId: null };
    const judged = await held(world, rita, project, "ADJUDICATE");
    await world.judge(rita, judged, "fix", null, { keptIds: [kept ?? "", alsoKept ?? ""], labels: [label] });
    expect(await labelsOf(world)).toMatchObject({ rita: ["STANDS"] });
    const { rows } = await house.admin.query<{ id: string }>(
      "select id from data.label where dataset_id = $1 and standing = 'STANDS' and author_id <> $2 order by id",
      [world.datasetId, house.personId("rita")],
    );
    expect(rows.map(({ id }) => id)).toEqual([kept ?? "", alsoKept ?? ""].sort());
    // What the reviewer drew himself nobody else has reviewed.
    const { count, reviewers } = await delivered(world);
    expect(count).toBe(3);
    expect(reviewers.filter((one) => one === house.personId("rita"))).toHaveLength(2);
    const { rows: own } = await house.admin.query(
      "select judged_by from data.label where dataset_id = $1 and author_id = $2",
      [world.datasetId, house.personId("rita")],
    );
    expect(own).toEqual([{ judged_by: null }]);
    expect(await world.task(rita, judged.taskId)).toMatchObject({ stage: "DONE" });
  });

  test("a fix keeps nothing that is not of this round of this task", async () => {
    const [world, other] = [await load(), await load()];
    const [project, elsewhere] = [await world.project(), await other.project()];
    await other.submit(ana, await held(other, ana, elsewhere));
    await world.submit(ana, await held(world, ana, project));
    const [own] = await idsOf(world, "ana");
    await world.judge(rita, await held(world, rita, project, "REVIEW"), "reject");
    await world.submit(ben, await held(world, ben, project));
    const judged = await held(world, rita, project, "REVIEW");
    for (const id of [own, (await idsOf(other, "ana"))[0]])
      await expect(world.judge(rita, judged, "fix", null, { keptIds: [id ?? ""] })).rejects.toMatchObject({
        code: "NOT_PERMITTED",
      });
    const missing = ["00000000-0000-4000-8000-000000000000"];
    await expect(world.judge(rita, judged, "fix", null, { keptIds: missing })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    await expect(world.judge(rita, judged, "accept", null, { keptIds: missing })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    expect(await world.task(rita, judged.taskId)).toMatchObject({ stage: "REVIEW" });
  });

  test("a verdict on something else than what was looked at is refused", async () => {
    const world = await load();
    const project = await world.project();
    await world.submit(ana, await held(world, ana, project));
    const judged = await held(world, rita, project, "REVIEW");
    const opinionsSha384 = await inTask(rita, judged.taskId, opinionsDigest);
    const [labelId = ""] = await idsOf(world, "ana");
    await house.run(ana, async (operation) => {
      const { id: baseRevisionId } = await latest(operation, labelId);
      const shape = { ...BOX, width: 21 };
      const input = { labelId, baseRevisionId, shape, classKey: null, attributes: null, marking: null };
      return operation.mutate(reviseLabel, input);
    });
    await expect(world.judge(rita, judged, "accept", null, { opinionsSha384 })).rejects.toMatchObject({
      code: "STALE",
    });
    expect(await labelsOf(world)).toEqual({ ana: ["PENDING"] });
    const again = await inTask(rita, judged.taskId, opinionsDigest);
    await world.judge(rita, judged, "accept", null, { opinionsSha384: again });
    expect(await labelsOf(world)).toEqual({ ana: ["STANDS"] });
  });

  test("what its author changes after the verdict is not told as judged", async () => {
    const world = await load();
    const project = await world.project();
    await world.submit(ana, await held(world, ana, project));
    await world.judge(rita, await held(world, rita, project, "REVIEW"), "accept");
    expect(await delivered(world)).toEqual({ count: 1, reviewers: [house.personId("rita")] });
    const [labelId = ""] = await idsOf(world, "ana");
    await house.run(ana, async (operation) => {
      const { id: baseRevisionId } = await latest(operation, labelId);
      const input = {
        labelId,
        baseRevisionId,
        shape: { ...BOX, x: 5 },
        classKey: null,
        attributes: null,
        marking: null,
      };
      return operation.mutate(reviseLabel, input);
    });
    expect(await delivered(world)).toEqual({ count: 1, reviewers: [null] });
  });

  test("one label that was accepted by itself is delivered before its task is judged", async () => {
    const world = await load();
    const project = await world.project();
    await world.submit(ana, await held(world, ana, project), 2);
    const [labelId = ""] = await idsOf(world, "ana");
    await house.run(rita, (operation) => review(operation, labelId));
    expect((await delivered(world)).count).toBe(1);
  });

  test("pins are places on the image with a text, and come back with the verdict; others are refused", async () => {
    const world = await load();
    const project = await world.project();
    await world.submit(ana, await held(world, ana, project));
    const judged = await held(world, rita, project, "REVIEW");
    for (const pin of [
      { x: -1, y: 5, text: "left" },
      { x: 5, y: 64.5, text: "below" },
      { x: Number.NaN, y: 5, text: "" },
      { x: 5, y: 5, text: "x".repeat(501) },
      { x: 5, y: 5, text: "bell \u0007" },
    ])
      await expect(world.judge(rita, judged, "reject", null, { pins: [pin] })).rejects.toMatchObject({
        code: "INVALID_INPUT",
        path: expect.arrayContaining(["pins", "0"]) as unknown,
      });
    const pins = [{ x: 12.5, y: 3, text: "a tug is missing here" }];
    await world.judge(rita, judged, "reject", null, { pins });
    const sent = await inTask(ben, judged.taskId, (grant, task) => grant.tasks.sentBack(task.id));
    expect(sent).toMatchObject({ kind: "reject", comment: "one is missing", pins });
  });

  test("a round that was sent back may begin with what was handed in; of several opinions each person with his own alone", async () => {
    const [world, several] = [await load(), await load()];
    const [project, blind] = [await world.project(), await several.project({ opinions: 2 })];
    await world.submit(ana, await held(world, ana, project));
    await world.judge(rita, await held(world, rita, project, "REVIEW"), "reject");
    const { taskId } = await held(world, ben, project);
    const authors = (acts: readonly { personId: string }[]) => acts.map(({ personId }) => personId);
    expect(authors(await inTask(ben, taskId, earlierOf))).toEqual([house.personId("ana")]);
    await several.submit(ana, await held(several, ana, blind));
    await several.submit(ben, await held(several, ben, blind));
    const judged = await held(several, rita, blind, "ADJUDICATE");
    expect(await inTask(ben, judged.taskId, earlierOf)).toEqual([]);
    await several.judge(rita, judged, "reject");
    expect(authors(await inTask(ben, judged.taskId, earlierOf))).toEqual([house.personId("ben")]);
  });
});

describe("opinions apart from each other", () => {
  const seen = async (world: TaskWorld, who: Principal): Promise<number> =>
    house.run(who, (operation) =>
      operation.nested(async (grant) => {
        const key = { parent: "dataset", id: world.datasetId } as const;
        const { rows } = await grant.read.page("label", key, { first: 50, after: null }, { dataset: world.datasetId });
        const revisions = await grant.read.latestRevisions(rows.map(({ id }) => id));
        expect(revisions).toHaveLength(rows.length);
        return rows.length;
      }),
    );

  test("until all are there, what one handed in is seen by nobody but him; then by those who choose", async () => {
    const world = await load();
    const project = await world.project({ opinions: 2 });
    const task = await held(world, ana, project);
    await world.submit(ana, task, 2);
    expect([await seen(world, ana), await seen(world, ben), await seen(world, rita), await seen(world, sam)]).toEqual([
      2, 0, 0, 0,
    ]);
    const acts = await inTask(ben, task.taskId, (grant, row) => grant.tasks.opinions(row));
    const shown = await inTask(ben, task.taskId, (grant) =>
      labelsByIds(grant, world.datasetId, acts[0]?.labelIds ?? []),
    );
    expect([acts.length, shown]).toEqual([1, []]);
    const [labelId = ""] = await idsOf(world, "ana");
    // Withdrawing it does not show it either.
    await house.run(ana, async (operation) => {
      const { id: baseRevisionId } = await latest(operation, labelId);
      return operation.mutate(retractLabel, { labelId, baseRevisionId });
    });
    expect([await seen(world, ana), await seen(world, ben)]).toEqual([2, 0]);
    await world.submit(ben, await held(world, ben, project), 1);
    expect([await seen(world, ana), await seen(world, ben), await seen(world, rita)]).toEqual([3, 3, 3]);
    const { rows } = await house.admin.query(
      "select l.state, r.label_state from data.label l join data.label_revision r on r.label_id = l.id where l.id = $1",
      [labelId],
    );
    expect(rows).toEqual([
      { state: "RETRACTED", label_state: "RETRACTED" },
      { state: "RETRACTED", label_state: "RETRACTED" },
    ]);
  });

  test("of a task that was set aside half labeled and opened again, the first opinion is told when it is labeled anew, and not before", async () => {
    const world = await load();
    const project = await world.project({ opinions: 2, skipLimit: 1 });
    await world.submit(ana, await held(world, ana, project));
    const task = await held(world, ben, project);
    await world.skip(ben, task);
    expect([await seen(world, rita), await labelsOf(world)]).toEqual([0, { ana: ["PENDING"] }]);
    await world.reopen(sam, task.taskId);
    expect([await seen(world, rita), await labelsOf(world)]).toEqual([0, { ana: ["SET_ASIDE"] }]);
    expect(await seen(world, ben)).toBe(0);
    await world.submit(ben, await held(world, ben, project));
    expect([await seen(world, rita), await seen(world, ben)]).toEqual([0, 1]);
    await world.submit(ana, await held(world, ana, project));
    expect([await seen(world, rita), await seen(world, ben)]).toEqual([3, 3]);
  });

  test("where one labels each image, what he handed in is there for the others at once", async () => {
    const world = await load();
    const project = await world.project();
    await world.submit(ana, await held(world, ana, project));
    expect(await seen(world, ben)).toBe(1);
  });
});

describe("pre-labels of a task", () => {
  test("become labels by a person's act alone, which says what they were made from; none above the task is offered", async () => {
    const world = await load([U]);
    const project = await world.project();
    const [assetId = ""] = world.assetIds;
    const { ids } = await house.run(sam, (operation) =>
      operation.mutate(importLabels, {
        assetId,
        labels: [0.9, 0.4].map((score) => ({ classKey: "ship", shape: BOX, attributes: {}, score })),
      }),
    );
    const [first = "", second = ""] = ids;
    const task = await held(world, ana, project);
    const offered = async (who: Principal): Promise<string[]> =>
      (await inTask(who, task.taskId, (grant, row) => preLabelsOf(grant, row, 0, 100))).map(({ id }) => id);
    expect(await offered(ana)).toEqual([first, second].sort());
    // One that stands above the task since.
    await house.run(sam, (operation) =>
      operation.mutate(raiseMarking, { noun: "label" as const, id: second, marking: S, reason: "what it shows" }),
    );
    expect(await offered(ana)).toEqual([first]);
    await expect(world.submit(ana, task, 1, null, { preLabelId: second })).rejects.toMatchObject({
      code: "INVALID_MARKING",
    });
    await expect(
      world.submit(ana, task, 1, null, { preLabelId: "00000000-0000-4000-8000-000000000000" }),
    ).rejects.toMatchObject({ code: "NOT_FOUND", path: ["labels", "0", "preLabelId"] });
    expect((await delivered(world)).count).toBe(0);
    await world.submit(ana, task, 1, null, { preLabelId: first });
    const [made = ""] = await idsOf(world, "ana");
    const { rows } = await house.admin.query("select taken_from, origin from data.label where id = $1", [made]);
    expect(rows).toEqual([{ taken_from: first, origin: "human" }]);
    // A label of a person is no pre-label of the next one.
    await world.judge(rita, await held(world, rita, project, "REVIEW"), "reject");
    await expect(
      world.submit(ben, await held(world, ben, project), 1, null, { preLabelId: made }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("standing by marking", () => {
  test("I2 a label that was lowered below its task does not tell what is done up there", async () => {
    const world = await load([U]);
    const project = await world.project({ marking: S });
    await world.submit(ana, await held(world, ana, project));
    const [labelId = ""] = await idsOf(world, "ana");
    await house.admin.query(
      "update data.label l set marking_id = a.marking_id from data.asset a where a.id = l.asset_id and l.id = $1",
      [labelId],
    );
    await world.judge(rita, await held(world, rita, project, "REVIEW"), "accept");
    const { rows } = await house.admin.query("select standing, judged_by from data.label where id = $1", [labelId]);
    expect(rows).toEqual([{ standing: "PENDING", judged_by: null }]);
  });

  test("nobody says by SQL that a label was handed in with an act that is not his, or how it stands", async () => {
    const world = await load([U]);
    const project = await world.project();
    await world.submit(ana, await held(world, ana, project));
    const [labelId = ""] = await idsOf(world, "ana");
    const forged = `insert into data.label (id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, marking_id, author_id, origin, created_at, task_act_id, standing, judged_by)
      select gen_random_uuid(), dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, marking_id, author_id, origin, created_at, $2::uuid, 'STANDS', author_id
      from data.label where id = $1 returning standing, judged_by`;
    const { rows: acts } = await house.admin.query<{ task_act_id: string }>(
      "select task_act_id from data.label where id = $1",
      [labelId],
    );
    await expect(house.admin.query(forged, [labelId, acts[0]?.task_act_id])).rejects.toMatchObject({ code: "42501" });
    const { rows } = await house.admin.query(forged, [labelId, null]);
    expect(rows).toEqual([{ standing: "STANDS", judged_by: null }]);
  });
});
