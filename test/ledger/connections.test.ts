import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLabel } from "../../src/labeling/commands.ts";
import { BOX, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";

/** More than the pool of the application role holds. */
const ROUNDS = 20;

let house: TestHouse;
let world: SmallWorld;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
});
afterAll(async () => {
  await house.remove();
});

async function answers(): Promise<void> {
  const operation = await house.open(await house.as("ana"));
  expect(await operation.nested((grant) => grant.read.byId("label", world.labelId))).not.toBeNull();
  await operation.close();
}

describe("I9 what fails at the end of a transaction takes no connection with it", () => {
  test("commits that are refused, more of them than there are connections", async () => {
    await house.admin.query(`create function public.refuse() returns trigger language plpgsql as
      $$ begin raise exception 'refused at commit'; end $$`);
    await house.admin.query(`create constraint trigger refuse after insert on data.label deferrable initially deferred
      for each row execute function public.refuse()`);
    const input = { assetId: world.assetId, classKey: "ship", shape: BOX, attributes: {}, marking: null };
    for (let round = 0; round < ROUNDS; round += 1) {
      const operation = await house.open(await house.as("ana"));
      await expect(operation.mutate(createLabel, input)).rejects.toMatchObject({ code: "UNAVAILABLE" });
      await operation.close();
    }
    await house.admin.query("drop trigger refuse on data.label; drop function public.refuse()");
    await answers();
  });

  test("sessions that PostgreSQL ends in the middle, more of them than there are connections", async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const operation = await house.open(await house.as("ana"));
      await operation.nested((grant) => grant.read.byId("label", world.labelId));
      await house.admin.query(
        "select pg_terminate_backend(pid, 2000) from pg_stat_activity where usename = 'caveat_app' and datname = current_database()",
      );
      await operation.close();
    }
    await answers();
  });
});
