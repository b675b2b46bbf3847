import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { reviewLabel } from "../../src/labeling/review-command.ts";
import { submitTask } from "../../src/labeling/task-submit.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { BOX, S, TS } from "../access/harbor-world.ts";
import { act } from "../administration/acts.ts";
import { AppSql } from "../administration/app-sql.ts";
import type { Statement } from "../administration/app-sql.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TaskWorld } from "./task-world.ts";
import type { Held } from "./task-world.ts";

const REMARK = "I was not sure of the second one";
let house: TestHouse;
let server: Serving;
let sql: AppSql;
let worlds = 0;

beforeAll(async () => {
  house = await openTestHouse();
  server = await serve(house);
  sql = await AppSql.open(house);
});
afterAll(async () => {
  await sql.close();
  await server.close();
  await house.remove();
});

/** A task of two opinions, of which ana has handed in hers with a remark. */
async function oneOfTwo(): Promise<{ world: TaskWorld; projectId: string; held: Held }> {
  const world = await TaskWorld.load(house, [S], `Blind ${(worlds += 1)}`);
  const projectId = await world.project({ opinions: 2 });
  const held = await world.next(await house.as("ana"), projectId);
  if (!held) throw new Error("no task");
  await submit("ana", held, REMARK);
  return { world, projectId, held };
}

async function submit(handle: string, held: Held, comment: string): Promise<void> {
  const labels = [{ classKey: "ship", shape: BOX, attributes: {}, marking: null, preLabelId: null }];
  await act(house, handle, submitTask, { ...held, labels, activeMs: 1_000, comment });
}

/** Comments of a task's acts as the interface tells them. */
async function told(handle: string, taskId: string): Promise<string[]> {
  const query = "query($id: ID!) { task(id: $id) { acts(first: 20) { kind comment } } }";
  const { task } = await server.data<{ task: { acts: { kind: string; comment: string }[] } }>(
    await server.token(handle),
    query,
    { id: globalId("task", taskId) },
  );
  return task.acts.filter(({ kind }) => kind === "submit").map(({ comment }) => comment);
}

/** What SQL as the application role finds with a good token of somebody: the division by none is refused. */
const reads = async (handle: string, table: string, taskId: string): Promise<boolean> => {
  const look: Statement = [`select 1 / count(*) from data.${table} where task_id = $1`, taskId];
  return (await sql.commit(handle, look)) === "";
};

describe("what somebody says of what he handed in, while others have not", () => {
  test("is his alone, like the labels, through the interface and in SQL as the application role; then everybody's", async () => {
    const { world, projectId, held } = await oneOfTwo();
    const { taskId } = held;
    expect(await told("ana", taskId)).toEqual([REMARK]);
    for (const handle of ["ben", "rita", "sam"]) {
      // That she handed in is seen; what she said of it is as if she had said nothing.
      expect([handle, await told(handle, taskId)]).toEqual([handle, [""]]);
      expect([await reads(handle, "task_act", taskId), await reads(handle, "task_remark", taskId)]).toEqual([
        true,
        false,
      ]);
    }
    expect(await reads("ana", "task_remark", taskId)).toBe(true);
    const ben = await world.next(await house.as("ben"), projectId);
    if (!ben) throw new Error("no task");
    await submit("ben", ben, "");
    for (const handle of ["ana", "ben", "rita", "sam"]) {
      expect([handle, (await told(handle, taskId)).toSorted()]).toEqual([handle, ["", REMARK]]);
      expect(await reads(handle, "task_remark", taskId)).toBe(true);
    }
  });

  test("is everybody's at once where one person labels each image", async () => {
    const world = await TaskWorld.load(house, [S], `Blind ${(worlds += 1)}`);
    const held = await world.next(await house.as("ana"), await world.project());
    if (!held) throw new Error("no task");
    await submit("ana", held, REMARK);
    expect(await told("rita", held.taskId)).toEqual([REMARK]);
  });

  test("follows its task when that is raised, and its row says nothing in another's name, state or round", async () => {
    const { world, held } = await oneOfTwo();
    const { rows } = await house.admin.query<{ act: string }>(
      "select id as act from data.task_act where task_id = $1 and kind = 'submit'",
      [held.taskId],
    );
    const remark = (by: string, actId: string): Statement => [
      `insert into data.task_remark (id, task_id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id,
         project_marking_id, marking_id, person_id, round, body, state)
       select $3::uuid, id, project_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id, project_marking_id,
         marking_id, $2::uuid, 7, 'x', 'ACTIVE' from data.task where id = $1`,
      held.taskId,
      house.personId(by),
      actId,
    ];
    const own = rows[0]?.act ?? "";
    expect(await sql.commit("ben", remark("ana", own))).toBe("42501");
    expect(await sql.commit("ben", remark("ben", own))).toBe("42501");
    expect(await sql.commit("ana", remark("ana", crypto.randomUUID()))).toBe("42501");
    // She said something already, and it stands.
    expect(await sql.commit("ana", remark("ana", own))).toBe("23505");
    const said =
      "select m.round, m.state, m.marking_id = t.marking_id as along, g.banner from data.task_remark m join data.task t on t.id = m.task_id join access.marking g on g.id = m.marking_id where t.id = $1";
    expect((await house.admin.query(said, [held.taskId])).rows).toEqual([
      { round: 1, state: "BLIND", along: true, banner: S },
    ]);
    const [assetId = ""] = world.assetIds;
    await act(house, "sam", raiseMarking, {
      noun: "asset" as const,
      id: assetId,
      marking: TS,
      reason: "a berth shows",
    });
    expect(await told("ana", held.taskId)).toEqual([REMARK]);
    expect((await house.admin.query(said, [held.taskId])).rows).toEqual([
      { round: 1, state: "BLIND", along: true, banner: TS },
    ]);
  });

  test("is his own again where the image is labeled anew, with his labels, until all have handed in again", async () => {
    const { world, projectId, held } = await oneOfTwo();
    const { taskId } = held;
    const [ana, ben, rita] = [await house.as("ana"), await house.as("ben"), await house.as("rita")];
    const take = async (who: typeof ana, stage?: string): Promise<Held> => {
      const found = await world.next(who, projectId, stage);
      if (!found) throw new Error("no task");
      return found;
    };
    await submit("ben", await take(ben), "");
    const judged = await take(rita, "ADJUDICATE");
    expect(await told("ben", taskId)).toContain(REMARK);
    await world.judge(rita, judged, "reject");
    const blind = async (handle: string): Promise<unknown> => [
      (await told(handle, taskId)).filter((comment) => comment !== ""),
      await reads(handle, "task_remark", taskId),
    ];
    for (const handle of ["ben", "rita", "sam"]) expect([handle, await blind(handle)]).toEqual([handle, [[], false]]);
    expect(await blind("ana")).toEqual([[REMARK], true]);
    const states = async (): Promise<unknown> =>
      (
        await house.admin.query<{ state: string; n: number }>(
          `select l.state, count(*)::int as n from data.label l join data.task_act a on a.id = l.task_act_id
           where a.task_id = $1 group by 1`,
          [taskId],
        )
      ).rows;
    expect(await states()).toEqual([{ state: "BLIND", n: 2 }]);
    await submit("ben", await take(ben), "");
    expect(await blind("ben")).toEqual([[], false]);
    await submit("ana", await take(ana), "");
    expect(await states()).toEqual([{ state: "ACTIVE", n: 4 }]);
    for (const handle of ["ana", "ben", "rita", "sam"])
      expect([handle, await blind(handle)]).toEqual([handle, [[REMARK], true]]);
  });

  test("the act itself carries no remark, whoever writes it", async () => {
    const { rows } = await house.admin.query<{ definition: string }>(
      "select pg_get_constraintdef(oid) as definition from pg_constraint where conname = 'task_act_remark'",
    );
    expect(rows[0]?.definition).toContain("comment = ''");
    const acts = await house.admin.query("select from data.task_act where kind = 'submit' and comment <> ''");
    expect(acts.rows).toEqual([]);
  });
});

describe("a review of a label that is blind", () => {
  test("is neither made nor read by anybody but the label's author", async () => {
    const { held } = await oneOfTwo();
    const { rows } = await house.admin.query<{ id: string; revision: string }>(
      `select l.id, r.id as revision from data.label l join data.label_revision r on r.label_id = l.id
       join data.task_act a on a.id = l.task_act_id where a.task_id = $1`,
      [held.taskId],
    );
    const [label = { id: "", revision: "" }] = rows;
    const input = {
      labelId: label.id,
      revisionId: label.revision,
      verdict: "reject",
      comment: "no",
      marking: null,
    } as const;
    await expect(act(house, "rita", reviewLabel, input)).rejects.toMatchObject({ code: "NOT_FOUND" });
    // One that was there before, planted: its comment is the label's, and hidden with it.
    await house.admin.query("set session_replication_role = replica");
    await house.admin.query(
      `insert into data.label_review (id, label_id, revision_id, dataset_id, asset_id, program_id, dataset_marking_id, asset_marking_id,
         label_marking_id, label_author_id, revision_marking_id, revision_author_id, marking_id, reviewer_id, verdict, comment, created_at, label_state)
       select gen_random_uuid(), r.label_id, r.id, r.dataset_id, r.asset_id, r.program_id, r.dataset_marking_id, r.asset_marking_id,
         r.label_marking_id, r.label_author_id, r.marking_id, r.author_id, r.marking_id, $2, 'reject', 'no', now(), r.label_state
       from data.label_revision r where r.id = $1`,
      [label.revision, house.personId("rita")],
    );
    await house.admin.query("reset session_replication_role");
    const look: Statement = ["select 1 / count(*) from data.label_review where label_id = $1", label.id];
    for (const [handle, code] of [
      ["ana", ""],
      ["ben", "22012"],
      ["rita", "22012"],
      ["sam", "22012"],
    ] as const)
      expect([handle, await sql.commit(handle, look)]).toEqual([handle, code]);
    const query = "query($id: ID!) { label(id: $id) { reviews(first: 5) { comment } } }";
    for (const [handle, found] of [
      ["ana", { reviews: [{ comment: "no" }] }],
      ["rita", null],
    ] as const)
      expect(await server.data(await server.token(handle), query, { id: globalId("label", label.id) })).toEqual({
        label: found,
      });
  });
});
