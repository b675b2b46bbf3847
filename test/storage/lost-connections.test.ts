import { expect, test } from "vitest";
import { Database } from "../../src/storage/database.ts";
import { createDatabase } from "../database.ts";
import { CuttingProxy } from "../ledger-faults/cutting-proxy.ts";

const CONNECTIONS = 2;
const MESSAGES = 40;

test("I9 whatever a connection is lost in the midst of, its place is free again, and the database can be closed", async () => {
  const at = await createDatabase();
  const proxy = await CuttingProxy.open(at.as("caveat_app"));
  const database = await Database.open(proxy.as("caveat_app"), CONNECTIONS);
  const work = async (): Promise<void> => {
    const transaction = await database.begin(() => "", { markings: [], programs: [] } as unknown as Parameters<
      Database["begin"]
    >[1]);
    await transaction.rollback();
  };
  let lost = 0;
  for (let message = 1; message <= MESSAGES; message += 1) {
    proxy.arm({ message, when: message % 2 === 0 ? "before" : "after", all: true });
    await work().catch(() => (lost += 1));
  }
  proxy.arm(null);
  expect(lost).toBeGreaterThan(CONNECTIONS);
  await work();
  await database.close();
  await proxy.close();
  await at.drop();
}, 60_000);
