import { Client } from "pg";
import { expect, test } from "vitest";
import { createDatabase } from "../database.ts";

test("every test file has a database of its own on the cluster of the run", async () => {
  const database = await createDatabase();
  const client = new Client({ ...database.admin });
  await client.connect();
  const { rows } = await client.query<{ name: string }>("select current_database() as name");
  await client.end();
  await database.drop();
  expect(rows).toEqual([{ name: database.name }]);
});
