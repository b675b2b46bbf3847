import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { authorityColumns, authorityOf, dayOf } from "../../src/datasets/authority.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { dueForReview } from "../../src/datasets/queries.ts";
import { readAuthority } from "../../src/markings/index.ts";
import type { AuthorityLines } from "../../src/markings/index.ts";
import { S, TS, U, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act, agree } from "./acts.ts";
import { appointOfficers, askLower, askWiden } from "./officers.ts";

const DAY = 86_400_000;
let now = new Date();
let house: TestHouse;
let world: SmallWorld;

beforeAll(async () => {
  house = await openTestHouse({ clock: () => now });
  world = await smallWorld(house);
  await appointOfficers(house);
});
afterAll(async () => {
  await house.remove();
});

const block = (declassifyOn: string, downgradeTo: string | null = null, downgradeOn: string | null = null) =>
  ({
    classifiedBy: "A. Fictional, Director",
    reasons: ["1.4(c)"],
    derivedFrom: null,
    sources: [],
    declassifyOn,
    downgradeTo,
    downgradeOn,
  }) satisfies AuthorityLines;

async function assetWith(marking: string, authority: AuthorityLines | null): Promise<string> {
  const { datasetId } = world;
  return (
    await act(house, "sam", createAsset, { datasetId, title: "image", mediaType: "image/png", marking, authority })
  ).id;
}

const due = async (id: string): Promise<boolean> =>
  house.run(await house.as("sam"), (operation) =>
    operation.nested(async (grant) =>
      (await dueForReview(grant, house.programId, { first: 100, after: null })).rows.some((row) => row.id === id),
    ),
  );
const lower = async (id: string, marking: string): Promise<void> =>
  agree(house, "victor", await askLower(house, { noun: "asset", id, marking }));
const inDays = (days: number): string => dayOf(new Date(now.getTime() + days * DAY));
const later = (days: number): void => {
  now = new Date(now.getTime() + days * DAY);
};

describe("I3 an asset asks for review", () => {
  test("I3 on the day of its downgrade, when that comes first, and after it was downgraded on that of its declassification", async () => {
    const id = await assetWith(TS, block(inDays(10), "SECRET", inDays(2)));
    const past = await assetWith(TS, block(inDays(900), "CONFIDENTIAL", "20240101"));
    expect([await due(id), await due(past)]).toEqual([false, true]);
    later(3);
    expect(await due(id)).toBe(true);
    await lower(id, "TOP SECRET//NOFORN");
    expect(await due(id)).toBe(true);
    await lower(id, S);
    expect(await due(id)).toBe(false);
    // Not as low as its block says.
    await lower(past, S);
    expect(await due(past)).toBe(true);
    await lower(past, "CONFIDENTIAL//NOFORN");
    expect(await due(past)).toBe(false);
    later(10);
    expect([await due(id), await due(past)]).toEqual([true, false]);
  });

  test("I3 no more once it is unclassified, and again when it is raised", async () => {
    const id = await assetWith(S, block("20250101"));
    expect(await due(id)).toBe(true);
    await agree(house, "wanda", await askWiden(house, { noun: "asset", id, marking: "SECRET//REL TO USA, FVEY" }));
    expect(await due(id)).toBe(true);
    await lower(id, U);
    expect(await due(id)).toBe(false);
    await act(house, "sam", raiseMarking, { noun: "asset" as const, id, marking: S, reason: "it was right before" });
    expect(await due(id)).toBe(true);
  });

  test("I3 25 years after it was made, when it was raised and never had a block", async () => {
    const id = await assetWith(U, null);
    await act(house, "sam", raiseMarking, { noun: "asset" as const, id, marking: S, reason: "it shows more" });
    const { rows } = await house.admin.query<{ review_on: string; created_at: Date }>(
      "select review_on, created_at from data.asset where id = $1",
      [id],
    );
    const read = house.house.office.read(S)?.structure;
    const made = rows[0]?.created_at ?? now;
    const shown = read && authorityOf({ authority: null, authorId: "", createdAt: made }, read);
    expect(rows[0]?.review_on).toBe(authorityColumns(shown ?? null).reviewOn);
  });

  test("I3 on the same day whether this code or PostgreSQL computes it", async () => {
    const blocks = [
      [
        "20400101",
        "25X1, 20600101",
        "25X1",
        "25X1, EO 12951",
        "50X1-HUM",
        "75X",
        "50X3, 20700101",
        "End of the year 20300101",
      ],
      [null, "20390101", "20500101", "End of the exercise", "After 20200101"],
      ["UNCLASSIFIED", "CONFIDENTIAL", "SECRET"],
    ] as const;
    for (const declassifyOn of blocks[0])
      for (const downgradeOn of blocks[1])
        for (const to of blocks[2])
          for (const [level, below] of [
            ["TS", 3],
            ["S", 2],
            ["C", 1],
          ] as const) {
            const lines = block(declassifyOn, downgradeOn && to, downgradeOn);
            if (downgradeOn !== null && blocks[2].indexOf(to) >= below) continue;
            const { rows } = await house.admin.query<{ day: string | null }>(
              "select access.review_day($1, now(), $2) as day",
              [JSON.stringify(lines), JSON.stringify({ level, owners: [], aea: {} })],
            );
            expect([lines, level, rows[0]?.day]).toEqual([
              lines,
              level,
              authorityColumns(readAuthority(lines)).reviewOn,
            ]);
          }
    const made = async (day: string, structure: object): Promise<unknown> =>
      (await house.admin.query("select access.review_day(null, $1, $2) as day", [`${day}T23:30:00Z`, structure]))
        .rows[0];
    const us = { level: "S", owners: ["USA"], aea: {}, fgi: null };
    expect(await made("2020-02-29", us)).toEqual({ day: "20450301" });
    expect(await made("2020-03-01", us)).toEqual({ day: "20450301" });
    expect(await made("2020-03-01", { ...us, level: "U" })).toEqual({ day: null });
    expect(await made("2020-03-01", { ...us, aea: { RD: { cnwdi: false, sigma: [] } } })).toEqual({ day: null });
    expect(await made("2020-03-01", { ...us, fgi: { concealed: false, sources: ["NATO"] } })).toEqual({ day: null });
    expect(await made("2020-03-01", { ...us, owners: ["NATO"] })).toEqual({ day: null });
  });
});
