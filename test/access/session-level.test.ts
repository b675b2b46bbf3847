import { afterAll, beforeAll, expect, test } from "vitest";
import { CLIENT } from "../../src/demonstration/people.ts";
import type { Level } from "../../src/markings/index.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { entries, logSize } from "./entries.ts";

let house: TestHouse;

beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(async () => {
  await house.remove();
});

const run = async (sql: string, ...values: unknown[]): Promise<void> => {
  await house.admin.query(sql, values);
};

/** The level that a session has of which the token says this. */
async function levelOf(handle: string, said: Level): Promise<readonly Level[]> {
  const { session, profile } = await house.as(handle, said);
  return [session.level, profile.environment.sessionLevel];
}

test("I1 a session is no higher than the clearance of its person, whatever its token says", async () => {
  expect(await levelOf("charlotte", "TS")).toEqual(["S", "S"]);
  expect(await levelOf("charlotte", "S")).toEqual(["S", "S"]);
  expect(await levelOf("charlotte", "U")).toEqual(["U", "U"]);
  await run("update access.clearance set level = 'C' where person_id = $1", house.personId("charlotte"));
  expect(await levelOf("charlotte", "S")).toEqual(["C", "C"]);
  await run("update access.clearance set level = 'S' where person_id = $1", house.personId("charlotte"));
});

test.each(["ceiling", "network_ceiling"])("I1 a session is no higher than the %s of its client", async (column) => {
  await run(`update access.client set ${column} = 'C' where id = $1`, CLIENT.id);
  expect(await levelOf("ana", "TS")).toEqual(["C", "C"]);
  await run(`update access.client set ${column} = 'TS' where id = $1`, CLIENT.id);
  expect(await levelOf("ana", "TS")).toEqual(["TS", "TS"]);
});

test("I4 who asked is on record at the level that the session really has, so that nobody hides behind a higher one", async () => {
  const from = await logSize(house);
  await house.run(await house.as("charlotte", "TS"), () => Promise.resolve(null));
  const levels = (await entries(house, from)).flatMap(({ sections }) => {
    const actor = sections["actor"] as { sessionLevel: string } | null | undefined;
    return actor ? [actor.sessionLevel] : [];
  });
  expect(new Set(levels)).toEqual(new Set(["S"]));
});
