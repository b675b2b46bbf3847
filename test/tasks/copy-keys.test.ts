import { createHash, createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import type { Level } from "../../src/markings/index.ts";
import { CopyKeys } from "../../src/labeling/copy-keys.ts";
import type { CopyOf } from "../../src/labeling/copy-keys.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { TS, U } from "../access/harbor-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TaskWorld } from "./task-world.ts";

interface Copy {
  readonly name: string;
  readonly key: string;
}

let house: TestHouse;
let serving: Serving;
let world: TaskWorld;
let now = Date.now();

beforeAll(async () => {
  const clock = (): Date => new Date((now += 1));
  house = await openTestHouse({ clock });
  serving = await serve(house, { clock });
  world = await TaskWorld.load(house, [U, U, TS], "Copies");
});
afterAll(async () => {
  await serving.close();
  await house.remove();
});

/** Somebody in a session of his own, over HTTP. */
class Session {
  readonly token: string;

  private constructor(token: string) {
    this.token = token;
  }

  static async of(handle: string, level: Level): Promise<Session> {
    return new Session(await serving.token(handle, level));
  }

  async act(field: string, type: string, input: object): Promise<{ id: string } | null> {
    const said = `mutation($input: ${type}!) { act: ${field}(input: $input) { task { id } userErrors { code } } }`;
    const { act } = await serving.data<{ act: { task: { id: string } | null; userErrors: { code: string }[] } }>(
      this.token,
      said,
      { input: { idempotencyKey: randomUUID(), belowHighWater: true, ...input } },
    );
    if (act.userErrors[0]) throw new Error(act.userErrors[0].code);
    return act.task;
  }

  async take(projectId: string, part = "LABEL"): Promise<string> {
    const input = { projectId: globalId("project", projectId), part };
    return (await this.act("taskLeaseNext", "TaskLeaseNextInput", input))?.id ?? "";
  }

  async epoch(id: string): Promise<number> {
    const asked = "query($id: ID!) { task(id: $id) { lease { epoch } } }";
    const { task } = await serving.data<{ task: { lease: { epoch: number } } }>(this.token, asked, { id });
    return task.lease.epoch;
  }

  async copy(id: string): Promise<Copy | null> {
    const asked = "query($id: ID!) { task(id: $id) { copyKey { name key } } }";
    const { task } = await serving.data<{ task: { copyKey: Copy | null } | null }>(this.token, asked, { id });
    return task?.copyKey ?? null;
  }

  async opened(...names: readonly string[]): Promise<readonly (string | null)[]> {
    const asked = "query($names: [String!]!) { copyKeys(names: $names) { key task { id } } }";
    const { copyKeys } = await serving.data<{ copyKeys: ({ key: string } | null)[] | null }>(this.token, asked, {
      names,
    });
    // Whose role has no drafts at all is answered nothing.
    return copyKeys ? copyKeys.map((copy) => copy && copy.key) : names.map(() => null);
  }

  async shown(): Promise<string> {
    const { viewer } = await serving.data<{ viewer: { highWater: string } }>(this.token, "{ viewer { highWater } }");
    return viewer.highWater;
  }
}

const needed = (copy: Copy | null): Copy => {
  if (!copy) throw new Error("no key where one is due");
  return copy;
};
const oneOf = (at: number): readonly string[] => world.assetIds.slice(at, at + 1);

describe("names and keys of copies", () => {
  const copy: CopyOf = {
    taskId: randomUUID(),
    round: 1,
    stage: "LABEL",
    taskMarkingId: randomUUID(),
    markingId: randomUUID(),
  };
  const person = randomUUID();
  const keys = new CopyKeys(createSecretKey(randomBytes(32)));

  test("are the same each time, and a name is opened as what it is of by its person alone", () => {
    const name = keys.name(person, copy);
    expect([keys.name(person, copy), keys.key(person, copy)]).toEqual([name, keys.key(person, copy)]);
    expect(keys.open(person, name)).toEqual(copy);
    expect(keys.open(randomUUID(), name)).toBeNull();
    expect(new CopyKeys(createSecretKey(randomBytes(32))).open(person, name)).toBeNull();
    expect(Buffer.from(keys.key(person, copy), "base64url")).toHaveLength(32);
  });

  test("differ by person, task, round, stage, marking and secret", () => {
    const others = [
      { ...copy, taskId: randomUUID() },
      { ...copy, round: 2 },
      { ...copy, stage: "REVIEW" },
      { ...copy, taskMarkingId: randomUUID() },
      { ...copy, markingId: randomUUID() },
    ];
    const made = [
      ...[copy, ...others].flatMap((one) => [keys.key(person, one), keys.name(person, one)]),
      keys.key(randomUUID(), copy),
      new CopyKeys(createSecretKey(randomBytes(32))).key(person, copy),
    ];
    expect(new Set(made).size).toBe(made.length);
  });

  test("a name of which any bit was changed, or that has another form, is nobody's", () => {
    const name = keys.name(person, copy);
    const bytes = Buffer.from(name, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const other = Buffer.from(bytes);
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(keys.open(person, other.toString("base64url"))).toBeNull();
    }
    for (const other of ["", `${name}A`, name.slice(1), `${name}=`, ` ${name}`])
      expect(keys.open(person, other)).toBeNull();
  });

  test("tell nothing of what they are of", () => {
    const bytes = Buffer.from(keys.name(person, copy), "base64url").toString("hex");
    for (const id of [person, copy.taskId, copy.taskMarkingId, copy.markingId])
      expect(bytes).not.toContain(id.replaceAll("-", "").slice(0, 8));
  });
});

describe("the key of a copy, over HTTP", () => {
  test("is given to whoever has the task, the same each time, and to nobody else", async () => {
    const project = await world.project({}, oneOf(0));
    const [ben, ana, rita] = [
      await Session.of("ben", "S"),
      await Session.of("ana", "S"),
      await Session.of("rita", "S"),
    ];
    const task = await ben.take(project);
    const copy = needed(await ben.copy(task));
    expect(await ben.copy(task)).toEqual(copy);
    expect(await ben.opened(copy.name)).toEqual([copy.key]);
    for (const other of [ana, rita, await Session.of("sam", "S"), await Session.of("petra", "S")]) {
      expect(await other.copy(task)).toBeNull();
      expect(await other.opened(copy.name)).toEqual([null]);
    }
    const asked = JSON.stringify({ query: `{ task(id: "${task}") { copyKey { key } } }` });
    const answer = await fetch(`${serving.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: asked,
    });
    expect(answer.status).toBe(401);
    // Whoever judges it afterwards has another one, for another stage; who labeled it has none any more.
    await ben.act("taskSubmit", "TaskSubmitInput", {
      taskId: task,
      epoch: await ben.epoch(task),
      labels: [],
      activeMs: 1,
    });
    expect([await ben.copy(task), ...(await ben.opened(copy.name))]).toEqual([null, null]);
    expect(await rita.take(project, "REVIEW")).toBe(task);
    const judged = needed(await rita.copy(task));
    expect([judged.key === copy.key, judged.name === copy.name]).toEqual([false, false]);
    expect(await ben.opened(judged.name)).toEqual([null]);
  });

  test("is another one for another person at the same task and for another task of the same person", async () => {
    const project = await world.project({ opinions: 2 }, world.assetIds.slice(0, 2));
    const [ben, ana] = [await Session.of("ben", "S"), await Session.of("ana", "S")];
    const task = await ben.take(project);
    expect(await ana.take(project)).toBe(task);
    const [bens, anas] = [needed(await ben.copy(task)), needed(await ana.copy(task))];
    expect(bens.key).not.toBe(anas.key);
    expect(await ben.opened(anas.name, bens.name)).toEqual([null, bens.key]);
    await ben.act("taskSkip", "TaskSkipInput", { taskId: task, epoch: await ben.epoch(task), reason: "too dark" });
    expect([await ben.copy(task), ...(await ben.opened(bens.name))]).toEqual([null, null]);
    const next = await ben.take(project);
    expect(next).not.toBe(task);
    expect(needed(await ben.copy(next)).key).not.toBe(bens.key);
  });

  test("is given for a copy that is there after the lease is over, as a draft is, until the task went on", async () => {
    const project = await world.project({ leaseSeconds: 60 }, oneOf(1));
    const [ben, ana] = [await Session.of("ben", "S"), await Session.of("ana", "S")];
    const task = await ben.take(project);
    const copy = needed(await ben.copy(task));
    now += 61_000;
    expect([await ben.copy(task), ...(await ben.opened(copy.name))]).toEqual([null, copy.key]);
    expect(await ana.take(project)).toBe(task);
    expect([await ben.copy(task), ...(await ben.opened(copy.name))]).toEqual([null, copy.key]);
    await ana.act("taskSubmit", "TaskSubmitInput", {
      taskId: task,
      epoch: await ana.epoch(task),
      labels: [],
      activeMs: 1,
    });
    expect(await ben.opened(copy.name)).toEqual([null]);
  });

  test("I1 is not given at a lower level, after the clearance was lowered, or after the marking was raised", async () => {
    const project = await world.project({}, oneOf(2));
    const ana = await Session.of("ana", "TS");
    const task = await ana.take(project);
    const copy = needed(await ana.copy(task));
    const low = await Session.of("ana", "S");
    expect([await low.copy(task), ...(await low.opened(copy.name))]).toEqual([null, null]);
    const clearance = (level: string): Promise<unknown> =>
      house.admin.query("update access.clearance set level = $1 where person_id = $2", [level, house.personId("ana")]);
    await clearance("S");
    try {
      expect([await ana.copy(task), ...(await ana.opened(copy.name))]).toEqual([null, null]);
    } finally {
      await clearance("TS");
    }
    expect(await ana.opened(copy.name)).toEqual([copy.key]);

    const more = await TaskWorld.load(house, [U], "Raised copies");
    const ben = await Session.of("ben", "S");
    const other = await Session.of("ana", "TS");
    const raised = await other.take(await more.project());
    const before = needed(await other.copy(raised));
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, {
        noun: "asset" as const,
        id: more.assetIds[0] ?? "",
        marking: TS,
        reason: "it shows more than was thought",
      }),
    );
    // She may read it still: what she kept was sealed for what it was.
    expect(await other.opened(before.name)).toEqual([null]);
    expect(needed(await other.copy(raised)).key).not.toBe(before.key);
    expect([await ben.copy(raised), ...(await ben.opened(before.name))]).toEqual([null, null]);
  });

  test("I3 stands at all that its session was shown: below it is not given, and above it says what it may hold", async () => {
    const project = await world.project({}, oneOf(0));
    const ana = await Session.of("ana", "TS");
    const task = await ana.take(project);
    const before = needed(await ana.copy(task));
    await serving.data(ana.token, `{ asset(id: "${globalId("asset", world.assetIds[2] ?? "")}") { title } }`);
    const after = needed(await ana.copy(task));
    expect([after.name === before.name, after.key === before.key]).toEqual([false, false]);
    const low = await Session.of("ana", "S");
    expect(await low.opened(after.name, before.name)).toEqual([null, before.key]);
    const another = await Session.of("ana", "TS");
    expect(needed(await another.copy(task)).key).toBe(before.key);
    expect(await another.shown()).not.toContain("TOP SECRET");
    expect(await another.opened(after.name)).toEqual([after.key]);
    expect(await another.shown()).toContain("TOP SECRET");
  });

  test("I4 is nowhere on record, though that it was given is", async () => {
    const project = await world.project({}, oneOf(1));
    const ben = await Session.of("ben", "S");
    const task = await ben.take(project);
    const from = await logSize(house);
    const { name, key } = needed(await ben.copy(task));
    await ben.opened(name);
    const written = await entries(house, from);
    const decided = written.flatMap(({ outcome }) => outcome?.decisions ?? []);
    expect(decided.filter(({ action }) => action === "task.draft").length).toBeGreaterThan(1);
    const bytes = Buffer.from(key, "base64url");
    const forms = [
      key,
      name,
      bytes.toString("hex"),
      bytes.toString("base64"),
      createHash("sha256").update(key).digest("hex"),
    ];
    const text = JSON.stringify(written);
    expect(forms.filter((form) => text.includes(form))).toEqual([]);
    const { rows } = await house.admin.query<{ found: string }>(
      `select table_schema || '.' || table_name as found from information_schema.tables
       where table_schema in ('data', 'access', 'audit') and table_type = 'BASE TABLE'`,
    );
    expect(rows.length).toBeGreaterThan(20);
    for (const { found } of rows) {
      const all = await house.admin.query(`select from ${found} r where r::text like '%' || $1 || '%'`, [key]);
      expect([found, all.rowCount]).toEqual([found, 0]);
    }
  });

  test("I9 more names than one browser has are refused, and what nobody was given is answered like what is gone", async () => {
    const ben = await Session.of("ben", "S");
    expect(await ben.opened("", "x", randomBytes(81).toString("base64url"))).toEqual([null, null, null]);
    const many = { names: Array.from({ length: 21 }, () => "x") };
    const { status, body } = await serving.graphql(
      ben.token,
      "query($names: [String!]!) { copyKeys(names: $names) { name } }",
      many,
    );
    expect([status, body.toString()]).toEqual([400, expect.stringContaining("INVALID_REQUEST")]);
  });
});
