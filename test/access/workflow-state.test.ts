import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { releaseDelivery, sealDelivery } from "../../src/deliveries/release-commands.ts";
import { retractLabel, reviseLabel } from "../../src/labeling/commands.ts";
import { transactionOf } from "../../src/policy/grant.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { shipped, withRule } from "../rulebook/edited-policy.ts";
import { TS, approve, draw, latest, request, review, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

// A site's rules about workflow states, in a house that runs them from its first start: of what is refused here, the shipped
// policy refuses nothing.
const RULES = [
  { id: "delivery.site.two-are-enough", effect: "deny", actions: ["delivery.approve"], row: { state: ["APPROVED"] } },
  { id: "label.site.retracted", effect: "deny", actions: ["label.read"], row: { state: ["RETRACTED"], owner: false } },
] as const;

let house: TestHouse;
let world: SmallWorld;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "caveat-states-"));
  for (const [path, text] of Object.entries(RULES.reduce((documents, rule) => withRule(rule, documents), shipped))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  house = await openTestHouse({ config: { policies: folder } });
  world = await smallWorld(house);
  await house.admin.query("update access.person set roles = array['approver'] where handle = 'rita'");
  await house.admin.query("update access.person set roles = array['reviewer'] where handle = 'ben'");
});
afterAll(async () => {
  await house.remove();
  rmSync(folder, { recursive: true });
});

const states = async (sql: string, id: string): Promise<string[]> =>
  (await house.admin.query<{ state: string }>(sql, [id])).rows.map(({ state }) => state).toSorted();
const ofDelivery = (id: string): Promise<string[]> =>
  states(
    `select 'delivery ' || state as state from data.delivery where id = $1
     union all select 'approval ' || delivery_state from data.delivery_approval where delivery_id = $1
     union all select 'release ' || delivery_state from data.delivery_release where delivery_id = $1
     union all select 'proof ' || delivery_state from data.delivery_proof where delivery_id = $1`,
    id,
  );
const ofLabel = (id: string): Promise<string[]> =>
  states(
    `select 'label ' || state as state from data.label where id = $1
     union all select 'revision ' || label_state from data.label_revision where label_id = $1
     union all select 'review ' || label_state from data.label_review where label_id = $1`,
    id,
  );
const requested = async (): Promise<{ id: string; sha384: string }> =>
  request(house, await house.as("petra"), world.datasetId);
const approving = async (handle: string, delivery: { id: string; sha384: string }): Promise<void> =>
  approve(house, await house.as(handle), delivery);

describe("I1 a rule on the state of a delivery", () => {
  test("I1 binds when the state comes, by approvals, release and seal, and not before", async () => {
    const delivery = await requested();
    expect(await ofDelivery(delivery.id)).toEqual(["delivery REQUESTED"]);
    await approving("victor", delivery);
    expect(await ofDelivery(delivery.id)).toEqual(["approval REQUESTED", "delivery REQUESTED"]);
    await approving("wanda", delivery);
    expect(await ofDelivery(delivery.id)).toEqual(["approval APPROVED", "approval APPROVED", "delivery APPROVED"]);
    await expect(approving("rita", delivery)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    for (const command of [releaseDelivery, sealDelivery])
      await house.run(await house.as("victor"), (operation) => operation.mutate(command, { deliveryId: delivery.id }));
    expect([...new Set((await ofDelivery(delivery.id)).map((each) => each.split(" ")[1]))]).toEqual(["RELEASED"]);
    expect(await ofDelivery(delivery.id)).toHaveLength(5);
  });

  test("I1 two approvals at once make it approved, whichever comes first", async () => {
    for (let tries = 0; tries < 8; tries += 1) {
      const delivery = await requested();
      await Promise.all([approving("victor", delivery), approving("wanda", delivery)]);
      expect(await ofDelivery(delivery.id)).toEqual(["approval APPROVED", "approval APPROVED", "delivery APPROVED"]);
    }
  });

  test("I1 is asked by the database, too, and what a writer says of the state counts for nothing", async () => {
    const delivery = await requested();
    const insert = async (handle: string): Promise<unknown> =>
      house.run(await house.as(handle), (operation) =>
        operation.nested((grant) =>
          transactionOf(grant).rows(
            `insert into data.delivery_approval
               (id, delivery_id, program_id, delivery_marking_id, requester_id, approver_id, manifest_sha384, entry_id, approved_at,
                delivery_state)
             select ?::uuid, d.id, d.program_id, d.marking_id, d.requester_id, ?::uuid, d.manifest_sha384, ?::uuid, now(), 'REQUESTED'
             from data.delivery d where d.id = ?::uuid returning delivery_state`,
            [randomUUID(), house.personId(handle), randomUUID(), delivery.id],
          ),
        ),
      );
    expect(await insert("rita")).toEqual([{ delivery_state: "REQUESTED" }]);
    await approving("victor", delivery);
    await expect(insert("wanda")).rejects.toMatchObject({ code: "UNAVAILABLE" });
    const rows = await house.admin.query(
      "select from data.delivery_approval where delivery_id = $1 and approver_id = $2",
      [delivery.id, house.personId("wanda")],
    );
    expect(rows.rowCount).toBe(0);
  });

  test("I1 a delivery begins as requested, whatever its writer says, and nobody who serves changes a state", async () => {
    const { rows } = await house.admin.query<{ state: string }>(
      `insert into data.delivery select (jsonb_populate_record(d, jsonb_build_object('id', gen_random_uuid(), 'state', 'RELEASED'))).*
       from data.delivery d limit 1 returning state`,
    );
    expect(rows).toEqual([{ state: "REQUESTED" }]);
    for (const [table, column] of [
      ["delivery", "state"],
      ["label", "state"],
      ["label_revision", "label_state"],
      ["delivery_approval", "delivery_state"],
    ])
      for (const role of ["caveat_app", "caveat_policy", "caveat_ledger"]) {
        const asked = await house.admin.query<{ may: boolean }>(
          `select has_column_privilege($1, 'data.${table}', $2, 'UPDATE') as may`,
          [role, column],
        );
        expect([table, role, asked.rows[0]?.may]).toEqual([table, role, false]);
      }
  });
});

describe("I1 a rule on the state of a label", () => {
  const drawn = async (): Promise<string> =>
    house.run(await house.as("ana"), (operation) => draw(operation, world.assetId));
  const sees = async (handle: string, labelId: string): Promise<boolean> =>
    house.run(await house.as(handle), (operation) =>
      operation.nested(async (grant) => (await grant.read.byId("label", labelId)) !== null),
    );
  const retract = async (labelId: string): Promise<void> => {
    await house.run(await house.as("ana"), async (operation) => {
      const { id } = await latest(operation, labelId);
      await operation.mutate(retractLabel, { labelId, baseRevisionId: id });
    });
  };

  test("I1 hides what was retracted from all but its author", async () => {
    const labelId = await drawn();
    expect(await Promise.all([sees("ben", labelId), sees("ana", labelId)])).toEqual([true, true]);
    await retract(labelId);
    expect(await ofLabel(labelId)).toEqual(["label RETRACTED", "revision RETRACTED", "revision RETRACTED"]);
    expect(await Promise.all([sees("ben", labelId), sees("ana", labelId)])).toEqual([false, true]);
  });

  test("I1 what is said of a label while it is retracted takes over its state", async () => {
    for (let tries = 0; tries < 8; tries += 1) {
      const labelId = await drawn();
      const reviewing = house.run(await house.as("ben"), (operation) => review(operation, labelId));
      const [reviewed] = await Promise.allSettled([reviewing, retract(labelId)]);
      // He may find it retracted already, and then sees nothing to review; nothing else goes wrong.
      if (reviewed.status === "rejected")
        expect(String(reviewed.reason)).toMatch(/no visible revision|not found|retracted/);
      expect((await ofLabel(labelId)).filter((each) => !each.endsWith("RETRACTED"))).toEqual([]);
    }
  });

  test("I2 a retraction above a label's own marking is no state for those below", async () => {
    const labelId = await drawn();
    await house.run(await house.as("ana"), async (operation) => {
      const { id } = await latest(operation, labelId);
      const kept = { classKey: null, shape: null, attributes: null };
      await operation.mutate(reviseLabel, { labelId, baseRevisionId: id, ...kept, marking: TS });
    });
    await retract(labelId);
    expect(await ofLabel(labelId)).toEqual(["label ACTIVE", "revision ACTIVE", "revision ACTIVE", "revision ACTIVE"]);
    expect(await sees("ben", labelId)).toBe(true);
    // Once it stands where it was retracted, that is its state.
    const raised = { noun: "label", id: labelId, marking: TS, reason: "more than was thought" } as const;
    await house.run(await house.as("sam"), (operation) => operation.mutate(raiseMarking, raised));
    expect(new Set((await ofLabel(labelId)).map((each) => each.split(" ")[1]))).toEqual(new Set(["RETRACTED"]));
    expect(await sees("sam", labelId)).toBe(false);
  });

  test("I2 what is said of a label higher up holds up nobody below", async () => {
    const labelId = await drawn();
    const other = new Client({ ...house.database.admin });
    await other.connect();
    try {
      // A revision at TS that is under way, as its triggers and keys see it.
      await other.query("begin");
      await other.query(
        `insert into data.label_revision select (jsonb_populate_record(r, jsonb_build_object(
           'id', gen_random_uuid(), 'kind', 'revise', 'previous_id', r.id, 'ordinal', 1,
           'marking_id', (select id from access.marking where banner = $2)))).* from data.label_revision r where label_id = $1`,
        [labelId, TS],
      );
      await house.run(await house.as("ben"), (operation) => review(operation, labelId));
      await retract(labelId);
    } finally {
      await other.query("rollback");
      await other.end();
    }
    expect(await ofLabel(labelId)).toEqual([
      "label RETRACTED",
      "review RETRACTED",
      "revision RETRACTED",
      "revision RETRACTED",
    ]);
  });
});
