import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Principal } from "../../src/identity/principal.ts";
import { projectWork } from "../../src/labeling/project-work.ts";
import type { ProjectWork } from "../../src/labeling/project-work.ts";
import { S, TS, U } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TaskWorld } from "./task-world.ts";

let house: TestHouse;
let world: TaskWorld;
let now = Date.now();
const wait = (seconds: number): void => {
  now += seconds * 1_000;
};

beforeAll(async () => {
  house = await openTestHouse({ clock: () => new Date((now += 1)) });
  world = await TaskWorld.load(house, [U, S, TS]);
});
afterAll(async () => {
  await house.remove();
});

/** How the work goes, as somebody is told it. */
const workOf = (who: Principal, projectId: string): Promise<ProjectWork> =>
  house.run(who, (operation) =>
    operation.nested(async (grant) => {
      const project = await grant.read.byId("project", projectId);
      const work = project && (await projectWork(grant, project, 7));
      if (!work) throw new Error("not his to plan");
      return work;
    }),
  );
/** What waits for which step, and for how many seconds the oldest of it does. */
const waiting = async (who: Principal, projectId: string): Promise<readonly (readonly [string, number, number])[]> => {
  const work = await workOf(who, projectId);
  // Of the clock a millisecond passes with each look at it, so that no two acts are of the same moment.
  const seconds = (since: Date): number => Math.floor((work.at.getTime() - since.getTime()) / 1_000);
  return work.waiting.map(({ stage, tasks, since }) => [stage, tasks, seconds(since)]);
};
const taken = async (who: Principal, projectId: string, stage = "LABEL") => {
  const held = await world.next(who, projectId, stage);
  if (!held) throw new Error("no task");
  return held;
};

describe("what waits for which step", () => {
  test("a task waits from when it came to its step: made, handed in, sent back; taken and given back it is no younger, and had by somebody it does not wait", async () => {
    const [sam, ana, rita] = [await house.as("sam", "S"), await house.as("ana", "S"), await house.as("rita", "S")];
    const project = await world.project({ leaseSeconds: 60 }, world.assetIds.slice(0, 1));
    wait(10);
    expect(await waiting(sam, project)).toEqual([["LABEL", 1, 10]]);
    await taken(ana, project);
    expect(await waiting(sam, project)).toEqual([]);
    // His lease is over: it waits again, and has all the time.
    wait(100);
    expect(await waiting(sam, project)).toEqual([["LABEL", 1, 110]]);
    await world.submit(ana, await taken(ana, project));
    wait(5);
    expect(await waiting(sam, project)).toEqual([["REVIEW", 1, 5]]);
    const judged = await taken(rita, project, "REVIEW");
    expect(await waiting(sam, project)).toEqual([]);
    await world.judge(rita, judged, "reject");
    wait(7);
    expect(await waiting(sam, project)).toEqual([["LABEL", 1, 7]]);
    await world.submit(ana, await taken(ana, project));
    await world.judge(rita, await taken(rita, project, "REVIEW"), "accept");
    expect(await waiting(sam, project)).toEqual([]);
  });

  test("of several opinions the last brings the task to who chooses, and until then it waits to be labeled", async () => {
    const [sam, ana, ben] = [await house.as("sam", "S"), await house.as("ana", "S"), await house.as("ben", "C")];
    const project = await world.project({ opinions: 2 }, world.assetIds.slice(0, 1));
    wait(3);
    await world.submit(ana, await taken(ana, project));
    wait(3);
    expect(await waiting(sam, project)).toEqual([["LABEL", 1, 6]]);
    await world.submit(ben, await taken(ben, project));
    wait(2);
    expect(await waiting(sam, project)).toEqual([["ADJUDICATE", 1, 2]]);
  });

  test("I2 neither how many wait, nor since when, nor who has which image says anything of tasks that are hidden", async () => {
    const [low, high, ana] = [await house.as("sam", "S"), await house.as("sam"), await house.as("ana")];
    // The hidden one is the oldest by far.
    const project = await world.project({}, world.assetIds.slice(2));
    wait(600);
    expect(await waiting(low, project)).toEqual([]);
    expect(await waiting(high, project)).toEqual([["LABEL", 1, 600]]);
    expect((await workOf(low, project)).held).toEqual([]);
    const held = await taken(ana, project);
    expect((await workOf(high, project)).held).toMatchObject([{ handle: "ana", assetId: world.assetIds[2] }]);
    expect((await workOf(low, project)).held).toEqual([]);
    await world.submit(ana, held);
    wait(60);
    expect(await waiting(low, project)).toEqual([]);
    expect(await waiting(high, project)).toEqual([["REVIEW", 1, 60]]);
  });
});
