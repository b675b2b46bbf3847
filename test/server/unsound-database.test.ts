import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { databaseUrl, endEverything, startServer, StartRefused, temporaryFolder } from "./running-server.ts";

let database: TestDatabase;
let admin: Client;

beforeAll(async () => {
  database = await createDatabase();
  admin = new Client({ ...database.admin });
  await admin.connect();
});
afterAll(async () => {
  await endEverything();
  await admin.end();
  await database.drop();
});

test("I9 `caveat start` ends with 1 and names what is wrong with the database; put right, it starts", async () => {
  const state = temporaryFolder();
  await admin.query("alter table data.label no force row level security; grant select on gate.key to caveat_app");
  const refused = await startServer({ state, databaseUrl: databaseUrl(database) }).then(
    () => null,
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(StartRefused);
  const { exitCode, stderr } = refused as StartRefused;
  expect(exitCode).toBe(1);
  expect(stderr).toContain("rls-not-forced: data.label");
  expect(stderr).toContain("privilege-key: SELECT on gate.key by caveat_app");
  expect(stderr).not.toContain("    at ");
  await admin.query("alter table data.label force row level security; revoke select on gate.key from caveat_app");
  const server = await startServer({ state, databaseUrl: databaseUrl(database) });
  expect(await server.stop()).toBe(0);
});
