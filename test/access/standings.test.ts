import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { people, personById } from "../../src/administration/people.ts";
import type { Level } from "../../src/markings/index.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { S, TS } from "./harbor-world.ts";

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

/** Everybody whom sofia finds in pages of a size, and whom she finds one by one. */
async function found(level: Level, first = 3): Promise<{ listed: string[]; oneByOne: string[] }> {
  return house.run(await house.as("sofia", level), async (operation) => {
    const listed: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await operation.query(people, { first, after });
      listed.push(...(page?.rows ?? []).map(({ id }) => id));
      after = listed.at(-1) ?? null;
      if (!page?.hasNextPage) break;
    }
    const oneByOne: string[] = [];
    const { rows } = await house.admin.query<{ id: string }>("select id from access.person order by id");
    for (const { id } of rows) if (await operation.query(personById, { id })) oneByOne.push(id);
    return { listed, oneByOne };
  });
}

async function programOf(banner: string): Promise<string> {
  const id = randomUUID();
  const sql =
    "insert into data.program (id, marking_id, name) select $1::uuid, id, $1::uuid::text from access.marking where banner = $2 limit 1";
  await house.admin.query(sql, [id, banner]);
  return id;
}

const ANYONE = "ben";
const FAR = "now() + interval '1 year'";

describe("I2 people are listed by where they stand now", () => {
  test.each(["U", "S", "TS"] as const)("and in a session of %s are those who are found one by one", async (level) => {
    const { listed, oneByOne } = await found(level);
    expect(listed).toEqual(oneByOne);
    expect(listed.length > 0).toBe(level !== "U");
  });

  test("whoever is cleared higher, read on or read into a program leaves the list at once, and comes back", async () => {
    const id = house.personId(ANYONE);
    await house.run(await house.as("sofia"), (operation) =>
      operation.nested(async ({ office }) => {
        for (const text of [S, TS]) {
          const read = office.read(text);
          if (read) await office.intern(read.structure, read.effective);
        }
      }),
    );
    const program = await programOf(TS);
    const changes = [
      [
        "update access.clearance set level = 'TS' where person_id = $1",
        "update access.clearance set level = 'S' where person_id = $1",
      ],
      [
        "delete from access.clearance where person_id = $1",
        `insert into access.clearance (person_id, level, issuer, source, expires_at) values ($1, 'S', 'USA', 'test', ${FAR})`,
      ],
      [
        "insert into access.read_on (person_id, token, source) values ($1, 'SAR-NOBODY', 'test')",
        "delete from access.read_on where person_id = $1",
      ],
      [
        `insert into access.membership (person_id, program_id, source) values ($1, '${program}', 'test')`,
        `delete from access.membership where person_id = $1 and program_id = '${program}'`,
      ],
    ] as const;
    const told: boolean[][] = [];
    for (const change of changes) {
      const seen: boolean[] = [];
      for (const sql of change) {
        await house.admin.query(sql, [id]);
        const { listed, oneByOne } = await found("S");
        expect(listed).toEqual(oneByOne);
        seen.push(listed.includes(id));
      }
      told.push(seen);
    }
    // Without a clearance he stands lower than before, and is still seen.
    expect(told).toEqual([
      [false, true],
      [true, true],
      [false, true],
      [false, true],
    ]);
  });

  test("a program that is marked higher takes its members along", async () => {
    const id = house.personId(ANYONE);
    const program = await programOf(S);
    await house.admin.query("insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')", [
      id,
      program,
    ]);
    expect((await found("S")).listed).toContain(id);
    const sql =
      "update data.program set marking_id = (select id from access.marking where banner = $2 limit 1) where id = $1";
    await house.admin.query(sql, [program, TS]);
    const { listed, oneByOne } = await found("S");
    expect(listed).toEqual(oneByOne);
    expect(listed).not.toContain(id);
  });
});
