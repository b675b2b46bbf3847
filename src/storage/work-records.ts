import type { RowListener } from "./reader.ts";
import type { RowOf } from "./tables.ts";
import type { TableLock, Transaction } from "./transaction.ts";

/** What one person did on one day to the tasks of a project that stand at one marking. */
export interface WorkCount {
  readonly markingId: string;
  readonly personId: string;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  readonly kind: string;
  readonly acts: number;
  /** Of what was handed in, how much was sent back or not chosen, and how much waits for its verdict. */
  readonly refused: number;
  readonly waiting: number;
  readonly activeMs: number;
}

/** Tasks of a project at one marking that wait for one step: nobody has them. */
export interface WaitingTasks {
  readonly markingId: string;
  readonly stage: string;
  readonly tasks: number;
  /** When the first of them came to its step. */
  readonly since: Date;
}

/** A task that somebody has just now. */
export interface HeldPlace {
  readonly taskId: string;
  readonly assetId: string;
  readonly markingId: string;
  readonly personId: string;
  readonly stage: string;
  readonly since: Date;
  readonly lastsUntil: Date;
}

const MOST_HELD = 100;

/** Work on a project, in one transaction: counted over what the caller sees alone. */
export class WorkRecords {
  readonly #tx: Transaction;
  readonly #listener: RowListener;

  constructor(tx: Transaction, listener: RowListener) {
    this.#tx = tx;
    this.#listener = listener;
  }

  #told({ datasetId, programId, datasetMarkingId }: RowOf<"project">, markings: readonly string[]): void {
    for (const markingId of new Set(markings))
      this.#listener("datasetMarking", { datasetId, noun: "task", markingId, programId, datasetMarkingId });
  }

  /** What was done since a moment; the work depends on what the caller sees. Markings are disclosed. */
  async since(project: RowOf<"project">, from: Date): Promise<WorkCount[]> {
    const { open, on } = this.#tx.lock([
      ["data.dataset_marking", "d"],
      ["data.task_act", "t"],
      ["data.task_act", "v"],
    ]);
    const [held, lock, verdict] = on as readonly [TableLock, TableLock, TableLock];
    const rows = await this.#tx.rows<{
      marking_id: string;
      person_id: string;
      day: string;
      kind: string;
      acts: string | number;
      refused: string | number;
      waiting: string | number;
      active_ms: string | number;
    }>(
      `with ${open.sql} select t.marking_id, t.person_id, to_char(t.created_at at time zone 'UTC', 'YYYY-MM-DD') as day, t.kind,
         count(*) as acts, coalesce(sum(t.active_ms), 0) as active_ms,
         count(*) filter (where t.kind = 'submit' and (w.kind = 'reject' or w.chosen_id <> t.id)) as refused,
         count(*) filter (where t.kind = 'submit' and w.kind is null) as waiting
       from data.dataset_marking d join data.task_act t on t.project_id = ?::uuid and t.marking_id = d.marking_id
       left join lateral (
         select v.kind, v.chosen_id from data.task_act v
         where v.task_id = t.task_id and v.round = t.round and v.kind in ('accept', 'reject', 'choose', 'fix') and ${verdict.sql} limit 1) w on true
       where d.dataset_id = ?::uuid and d.noun = 'task' and d.marking_id = any ((select ${lock.readable} from open)::uuid[])
         and t.created_at >= ?::timestamptz and t.kind in ('submit', 'skip', 'accept', 'reject', 'choose', 'fix') and ${held.sql} and ${lock.sql}
       group by 1, 2, 3, 4 order by 3, 2, 4, 1`,
      [...open.params, project.id, ...verdict.params, project.datasetId, from, ...held.params, ...lock.params],
    );
    this.#told(
      project,
      rows.map((row) => row.marking_id),
    );
    return rows.map((row) => ({
      markingId: row.marking_id,
      personId: row.person_id,
      day: row.day,
      kind: row.kind,
      acts: Number(row.acts),
      refused: Number(row.refused),
      waiting: Number(row.waiting),
      activeMs: Number(row.active_ms),
    }));
  }

  /**
   * How many tasks wait for which step, and since when the first of each does: made, sent back or reopened to be labeled, handed in to
   * be judged. That somebody took one and gave it back does not make it younger. The work depends on what the caller sees.
   */
  async waiting(project: RowOf<"project">, now: Date): Promise<WaitingTasks[]> {
    const { open, on } = this.#tx.lock([
      ["data.dataset_marking", "d"],
      ["data.task", "t"],
      ["data.task_act", "a"],
    ]);
    const [held, task, act] = on as readonly [TableLock, TableLock, TableLock];
    const rows = await this.#tx.rows<{ marking_id: string; stage: string; tasks: string | number; since: Date }>(
      `with ${open.sql} select w.marking_id, w.stage, count(*) as tasks, min(w.since) as since from (
         select t.marking_id, t.stage, case when t.stage = 'LABEL' and t.round = 1 then t.created_at else coalesce((
           select max(a.created_at) from data.task_act a
           where a.task_id = t.id and a.marking_id = t.marking_id and ${act.sql}
             and case t.stage when 'LABEL' then a.round = t.round - 1 and a.kind in ('reject', 'reopen') else a.round = t.round and a.kind = 'submit' end),
           t.created_at) end as since
         from data.dataset_marking d join data.task t on t.project_id = ?::uuid and t.marking_id = d.marking_id
         where d.dataset_id = ?::uuid and d.noun = 'task' and d.marking_id = any ((select ${task.readable} from open)::uuid[])
           and t.stage in ('LABEL', 'ADJUDICATE', 'REVIEW') and (t.leased_until is null or t.leased_until <= ?::timestamptz)
           and ${held.sql} and ${task.sql}) w
       group by w.marking_id, w.stage order by w.stage, w.marking_id`,
      [...open.params, ...act.params, project.id, project.datasetId, now, ...held.params, ...task.params],
    );
    this.#told(
      project,
      rows.map((row) => row.marking_id),
    );
    return rows.map(({ marking_id: markingId, stage, tasks, since }) => ({
      markingId,
      stage,
      tasks: Number(tasks),
      since: new Date(since),
    }));
  }

  /** Who has which task just now, those that end first first; at most a hundred. */
  async held(project: RowOf<"project">, now: Date): Promise<HeldPlace[]> {
    const { open, on } = this.#tx.lock([
      ["data.dataset_marking", "d"],
      ["data.task", "t"],
      ["data.task_act", "a"],
    ]);
    const [held, task, act] = on as readonly [TableLock, TableLock, TableLock];
    const rows = await this.#tx.rows<{
      task_id: string;
      asset_id: string;
      marking_id: string;
      person_id: string;
      stage: string;
      since: Date;
      lasts_until: Date;
    }>(
      `with ${open.sql} select t.id as task_id, t.asset_id, t.marking_id, p.person_id, p.stage, p.since, p.lasts_until
       from data.dataset_marking d join data.task t on t.project_id = ?::uuid and t.marking_id = d.marking_id and t.leased_until > ?::timestamptz
       cross join lateral (
         select distinct on (a.slot) a.person_id, a.stage, a.kind, a.lasts_until,
           (select min(b.created_at) from data.task_act b where b.task_id = a.task_id and b.epoch = a.epoch and b.person_id = a.person_id) as since
         from data.task_act a where a.task_id = t.id and a.round = t.round and a.stage = t.stage and ${act.sql}
         order by a.slot, a.created_at desc, a.epoch desc) p
       where d.dataset_id = ?::uuid and d.noun = 'task' and d.marking_id = any ((select ${task.readable} from open)::uuid[])
         and p.kind in ('lease', 'examine', 'extend') and p.lasts_until > ?::timestamptz and ${held.sql} and ${task.sql}
       order by p.lasts_until, t.id limit ${MOST_HELD}`,
      [...open.params, project.id, now, ...act.params, project.datasetId, now, ...held.params, ...task.params],
    );
    this.#told(
      project,
      rows.map((row) => row.marking_id),
    );
    return rows.map((row) => ({
      taskId: row.task_id,
      assetId: row.asset_id,
      markingId: row.marking_id,
      personId: row.person_id,
      stage: row.stage,
      since: new Date(row.since),
      lastsUntil: new Date(row.lasts_until),
    }));
  }

  /** Handles of people, for who may plan tasks; nobody's for others. */
  async handles(people: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (people.length === 0) return new Map();
    const rows = await this.#tx.rows<{ person_id: string; handle: string }>(
      "select * from access.handles_of(?::uuid[])",
      [`{${[...new Set(people)].join(",")}}`],
    );
    return new Map(rows.map((row) => [row.person_id, row.handle]));
  }
}
