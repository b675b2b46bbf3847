import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { approvalsOf, deliveryState } from "../../src/deliveries/commands.ts";
import { fetchPackage, releaseDelivery, sealDelivery } from "../../src/deliveries/release-commands.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { entries, logSize } from "./entries.ts";
import { TS, approve, makeAsset, makeDataset, request, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";
import { TokenMaker, backendOf } from "./tokens.ts";

let house: TestHouse;
let world: SmallWorld;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  // Separation of duty must hold for people with both roles, or it rests on nobody being given both.
  await house.admin.query(
    "update access.person set roles = array['program-officer', 'approver'] where handle = any ($1)",
    [["petra", "victor"]],
  );
});
afterAll(async () => {
  await house.remove();
});

type Delivery = Awaited<ReturnType<typeof request>>;
const requested = async (): Promise<Delivery> => request(house, await house.as("petra"), world.datasetId);
const approving = async (handle: string, delivery: Delivery): Promise<void> =>
  approve(house, await house.as(handle), delivery);

async function acting(handle: string, command: typeof releaseDelivery, delivery: Delivery): Promise<unknown> {
  return house.run(await house.as(handle), (operation) => operation.mutate(command, { deliveryId: delivery.id }));
}

describe("I7 an approval", () => {
  test("I7 of the requester is refused, although his role approves", async () => {
    await expect(approving("petra", await requested())).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  });

  test("I7 of somebody whose role does not approve is refused as if there were nothing", async () => {
    for (const handle of ["ben", "ana", "sam", "otto"]) {
      await expect(approving(handle, await requested())).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  });

  test("I7 of another hash is refused", async () => {
    const delivery = await requested();
    const other = await requested();
    const wrong = [other.sha384, delivery.sha384.toUpperCase(), delivery.sha384.slice(1), "", "0".repeat(96)];
    for (const sha384 of wrong)
      await expect(approving("victor", { ...delivery, sha384 })).rejects.toMatchObject({ code: "STALE" });
  });

  test("I7 of the same person counts once", async () => {
    const delivery = await requested();
    await approving("victor", delivery);
    await expect(approving("victor", delivery)).rejects.toMatchObject({ code: "ALREADY_DONE" });
    await expect(acting("wanda", releaseDelivery, delivery)).rejects.toMatchObject({ code: "NOT_READY" });
  });

  test("I7 twice at once by the same person counts once", async () => {
    const delivery = await requested();
    const both = await Promise.allSettled([approving("victor", delivery), approving("victor", delivery)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    const rows = await house.run(await house.as("victor"), (operation) =>
      operation.nested((grant) => approvalsOf(grant, delivery.id)),
    );
    expect(rows).toHaveLength(1);
  });

  test("I7 of somebody who may not read all of the delivery is refused as if there were nothing", async () => {
    const high = await house.run(await house.as("sam"), async (operation) => {
      const datasetId = await makeDataset(operation, {
        programId: house.programId,
        versionId: world.versionId,
        name: "Close hold",
      });
      await makeAsset(house, operation, { datasetId });
      await makeAsset(house, operation, { datasetId, marking: TS });
      return datasetId;
    });
    const delivery = await request(house, await house.as("petra"), high);
    const low = await house.as("wanda", "S");
    await expect(approve(house, low, delivery)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(approving("wanda", delivery)).resolves.toBeUndefined();
  });
});

describe("I7 a release", () => {
  test("I7 without two approvals is refused, and nothing of the package can be fetched", async () => {
    const delivery = await requested();
    await expect(acting("victor", releaseDelivery, delivery)).rejects.toMatchObject({ code: "NOT_READY" });
    await approving("victor", delivery);
    await expect(acting("victor", releaseDelivery, delivery)).rejects.toMatchObject({ code: "NOT_READY" });
    await expect(acting("victor", sealDelivery, delivery)).rejects.toMatchObject({ code: "NOT_READY" });
    const petra = await house.open(await house.as("petra"));
    await expect(petra.query(fetchPackage, { deliveryId: delivery.id })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await petra.close();
  });

  test("I7 by the requester is refused, although two others approved", async () => {
    const delivery = await requested();
    for (const handle of ["victor", "wanda"]) await approving(handle, delivery);
    await expect(acting("petra", releaseDelivery, delivery)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await expect(acting("petra", sealDelivery, delivery)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
  });

  test("I7 I4 after two approvals is made once, and each act has its entry", async () => {
    const from = await logSize(house);
    const delivery = await requested();
    for (const handle of ["victor", "wanda"]) await approving(handle, delivery);
    for (const command of [releaseDelivery, releaseDelivery, sealDelivery, sealDelivery])
      await acting("victor", command, delivery);
    const petra = await house.as("petra");
    const state = await house.run(petra, (operation) =>
      operation.nested(async (grant) => {
        const row = await grant.read.byId("delivery", delivery.id);
        return row && deliveryState(grant, row);
      }),
    );
    expect(state).toBe("RELEASED");
    const made = await entries(house, from);
    const approvals = made.filter(({ kind }) => kind === "delivery.approval");
    expect(approvals.map(({ sections }) => sections["outcome"])).toEqual(
      ["victor", "wanda"].map((handle) => ({
        approver: house.personId(handle),
        deliveryId: delivery.id,
        manifestSha384: delivery.sha384,
      })),
    );
    const { rows } = await house.admin.query(
      "select from audit.entry where log_id <> $1 and kind = 'delivery.release'",
      [house.house.keeper.logId],
    );
    expect(rows).toHaveLength(1);
  });

  test("I7 counts no approval of another manifest than the one that is stored", async () => {
    const delivery = await requested();
    for (const handle of ["victor", "wanda"]) await approving(handle, delivery);
    await house.admin.query(
      "update data.delivery_approval set manifest_sha384 = repeat('0', 96) where delivery_id = $1 and approver_id = $2",
      [delivery.id, house.personId("wanda")],
    );
    await expect(acting("victor", releaseDelivery, delivery)).rejects.toMatchObject({ code: "NOT_READY" });
  });

  test("I7 of a manifest that was changed after its approvals is refused", async () => {
    const delivery = await requested();
    for (const handle of ["victor", "wanda"]) await approving(handle, delivery);
    // A letter of the purpose is changed, so that the manifest is still well formed.
    await house.admin.query(
      "update data.delivery set manifest = convert_to(replace(convert_from(manifest, 'UTF8'), '\"purpose\":\"test\"', '\"purpose\":\"tost\"'), 'UTF8') where id = $1",
      [delivery.id],
    );
    await expect(acting("victor", releaseDelivery, delivery)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(approving("victor", delivery)).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });
});

describe("I7 row security alone", () => {
  let app: Client;
  let maker: TokenMaker;

  beforeAll(async () => {
    maker = await TokenMaker.open(house);
    app = new Client({ ...house.database.as("caveat_app") });
    await app.connect();
  });
  afterAll(async () => {
    await app.end();
    await maker.close();
  });

  /** Inserts an approval or release as a person, past the commands; SQLSTATE of the refusal, empty when it is taken. */
  async function insert(
    handle: string,
    delivery: Delivery,
    table: "delivery_approval" | "delivery_release",
    as = handle,
  ): Promise<string> {
    const token = maker.token(await maker.claimOf(await house.as(handle), await backendOf(app)));
    const sql =
      table === "delivery_approval"
        ? `insert into data.delivery_approval select gen_random_uuid(), d.id, d.program_id, d.marking_id, d.requester_id, $2, d.manifest_sha384, gen_random_uuid(), now() from data.delivery d where d.id = $1`
        : `insert into data.delivery_release select d.id, d.program_id, d.marking_id, d.requester_id, $2, gen_random_uuid(), now() from data.delivery d where d.id = $1`;
    await app.query("begin");
    try {
      await app.query("select set_config('caveat.gate', $1, true)", [token]);
      const done = await app.query(sql, [delivery.id, house.personId(as)]).then(
        (result) => (result.rowCount === 1 ? "" : "no such delivery"),
        (error: unknown) => (error as { code?: string }).code ?? "?",
      );
      return done;
    } finally {
      await app.query("rollback");
    }
  }

  test.each(["delivery_approval", "delivery_release"] as const)(
    "I7 takes %s of another approver and of nobody else",
    async (table) => {
      const delivery = await requested();
      expect(await insert("victor", delivery, table)).toBe("");
      expect(await insert("petra", delivery, table)).toBe("42501");
      expect(await insert("petra", delivery, table, "victor")).toBe("42501");
      expect(await insert("victor", delivery, table, "wanda")).toBe("42501");
      expect(await insert("sam", delivery, table)).toBe("no such delivery");
    },
  );

  test("I7 a second approval of the same person breaks the key", async () => {
    const delivery = await requested();
    await approving("victor", delivery);
    expect(await insert("victor", delivery, "delivery_approval")).toBe("23505");
  });

  test("I7 the table itself takes no approval of the requester, from anybody", async () => {
    const delivery = await requested();
    const own = `insert into data.delivery_approval select gen_random_uuid(), d.id, d.program_id, d.marking_id, d.requester_id, d.requester_id, d.manifest_sha384, gen_random_uuid(), now() from data.delivery d where d.id = $1`;
    await expect(house.admin.query(own, [delivery.id])).rejects.toMatchObject({ code: "23514" });
  });
});
