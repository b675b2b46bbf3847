import type { RowListener } from "./reader.ts";
import { tables } from "./tables.ts";
import type { RowOf } from "./tables.ts";
import type { TableLock, Transaction } from "./transaction.ts";

/** Where the next act of somebody goes: a place in a stage of a task, and the epoch that is in force there. */
export interface Slot {
  readonly taskId: string;
  readonly round: number;
  readonly slot: number;
  readonly epoch: number;
  /** Whether the caller holds it already. */
  readonly held: boolean;
}

/** Tasks of a project at one marking and stage. */
export interface StageCount {
  readonly markingId: string;
  readonly stage: string;
  readonly tasks: number;
  /** Of these, how many somebody has just now. */
  readonly leased: number;
}

/** SHA-256 hashes in hex, as PostgreSQL reads an array of them. */
const hashes = (sessions: readonly string[]): string => `{${sessions.map((hash) => `"\\\\x${hash}"`).join(",")}}`;

/** Places and counts of tasks, in one transaction. */
export class TaskRecords {
  readonly #tx: Transaction;
  readonly #listener: RowListener;

  constructor(tx: Transaction, listener: RowListener) {
    this.#tx = tx;
    this.#listener = listener;
  }

  /** Markings of the tasks or labels that a dataset holds, as far as the caller may read such of them. Nothing is disclosed. */
  async heldMarkings(datasetId: string, noun: "task" | "label" = "task"): Promise<string[]> {
    const { open, on } = this.#tx.lock([["data.dataset_marking", "t"]]);
    const [lock] = on as readonly [TableLock];
    const rows = await this.#tx.rows<{ marking_id: string }>(
      `with ${open.sql} select t.marking_id from data.dataset_marking t where t.dataset_id = ? and t.noun = ? and ${lock.sql}
       order by t.marking_id`,
      [...open.params, datasetId, noun, ...lock.params],
    );
    return rows.map((row) => row.marking_id);
  }

  /**
   * The place that the caller holds in a stage of a project, or the next one that is free, of tasks at one of these markings;
   * locked until the transaction ends. Null where there is none.
   */
  async next(projectId: string, stage: string, markings: readonly string[], now: Date): Promise<Slot | null> {
    const rows = await this.#tx.rows<{ task_id: string; round: number; slot: number; epoch: number; held: boolean }>(
      "select * from access.next_slot(?::uuid, ?, ?::uuid[], ?::timestamptz)",
      [projectId, stage, `{${markings.join(",")}}`, now],
    );
    const [row] = rows;
    return row ? { taskId: row.task_id, round: row.round, slot: row.slot, epoch: row.epoch, held: row.held } : null;
  }

  /** Notes in which browser's session (SHA-256 of its secret, hex) the caller asked for the task that he has; null for a token. */
  async takeIn(taskId: string, session: string | null): Promise<void> {
    const hash = session === null ? null : Buffer.from(session, "hex");
    await this.#tx.rows("select access.take_in_session(?::uuid, ?::bytea)", [taskId, hash]);
  }

  /** The tasks that the caller has in these sessions, as far as he reaches them, with their stages. */
  async heldIn(sessions: readonly string[], now: Date): Promise<readonly { taskId: string; stage: string }[]> {
    const rows = await this.#tx.rows<{ task_id: string; stage: string }>(
      "select * from access.held_in(?::bytea[], ?::timestamptz)",
      [hashes(sessions), now],
    );
    return rows.map(({ task_id: taskId, stage }) => ({ taskId, stage }));
  }

  /** Gives a task back that the caller has in one of these sessions; whether he had it. */
  async leave(taskId: string, sessions: readonly string[], now: Date): Promise<boolean> {
    const [row] = await this.#tx.rows<{ left: boolean }>(
      "select access.leave_task(?::uuid, ?::bytea[], ?::timestamptz) as left",
      [taskId, hashes(sessions), now],
    );
    return row?.left === true;
  }

  /** Acts on a task, through both locks. */
  async #acts(taskId: string, which: string, params: readonly unknown[], last: string): Promise<RowOf<"taskAct">[]> {
    const { open, on } = this.#tx.lock([["data.task_act", "t"]]);
    const [lock] = on as readonly [TableLock];
    const rows = await this.#tx.mapped(
      tables.taskAct.entity,
      `with ${open.sql} select t.* from data.task_act t where t.task_id = ?::uuid and ${which} and ${lock.sql} order by ${last}`,
      [...open.params, taskId, ...params, ...lock.params],
    );
    for (const row of rows) this.#listener("taskAct", row);
    return rows;
  }

  /** What somebody did last to a task; with an epoch, of his acts of that epoch. */
  async lastAct(taskId: string, personId: string, epoch: number | null = null): Promise<RowOf<"taskAct"> | null> {
    const [row] = await this.#acts(
      taskId,
      "t.person_id = ?::uuid and (?::int is null or t.epoch = ?::int)",
      [personId, epoch, epoch],
      "t.created_at desc, t.round desc, t.epoch desc, t.id limit 1",
    );
    return row ?? null;
  }

  /** What was handed in in a round of a task, oldest first. */
  opinions({ id, round }: Pick<RowOf<"task">, "id" | "round">): Promise<RowOf<"taskAct">[]> {
    return this.#acts(id, "t.round = ?::int and t.kind = 'submit'", [round], "t.created_at, t.id limit 9");
  }

  /** By what a task was last sent back; null where it was not. */
  async sentBack(taskId: string): Promise<RowOf<"taskAct"> | null> {
    const [row] = await this.#acts(taskId, "t.kind = 'reject'", [], "t.created_at desc, t.id limit 1");
    return row ?? null;
  }

  /**
   * A model's pre-labels of an image at these markings, that nobody has withdrawn, in the order of their ids: one index range
   * for each marking.
   */
  async preLabels(
    { assetId, datasetId }: Pick<RowOf<"task">, "assetId" | "datasetId">,
    markings: readonly string[],
    from: number,
    count: number,
  ): Promise<RowOf<"label">[]> {
    const { open, on } = this.#tx.lock([
      ["data.dataset_marking", "d"],
      ["data.label", "x"],
    ]);
    const [held, lock] = on as readonly [TableLock, TableLock];
    const rows = await this.#tx.mapped(
      tables.label.entity,
      `with ${open.sql} select r.* from data.dataset_marking d
       cross join lateral (
         select x.* from data.label x
         where x.asset_id = ? and x.marking_id = d.marking_id and x.origin = 'model' and x.state = 'ACTIVE' and ${lock.sql}
         order by x.id limit ?) r
       where d.dataset_id = ? and d.noun = 'label' and d.marking_id = any (?::uuid[])
         and d.marking_id = any ((select ${lock.readable} from open)::uuid[]) and ${held.sql}
       order by r.id limit ?`,
      [
        ...open.params,
        assetId,
        ...lock.params,
        from + count,
        datasetId,
        `{${markings.join(",")}}`,
        ...held.params,
        from + count,
      ],
    );
    const shown = rows.slice(from);
    for (const row of shown) this.#listener("label", row);
    return shown;
  }

  /** Which of these images the caller sees a task of in a project, made under this marking. */
  async assetsWithTask(projectId: string, markingIds: readonly string[], assetIds: readonly string[]) {
    const { open, on } = this.#tx.lock([["data.task", "t"]]);
    const [lock] = on as readonly [TableLock];
    const rows = await this.#tx.rows<{ asset_id: string; made_marking_id: string; marking_id: string }>(
      `with ${open.sql} select t.asset_id, t.made_marking_id, t.marking_id from data.task t
       where t.project_id = ? and t.asset_id = any (?::uuid[]) and (t.made_marking_id = any (?::uuid[]) or t.marking_id = any (?::uuid[])) and ${lock.sql}`,
      [
        ...open.params,
        projectId,
        `{${assetIds.join(",")}}`,
        `{${markingIds.join(",")}}`,
        `{${markingIds.join(",")}}`,
        ...lock.params,
      ],
    );
    return new Set(
      rows.flatMap((row) => [`${row.asset_id} ${row.made_marking_id}`, `${row.asset_id} ${row.marking_id}`]),
    );
  }

  /** How many of the tasks that the caller sees stand where; the work depends on these alone. Their markings are disclosed. */
  async counts({ id, datasetId, programId, datasetMarkingId }: RowOf<"project">, now: Date): Promise<StageCount[]> {
    const { open, on } = this.#tx.lock([
      ["data.dataset_marking", "d"],
      ["data.task", "t"],
    ]);
    const [held, lock] = on as readonly [TableLock, TableLock];
    const rows = await this.#tx.rows<{
      marking_id: string;
      stage: string;
      n: string | number;
      leased: string | number;
    }>(
      `with ${open.sql} select t.marking_id, t.stage, count(*) as n, count(*) filter (where t.leased_until > ?::timestamptz) as leased
       from data.dataset_marking d join data.task t on t.project_id = ?::uuid and t.marking_id = d.marking_id
       where d.dataset_id = ?::uuid and d.noun = 'task' and d.marking_id = any ((select ${lock.readable} from open)::uuid[])
         and ${held.sql} and ${lock.sql}
       group by t.marking_id, t.stage`,
      [...open.params, now, id, datasetId, ...held.params, ...lock.params],
    );
    for (const { marking_id: markingId } of rows)
      this.#listener("datasetMarking", { datasetId, noun: "task", markingId, programId, datasetMarkingId });
    return rows.map(({ marking_id: markingId, stage, n, leased }) => ({
      markingId,
      stage,
      tasks: Number(n),
      leased: Number(leased),
    }));
  }
}
