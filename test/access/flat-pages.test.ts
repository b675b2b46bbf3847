import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { transactionOf } from "../../src/policy/grant.ts";
import { HISTORIES, LISTS } from "../../src/storage/lists.ts";
import type { ListFilter, ListSort, ListedNoun } from "../../src/storage/lists.ts";
import { Reader } from "../../src/storage/reader.ts";
import type { Transaction } from "../../src/storage/transaction.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { S, TS, U, makeAsset, request, review, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

const VISIBLE = 600;
const HIDDEN = 4_000;
const FACTOR = 1.1;
const KIND = "clearance.grant";

let house: TestHouse;
let world: SmallWorld;
let deliveryId: string;
let reviewId: string;
const marking: Record<string, string> = {};

/** Copies a row many times with another id and marking; what `set` (SQL over g) says differs from copy to copy. */
async function copies(table: string, from: string, of: string, count: number, set: string): Promise<void> {
  const hash = `md5('${table}' || '${of}' || g)`;
  await house.admin.query(
    `insert into data.${table} select (jsonb_populate_record(t, jsonb_build_object(
       'id', ${hash}::uuid, 'marking_id', $2::uuid, 'created_at', to_timestamp(1750000000 + ('x' || left(${hash}, 6))::bit(24)::int), ${set}))).*
     from data.${table} t, generate_series(1, ${count}) g where t.id = $1`,
    [from, marking[of]],
  );
}

async function plantProposals(of: string, count: number): Promise<void> {
  await house.admin.query(
    `insert into data.proposal select (jsonb_populate_record(null::data.proposal, jsonb_build_object(
       'id', md5('proposal' || $1 || g)::uuid, 'kind', '${KIND}', 'family', 'person', 'program_id', $2::uuid,
       'marking_id', $3::uuid, 'requester_id', $4::uuid, 'subject_id', $4::uuid, 'content', '{}', 'content_sha384', '',
       'state_sha384', '', 'entry_id', $4::uuid, 'requested_at', now(), 'expires_at', now()))).*
     from generate_series(1, ${count}) g`,
    [of, house.programId, marking[of], house.personId("sofia")],
  );
  await house.admin.query(
    "insert into data.proposal_marking (kind, family, program_id, marking_id) values ($1, 'person', $2, $3) on conflict do nothing",
    [KIND, house.programId, marking[of]],
  );
}

/** Rows of one marking in every list and history; of different makers, so that narrowing passes some over. */
async function plant(of: string, count: number): Promise<void> {
  const maker = `'author_id', case when g % 3 = 0 then '${house.personId("rita")}' else '${house.personId("ana")}' end`;
  await copies("asset", world.assetId, of, count, `${maker}, 'title', g::text, 'review_on', '20260101'`);
  await copies("label", world.labelId, of, count, maker);
  await copies("dataset", world.datasetId, of, count, "'name', g::text");
  await copies("ontology", world.ontologyId, of, count, "'name', g::text");
  await copies("delivery", deliveryId, of, count, "'purpose', g::text");
  const [revision] = (
    await house.admin.query<{ id: string }>("select id from data.label_revision where label_id = $1", [world.labelId])
  ).rows;
  await copies("label_revision", revision?.id ?? "", of, count, "'ordinal', g + 1");
  await copies("label_review", reviewId, of, count, "'reviewer_id', md5(g::text)::uuid");
  await copies("ontology_version", world.versionId, of, count, "'version', g + 1");
  const [first] = (
    await house.admin.query<{ id: string }>("select id from data.ontology_class where version_id = $1", [
      world.versionId,
    ])
  ).rows;
  await copies("ontology_class", first?.id ?? "", of, count, "'key', 'k' || g");
  await plantProposals(of, count);
  for (const noun of ["asset", "label"])
    await house.admin.query(
      `insert into data.dataset_marking select (jsonb_populate_record(d, jsonb_build_object('noun', $2::text, 'marking_id', $3::uuid))).*
       from data.dataset_marking d where d.dataset_id = $1 limit 1 on conflict do nothing`,
      [world.datasetId, noun, marking[of]],
    );
  for (const noun of ["dataset", "ontology", "delivery"])
    await house.admin.query(
      "insert into data.program_marking (program_id, noun, marking_id) values ($1, $2, $3) on conflict do nothing",
      [house.programId, noun, marking[of]],
    );
}

/** What one list reads: a page from its beginning and the one after it, or a whole history. */
interface Listing {
  readonly name: string;
  readonly as: readonly [handle: string, level: "S"];
  readonly read: (reader: Reader) => Promise<readonly object[]>;
}

function holderOf(noun: ListedNoun) {
  if (noun === "proposal") return { key: { parent: "kind", id: KIND }, holder: { kind: KIND } } as const;
  if (noun === "asset" || noun === "label")
    return { key: { parent: "dataset", id: world.datasetId }, holder: { dataset: world.datasetId } } as const;
  return { key: { parent: "program", id: house.programId }, holder: { program: house.programId } } as const;
}

function readerOf(noun: ListedNoun): Listing["as"] {
  if (noun === "proposal") return ["sofia", "S"];
  return [noun === "delivery" ? "petra" : "ana", "S"];
}

function pages(noun: ListedNoun, sort: ListSort, filters: readonly ListFilter[]): Listing {
  const read = async (reader: Reader): Promise<readonly object[]> => {
    const { key, holder } = holderOf(noun);
    const values = { authorId: house.personId("rita"), assetId: world.assetId };
    const where = Object.fromEntries(filters.map((filter) => [filter, values[filter]]));
    const first = await reader.page(noun, key, { first: 20, after: null, sort, where }, holder);
    const last = first.rows.at(-1);
    const after = last && first.keyOf ? first.keyOf(last) : null;
    const second = await reader.page(noun, key, { first: 20, after, sort, where }, holder);
    return [...first.rows, ...second.rows];
  };
  return { name: `${noun}s, ${sort}${filters.map((filter) => `, by ${filter}`).join("")}`, as: readerOf(noun), read };
}

function offered(): Listing[] {
  const lists = (Object.keys(LISTS) as ListedNoun[]).flatMap((noun) => {
    const { sorts, filters }: { sorts: readonly ListSort[]; filters: readonly ListFilter[] } = LISTS[noun];
    const narrowed = [[], ...filters.map((filter) => [filter]), ...(filters.length > 1 ? [filters] : [])];
    return sorts.flatMap((sort) => narrowed.map((some) => pages(noun, sort, some)));
  });
  const parents = { label: () => world.labelId, ontology: () => world.ontologyId, version: () => world.versionId };
  const orders = {
    labelRevision: "t.ordinal desc, t.created_at desc, t.id",
    labelReview: "t.created_at desc, t.id",
    ontologyVersion: "t.version desc, t.id",
    ontologyClass: "t.key, t.id",
  };
  const histories = (Object.keys(HISTORIES) as (keyof typeof HISTORIES)[]).map((name): Listing => {
    const parent = HISTORIES[name];
    return {
      name: `${name}s of a ${parent}`,
      as: ["ana", "S"],
      read: (reader) => reader.all(name, { parent, id: parents[parent]() }, 20, orders[name]),
    };
  });
  const ofAsset: Listing = {
    name: "labels of an asset",
    as: ["ana", "S"],
    read: async (reader) =>
      (
        await reader.page(
          "label",
          { parent: "asset", id: world.assetId },
          { first: 20, after: null },
          { dataset: world.datasetId },
        )
      ).rows,
  };
  const latest: Listing = {
    name: "latest revisions",
    as: ["ana", "S"],
    read: (reader) => reader.latestRevisions([world.labelId]),
  };
  const due: Listing = {
    name: "assets due for review",
    as: ["ana", "S"],
    read: async (reader) => (await reader.dueForReview(house.programId, "20301231", { first: 20, after: null })).rows,
  };
  return [...lists, ...histories, ofAsset, latest, due];
}

type Explained = { Plan: { "Shared Hit Blocks": number; "Shared Read Blocks": number } }[];

/** Buffers that the very statements of a list touch, and the ids that they find. */
async function measure({ as, read }: Listing): Promise<{ buffers: number; ids: unknown[] }> {
  return house.run(await house.as(...as), (operation) =>
    operation.nested(async (grant) => {
      const tx = transactionOf(grant);
      const sent: (readonly [string, readonly unknown[]])[] = [];
      const watched = Object.create(tx, {
        mapped: {
          value: (...asked: Parameters<Transaction["mapped"]>) => {
            sent.push([asked[1], asked[2]]);
            return tx.mapped(...asked);
          },
        },
        lock: { value: tx.lock.bind(tx) },
      }) as Transaction;
      const ids = (await read(new Reader(watched, () => undefined))).map((row) => ("id" in row ? row.id : row));
      let buffers = 0;
      for (const [sql, params] of sent) {
        const counts: number[] = [];
        // The first time a session runs a function it reads catalogs; what counts is what it settles at.
        for (let turn = 0; turn < 3; turn += 1) {
          const [row] = await tx.rows<{ "QUERY PLAN": Explained }>(
            `explain (analyze, buffers, format json) ${sql}`,
            params,
          );
          const plan = row?.["QUERY PLAN"][0]?.Plan;
          counts.push((plan?.["Shared Hit Blocks"] ?? Number.NaN) + (plan?.["Shared Read Blocks"] ?? Number.NaN));
        }
        buffers += Math.min(...counts);
      }
      return { buffers, ids };
    }),
  );
}

let before: Map<string, Awaited<ReturnType<typeof measure>>>;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  await house.run(await house.as("sam"), async (operation) => {
    for (const text of [S, TS]) await makeAsset(house, operation, { datasetId: world.datasetId, marking: text });
  });
  reviewId = await house.run(await house.as("rita"), (operation) => review(operation, world.labelId));
  deliveryId = (await request(house, await house.as("petra"), world.datasetId)).id;
  const { rows } = await house.admin.query<{ banner: string; id: string }>("select banner, id from access.marking");
  for (const text of [U, S, TS]) marking[text] = rows.find(({ banner }) => banner === text)?.id ?? "";
  await house.admin.query("set session_replication_role = replica");
  for (const of of [U, S]) await plant(of, VISIBLE);
  before = new Map();
  for (const listing of offered()) before.set(listing.name, await measure(listing));
  await plant(TS, HIDDEN);
  await house.admin.query("reset session_replication_role");
}, 180_000);
afterAll(async () => {
  await house.remove();
});

describe("I2 a page costs the same however much is hidden", () => {
  test(`I2 every list, order and filter that is offered reads as many buffers with ${HIDDEN} hidden rows as with none`, async () => {
    const wrong: unknown[] = [];
    for (const listing of offered()) {
      const then = before.get(listing.name);
      const now = await measure(listing);
      if (!then || then.ids.length === 0) wrong.push([listing.name, "nothing was found"]);
      else if (now.ids.join(" ") !== then.ids.join(" ")) wrong.push([listing.name, "other rows"]);
      else if (!(now.buffers <= then.buffers * FACTOR)) wrong.push([listing.name, then.buffers, now.buffers]);
    }
    expect(wrong).toEqual([]);
  }, 180_000);

  test("a list that skips hidden rows one by one is found out", async () => {
    const skipping: Listing = {
      name: "skipping",
      as: ["ana", "S"],
      read: (reader) => reader.all("label", { parent: "dataset", id: world.datasetId }, 20, "t.created_at, t.id"),
    };
    const { buffers } = await measure(skipping);
    const merged = before.get("labels, CREATED_AT_ASC");
    expect(buffers).toBeGreaterThan((merged?.buffers ?? 0) * FACTOR);
  });
});
