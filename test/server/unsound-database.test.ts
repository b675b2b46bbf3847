import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { databaseUrl, endEverything, startServer, StartRefused, temporaryFolder } from "./running-server.ts";

let database: TestDatabase;
let admin: Client;
// The keys in it opened the database once: the log of another server is no log of this one.
let state: string;

beforeAll(async () => {
  state = temporaryFolder();
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

test("I9 `caveat start` ends with 1 when a policy was opened behind the hash that is recorded of it", async () => {
  const { rows } = await admin.query<{ qual: string }>(
    "select qual from pg_policies where schemaname = 'data' and policyname = 'label_read'",
  );
  await admin.query(
    "set role caveat_owner; alter policy label_read on data.label using (gate.person() is not null); reset role",
  );
  const refused = await startServer({ state, databaseUrl: databaseUrl(database) }).then(
    () => null,
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(StartRefused);
  expect((refused as StartRefused).exitCode).toBe(1);
  expect((refused as StartRefused).stderr).toContain("rls-altered: data.label: policy label_read is another");
  await admin.query(`alter policy label_read on data.label using (${rows[0]?.qual ?? ""})`);
});

test("I9 `caveat start` ends with 1 on a database of one's own without durability, unless it is said that it may lack it", async () => {
  const started = (environment: Record<string, string>): Promise<string> =>
    startServer({ state, databaseUrl: databaseUrl(database), environment }).then(
      async (server) => `stopped with ${await server.stop()}`,
      (error: unknown) => (error as StartRefused).stderr,
    );
  const refused = await started({ CAVEAT_DATABASE_MAY_LACK: "host-rules" });
  expect(refused).toContain("network-durability: fsync");
  expect(refused).not.toContain("network-host-rule");
  expect(await started({ CAVEAT_DATABASE_MAY_LACK: "everything" })).toContain("CAVEAT_DATABASE_MAY_LACK");
  expect(await started({})).toBe("stopped with 0");
});
