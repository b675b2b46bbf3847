import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { byId, pageOfDataset } from "../../src/datasets/queries.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { CONSTANT } from "../server/hostile-call.ts";
import type { HttpAnswer } from "../server/http.ts";
import { entries, logSize } from "./entries.ts";
import type { OutcomeContent } from "./entries.ts";
import { BOX, TS, draw, makeAsset, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

let house: TestHouse;
let world: SmallWorld;
let hidden: string;
let from = 0;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  hidden = await house.run(await house.as("sam"), (operation) =>
    makeAsset(house, operation, { datasetId: world.datasetId, marking: TS }),
  );
  await house.run(await house.as("ana"), (operation) => draw(operation, hidden));
});
afterAll(async () => {
  await house.remove();
});

/** Whoever can write the matrix gives ben every right on one marking: one cell of each of his profiles is changed. */
beforeEach(async () => {
  // His profile as the door makes it is there before the matrix is changed.
  await house.run(await house.as("ben"), () => Promise.resolve(null));
  await house.admin.query(
    `create table kept as select pm.* from access.profile_marking pm join access.profile p on p.id = pm.profile_id
     join data.asset a on a.marking_id = pm.marking_id
     where p.profile ->> 'clearance' = 'S' and p.profile -> 'role' ? 'analyst' and a.id = '${hidden}'`,
  );
  await house.admin.query(
    "update access.profile_marking pm set actions = (1::bigint << 40) - 1 from kept k where (k.profile_id, k.marking_id) = (pm.profile_id, pm.marking_id)",
  );
  from = await logSize(house);
});
afterEach(async () => {
  await house.admin.query(
    "update access.profile_marking pm set actions = k.actions from kept k where (k.profile_id, k.marking_id) = (pm.profile_id, pm.marking_id)",
  );
  await house.admin.query("drop table kept");
});

describe("I1 I9 when the matrix allows what the policy does not", () => {
  test("I1 a list that holds a hidden row does not leave, and the record names the row", async () => {
    const operation = await house.open(await house.as("ben"));
    const page = await operation.nested((grant) =>
      pageOfDataset(grant, "asset", world.datasetId, { first: 10, after: null }),
    );
    // The locks use the matrix, so they are fooled; that is what the last look is for.
    expect(page.rows.map(({ id }) => id)).toContain(hidden);
    await expect(operation.close()).rejects.toMatchObject({ code: "UNAVAILABLE", message: "unavailable" });
    const outcome = (await entries(house, from)).find(({ kind }) => kind === "operation.outcome")?.outcome;
    expect(outcome).toMatchObject({ result: "failed", error: "last look refused" });
    expect(outcome?.detail?.refused).toContain(`asset:${hidden}`);
    const denied = outcome?.decisions.filter(({ decision }) => decision === "deny") ?? [];
    expect(denied.map(({ action, reasons }) => [action, reasons])).toEqual([
      ["asset.read", ["mac.level", "mac.session-level", "mac.sci"]],
    ]);
  });

  test("I1 an object by id does not leave", async () => {
    const operation = await house.open(await house.as("ben"));
    await operation.query(byId("asset"), { id: hidden });
    await expect(operation.close()).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const outcome = (await entries(house, from)).find(({ kind }) => kind === "operation.outcome")?.outcome;
    expect(outcome).toMatchObject({ result: "failed", error: "last look refused" });
  });

  test("I1 what is visible anyway still leaves", async () => {
    const row = await house.run(await house.as("ben"), (operation) =>
      operation.query(byId("asset"), { id: world.assetId }),
    );
    expect(row?.id).toBe(world.assetId);
  });

  test("I1 a change of a hidden object is not made, and does not tell that it is there", async () => {
    const input = { assetId: hidden, classKey: "ship", shape: BOX, attributes: {}, marking: null };
    const operation = await house.open(await house.as("ben"));
    await expect(operation.mutate(createLabel, input)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const { rows } = await house.admin.query("select from data.label where author_id = $1", [house.personId("ben")]);
    expect(rows).toEqual([]);
    const outcome = (await entries(house, from)).find(({ kind }) => kind === "mutation.outcome")?.outcome;
    expect(outcome).toMatchObject({ result: "failed", command: "labelCreate" });
    await operation.close().catch(() => undefined);
  });

  test("I1 a number of hidden rows does not leave", async () => {
    const operation = await house.open(await house.as("ben"));
    await operation.nested((grant) => grant.read.count("asset", world.datasetId));
    await expect(operation.close()).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  test("I1 the markings of hidden rows do not leave", async () => {
    const operation = await house.open(await house.as("ben"));
    await operation.nested((grant) => grant.read.heldMarkings(world.datasetId));
    await expect(operation.close()).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("I1 I9 when one cell of the matrix was changed, over HTTP", () => {
  let server: Serving;
  let token: string;

  beforeAll(async () => {
    server = await serve(house);
    token = await server.token("ben");
    // His profile through this client is there before the matrix is changed.
    await server.data(token, "{ viewer { handle } }");
  });
  afterAll(async () => {
    await server.close();
  });

  /** What a request that the last look refused is answered, and what its entry says. */
  async function refused(kind: string, asking: () => Promise<HttpAnswer>): Promise<OutcomeContent | null> {
    const start = await logSize(house);
    const answer = await asking();
    expect([answer.status, answer.body.toString()]).toEqual([503, CONSTANT.UNAVAILABLE.body]);
    expect(answer.headers.map(([name]) => name)).not.toContain("caveat-marking");
    return (await entries(house, start)).find((entry) => entry.kind === kind)?.outcome ?? null;
  }
  const dataset = (): object => ({ id: globalId("dataset", world.datasetId) });
  const asset = (): string => globalId("asset", hidden);

  test.each<[string, string, string, () => Promise<HttpAnswer>]>([
    [
      "a query",
      "operation.outcome",
      "last look refused",
      () => server.graphql(token, "query($id: ID!) { node(id: $id) { id } }", { id: asset() }),
    ],
    [
      "a nested field",
      "operation.outcome",
      "last look refused",
      () =>
        server.graphql(
          token,
          "query($id: ID!) { dataset(id: $id) { assets(first: 10) { edges { node { id labels(first: 10) { edges { node { id } } } } } } } }",
          dataset(),
        ),
    ],
    [
      "a mutation",
      "mutation.outcome",
      "last look refused",
      () =>
        server.graphql(token, "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { label { id } } }", {
          input: {
            idempotencyKey: "0".repeat(32),
            assetId: asset(),
            classKey: "ship",
            shape: BOX,
            attributes: {},
          },
        }),
    ],
    [
      "a download",
      "operation.outcome",
      "last look refused",
      () => server.send(token, { method: "GET", path: `/assets/${asset()}/display` }),
    ],
  ])("I1 %s is answered as unavailable and recorded with the reason", async (_name, kind, error, asking) => {
    const outcome = await refused(kind, asking);
    expect(outcome).toMatchObject({ result: "failed", error });
    const denied = outcome?.decisions.filter(({ decision }) => decision === "deny") ?? [];
    expect(denied.flatMap(({ objects }) => objects)).toContainEqual(expect.stringContaining(hidden));
    expect(denied.flatMap(({ reasons }) => reasons)).toContain("mac.level");
  });
});
