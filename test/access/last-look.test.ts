import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { byId, pageOfDataset } from "../../src/datasets/queries.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { entries, logSize } from "./entries.ts";
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

/** Whoever can write the matrix gives ben every right on everything that is TOP SECRET. */
beforeEach(async () => {
  await house.house.office.profileId((await house.as("ben")).profile);
  await house.admin.query(
    `create table kept as select pm.* from access.profile_marking pm join access.profile p on p.id = pm.profile_id where p.profile ->> 'clearance' = 'S'`,
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
