import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byId, pageOfDataset } from "../../src/datasets/queries.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import { CLIENT } from "../../src/demonstration/people.ts";
import type { Grant } from "../../src/policy/grant.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { BOX, S, TS, makeAsset, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

let house: TestHouse;
let world: SmallWorld;
let server: Serving;
/** Assets of the dataset at S and TS besides the one at U. */
let secret: string;
let topSecret: string;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  [secret, topSecret] = await house.run(await house.as("sam"), async (operation) => [
    await makeAsset(house, operation, { datasetId: world.datasetId, marking: S }),
    await makeAsset(house, operation, { datasetId: world.datasetId, marking: TS }),
  ]);
  server = await serve(house);
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

const run = async (sql: string, ...values: unknown[]): Promise<void> => {
  await house.admin.query(sql, values);
};

/** What is taken away from ana by SQL as the owner, and how she gets it back. */
interface Taking {
  readonly name: string;
  readonly takes: () => Promise<void>;
  readonly gives: () => Promise<void>;
  /** How many of the three assets she still sees in a new request; null: she is no longer let in. */
  readonly left: number | null;
}

const ana = (): string => house.personId("ana");
const client = (column: string, value: string): Promise<void> =>
  run(`update access.client set ${column} = $1 where id = $2`, value, CLIENT.id);

const TAKINGS: readonly Taking[] = [
  {
    name: "the clearance is lowered",
    takes: () => run("update access.clearance set level = 'S' where person_id = $1", ana()),
    gives: () => run("update access.clearance set level = 'TS' where person_id = $1", ana()),
    left: 2,
  },
  {
    name: "the clearance runs out",
    takes: () => run("update access.clearance set expires_at = now() where person_id = $1", ana()),
    gives: () => run("update access.clearance set expires_at = now() + interval '1 year' where person_id = $1", ana()),
    left: null,
  },
  {
    name: "a read-on is taken away",
    takes: () => run("delete from access.read_on where person_id = $1 and token = 'TK'", ana()),
    gives: () => run("insert into access.read_on (person_id, token, source) values ($1, 'TK', 'test')", ana()),
    left: 2,
  },
  {
    name: "the membership ends",
    takes: () => run("delete from access.membership where person_id = $1", ana()),
    gives: () =>
      run(
        "insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')",
        ana(),
        house.programId,
      ),
    left: 0,
  },
  {
    name: "the client is suspended",
    takes: () => client("status", "suspended"),
    gives: () => client("status", "approved"),
    left: null,
  },
  {
    name: "the client's ceiling is lowered",
    takes: () => client("ceiling", "S"),
    gives: () => client("ceiling", "TS"),
    left: 2,
  },
  {
    name: "the person is suspended",
    takes: () => run("update access.person set suspended = true where id = $1", ana()),
    gives: () => run("update access.person set suspended = false where id = $1", ana()),
    left: null,
  },
];

const page = (grant: Grant, after: string | null = null) =>
  pageOfDataset(grant, "asset", world.datasetId, { first: 10, after });

const PAGE = `query($id: ID!, $first: Int!, $after: String) { dataset(id: $id) { assets(first: $first, after: $after) {
  edges { cursor node { id } } pageInfo { hasNextPage } } } }`;
interface PageData {
  readonly dataset: {
    readonly assets: { readonly edges: readonly { readonly cursor: string; readonly node: { readonly id: string } }[] };
  } | null;
}

describe.each(TAKINGS)("I1 I9 when $name", ({ takes, gives, left }) => {
  test("I1 the next statement of an operation that is under way sees nothing more, and changes nothing", async () => {
    const operation = await house.open(await house.as("ana"));
    expect((await operation.nested((grant) => page(grant))).rows).toHaveLength(3);
    await takes();
    try {
      expect((await operation.nested((grant) => page(grant))).rows).toEqual([]);
      expect(await operation.query(byId("asset"), { id: world.assetId })).toBeNull();
      const input = { assetId: world.assetId, classKey: "ship", shape: BOX, attributes: {}, marking: null };
      const before = await house.admin.query("select from data.label");
      await expect(operation.mutate(createLabel, input)).rejects.toMatchObject({ name: "UserError" });
      expect((await house.admin.query("select from data.label")).rowCount).toBe(before.rowCount);
      await operation.close();
    } finally {
      await gives();
    }
  });

  test("I1 a page that was begun goes on with what is left, over HTTP with the same token and cursor", async () => {
    const token = await server.token("ana");
    const id = globalId("dataset", world.datasetId);
    const first = await server.data<PageData>(token, PAGE, { id, first: 1 });
    const after = first.dataset?.assets.edges[0]?.cursor;
    expect(after).toBeTypeOf("string");
    const seen = new Set(first.dataset?.assets.edges.map(({ node }) => node.id));
    await takes();
    try {
      const answer = await server.graphql(token, PAGE, { id, first: 10, after });
      if (left === null) {
        expect(answer.status).toBe(401);
        return;
      }
      const { data } = JSON.parse(answer.body.toString()) as { data: PageData };
      const rest = data.dataset?.assets.edges.map(({ node }) => node.id) ?? [];
      expect(rest).not.toContain(globalId("asset", topSecret));
      const all = await server.data<PageData>(token, PAGE, { id, first: 10 });
      expect(all.dataset?.assets.edges.length ?? 0).toBe(left);
      expect(rest.filter((one) => seen.has(one))).toEqual([]);
    } finally {
      await gives();
    }
    expect((await server.data<PageData>(token, PAGE, { id, first: 10 })).dataset?.assets.edges).toHaveLength(3);
  });
});

describe("I1 when a marking is raised while somebody reads", () => {
  const raise = async (id: string): Promise<() => Promise<void>> => {
    const { rows } = await house.admin.query<{ marking_id: string }>(
      "select marking_id from data.asset where id = $1",
      [id],
    );
    const to = "(select id from access.marking where banner = $2)";
    await run(`update data.asset set marking_id = ${to} where id = $1`, id, TS);
    return () => run("update data.asset set marking_id = $2 where id = $1", id, rows[0]?.marking_id);
  };

  test("I1 the row is not shown again in the operation that is under way", async () => {
    const operation = await house.open(await house.as("ben"));
    expect((await operation.nested((grant) => page(grant))).rows.map(({ id }) => id)).toContain(secret);
    const lower = await raise(secret);
    try {
      expect((await operation.nested((grant) => page(grant))).rows.map(({ id }) => id)).not.toContain(secret);
      expect(await operation.query(byId("asset"), { id: secret })).toBeNull();
      const input = { assetId: secret, classKey: "ship", shape: BOX, attributes: {}, marking: null };
      await expect(operation.mutate(createLabel, input)).rejects.toMatchObject({ code: "NOT_FOUND" });
      await operation.close();
    } finally {
      await lower();
    }
  });

  test("I1 nor on the next page of one that was begun, nor by its id, its image or what hangs on it", async () => {
    const token = await server.token("ben");
    const id = globalId("dataset", world.datasetId);
    const both = (await server.data<PageData>(token, PAGE, { id, first: 10 })).dataset?.assets.edges ?? [];
    expect(both).toHaveLength(2);
    const [first, second] = both;
    const next = second?.node.id ?? "";
    const lower = await raise(next === globalId("asset", secret) ? secret : world.assetId);
    try {
      const rest = await server.data<PageData>(token, PAGE, { id, first: 10, after: first?.cursor });
      expect(rest.dataset?.assets.edges).toEqual([]);
      expect(await server.data(token, "query($id: ID!) { node(id: $id) { id } }", { id: next })).toEqual({
        node: null,
      });
      const image = await server.send(token, { method: "GET", path: `/assets/${next}/display` });
      expect(image.status).toBe(404);
    } finally {
      await lower();
    }
    const again = await server.send(token, { method: "GET", path: `/assets/${next}/display` });
    expect(again.status).toBe(200);
  });
});
