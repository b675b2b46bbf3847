import { randomUUID } from "node:crypto";
import { Pool } from "pg";
import type { Principal } from "../../src/identity/principal.ts";
import type { Level } from "../../src/markings/index.ts";
import { UserError } from "../../src/policy/command.ts";
import { createAsset, createDataset } from "../../src/datasets/commands.ts";
import { addTasks, createProject } from "../../src/labeling/project-commands.ts";
import { judgeTask } from "../../src/labeling/task-judge.ts";
import { extendLease, leaseToJudge, leaseToLabel, skipTask } from "../../src/labeling/task-commands.ts";
import { leaseOf } from "../../src/labeling/task-queries.ts";
import { saveDraft, submitTask } from "../../src/labeling/task-submit.ts";
import type { Command } from "../../src/policy/command.ts";
import { inputDigest } from "../../src/policy/idempotency.ts";
import { Seeded } from "../audit/seeded.ts";
import { BOX, S, TS, U, makeOntology } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";

/** Something that somebody could have left out of a function of the database. */
export type Weakening = readonly [signature: string, find: string, replace: string];

/** How large a crowd is, and what it works on. */
export interface CrowdOptions {
  readonly seed: number;
  readonly clients: number;
  readonly tasks: number;
  /** A seeded defect: in the source of these functions of the database a text is replaced by another. */
  readonly weakened?: readonly Weakening[];
  /** Which share of those who have a task hand it in too late; 0.03 where nothing is said. */
  readonly late?: number;
  /** Told now and then. */
  readonly progress?: (line: string) => void;
}

/** What came of it. Every list names what must not be. */
export interface CrowdResult {
  readonly seconds: number;
  readonly calls: number;
  readonly leases: number;
  readonly submissions: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly refusals: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
}

const LEASE_SECONDS = 60;
const OPINIONS = 2;
const MARKINGS = [U, U, S, TS] as const;
const LEVELS: readonly Level[] = ["C", "S", "TS"];
const BATCH = 250;
/** The place of a level in their order, as SQL. */
const rankOf = (level: string): string => `array_position(array['U', 'R', 'C', 'S', 'TS'], ${level})`;
/** Times that an act is tried whose answer was lost, under the same key. */
const TRIES = 8;

interface Member {
  readonly principal: Principal;
  readonly reviewer: boolean;
}

/**
 * People who take tasks, work and hand in, all at once, while they die, come too late, say everything twice, lose their
 * answers and their connections, and time passes. Afterwards the database is looked at: no task was done more often than
 * asked, none is lost, none was had by somebody who may not see it, and no label stands that no submission names.
 */
export class Crowd {
  readonly #options: CrowdOptions;
  readonly #random: Seeded;
  readonly #house: TestHouse;
  readonly #cutter: Pool;
  #ahead = 0;
  #calls = 0;
  readonly #faults: Record<string, number> = {};
  readonly #refusals: Record<string, number> = {};
  readonly #failed: string[] = [];
  #projectId = "";

  private constructor(options: CrowdOptions, house: TestHouse, cutter: Pool) {
    this.#options = options;
    this.#random = new Seeded(options.seed);
    this.#house = house;
    this.#cutter = cutter;
  }

  /** Runs a crowd in a house of its own. */
  static async run(options: CrowdOptions): Promise<CrowdResult> {
    let crowd: Crowd | null = null;
    const house = await openTestHouse({ clock: () => new Date(Date.now() + (crowd === null ? 0 : crowd.#ahead)) });
    const cutter = new Pool({ ...house.database.admin, max: 4 });
    try {
      crowd = new Crowd(options, house, cutter);
      return await crowd.#run();
    } finally {
      await cutter.end();
      await house.remove();
    }
  }

  #chance(share: number): boolean {
    return this.#random.below(10_000) < share * 10_000;
  }

  #fault(name: string): void {
    this.#faults[name] = (this.#faults[name] ?? 0) + 1;
  }

  async #members(): Promise<Member[]> {
    const { admin, programId } = this.#house;
    const members: Member[] = [];
    for (let index = 0; index < this.#options.clients; index += 1) {
      const reviewer = index % 4 === 3;
      const level = (reviewer ? (index % 12 === 3 ? "S" : "TS") : LEVELS[index % LEVELS.length]) ?? "C";
      const handle = `crowd${index}`;
      const id = randomUUID();
      await admin.query(
        `insert into access.person (id, handle, display_name, country, duty_organization, us_government_agency, entity_type, roles, source)
         values ($1, $2, $2, 'USA', 'NGA', true, 'GOV', $3, 'test')`,
        [id, handle, [reviewer ? "reviewer" : "analyst"]],
      );
      await admin.query(
        "insert into access.clearance (person_id, level, issuer, source, expires_at) values ($1, $2, 'USA', 'test', now() + interval '1 year')",
        [id, level],
      );
      if (level === "TS")
        await admin.query("insert into access.read_on (person_id, token, source) values ($1, 'TK', 'test')", [id]);
      await admin.query("insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')", [
        id,
        programId,
      ]);
      members.push({ principal: await this.#house.as(handle, level), reviewer });
    }
    return members;
  }

  /** A project with as many tasks as asked; the images share one picture's size and have no bytes, as labels need none of them. */
  async #load(): Promise<void> {
    const { programId, admin } = this.#house;
    const sam = await this.#house.as("sam");
    const { tasks } = this.#options;
    this.#projectId = await this.#house.run(sam, async (operation) => {
      const { versionId } = await makeOntology(operation, { programId });
      const dataset = { programId, name: "Crowded", marking: U, ontologyVersionId: versionId, compilation: null };
      const { id: datasetId } = await operation.mutate(createDataset, dataset);
      const project = {
        datasetId,
        name: "Ships",
        opinions: OPINIONS,
        reviewed: true,
        leaseSeconds: LEASE_SECONDS,
        skipLimit: 9,
        marking: null,
        readers: null,
        guidelines: "Draw what floats.",
      };
      const { id } = await operation.mutate(createProject, project);
      for (let from = 0; from < tasks; from += BATCH) {
        const assetIds: string[] = [];
        for (let n = from; n < Math.min(from + BATCH, tasks); n += 1) {
          const marking = MARKINGS[n % MARKINGS.length] ?? U;
          const asset = { datasetId, title: `image ${n}`, mediaType: "image/png", marking };
          assetIds.push((await operation.mutate(createAsset, asset)).id);
        }
        await operation.mutate(addTasks, { projectId: id, assetIds, priority: from % 10, marking: null });
      }
      return id;
    });
    // Bytes of so many images would take longer than all the rest: only their grid is looked at here.
    await admin.query("set session_replication_role = replica");
    await admin.query(
      `insert into data.asset_content (asset_id, dataset_id, program_id, dataset_marking_id, marking_id, width, height, original_blob_id, display_blob_id, uploaded_at)
       select a.id, a.dataset_id, a.program_id, a.dataset_marking_id, a.marking_id, 64, 64, gen_random_uuid(), gen_random_uuid(), now()
       from data.asset a join data.project p on p.dataset_id = a.dataset_id where p.id = $1`,
      [this.#projectId],
    );
    await admin.query("reset session_replication_role");
  }

  async #weaken([signature, find, replace]: Weakening): Promise<void> {
    const { rows } = await this.#cutter.query<{ text: string }>("select pg_get_functiondef($1::regprocedure) as text", [
      signature,
    ]);
    const text = rows[0]?.text ?? "";
    if (!text.includes(find)) throw new Error(`${signature} does not hold what is to be weakened`);
    await this.#cutter.query(text.replaceAll(find, replace));
  }

  /** Does something under one key until it is known what came of it. A refusal is an answer, too. */
  async #act<I, O>(who: Principal, command: Command<I, O>, input: I, times = 1): Promise<O | null> {
    const once = { key: randomUUID(), inputDigest: inputDigest(command.name, input) };
    const one = async (): Promise<O | null> => {
      for (let tries = 1; ; tries += 1) {
        this.#calls += 1;
        try {
          return await this.#house.run(who, (operation) => operation.mutate(command, input, once));
        } catch (error) {
          if (error instanceof UserError) {
            this.#refusals[error.code] = (this.#refusals[error.code] ?? 0) + 1;
            return null;
          }
          if (tries < TRIES) continue;
          // What still fails without a fault around it is wrong, not lost.
          this.#failed.push(`${command.name}: ${error instanceof Error ? error.message : "?"}`);
          return null;
        }
      }
    };
    const answers = await Promise.all(Array.from({ length: times }, one));
    return answers.find((answer) => answer !== null) ?? null;
  }

  async #cut(): Promise<void> {
    this.#fault("connections cut");
    await this.#cutter.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'caveat_app' order by random() limit 1",
    );
  }

  /** One task from being taken to being handed in, or given up on the way. False where there was none. */
  async #work(who: Principal, stage: "LABEL" | "ADJUDICATE"): Promise<boolean> {
    const input = { projectId: this.#projectId, stage };
    const leasing = stage === "LABEL" ? leaseToLabel : leaseToJudge;
    if (this.#chance(0.01)) await this.#cut();
    const taskId = (await this.#act(who, leasing, input, this.#chance(0.05) ? 2 : 1))?.taskId ?? null;
    if (taskId === null) return false;
    const lease = await this.#house
      .run(who, (operation) => operation.nested((grant) => leaseOf(grant, taskId)))
      .catch(() => null);
    // Whoever does not learn what he got has died for everybody else.
    if (!lease || this.#chance(0.05)) {
      this.#fault("clients that died with a task");
      return true;
    }
    const held = { taskId, epoch: lease.epoch };
    if (this.#chance(0.1)) await this.#act(who, extendLease, held);
    if (this.#chance(0.1)) await this.#act(who, saveDraft, { taskId, body: { strokes: 3 } });
    if (this.#chance(0.03)) {
      await this.#act(who, skipTask, { ...held, reason: "too dark" });
      return true;
    }
    if (this.#chance(this.#options.late ?? 0.03)) {
      this.#fault("submissions that came too late");
      this.#ahead += (LEASE_SECONDS + 1) * 1_000;
    }
    const epoch = this.#chance(0.02) ? held.epoch - 1 : held.epoch;
    if (epoch !== held.epoch) this.#fault("older epochs shown");
    const twice = this.#chance(0.1);
    if (twice) this.#fault("submissions under one key at the same moment");
    if (stage === "LABEL") {
      const labels = [{ classKey: "ship", shape: BOX, attributes: {}, marking: null, preLabelId: null }];
      const submission = { taskId, epoch, labels, activeMs: 5, comment: "" };
      await this.#act(who, submitTask, submission, twice ? 2 : 1);
      if (this.#chance(0.1)) {
        this.#fault("submissions again under another key");
        await this.#act(who, submitTask, submission);
      }
      return true;
    }
    const acts = await this.#house
      .run(who, (operation) =>
        operation.nested((grant) =>
          grant.read.all("taskAct", { parent: "task", id: taskId }, 100, "t.created_at desc, t.id"),
        ),
      )
      .catch(() => []);
    const { rows } = await this.#rows<{ round: number }>("select round from data.task where id = $1", taskId);
    const opinion = acts.find(({ kind, round }) => kind === "submit" && round === rows[0]?.round);
    const rejects = this.#chance(0.05) || !opinion;
    const judgment = rejects
      ? ({ verdict: "reject", comment: "one is missing", chosenId: null } as const)
      : this.#chance(0.3)
        ? ({ verdict: "fix", comment: "", chosenId: null, keptIds: opinion.labelIds } as const)
        : ({ verdict: "choose", comment: "", chosenId: opinion.id } as const);
    const given = { pins: [], keptIds: [], labels: [], opinionsSha384: null, ...judgment };
    await this.#act(who, judgeTask, { taskId, epoch, ...given }, twice ? 2 : 1);
    return true;
  }

  #rows<R extends object>(sql: string, ...values: readonly unknown[]) {
    return this.#cutter.query<R>(sql, [...values]);
  }

  async #client({ principal, reviewer }: Member): Promise<void> {
    for (let idle = 0; idle < 3;) {
      // Reviewers label, too: what they then may not judge.
      const did = await this.#work(principal, reviewer && this.#chance(0.7) ? "ADJUDICATE" : "LABEL");
      idle = did ? 0 : idle + 1;
      // Nobody hands anything out any more: leases of the dead must run out first.
      if (!did) this.#ahead += 21_000;
      if (!did) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #left(): Promise<number> {
    const { rows } = await this.#rows<{ n: number }>(
      "select count(*)::int as n from data.task where project_id = $1 and stage not in ('DONE', 'SET_ASIDE')",
      this.#projectId,
    );
    return rows[0]?.n ?? -1;
  }

  async #run(): Promise<CrowdResult> {
    const members = await this.#members();
    await this.#load();
    for (const one of this.#options.weakened ?? []) await this.#weaken(one);
    const begin = performance.now();
    for (let turn = 0; turn < 40 && (await this.#left()) > 0; turn += 1) {
      this.#options.progress?.(`turn ${turn}: ${await this.#left()} tasks left, ${this.#calls} calls`);
      await Promise.all(members.map((member) => this.#client(member)));
      this.#ahead += (LEASE_SECONDS + 1) * 1_000;
    }
    const count = async (kinds: string): Promise<number> =>
      (
        await this.#rows<{ n: number }>(
          `select count(*)::int as n from data.task_act where kind in (${kinds}) and project_id = $1`,
          this.#projectId,
        )
      ).rows[0]?.n ?? -1;
    return {
      seconds: Math.round((performance.now() - begin) / 1_000),
      calls: this.#calls,
      leases: await count("'lease', 'examine'"),
      submissions: await count("'submit'"),
      faults: this.#faults,
      refusals: this.#refusals,
      wrong: await this.#wrong(),
    };
  }

  /** Whatever stands in the database and must not. */
  async #wrong(): Promise<string[]> {
    const checks: Readonly<Record<string, string>> = {
      "done more often than asked, or by one person twice": `select a.task_id from data.task_act a where a.kind = 'submit' and a.project_id = $1
        group by a.task_id, a.round having count(*) > ${OPINIONS} or count(*) <> count(distinct a.person_id)`,
      "done without all opinions": `select t.id from data.task t where t.project_id = $1 and t.stage = 'DONE'
        and (select count(*) from data.task_act a where a.task_id = t.id and a.round = t.round and a.kind = 'submit') <> ${OPINIONS}`,
      "judged more than once, or by somebody who worked on it": `select a.task_id from data.task_act a
        where a.project_id = $1 and a.kind in ('choose', 'fix', 'reject')
          and (exists (select from data.task_act o where o.task_id = a.task_id and o.round = a.round and o.kind in ('choose', 'fix', 'reject') and o.id <> a.id)
            or exists (select from data.task_act o where o.task_id = a.task_id and o.kind = 'submit' and o.person_id = a.person_id))`,
      // A task waits where everybody who is left has had it: nobody else of the crowd is cleared for it and may take it.
      "neither done nor set aside, though somebody is there who may take them": `select t.id from data.task t join access.marking m on m.id = t.marking_id
        where t.project_id = $1 and t.stage not in ('DONE', 'SET_ASIDE') and exists (
          select from access.person p join access.clearance c on c.person_id = p.id
          where p.handle like 'crowd%' and (t.stage = 'LABEL' or p.roles @> array['reviewer'])
            and ${rankOf("c.level")} >= ${rankOf("m.effective ->> 'level'")} and access.may_take(t.id, t.round, t.stage, p.id, now() + interval '10 years'))`,
      "had by somebody who may not see it": `select a.task_id from data.task_act a join access.marking m on m.id = a.marking_id
        join access.clearance c on c.person_id = a.person_id
        where a.project_id = $1 and ${rankOf("c.level")} < ${rankOf("m.effective ->> 'level'")}`,
      "a label that no submission names, or a submission without its label": `select l.id from data.label l join data.project p on p.dataset_id = l.dataset_id
        where p.id = $1 and not exists (select from data.task_act a where a.asset_id = l.asset_id and a.kind = 'submit' and a.label_ids ? l.id::text)
        union all select a.id from data.task_act a where a.project_id = $1 and a.kind = 'submit' and jsonb_array_length(a.label_ids) <> 1`,
      "labels of what is over that still wait, or stand though they were not chosen": `select l.id from data.label l
        join data.task_act a on a.id = l.task_act_id join data.task t on t.id = a.task_id
        where t.project_id = $1 and l.standing is distinct from case
          when a.round < t.round then 'SET_ASIDE'
          when t.stage <> 'DONE' then 'PENDING'
          when exists (select from data.task_act c where c.task_id = t.id and c.round = t.round
                       and (c.chosen_id = a.id or c.kept_ids ? l.id::text)) then 'STANDS'
          else 'SET_ASIDE' end`,
      "taken from somebody who had it": `select a.task_id from data.task_act a
        join data.task_act b on b.task_id = a.task_id and b.round = a.round and b.stage = a.stage and b.slot = a.slot and b.epoch = a.epoch + 1
          and b.kind in ('lease', 'examine')
        where a.project_id = $1 and a.lasts_until > b.created_at
          and not exists (select from data.task_act s where s.task_id = a.task_id and s.round = a.round and s.stage = a.stage and s.slot = a.slot
                          and s.epoch = a.epoch and s.kind = 'skip')`,
      "two who had one place under one epoch": `select a.task_id from data.task_act a where a.project_id = $1 and a.kind in ('lease', 'examine')
        group by a.task_id, a.round, a.stage, a.slot, a.epoch having count(*) > 1`,
    };
    const wrong = this.#failed.length === 0 ? [] : [`${this.#failed.length} acts that failed (${this.#failed[0]})`];
    for (const [name, sql] of Object.entries(checks)) {
      const { rows } = await this.#rows(sql, this.#projectId);
      if (rows.length > 0) wrong.push(`${rows.length} tasks ${name}`);
    }
    return wrong;
  }
}
