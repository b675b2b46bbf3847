import { TaskWorld } from "../tasks/task-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { S, TS, U, makeAsset, request, review, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

/** The kind whose proposals are planted. */
export const KIND = "clearance.grant";

/** A house in which rows of any marking can be planted into every list. */
export interface FlatWorld extends SmallWorld {
  readonly house: TestHouse;
  readonly deliveryId: string;
  readonly projectId: string;
  /** A task of ana, who has a draft of it. */
  readonly taskId: string;
  /** Plants rows of one marking in every list and history, as the product would have kept them. */
  plant(of: string, count: number): Promise<void>;
  /** Plants one row of every other marking of the level TS beside the visible ones, and one of TS into every visible dataset. */
  plantMarkings(): Promise<void>;
  /** Plants people cleared at a level, each with one of `kinds` sets of read-ons that nobody else has. */
  plantPeople(of: "U" | "S" | "TS", count: number, kinds: number): Promise<void>;
  /** Plants lists that name ana, her organisation, or somebody else. */
  plantLists(naming: "person" | "organization" | "others", count: number): Promise<void>;
  /** Plants programs of a marking, each with a dataset of it and an asset that is due; nobody is read into them. */
  plantPrograms(of: string, count: number): Promise<void>;
}

/** Tables whose rows stand in datasets. */
const IN_DATASETS: ReadonlySet<string> = new Set(["asset", "label", "project", "task"]);

/** Statements with which rows are planted: what row security, keys and triggers would say is left out. */
class Planter {
  readonly #house: TestHouse;
  readonly #marking: ReadonlyMap<string, string>;

  constructor(house: TestHouse, marking: ReadonlyMap<string, string>) {
    this.#house = house;
    this.#marking = marking;
  }

  async run(sql: string, params: readonly unknown[]): Promise<void> {
    await this.#house.admin.query(sql, [...params]);
  }

  idOf(marking: string): string {
    return this.#marking.get(marking) ?? "";
  }

  /** Copies a row many times with another id and marking; what `set` (SQL over g) says differs from copy to copy. */
  async copies(table: string, from: string, of: string, count: number, set: string): Promise<void> {
    const hash = `md5('${table}' || '${of}' || g)`;
    await this.run(
      `insert into data.${table} select (jsonb_populate_record(t, jsonb_build_object(
         'id', ${hash}::uuid, 'marking_id', $2::uuid, 'created_at', to_timestamp(1750000000 + ('x' || left(${hash}, 6))::bit(24)::int), ${set}))).*
       from data.${table} t, generate_series(1, ${count}) g where t.id = $1`,
      [from, this.idOf(of)],
    );
  }

  /** One asset, due for review, and its bookkeeping in every dataset whose name begins with `prefix`. */
  async fill(prefix: string, assetId: string): Promise<void> {
    await this.run(
      `insert into data.asset select (jsonb_populate_record(a, jsonb_build_object('id', md5('due' || d.id)::uuid, 'dataset_id', d.id,
         'program_id', d.program_id, 'dataset_marking_id', d.marking_id, 'marking_id', d.marking_id, 'review_on', '20260101'))).*
       from data.dataset d, data.asset a where starts_with(d.name, $1) and a.id = $2`,
      [prefix, assetId],
    );
    await this.run(
      `insert into data.dataset_marking (dataset_id, program_id, dataset_marking_id, noun, marking_id)
       select d.id, d.program_id, d.marking_id, n, d.marking_id from data.dataset d, unnest(array['asset', 'label']) n
       where starts_with(d.name, $1)`,
      [prefix],
    );
  }
}

async function one(house: TestHouse, sql: string, id: string): Promise<string> {
  return (await house.admin.query<{ id: string }>(sql, [id])).rows[0]?.id ?? "";
}

async function plantRows(at: FlatWorld, planter: Planter, reviewId: string, of: string, count: number): Promise<void> {
  const { house } = at;
  // Of different makers, so that narrowing passes some over.
  const maker = `'author_id', case when g % 3 = 0 then '${house.personId("rita")}' else '${house.personId("ana")}' end`;
  await planter.copies("asset", at.assetId, of, count, `${maker}, 'title', g::text, 'review_on', '20260101'`);
  await planter.copies("label", at.labelId, of, count, maker);
  await planter.copies("dataset", at.datasetId, of, count, `'name', '${of} ' || g`);
  await planter.fill(`${of} `, at.assetId);
  await planter.copies("ontology", at.ontologyId, of, count, "'name', g::text");
  await planter.copies("delivery", at.deliveryId, of, count, "'purpose', g::text");
  await planter.run(
    `insert into data.asset_quarantine (asset_id, dataset_id, program_id, dataset_marking_id, marking_id, receiver_id, from_marking_id,
       raised_marking_id, entry_id, findings, width, height, original_blob_id, display_blob_id, tiles_blob_id, received_at)
     select id, dataset_id, program_id, dataset_marking_id, marking_id, author_id, marking_id, marking_id, id, '[]', 1, 1, id, id, id, now()
     from data.asset where dataset_id = $1 and marking_id = $2 and title ~ '^[0-9]+$'`,
    [at.datasetId, planter.idOf(of)],
  );
  const revision = await one(house, "select id from data.label_revision where label_id = $1", at.labelId);
  await planter.copies("label_revision", revision, of, count, "'ordinal', g + 1");
  await planter.copies("label_review", reviewId, of, count, "'reviewer_id', md5(g::text)::uuid");
  await planter.copies("ontology_version", at.versionId, of, count, "'version', g + 1");
  const first = await one(house, "select id from data.ontology_class where version_id = $1", at.versionId);
  await planter.copies("ontology_class", first, of, count, "'key', 'k' || g");
  await planter.run(
    `insert into data.proposal select (jsonb_populate_record(null::data.proposal, jsonb_build_object(
       'id', md5('proposal' || $1 || g)::uuid, 'kind', '${KIND}', 'family', 'person', 'program_id', $2::uuid,
       'marking_id', $3::uuid, 'requester_id', $4::uuid, 'subject_id', $4::uuid, 'content', '{}', 'content_sha384', '',
       'state_sha384', '', 'entry_id', $4::uuid, 'requested_at', now(), 'expires_at', now()))).*
     from generate_series(1, ${count}) g`,
    [of, house.programId, planter.idOf(of), house.personId("sofia")],
  );
  await planter.run(
    "insert into data.proposal_marking (kind, family, program_id, marking_id) values ($1, 'person', $2, $3) on conflict do nothing",
    [KIND, house.programId, planter.idOf(of)],
  );
  await planter.run(
    `insert into data.dataset_compilation (dataset_id, program_id, dataset_marking_id, marking_id, reason)
     select id, program_id, marking_id, $2, 'test' from data.dataset where id = $1`,
    [at.datasetId, planter.idOf(of)],
  );
  await planter.run(
    `insert into data.compilation_rule (id, dataset_id, program_id, dataset_marking_id, marking_id, whole_marking_id, reason, author_id, created_at)
     select md5('rule' || $2::uuid || g)::uuid, id, program_id, marking_id, $2::uuid, $2::uuid, 'test', author_id, created_at
     from data.dataset, generate_series(1, $3::int) g where id = $1`,
    [at.datasetId, planter.idOf(of), count],
  );
  await plantTasks(at, planter, of, count);
  for (const noun of ["asset", "label", "project", "task"])
    await planter.run(
      `insert into data.dataset_marking select (jsonb_populate_record(d, jsonb_build_object('noun', $2::text, 'marking_id', $3::uuid))).*
       from data.dataset_marking d where d.dataset_id = $1 limit 1 on conflict do nothing`,
      [at.datasetId, noun, planter.idOf(of)],
    );
  for (const noun of ["dataset", "ontology", "delivery"])
    await planter.run(
      "insert into data.program_marking (program_id, noun, marking_id) values ($1, $2, $3) on conflict do nothing",
      [house.programId, noun, planter.idOf(of)],
    );
}

/** Projects, tasks, and what hangs on one of each. */
async function plantTasks(at: FlatWorld, planter: Planter, of: string, count: number): Promise<void> {
  await planter.copies("project", at.projectId, of, count, "'name', g::text");
  await planter.copies("task", at.taskId, of, count, `'made_marking_id', md5('${of}' || g)::uuid`);
  const below = [
    ["guideline", "project_id", at.projectId, `'counted_marking_id', md5('${of}' || g)::uuid`],
    ["task_act", "task_id", at.taskId, "'comment', g::text"],
    ["task_draft", "task_id", at.taskId, "'body', g"],
  ] as const;
  for (const [table, parent, id, set] of below)
    await planter.copies(
      table,
      await one(at.house, `select id from data.${table} where ${parent} = $1 limit 1`, id),
      of,
      count,
      set,
    );
}

async function plantMarkings(at: FlatWorld, planter: Planter): Promise<void> {
  const others = "access.marking m where m.effective ->> 'level' = 'TS' and m.id <> $2";
  const rows = [
    ["asset", at.assetId, ""],
    ["label", at.labelId, ""],
    ["project", at.projectId, ""],
    ["task", at.taskId, ", 'made_marking_id', m.id"],
    ["dataset", at.datasetId, ", 'name', m.id"],
    ["ontology", at.ontologyId, ", 'name', m.id"],
    ["delivery", at.deliveryId, ""],
  ] as const;
  for (const [table, from, set] of rows) {
    await planter.run(
      `insert into data.${table} select (jsonb_populate_record(t, jsonb_build_object('id', md5('${table}' || m.id)::uuid, 'marking_id', m.id${set}))).*
       from data.${table} t, ${others} and t.id = $1`,
      [from, planter.idOf(TS)],
    );
    await planter.run(
      IN_DATASETS.has(table)
        ? `insert into data.dataset_marking select (jsonb_populate_record(d, jsonb_build_object('marking_id', m.id))).*
           from data.dataset_marking d, ${others} and d.dataset_id = $1 and d.marking_id = $3 and d.noun = '${table}'`
        : `insert into data.program_marking select (jsonb_populate_record(d, jsonb_build_object('marking_id', m.id))).*
           from data.program_marking d, ${others} and d.program_id = $1 and d.marking_id = $3 and d.noun = '${table}'`,
      [IN_DATASETS.has(table) ? at.datasetId : at.house.programId, planter.idOf(TS), planter.idOf(U)],
    );
  }
  await planter.run(
    `insert into data.dataset_compilation (dataset_id, program_id, dataset_marking_id, marking_id, reason)
     select d.id, d.program_id, d.marking_id, m.id, 'test' from data.dataset d, ${others} and d.id = $1`,
    [at.datasetId, planter.idOf(TS)],
  );
  await planter.run(
    `insert into data.asset select (jsonb_populate_record(a, jsonb_build_object('id', md5('high' || a.id)::uuid, 'marking_id', $1::uuid))).*
     from data.asset a join data.dataset d on d.id = a.dataset_id where starts_with(d.name, $2) and a.marking_id = d.marking_id`,
    [planter.idOf(TS), `${U} `],
  );
  await planter.run(
    `insert into data.dataset_marking select (jsonb_populate_record(m, jsonb_build_object('marking_id', $1::uuid))).*
     from data.dataset_marking m join data.dataset d on d.id = m.dataset_id where starts_with(d.name, $2) and m.noun = 'asset'`,
    [planter.idOf(TS), `${U} `],
  );
}

async function plantPeople(planter: Planter, of: "U" | "S" | "TS", count: number, kinds: number): Promise<void> {
  await planter.run(
    `insert into access.person (id, handle, display_name, country, duty_organization, us_government_agency, entity_type, roles, source)
     select md5('person' || $1 || g)::uuid, $1 || g, $1 || g, 'USA', 'NGA', true, 'GOV', '{}', 'test' from generate_series(1, $2::int) g`,
    [of, count],
  );
  await planter.run(
    `insert into access.read_on (person_id, token, source)
     select md5('person' || $1 || g)::uuid, 'SAR-' || $1 || g % $3::int, 'test' from generate_series(1, $2::int) g where g % $3::int <> 0`,
    [of, count, kinds],
  );
  await planter.run(
    `insert into access.clearance (person_id, level, issuer, source, expires_at)
     select md5('person' || $1 || g)::uuid, $1, 'USA', 'test', now() + interval '1 year' from generate_series(1, $2::int) g`,
    [of, count],
  );
}

async function plantLists(house: TestHouse, planter: Planter, naming: string, count: number): Promise<void> {
  await planter.run(
    `insert into data.distribution_list (id, kind, maker_id, agencies, persons)
     select md5('list' || $1 || g)::uuid, 'OC', $2::uuid,
       case $1 when 'organization' then array['NGA'] else array['AGENCY' || g % 50] end,
       case $1 when 'person' then array[$3::uuid] else array[$4::uuid] end from generate_series(1, $5::int) g`,
    [naming, house.personId("silas"), house.personId("ana"), house.personId("victor"), count],
  );
}

async function plantPrograms(at: FlatWorld, planter: Planter, of: string, count: number): Promise<void> {
  await planter.run(
    "insert into data.program (id, marking_id, name) select md5('program' || $1 || g)::uuid, $2, 'P ' || $1 || g from generate_series(1, $3::int) g",
    [of, planter.idOf(of), count],
  );
  const set = `'name', 'P ${of} ' || g, 'program_id', md5('program' || '${of}' || g)::uuid`;
  // Ids that no dataset of the first program has.
  await planter.copies("dataset", at.datasetId, of, count, `${set}, 'id', md5('elsewhere' || '${of}' || g)::uuid`);
  await planter.fill(`P ${of} `, at.assetId);
  await planter.run(
    "insert into data.program_marking (program_id, noun, marking_id) select md5('program' || $1 || g)::uuid, 'dataset', $2 from generate_series(1, $3::int) g",
    [of, planter.idOf(of), count],
  );
}

/** Opens a house with one row in every list. Call `house.remove` in `afterAll`. */
export async function openFlatWorld(): Promise<FlatWorld> {
  const house = await openTestHouse();
  const small = await smallWorld(house);
  await house.run(await house.as("sam"), async (operation) => {
    for (const text of [S, TS]) await makeAsset(house, operation, { datasetId: small.datasetId, marking: text });
  });
  const reviewId = await house.run(await house.as("rita"), (operation) => review(operation, small.labelId));
  const deliveryId = (await request(house, await house.as("petra"), small.datasetId)).id;
  const tasks = TaskWorld.of(house, small.datasetId, [small.assetId]);
  const projectId = await tasks.project({ leaseSeconds: 28_800 });
  const ana = await house.as("ana");
  const taskId = (await tasks.next(ana, projectId))?.taskId ?? "";
  await tasks.draft(ana, taskId, "drawn");
  const { rows } = await house.admin.query<{ banner: string; id: string }>("select banner, id from access.marking");
  const marking = new Map([U, S, TS].map((text) => [text, rows.find(({ banner }) => banner === text)?.id ?? ""]));
  const planter = new Planter(house, marking);
  const untriggered = async (work: () => Promise<void>): Promise<void> => {
    await house.admin.query("set session_replication_role = replica");
    await work();
    await house.admin.query("reset session_replication_role");
  };
  const at: FlatWorld = {
    ...small,
    house,
    deliveryId,
    projectId,
    taskId,
    plant: (of, count) => untriggered(() => plantRows(at, planter, reviewId, of, count)),
    plantMarkings: () => untriggered(() => plantMarkings(at, planter)),
    // People and lists of readers are kept by triggers, too.
    plantPeople: (of, count, kinds) => plantPeople(planter, of, count, kinds),
    plantLists: (naming, count) => plantLists(house, planter, naming, count),
    plantPrograms: (of, count) => untriggered(() => plantPrograms(at, planter, of, count)),
  };
  return at;
}
