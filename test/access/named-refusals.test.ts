import { afterAll, beforeAll, expect, test } from "vitest";
import { requestDelivery } from "../../src/deliveries/commands.ts";
import { UserError } from "../../src/policy/command.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { TS, makeAsset, recipientId, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

let house: TestHouse;
let world: SmallWorld;
let secret: string;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  secret = await house.run(await house.as("sam"), (operation) =>
    makeAsset(house, operation, { datasetId: world.datasetId, marking: TS }),
  );
});
afterAll(async () => {
  await house.remove();
});

test("I1 I3 a refusal that names objects carries their banner, and counts as having shown them", async () => {
  const petra = await house.as("petra", "TS");
  const highWater = (): Promise<string | null> =>
    house.run(petra, (operation) => operation.nested((grant) => grant.highWater()));
  const operation = await house.open(petra);
  const request = operation.mutate(requestDelivery, {
    datasetId: world.datasetId,
    recipientId: await recipientId(operation, "Coalition"),
    purpose: "training",
  });
  const refused = await request.catch((thrown: unknown) => thrown as UserError);
  expect(refused).toMatchObject({ code: "RECIPIENT_MAY_NOT_RECEIVE" });
  expect(refused instanceof UserError ? refused.ids : []).toContain(`asset:${secret}`);
  expect((await operation.close()).banner).toBe(TS);
  expect(await highWater()).toBe(TS);
});

test("I1 a refusal that names nothing carries no banner", async () => {
  const operation = await house.open(await house.as("petra", "TS"));
  const request = operation.mutate(requestDelivery, {
    datasetId: world.datasetId,
    recipientId: world.datasetId,
    purpose: "training",
  });
  await expect(request).rejects.toMatchObject({ code: "NOT_FOUND", ids: [] });
  expect((await operation.close()).banner).toBeNull();
});

test("I2 a lower requester is not refused for what he does not see", async () => {
  const petra = await house.as("petra", "S");
  const operation = await house.open(petra);
  await operation.mutate(requestDelivery, {
    datasetId: world.datasetId,
    recipientId: await recipientId(operation, "Coalition"),
    purpose: "training",
  });
  expect((await operation.close()).banner).toBeNull();
});
