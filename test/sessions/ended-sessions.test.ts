import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { globalId, localId } from "../../src/transport/global-id.ts";
import { S, U } from "../access/harbor-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { header } from "../server/http.ts";
import { TaskWorld } from "../tasks/task-world.ts";
import { Browser } from "./browser.ts";

let house: TestHouse;
let serving: Serving;
let world: TaskWorld;
let moment = Date.now();
const clock = (): Date => new Date((moment += 1));

beforeAll(async () => {
  house = await openTestHouse({ clock });
  serving = await serve(house, { mode: "demonstration", clock });
  world = await TaskWorld.load(house, [U]);
});
afterAll(async () => {
  await serving.close();
  await house.remove();
});

async function signedIn(handle: string, level = "S"): Promise<Browser> {
  const browser = new Browser(serving.url);
  moment += 1_000;
  expect((await browser.signIn(handle, level)).status).toBe(200);
  return browser;
}

const handleOf = async (browser: Browser): Promise<string | null> => {
  const answer = await browser.graphql("{ viewer { handle } }");
  if (answer.status !== 200) return null;
  return (JSON.parse(answer.body.toString()) as { data: { viewer: { handle: string } } }).data.viewer.handle;
};

/** Takes the task of a project of one image; returns its id. */
async function take(browser: Browser, projectId: string): Promise<string> {
  const input = `idempotencyKey: "${randomUUID()}", projectId: "${globalId("project", projectId)}", part: LABEL, belowHighWater: true`;
  const answer = await browser.graphql(`mutation { taskLeaseNext(input: { ${input} }) { task { id } } }`);
  const { data } = JSON.parse(answer.body.toString()) as { data?: { taskLeaseNext: { task: { id: string } | null } } };
  const id = data?.taskLeaseNext.task?.id;
  if (id === undefined) throw new Error(`${answer.status} ${answer.body.toString()}`);
  return localId("task", id);
}

/** Of one image, whose lease does not end by itself. */
const project = (input: Parameters<TaskWorld["project"]>[0] = {}): Promise<string> =>
  world.project({ leaseSeconds: 28_800, ...input });

/** Whether somebody gets the task of a project now. */
const isFree = async (projectId: string, handle = "ben"): Promise<boolean> =>
  (await world.next(await house.as(handle, "S"), projectId)) !== null;

/** What is on record of tasks that went back since an entry: the task, and what came of it. */
const wentBack = async (from: number) => {
  const left = (await entries(house, from)).filter(({ outcome }) => outcome?.command === "taskLeave");
  return left.map(({ outcome }) => [outcome?.result, outcome?.changed.map(({ object }) => object)]);
};

/** Has PostgreSQL not write rows of a table while something is done, as where a lock is held for too long. */
async function without(what: { on: string; at: string; when: string }, act: () => Promise<void>): Promise<void> {
  const name = what.on.replace(".", "_");
  await house.admin.query(`create function public.${name}() returns trigger language plpgsql as $$ begin
    if ${what.when} then raise exception 'held' using errcode = '55P03'; end if;
    return new; end $$`);
  await house.admin.query(
    `create trigger held before ${what.at} on ${what.on} for each row execute function public.${name}()`,
  );
  try {
    await act();
  } finally {
    await house.admin.query(`drop trigger held on ${what.on}`);
    await house.admin.query(`drop function public.${name}()`);
  }
}

/** Has one task not go back while something is done. */
const holding = (taskId: string, act: () => Promise<void>): Promise<void> =>
  without({ on: "access.task_slot", at: "update", when: `old.task_id = '${taskId}' and new.state = 'FREE'` }, act);

describe("a task that cannot be given back", () => {
  test("I9 keeps neither the others nor the sign-out, and is on record", async () => {
    const projects = [await project(), await project()];
    const browser = await signedIn("ana");
    const taken: { readonly projectId: string; readonly taskId: string }[] = [];
    for (const projectId of projects) taken.push({ projectId, taskId: await take(browser, projectId) });
    // They are given back in the order of their ids.
    const [held, free] = taken.toSorted((a, b) => (a.taskId < b.taskId ? -1 : 1));
    if (!held || !free) throw new Error("two tasks");
    const from = await logSize(house);
    await holding(held.taskId, async () => {
      const ended = await browser.signOut();
      expect([ended.status, header(ended, "clear-site-data")]).toEqual([200, '"cache", "storage"']);
    });
    expect(browser.cookie).toBeNull();
    expect(await wentBack(from)).toEqual([
      ["failed", []],
      ["answered", [`task:${free.taskId}`]],
    ]);
    expect([await isFree(held.projectId), await isFree(free.projectId)]).toEqual([false, true]);
  });

  test("I9 keeps nobody from signing in over its person's session", async () => {
    const browser = await signedIn("ana");
    const taskId = await take(browser, await project());
    const { cookie } = browser;
    await holding(taskId, async () => expect((await browser.signIn("ben", "C")).status).toBe(200));
    expect(await handleOf(browser)).toBe("ben");
    browser.cookie = cookie;
    expect(await handleOf(browser)).toBeNull();
  });

  test("I4 is not passed over where the log takes no outcome of it", async () => {
    const browser = await signedIn("ana");
    const taskId = await take(browser, await project());
    const { cookie } = browser;
    const entry = { on: "audit.entry", at: "insert", when: "new.kind = 'mutation.outcome'" };
    await holding(taskId, () => without(entry, async () => expect((await browser.signOut()).status).toBe(503)));
    browser.cookie = cookie;
    expect(await handleOf(browser)).toBeNull();
  });
});

describe("a session that is one too many", () => {
  /** Of a person's sessions all but the first, at a level: with the last of them the first one ends. */
  const crowd = async (handle: string, level: string): Promise<Browser> => {
    for (let more = 0; more < 4; more += 1) await signedIn(handle, level);
    return signedIn(handle, level);
  };

  test("I9 gives back what it took, also where the one that ends it is lower and does not reach it", async () => {
    const high = await TaskWorld.load(house, [S], "High");
    const projectId = await high.project({ leaseSeconds: 28_800 });
    const oldest = await signedIn("rita", "S");
    const taskId = await take(oldest, projectId);
    const from = await logSize(house);
    await crowd("rita", "U");
    expect(await handleOf(oldest)).toBeNull();
    expect(await wentBack(from)).toEqual([["answered", [`task:${taskId}`]]]);
    expect(await isFree(projectId)).toBe(true);
  });

  test("I3 shows nothing to the one that ends it: that begins without a high-water", async () => {
    const projectId = await project();
    const oldest = await signedIn("rita", "S");
    await take(oldest, projectId);
    const newest = await crowd("rita", "S");
    expect(await isFree(projectId)).toBe(true);
    const secret = newest.cookie?.split("=")[1] ?? "";
    const { rows } = await house.admin.query<{ shown: number }>(
      `select count(n.marking_id)::int as shown
       from access.browser_session s left join access.session_shown n on n.person_id = s.person_id and n.session_id = s.session_id::text
       where s.secret_hash = sha256($1::bytea) group by s.secret_hash`,
      [Buffer.from(secret)],
    );
    expect(rows).toEqual([{ shown: 0 }]);
  });

  test("I4 is on record as ended in its own name", async () => {
    const browsers: Browser[] = [];
    for (let at = 0; at < 5; at += 1) browsers.push(await signedIn("petra"));
    const from = await logSize(house);
    await signedIn("petra");
    const asked = (await entries(house, from)).filter(({ kind }) => kind === "operation.request");
    const told = asked.map(({ sections: { actor, request } }) => ({
      session: (actor as { session: string }).session,
      ...(request as { operation: string; fields: readonly { ids: readonly string[] }[] }),
    }));
    expect(told.map(({ operation }) => operation)).toEqual(["sessionOpen", "sessionEnd"]);
    expect(told[1]?.fields[0]?.ids).toEqual([told[1]?.session]);
    expect(told[0]?.session).not.toBe(told[1]?.session);
  });
});

test("I9 of five sessions of one person, signing in over one ends that one alone", async () => {
  const browsers: Browser[] = [];
  for (let at = 0; at < 5; at += 1) browsers.push(await signedIn("wanda"));
  const from = await logSize(house);
  moment += 1_000;
  expect((await browsers[4]?.signIn("wanda", "S"))?.status).toBe(200);
  expect(await Promise.all(browsers.map(handleOf))).toEqual(Array(5).fill("wanda"));
  const asked = (await entries(house, from)).filter(({ kind }) => kind === "operation.request");
  const operations = asked.map(({ sections }) => (sections["request"] as { operation: string }).operation);
  expect(operations.filter((operation) => operation.startsWith("session"))).toEqual(["sessionOpen", "sessionEnd"]);
});

test("I3 what a session took gives it back below what it was shown, also where the site refuses to write there, and says so", async () => {
  const strict = await openTestHouse({ clock, config: { belowHighWater: "refuse" } });
  const served = await serve(strict, { mode: "demonstration", clock });
  try {
    const low = await TaskWorld.load(strict, [U]);
    const [high = ""] = (await TaskWorld.load(strict, [S], "High")).assetIds;
    const projectId = await low.project({ leaseSeconds: 28_800 });
    const browser = new Browser(served.url);
    await browser.signIn("ana", "S");
    const taskId = await take(browser, projectId);
    const shown = await browser.graphql(`{ asset(id: "${globalId("asset", high)}") { id } }`);
    expect(JSON.parse(shown.body.toString())).toMatchObject({ data: { asset: { id: globalId("asset", high) } } });
    const from = await logSize(strict);
    expect((await browser.signOut()).status).toBe(200);
    const left = (await entries(strict, from)).find(({ outcome }) => outcome?.command === "taskLeave");
    expect(left?.outcome).toMatchObject({
      result: "answered",
      changed: [{ object: `task:${taskId}` }],
      detail: { belowHighWater: "ended" },
    });
    expect(await low.next(await strict.as("ben", "C"), projectId)).not.toBeNull();
  } finally {
    await served.close();
    await strict.remove();
  }
});
