import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Principal } from "../../src/identity/principal.ts";
import { actsOf } from "../../src/labeling/task-queries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { S, U } from "../access/harbor-world.ts";
import { TaskWorld } from "./task-world.ts";

let house: TestHouse;
let world: TaskWorld;
let now = 0;
let ana: Principal;
let ben: Principal;
let rita: Principal;

beforeAll(async () => {
  now = Date.now();
  house = await openTestHouse({ clock: () => new Date((now += 1)) });
  world = await TaskWorld.load(house, [U, U]);
  ana = await house.as("ana", "S");
  ben = await house.as("ben", "C");
  rita = await house.as("rita", "S");
});
afterAll(async () => {
  await house.remove();
});

/** The one image that most tests need. */
const single = (): readonly string[] => world.assetIds.slice(0, 1);
const wait = (seconds: number): void => {
  now += seconds * 1_000;
};

async function held(who: Principal, projectId: string, stage = "LABEL") {
  const found = await world.next(who, projectId, stage);
  if (!found) throw new Error("no task");
  return found;
}

describe("tasks", () => {
  test("a task is labeled by one, judged by another, and is done", async () => {
    const project = await world.project({}, single());
    const before = await world.labels(world.assetIds[0] ?? "");
    const task = await held(ana, project);
    expect(await world.next(ben, project)).toBeNull();
    expect(await world.progress(ana, project)).toMatchObject({ tasks: 1, toLabel: 1, beingLabeled: 1, done: 0 });
    await world.submit(ana, task, 2);
    expect(await world.labels(world.assetIds[0] ?? "")).toBe(before + 2);
    const judged = await held(rita, project, "REVIEW");
    expect(judged.taskId).toBe(task.taskId);
    expect(judged.epoch).toBeGreaterThan(task.epoch);
    await world.judge(rita, judged, "accept");
    expect(await world.task(ana, task.taskId)).toMatchObject({ stage: "DONE", leasedUntil: null });
    expect(await world.progress(ana, project)).toMatchObject({ tasks: 1, toLabel: 0, toJudge: 0, done: 1 });
  });

  test("nobody judges his own work, though he may judge that of others", async () => {
    const project = await world.project({}, single());
    await world.submit(rita, await held(rita, project));
    expect(await world.next(rita, project, "REVIEW")).toBeNull();
    await expect(world.next(ana, project, "REVIEW")).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  });

  test("whoever asks again gets the task that he has, and keeps it for longer", async () => {
    const project = await world.project();
    const first = await held(ana, project);
    wait(50);
    expect(await held(ana, project)).toEqual(first);
    wait(50);
    await world.submit(ana, first);
  });

  test("a lease that is over is somebody else's: what comes late is refused and leaves nothing behind, but the draft is kept", async () => {
    const project = await world.project({}, single());
    const before = await world.labels(world.assetIds[0] ?? "");
    const lost = await held(ana, project);
    await world.draft(ana, lost.taskId, { strokes: 7 });
    wait(61);
    await expect(world.submit(ana, lost)).rejects.toMatchObject({ code: "LEASE_OVER" });
    const taken = await held(ben, project);
    expect(taken).toMatchObject({ taskId: lost.taskId, epoch: lost.epoch + 1 });
    await expect(world.submit(ana, lost)).rejects.toMatchObject({ code: "LEASE_OVER" });
    await expect(world.extend(ana, lost)).rejects.toMatchObject({ code: "LEASE_OVER" });
    await expect(world.submit(ana, taken)).rejects.toMatchObject({ code: "LEASE_OVER" });
    expect(await world.labels(world.assetIds[0] ?? "")).toBe(before);
    await world.draft(ana, lost.taskId, { strokes: 8 });
    expect(await world.drafted(ana, lost.taskId)).toEqual({ strokes: 8 });
    expect(await world.drafted(ben, lost.taskId)).toBeNull();
    await expect(world.draft(rita, lost.taskId, {})).rejects.toMatchObject({ code: "LEASE_OVER" });
  });

  test("a lease lasts as long as somebody shows that he works, and no longer", async () => {
    const project = await world.project({}, single());
    const task = await held(ana, project);
    for (let times = 0; times < 4; times += 1) {
      wait(45);
      await world.extend(ana, task);
    }
    wait(59);
    await world.submit(ana, task);
    await expect(world.extend(ana, task)).rejects.toMatchObject({ code: "ALREADY_DONE" });
  });

  test("handing in twice under one key is one submission, and under another key a refusal", async () => {
    const project = await world.project({}, single());
    const before = await world.labels(world.assetIds[0] ?? "");
    const task = await held(ana, project);
    await world.submit(ana, task, 3, "key-of-the-submission");
    await world.submit(ana, task, 3, "key-of-the-submission");
    await expect(world.submit(ana, task, 3, "another-key-of-it")).rejects.toMatchObject({ code: "ALREADY_DONE" });
    expect(await world.labels(world.assetIds[0] ?? "")).toBe(before + 3);
  });

  test("what is handed in is whole or not there: one wrong label keeps all of them out", async () => {
    const project = await world.project({}, single());
    const before = await world.labels(world.assetIds[0] ?? "");
    const task = await held(ana, project);
    await expect(world.submit(ana, task, 1_001)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(world.submit(ana, task, 3, null, { classKey: "none" })).rejects.toMatchObject({
      code: "INVALID_INPUT",
      path: ["labels", "2", "classKey"],
    });
    await expect(world.submit(ana, task, 2, null, { shape: { kind: "box" } })).rejects.toMatchObject({
      code: "INVALID_SHAPE",
    });
    await expect(world.submit(ana, task, 2, null, { marking: S })).rejects.toMatchObject({ code: "INVALID_MARKING" });
    // Refused by PostgreSQL after the labels were inserted: they are gone with it.
    await house.admin.query("update access.task_slot set lasts_until = now() - interval '1 day' where task_id = $1", [
      task.taskId,
    ]);
    await expect(world.submit(ana, task, 2)).rejects.toMatchObject({ code: "LEASE_OVER" });
    expect(await world.labels(world.assetIds[0] ?? "")).toBe(before);
    expect(await world.task(ana, task.taskId)).toMatchObject({ stage: "LABEL" });
  });

  test("a task that was put back goes to others, and is set aside when as many have put it back as the project says", async () => {
    const project = await world.project({ skipLimit: 2 }, single());
    const task = await held(ana, project);
    await expect(world.skip(ana, task, " ")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await world.skip(ana, task);
    expect(await world.next(ana, project)).toBeNull();
    await world.skip(ben, await held(ben, project));
    expect(await world.next(rita, project)).toBeNull();
    expect(await world.progress(ana, project)).toMatchObject({ tasks: 1, setAside: 1 });
    await expect(world.reopen(ana, task.taskId)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await world.reopen(await house.as("sam"), task.taskId);
    expect(await world.progress(ana, project)).toMatchObject({ toLabel: 1, setAside: 0 });
    await expect(world.reopen(await house.as("sam"), task.taskId)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await world.submit(ana, await held(ana, project));
    const strict = await world.project({ skipLimit: 0 }, single());
    await expect(world.skip(ana, await held(ana, strict))).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  });

  test("of several opinions each is another person's, and somebody else chooses", async () => {
    const project = await world.project({ opinions: 2 }, single());
    const first = await held(ana, project);
    const second = await held(ben, project);
    expect(second.taskId).toBe(first.taskId);
    expect(await world.next(rita, project)).toBeNull();
    await world.submit(ana, first);
    expect(await world.next(ana, project)).toBeNull();
    expect(await world.task(ana, first.taskId)).toMatchObject({ stage: "LABEL" });
    await world.submit(ben, second);
    expect(await world.task(ana, first.taskId)).toMatchObject({ stage: "ADJUDICATE" });
    const judged = await held(rita, project, "ADJUDICATE");
    const acts = await house.run(rita, (operation) => operation.nested((grant) => actsOf(grant, first.taskId, 50)));
    const opinions = acts.filter(({ kind }) => kind === "submit");
    expect(opinions.map(({ personId }) => personId).toSorted()).toEqual([ana.personId, ben.personId].toSorted());
    await expect(world.judge(rita, judged, "accept")).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await expect(world.judge(rita, judged, "choose")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    const lease = acts.find(({ kind }) => kind === "lease");
    await expect(world.judge(rita, judged, "choose", lease?.id)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await world.judge(rita, judged, "choose", opinions[0]?.id);
    expect(await world.task(ana, first.taskId)).toMatchObject({ stage: "DONE" });
  });

  test("what was sent back is labeled anew, under epochs that no earlier one is good for, and not by whoever sent it back", async () => {
    const project = await world.project({}, single());
    const first = await held(ana, project);
    await world.submit(ana, first);
    const judged = await held(rita, project, "REVIEW");
    await world.judge(rita, judged, "reject");
    expect(await world.task(ana, first.taskId)).toMatchObject({ stage: "LABEL", round: 2 });
    expect(await world.next(rita, project)).toBeNull();
    const again = await held(ana, project);
    expect(again.epoch).toBeGreaterThan(judged.epoch);
    await expect(world.submit(ana, first)).rejects.toMatchObject({ code: "ALREADY_DONE" });
    await world.submit(ana, again);
    expect(await world.task(ana, first.taskId)).toMatchObject({ stage: "REVIEW", round: 2 });
  });

  test("the most urgent task comes first, and an image is a task of a project once", async () => {
    const project = await world.project({}, single());
    const { addTasks } = await import("../../src/labeling/project-commands.ts");
    const added = await house.run(await house.as("sam"), (operation) =>
      operation.mutate(addTasks, { projectId: project, assetIds: world.assetIds, priority: 9, marking: null }),
    );
    expect(added.added).toBe(1);
    const urgent = await world.task(ana, (await held(ana, project)).taskId);
    expect(urgent?.assetId).toBe(world.assetIds[1]);
  });

  test("a task that one put back is not taken from another who works on it", async () => {
    const project = await world.project({ opinions: 2, skipLimit: 1 }, single());
    const [first, second] = [await held(ana, project), await held(ben, project)];
    await world.skip(ben, second);
    await world.submit(ana, first);
    // Nobody has it any more, and as many as the project says put it back.
    expect(await world.progress(ana, project)).toMatchObject({ toLabel: 0, setAside: 1 });
  });

  test("an epoch is good for one lease of a task alone, whichever place it was of", async () => {
    const project = await world.project({ opinions: 2 }, single());
    const lost = await held(ana, project);
    wait(61);
    await held(ben, project);
    const again = await held(ana, project);
    expect(again.taskId).toBe(lost.taskId);
    expect(again.epoch).toBeGreaterThan(lost.epoch + 1);
    await expect(world.submit(ana, lost)).rejects.toMatchObject({ code: "LEASE_OVER" });
    await world.submit(ana, again);
  });

  test("who asks several times at once gets one task", async () => {
    const project = await world.project({ opinions: 2 });
    const found = await Promise.all([1, 2, 3, 4].map(() => held(ana, project)));
    expect(new Set(found.map(({ taskId, epoch }) => `${taskId} ${epoch}`)).size).toBe(1);
  });

  test("a draft that PostgreSQL cannot keep is refused as what it is", async () => {
    const project = await world.project({}, single());
    const { taskId } = await held(ana, project);
    for (const body of ["a\u0000b", { "a\u0000": 1 }, null, "x".repeat(600_000)])
      await expect(world.draft(ana, taskId, body)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});
