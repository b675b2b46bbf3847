import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { addGuideline, addTasks } from "../../src/labeling/project-commands.ts";
import { guidelinesOf, tasksOf } from "../../src/labeling/task-queries.ts";
import type { Principal } from "../../src/identity/principal.ts";
import { S, TS, U } from "../access/harbor-world.ts";
import { TokenMaker, backendOf } from "../access/tokens.ts";
import { BY_INDEX } from "../../src/storage/by-index.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TaskWorld } from "./task-world.ts";

let house: TestHouse;
let world: TaskWorld;

beforeAll(async () => {
  house = await openTestHouse();
  world = await TaskWorld.load(house, [U, S, TS]);
});
afterAll(async () => {
  await house.remove();
});

async function everyTask(who: Principal, projectId: string): Promise<readonly string[]> {
  return house.run(who, (operation) =>
    operation.nested(async (grant) => {
      const project = await grant.read.byId("project", projectId);
      if (!project) return [];
      const page = await tasksOf(grant, project, { first: 20, after: null });
      return page.rows.map(({ id }) => id);
    }),
  );
}

async function bannerOf(table: string, id: string): Promise<string> {
  const { rows } = await house.admin.query<{ banner: string }>(
    `select m.banner from data.${table} t join access.marking m on m.id = t.marking_id where t.id = $1`,
    [id],
  );
  return rows[0]?.banner ?? "none";
}

const lower = async (level: string): Promise<unknown> =>
  house.admin.query("update access.clearance set level = $1 where person_id = $2", [level, house.personId("ana")]);

describe("tasks by marking", () => {
  test("I2 of a project with tasks at three levels each person sees and is handed only his own, and the numbers say no more", async () => {
    const project = await world.project();
    const [low, middle, high] = [await house.as("ben", "C"), await house.as("ana", "S"), await house.as("ana", "TS")];
    expect((await everyTask(low, project)).length).toBe(1);
    expect((await everyTask(middle, project)).length).toBe(2);
    expect((await everyTask(high, project)).length).toBe(3);
    expect(await world.progress(low, project)).toMatchObject({ tasks: 1, toLabel: 1 });
    expect(await world.progress(high, project)).toMatchObject({ tasks: 3, toLabel: 3 });
    const only = await world.next(low, project);
    await world.submit(low, only ?? { taskId: "", epoch: 0 });
    expect(await world.next(low, project)).toBeNull();
    expect(await world.progress(low, project)).toMatchObject({ tasks: 1, toLabel: 0, toJudge: 1 });
  });

  test("I2 what is done to a task above tells nothing below: neither numbers nor what is handed out", async () => {
    const project = await world.project();
    const low = await house.as("ben", "C");
    const before = await world.progress(low, project);
    const high = await house.as("ana", "TS");
    const tasks = [];
    // The high ones first: the low one is left, so that the low person is handed it all the same.
    for (let times = 0; times < 2; times += 1) {
      const held = await world.next(high, project);
      const task = held && (await world.task(high, held.taskId));
      if (held && task && (await bannerOf("task", task.id)) !== U) await world.submit(high, held);
      else if (held) await world.skip(high, held);
      tasks.push(task?.id);
    }
    const after = await world.progress(low, project);
    expect({ ...after, toLabel: 0, beingLabeled: 0 }).toEqual({ ...before, toLabel: 0, beingLabeled: 0 });
    expect((await everyTask(low, project)).length).toBe(1);
    expect(await world.next(low, project)).not.toBeNull();
  });

  test("I3 a task stands no lower than its image, its classes and its project", async () => {
    const project = await world.project({ marking: S });
    const ids = await everyTask(await house.as("ana", "TS"), project);
    const banners: string[] = [];
    for (const id of ids) banners.push(await bannerOf("task", id));
    expect(banners.toSorted()).toEqual([S, S, TS].toSorted());
    await expect(
      house.run(await house.as("sam"), (operation) =>
        operation.mutate(addTasks, { projectId: project, assetIds: world.assetIds, priority: 1, marking: U }),
      ),
    ).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
  });

  test("I3 whoever was shown more than a task is asked before he takes it, because that he took it shows below", async () => {
    const project = await world.project({}, world.assetIds.slice(0, 1));
    const ana = await house.as("ana", "TS");
    await house.run(ana, (operation) => operation.nested((grant) => grant.read.byId("asset", world.assetIds[2] ?? "")));
    await expect(world.next(ana, project, "LABEL", false)).rejects.toMatchObject({ code: "BELOW_HIGHWATER" });
    const held = await world.next(ana, project, "LABEL", true);
    expect(held).not.toBeNull();
  });

  test("I3 a draft stands at what its session was shown: it is not seen below, and takes the place of none there", async () => {
    const project = await world.project({}, world.assetIds.slice(0, 1));
    const low = await house.as("ana", "C");
    const held = await world.next(low, project);
    const taskId = held?.taskId ?? "";
    await world.draft(low, taskId, "drawn below");
    const high = await house.as("ana", "TS");
    await house.run(high, (operation) =>
      operation.nested((grant) => grant.read.byId("asset", world.assetIds[2] ?? "")),
    );
    await world.draft(high, taskId, "drawn above");
    expect(await world.drafted(high, taskId)).toBe("drawn above");
    expect(await world.drafted(low, taskId)).toBe("drawn below");
    expect(await world.drafted(await house.as("rita", "TS"), taskId)).toBeNull();
  });

  test("a clearance that is lowered takes the task away at once; what was drawn stays shut until it is given back", async () => {
    const project = await world.project({}, world.assetIds.slice(2));
    const ana = await house.as("ana", "TS");
    const held = (await world.next(ana, project)) ?? { taskId: "", epoch: 0 };
    await world.draft(ana, held.taskId, "drawn");
    await lower("S");
    try {
      const now = await house.as("ana", "S");
      await expect(world.extend(now, held)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await expect(world.submit(now, held)).rejects.toMatchObject({ code: "NOT_FOUND" });
      expect(await world.drafted(now, held.taskId)).toBeNull();
    } finally {
      await lower("TS");
    }
    const again = await house.as("ana", "TS");
    expect(await world.drafted(again, held.taskId)).toBe("drawn");
    await world.submit(again, held);
  });

  test("an image that is raised takes its tasks, their acts and drafts along, and whoever has one does not see it any more", async () => {
    const more = await TaskWorld.load(house, [U], "Raised");
    const project = await more.project();
    const ben = await house.as("ben", "C");
    const held = (await more.next(ben, project)) ?? { taskId: "", epoch: 0 };
    await more.draft(ben, held.taskId, "drawn");
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, {
        noun: "asset" as const,
        id: more.assetIds[0] ?? "",
        marking: TS,
        reason: "it shows more than was thought",
      }),
    );
    expect(await bannerOf("task", held.taskId)).toBe(TS);
    for (const table of ["task_act", "task_draft"]) {
      const { rows } = await house.admin.query<{ banner: string }>(
        `select distinct m.banner from data.${table} t join access.marking m on m.id = t.marking_id where t.task_id = $1`,
        [held.taskId],
      );
      expect([table, rows]).toEqual([table, [{ banner: TS }]]);
    }
    await expect(more.submit(ben, held)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await more.drafted(ben, held.taskId)).toBeNull();
    expect(await more.progress(ben, project)).toMatchObject({ tasks: 0 });
    // Its place is free again when the lease is over, for those who see it.
    expect(await more.progress(await house.as("ana", "TS"), project)).toMatchObject({ tasks: 1, toLabel: 1 });
  });

  test("a dataset that is raised takes its projects and guidelines along", async () => {
    const more = await TaskWorld.load(house, [U], "Raised whole");
    const project = await more.project();
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, {
        noun: "dataset" as const,
        id: more.datasetId,
        marking: S,
        reason: "as a whole",
      }),
    );
    expect(await bannerOf("project", project)).toBe(S);
    const { rows } = await house.admin.query<{ id: string }>("select id from data.guideline where project_id = $1", [
      project,
    ]);
    expect(await bannerOf("guideline", rows[0]?.id ?? "")).toBe(S);
    expect(await everyTask(await house.as("ben", "C"), project)).toEqual([]);
    expect((await everyTask(await house.as("ana", "S"), project)).length).toBe(1);
  });

  test("guidelines are counted at each marking, and a higher version is shown to those alone who may see it", async () => {
    const project = await world.project();
    const add = async (text: string, marking: string | null): Promise<unknown> =>
      house.run(await house.as("sam"), (operation) =>
        operation.mutate(addGuideline, { projectId: project, text, marking }),
      );
    await add("Above: look at the masts.", TS);
    await add("Below: and what sinks.", null);
    const seen = async (who: Principal): Promise<unknown> =>
      house.run(who, (operation) =>
        operation.nested(async (grant) =>
          (await guidelinesOf(grant, project, 20)).map(({ version, body }) => [version, body]),
        ),
      );
    expect(await seen(await house.as("ben", "C"))).toEqual([
      [2, "Below: and what sinks."],
      [1, "Draw what floats."],
    ]);
    expect(((await seen(await house.as("ana", "TS"))) as unknown[]).length).toBe(3);
  });

  test("I1 with SQL as the application role nobody takes a place, or moves a task, but by an act in his own name", async () => {
    const project = await world.project({}, world.assetIds.slice(0, 1));
    const app = new Client({ ...house.database.as("caveat_app") });
    await app.connect();
    const maker = await TokenMaker.open(house);
    try {
      const token = maker.token(await maker.claimOf(await house.as("ana", "S"), await backendOf(app)));
      const tried = async (sql: string, as = token): Promise<string> => {
        await app.query("begin");
        try {
          await app.query("select set_config('caveat.gate', $1, true)", [as]);
          return await app.query(sql).then(
            ({ rowCount }) => `${String(rowCount)} rows`,
            (error: unknown) => (error as { code?: string }).code ?? "?",
          );
        } finally {
          await app.query("rollback");
        }
      };
      expect(await tried("select * from access.task_slot")).toBe("42501");
      expect(await tried("update access.task_slot set state = 'FREE'")).toBe("42501");
      expect(await tried("update data.task set stage = 'DONE'")).toBe("42501");
      expect(await tried("delete from data.task_draft")).toBe("42501");
      const act = (person: string): string =>
        `insert into data.task_act select gen_random_uuid(), t.id, t.project_id, t.dataset_id, t.asset_id, t.program_id, t.dataset_marking_id,
           t.asset_marking_id, t.project_marking_id, t.marking_id, '${person}', 1, 'LABEL', 1, 1, 'lease', null, '', null, '[]', null, null, now()
         from data.task t where t.project_id = '${project}'`;
      expect(await tried(act(house.personId("ben")))).toBe("42501");
      expect(await tried(act(house.personId("ana")))).toBe("1 rows");
      // A lease of another time than the server's is none: not one that never ends, nor one that was over.
      for (const time of ["now() + interval '9000 years'", "now() - interval '1 hour'"])
        expect(await tried(act(house.personId("ana")).replace("now()", time))).toBe("42501");
      // Nor does he give back what somebody else has.
      const other = await world.project({}, world.assetIds.slice(0, 1));
      const held = await world.next(await house.as("ben", "C"), other);
      await house.admin.query("update access.task_slot set taken_in = sha256('') where task_id = $1", [held?.taskId]);
      const sessions = "array[sha256('')], now()";
      expect(await tried(`select * from access.held_in(${sessions})`)).toBe("0 rows");
      expect(await tried(`select 1 where access.leave_task('${held?.taskId}', ${sessions})`)).toBe("0 rows");
      // The marking by which tasks of an image are told apart is the row's own, whatever is said.
      const twin = (column: string): string =>
        `insert into data.task select (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), '${column}', t.dataset_id))).*
         from data.task t where t.project_id = '${project}'`;
      const sam = maker.token(await maker.claimOf(await house.as("sam", "S"), await backendOf(app)));
      expect(await tried(twin("made_marking_id"), sam)).toBe("23505");
    } finally {
      await maker.close();
      await app.end();
    }
  });

  test("I1 an act on a task as it was before it was raised is refused in one way, whatever goes on above", async () => {
    const more = await TaskWorld.load(house, [U], "Raised under a look");
    const project = await more.project();
    const { rows } = await house.admin.query<{ row: object }>(
      "select to_jsonb(t) as row from data.task t where t.project_id = $1",
      [project],
    );
    const before = JSON.stringify(rows[0]?.row);
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, {
        noun: "asset" as const,
        id: more.assetIds[0] ?? "",
        marking: TS,
        reason: "it shows more",
      }),
    );
    const app = new Client({ ...house.database.as("caveat_app") });
    await app.connect();
    const maker = await TokenMaker.open(house);
    try {
      const token = maker.token(await maker.claimOf(await house.as("ben", "C"), await backendOf(app)));
      const tried = async (kind: string, stage: string, epoch: number): Promise<string> => {
        await app.query("begin");
        try {
          await app.query("select set_config('caveat.gate', $1, true)", [token]);
          return await app
            .query(
              `insert into data.task_act select gen_random_uuid(), t.id, t.project_id, t.dataset_id, t.asset_id, t.program_id,
                 t.dataset_marking_id, t.asset_marking_id, t.project_marking_id, t.marking_id, $2, 1, $3, 1, $4, $5, null, '', null, '[]', null, null, now()
               from jsonb_populate_record(null::data.task, $1) t`,
              [before, house.personId("ben"), stage, epoch, kind],
            )
            .then(
              () => "done",
              (error: unknown) => (error as { code?: string }).code ?? "?",
            );
        } finally {
          await app.query("rollback");
        }
      };
      const answers = async (): Promise<string[]> => {
        const found: string[] = [];
        for (const kind of ["lease", "extend", "submit"])
          for (const stage of ["LABEL", "REVIEW"])
            for (const epoch of [0, 1, 2]) found.push(await tried(kind, stage, epoch));
        return found;
      };
      const free = await answers();
      expect(new Set(free)).toEqual(new Set(["42501"]));
      const ana = await house.as("ana", "TS");
      const held = await more.next(ana, project);
      expect(await answers()).toEqual(free);
      await more.submit(ana, held ?? { taskId: "", epoch: 0 });
      expect(await answers()).toEqual(free);
    } finally {
      await maker.close();
      await app.end();
    }
  });

  test("a draft that is saved while its image is raised waits for the raise, or comes before it: neither is lost to the other", async () => {
    const more = await TaskWorld.load(house, [U, U, U, U], "Raised under a draft");
    const project = await more.project();
    const ben = await house.as("ben", "C");
    for (const id of more.assetIds) {
      const held = await more.next(ben, project);
      const task = held && (await more.task(ben, held.taskId));
      if (!held || !task) throw new Error("no task");
      await more.draft(ben, held.taskId, "first");
      const raising = house.run(await house.as("sam"), (operation) =>
        operation.mutate(raiseMarking, {
          noun: "asset" as const,
          id: task.assetId,
          marking: TS,
          reason: `it shows more than ${id}`,
        }),
      );
      const saving = Promise.all(
        [1, 2, 3, 4].map((n) =>
          more.draft(ben, held.taskId, `again ${n}`).catch((error: { code?: string }) => error.code ?? "?"),
        ),
      );
      await raising;
      for (const one of await saving)
        expect(["NOT_FOUND", "STALE", "NOT_PERMITTED"]).toContain(typeof one === "string" ? one : "NOT_FOUND");
      expect(await bannerOf("task", held.taskId)).toBe(TS);
      expect(await more.drafted(ben, held.taskId)).toBeNull();
    }
  });

  test("an image that is raised does not become a second task where it is added again", async () => {
    const more = await TaskWorld.load(house, [U], "Added again");
    const project = await more.project();
    const sam = await house.as("sam");
    await house.run(sam, (operation) =>
      operation.mutate(raiseMarking, {
        noun: "asset" as const,
        id: more.assetIds[0] ?? "",
        marking: S,
        reason: "more",
      }),
    );
    const again = { projectId: project, assetIds: more.assetIds, priority: 1, marking: null };
    expect(await house.run(sam, (operation) => operation.mutate(addTasks, again))).toMatchObject({ added: 0 });
  });

  test("I2 what it takes to hand out a task does not grow with tasks that are hidden, nor with what others hold", async () => {
    const more = await TaskWorld.load(house, [U], "Flat");
    const project = await more.project();
    const ben = await house.as("ben", "C");
    const buffers = async (): Promise<number> => {
      const app = new Client({ ...house.database.as("caveat_app") });
      await app.connect();
      const maker = await TokenMaker.open(house);
      try {
        const token = maker.token(await maker.claimOf(ben, await backendOf(app)));
        const { rows } = await house.admin.query<{ id: string }>("select id from access.marking");
        const all = `{${rows.map(({ id }) => id).join(",")}}`;
        let least = Infinity;
        for (let times = 0; times < 3; times += 1) {
          await app.query("begin");
          for (const [name, value] of Object.entries(BY_INDEX)) await app.query(`set local ${name} = '${value}'`);
          await app.query("select set_config('caveat.gate', $1, true)", [token]);
          const plan = await app.query<{ "QUERY PLAN": string }>(
            "explain (analyze, buffers, costs off) select * from access.next_slot($1::uuid, 'LABEL', $2::uuid[], now())",
            [project, all],
          );
          await app.query("rollback");
          const text = plan.rows.map((row) => row["QUERY PLAN"]).join("\n");
          least = Math.min(least, Number(/Buffers: shared hit=(\d+)/.exec(text)?.[1] ?? Infinity));
        }
        return least;
      } finally {
        await maker.close();
        await app.end();
      }
    };
    const { admin } = house;
    const hide = async (from: number, to: number): Promise<void> => {
      await admin.query("set session_replication_role = replica");
      await admin.query(
        `insert into data.task select (jsonb_populate_record(t, jsonb_build_object('id', md5('flat' || g)::uuid, 'made_marking_id', md5('flat' || g)::uuid,
           'priority', 9, 'marking_id', (select id from access.marking where banner = $2)))).*
         from data.task t, generate_series(${from}, ${to}) g where t.project_id = $1 and t.priority <> 9`,
        [project, TS],
      );
      await admin.query("reset session_replication_role");
      await admin.query(
        `insert into access.task_slot (task_id, round, stage, slot, state, person_id, epoch, lasts_until)
         select id, 1, 'LABEL', 1, 'LEASED', $2, 1, now() + interval '1 hour' from data.task t
         where project_id = $1 and priority = 9 and not exists (select from access.task_slot s where s.task_id = t.id)`,
        [project, house.personId("rita")],
      );
      await admin.query("vacuum analyze data.task, access.task_slot");
    };
    // Indexes have a level more from some size on: what counts is that nothing grows with each row.
    await hide(1, 2_000);
    const before = await buffers();
    await hide(2_001, 12_000);
    expect(await buffers()).toBeLessThan(before * 1.2 + 20);
  });
});
