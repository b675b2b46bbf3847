import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { BOX, S, U } from "../access/harbor-world.ts";
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

/** A task as the server hands it out, and how one of a refusal is told. */
interface Told {
  readonly task: { readonly id: string; readonly lease: { readonly epoch: number } | null } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

type Ask = <T>(query: string) => Promise<T>;

const TASK = "task { id lease { epoch } } userErrors { code }";
const act = async (ask: Ask, name: string, input: string): Promise<Told> => {
  const key = `idempotencyKey: "${randomUUID()}"`;
  return (await ask<{ act: Told }>(`mutation { act: ${name}(input: { ${key}, ${input} }) { ${TASK} } }`)).act;
};
const SHIP = `{ classKey: "ship", shape: { kind: "box", x: ${BOX.x}, y: ${BOX.y}, width: 20, height: 10 } }`;

/** Somebody at a page, or with a token. */
class Caller {
  readonly ask: Ask;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  next(projectId: string, part = "LABEL"): Promise<Told> {
    const below = "belowHighWater: true";
    return act(this.ask, "taskLeaseNext", `projectId: "${globalId("project", projectId)}", part: ${part}, ${below}`);
  }

  /** The task that he gets. */
  async held(projectId: string, part = "LABEL"): Promise<{ readonly id: string; readonly epoch: number }> {
    const { task } = await this.next(projectId, part);
    if (!task?.lease) throw new Error("no task");
    return { id: task.id, epoch: task.lease.epoch };
  }

  async codeOf(
    name: string,
    { id, epoch }: { readonly id: string; readonly epoch: number },
    more = "",
  ): Promise<string> {
    return (await act(this.ask, name, `taskId: "${id}", epoch: ${epoch}${more}`)).userErrors[0]?.code ?? "";
  }

  submit(held: { readonly id: string; readonly epoch: number }): Promise<string> {
    return this.codeOf("taskSubmit", held, `, labels: [${SHIP}], activeMs: 1000, belowHighWater: true`);
  }

  extend(held: { readonly id: string; readonly epoch: number }): Promise<string> {
    return this.codeOf("taskLeaseExtend", held);
  }
}

/** Somebody at a page of a browser. */
class Person extends Caller {
  readonly browser: Browser;

  constructor(browser: Browser) {
    super(async <T>(query: string) => {
      const answer = await browser.graphql(query);
      const { data } = JSON.parse(answer.body.toString()) as { data?: T };
      if (!data) throw new Error(`${answer.status} ${answer.body.toString()}`);
      return data;
    });
    this.browser = browser;
  }

  static async in(handle: string, level = "S"): Promise<Person> {
    const browser = new Browser(serving.url);
    moment += 1_000;
    expect((await browser.signIn(handle, level)).status).toBe(200);
    return new Person(browser);
  }

  async out(): Promise<void> {
    expect((await this.browser.signOut()).status).toBe(200);
  }
}

const withToken = async (handle: string): Promise<Caller> => {
  const token = await serving.token(handle, "S");
  return new Caller((query) => serving.data(token, query));
};

/** Of one image, whose lease does not end by itself. */
const project = (input: Parameters<TaskWorld["project"]>[0] = {}): Promise<string> =>
  world.project({ leaseSeconds: 28_800, ...input });

describe("I9 signing out", () => {
  test("gives back the task that was taken, at once: somebody else gets it, and what comes late is refused", async () => {
    const projectId = await project();
    const ana = await Person.in("ana");
    const ben = await Person.in("ben", "C");
    const lost = await ana.held(projectId);
    expect((await ben.next(projectId)).task).toBeNull();
    await ana.out();
    const back = await Person.in("ana");
    // Refused also before anybody else took it.
    expect([await back.submit(lost), await back.extend(lost)]).toEqual(["LEASE_OVER", "LEASE_OVER"]);
    const taken = await ben.held(projectId);
    expect(taken).toEqual({ id: lost.id, epoch: lost.epoch + 1 });
    expect([await back.submit(lost), await back.submit(taken)]).toEqual(["LEASE_OVER", "LEASE_OVER"]);
    expect(await ben.submit(taken)).toBe("");
  });

  test("keeps the draft, does not count as put back, and its person may take the task again", async () => {
    const projectId = await project({ skipLimit: 1 });
    const ana = await Person.in("ana");
    const { id, epoch } = await ana.held(projectId);
    const draft = `taskDraftSave(input: { idempotencyKey: "${randomUUID()}", taskId: "${id}", body: { strokes: 7 } })`;
    await ana.ask(`mutation { ${draft} { userErrors { code } } }`);
    await ana.out();
    const back = await Person.in("ana");
    const asked = `{ task(id: "${id}") { stage lease { epoch } draft { body } acts(first: 9) { kind } }
      project(id: "${globalId("project", projectId)}") { progress { toLabel beingLabeled setAside } } }`;
    expect(await back.ask(asked)).toEqual({
      task: { stage: "LABEL", lease: null, draft: { body: { strokes: 7 } }, acts: [{ kind: "lease" }] },
      project: { progress: { toLabel: 1, beingLabeled: 0, setAside: 0 } },
    });
    expect(await back.held(projectId)).toEqual({ id, epoch: epoch + 1 });
    await back.out();
  });

  test("gives back what was taken to be judged", async () => {
    const projectId = await project();
    const ana = await Person.in("ana");
    expect(await ana.submit(await ana.held(projectId))).toBe("");
    const rita = await Person.in("rita");
    const lost = await rita.held(projectId, "REVIEW");
    await rita.out();
    const back = await Person.in("rita");
    expect(await back.codeOf("taskReview", lost, ", verdict: ACCEPT, belowHighWater: true")).toBe("LEASE_OVER");
    expect(await back.held(projectId, "REVIEW")).toEqual({ id: lost.id, epoch: lost.epoch + 1 });
  });

  test("leaves what the same person took elsewhere: in another browser, with a token, or went on with there", async () => {
    const [first, second, third] = [await project(), await project(), await project()];
    const here = await Person.in("ana");
    const there = await Person.in("ana");
    const program = await withToken("ana");
    const kept = [
      [there, await there.held(first)],
      [program, await program.held(second)],
    ] as const;
    const moved = await here.held(third);
    expect(await there.held(third)).toEqual(moved);
    await here.out();
    for (const [caller, held] of kept) expect(await caller.submit(held)).toBe("");
    expect(await there.submit(moved)).toBe("");
    const fourth = await project();
    const gone = await here.browser.signIn("ana", "S").then(() => here.held(fourth));
    // Whoever goes on with a token has no session that ends.
    expect(await program.held(fourth)).toEqual(gone);
    await here.out();
    expect(await program.submit(gone)).toBe("");
  });

  test("is the end also of a session that is signed in over, whoever signs in, and of one that is one too many", async () => {
    const [first, second] = [await project(), await project()];
    const ana = await Person.in("ana");
    const over = await ana.held(first);
    moment += 1_000;
    await ana.browser.signIn("ben", "C");
    expect(await ana.held(first)).toEqual({ id: over.id, epoch: over.epoch + 1 });
    const oldest = await Person.in("rita");
    const crowded = await oldest.held(second);
    const from = await logSize(house);
    for (let more = 0; more < 5; more += 1) await Person.in("rita");
    expect(await (await Person.in("ben", "C")).held(second)).toEqual({ id: crowded.id, epoch: crowded.epoch + 1 });
    const ended = (await entries(house, from)).filter(({ outcome }) => outcome?.command === "taskLeave");
    expect(ended).toHaveLength(1);
  });

  test("I4 is on record with each task that went back, under the request that ended the session", async () => {
    const [first, second] = [await project(), await project()];
    const ana = await Person.in("ana");
    const ids = [(await ana.held(first)).id, (await ana.held(second)).id];
    const from = await logSize(house);
    await ana.out();
    const written = await entries(house, from);
    const request = written.find(({ kind }) => kind === "operation.request");
    expect(request?.sections["request"]).toMatchObject({ operation: "sessionEnd" });
    const left = written.filter(({ kind }) => kind === "mutation.outcome").map(({ outcome }) => outcome);
    expect(left.map((outcome) => [outcome?.command, outcome?.result, outcome?.request])).toEqual([
      ["taskLeave", "answered", request?.id],
      ["taskLeave", "answered", request?.id],
    ]);
    const changed = left.flatMap((outcome) => outcome?.changed.map(({ object }) => object) ?? []);
    expect(changed.map((object) => globalId("task", object.replace("task:", ""))).toSorted()).toEqual(ids.toSorted());
    // Whoever has nothing leaves no more than his request and its outcome.
    const none = await Person.in("ana");
    const size = await logSize(house);
    await none.out();
    expect((await entries(house, size)).map(({ kind }) => kind)).toEqual(["operation.request", "operation.outcome"]);
  });

  test("I2 does not touch what was raised above its person, and others find it taken until its lease is over", async () => {
    const raising = await TaskWorld.load(house, [U], "Raised");
    const projectId = await raising.project({ leaseSeconds: 60 });
    const ben = await Person.in("ben", "C");
    const lost = await ben.held(projectId);
    const [raised = ""] = raising.assetIds;
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, { noun: "asset" as const, id: raised, marking: S, reason: "what it shows" }),
    );
    const from = await logSize(house);
    await ben.out();
    expect((await entries(house, from)).map(({ kind }) => kind)).toEqual(["operation.request", "operation.outcome"]);
    const ana = await Person.in("ana");
    expect((await ana.next(projectId)).task).toBeNull();
    moment += 61_000;
    expect(await ana.held(projectId)).toEqual({ id: lost.id, epoch: lost.epoch + 1 });
  });

  test("a task that is being taken while its session ends is not held afterwards", async () => {
    const projectId = await project();
    const ana = await Person.in("ana");
    // Stops the act between its place and its task.
    await house.admin.query("begin");
    await house.admin.query("select 1 from data.task where project_id = $1 for update", [projectId]);
    const asked = ana.next(projectId);
    const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    await vi.waitFor(async () => expect((await house.admin.query(waiting)).rows).toHaveLength(1), 10_000);
    await ana.out();
    await house.admin.query("commit");
    const told = await asked;
    expect([told.task, told.userErrors]).toEqual([null, [{ code: "LEASE_OVER" }]]);
    const ben = await Person.in("ben", "C");
    expect(await ben.submit(await ben.held(projectId))).toBe("");
  });

  test("ends what was opened for looking at its tiles", async () => {
    const ana = await Person.in("ana");
    const path = `/assets/${globalId("asset", world.assetIds[0] ?? "")}/view`;
    const opened = await ana.browser.send({ method: "POST", path });
    const { data } = JSON.parse(opened.body.toString()) as { data: { view: string } };
    const tile = { method: "GET", path: `/views/${data.view}/0/0/0` } as const;
    expect((await ana.browser.send(tile)).status).toBe(200);
    const { cookie } = ana.browser;
    await ana.out();
    ana.browser.cookie = cookie;
    expect((await ana.browser.send(tile)).status).toBe(401);
    // Nor is it good for the same person's next session.
    await ana.browser.signIn("ana", "S");
    expect((await ana.browser.send(tile)).status).toBe(404);
  });

  test("without the log ends the session all the same, and its tasks when their leases are over", async () => {
    const projectId = await project({ leaseSeconds: 60 });
    const ana = await Person.in("ana");
    const lost = await ana.held(projectId);
    const { cookie } = ana.browser;
    const append =
      "function audit.append_packed(smallint, uuid[], text[], bytea[], bytea[], int[], bytea, int[], smallint[], uuid[], int[], bytea)";
    await house.admin.query(`revoke execute on ${append} from caveat_ledger`);
    try {
      const ended = await ana.browser.signOut();
      expect([ended.status, header(ended, "clear-site-data")]).toEqual([503, '"cache", "storage"']);
    } finally {
      await house.admin.query(`grant execute on ${append} to caveat_ledger`);
    }
    expect(ana.browser.cookie).toBeNull();
    ana.browser.cookie = cookie;
    expect((await ana.browser.graphql("{ viewer { handle } }")).status).toBe(401);
    const ben = await Person.in("ben", "C");
    expect((await ben.next(projectId)).task).toBeNull();
    moment += 61_000;
    expect(await ben.held(projectId)).toEqual({ id: lost.id, epoch: lost.epoch + 1 });
  });
});
