import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addCompilation, addRule, rulesOf } from "../../src/datasets/compilations.ts";
import { byId, countOf, labelsOfAsset, pageOfDataset } from "../../src/datasets/queries.ts";
import { releaseDelivery } from "../../src/deliveries/release-commands.ts";
import type { Level } from "../../src/markings/index.ts";
import type { Operation } from "../../src/policy/operation.ts";
import {
  approve,
  draw,
  makeAsset,
  makeDataset,
  makeOntology,
  classInput,
  request,
  S,
  TS,
  U,
} from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";

const LABELS = 6;
const AT_LEAST = 4;
let now = new Date();
let house: TestHouse;
let versionId: string;

beforeAll(async () => {
  house = await openTestHouse({ clock: () => now });
  versionId = await as("sam", async (operation) => {
    const classes = [classInput("ship"), classInput("crane")];
    return (await makeOntology(operation, { programId: house.programId, classes })).versionId;
  });
});
afterAll(async () => {
  await house.remove();
});

async function as<O>(handle: string, doing: (operation: Operation) => Promise<O>, level?: Level): Promise<O> {
  return house.run(await house.as(handle, level), doing);
}

interface Made {
  readonly datasetId: string;
  readonly assetId: string;
  readonly ships: readonly string[];
  readonly cranes: readonly string[];
}

/** A dataset at U with some labels of two classes. */
async function dataset(name: string): Promise<Made> {
  const { datasetId, assetId } = await as("sam", async (operation) => {
    const id = await makeDataset(operation, { programId: house.programId, versionId, name });
    return { datasetId: id, assetId: await makeAsset(house, operation, { datasetId: id }) };
  });
  return as("ana", async (operation) => {
    const ships: string[] = [];
    const cranes: string[] = [];
    for (let at = 0; at < LABELS; at += 1) {
      ships.push(await draw(operation, assetId));
      cranes.push(await draw(operation, assetId, null, "crane"));
    }
    return { datasetId, assetId, ships, cranes };
  });
}

const rule = (datasetId: string, marking: string, counts: object | null = {}) =>
  as("sam", (operation) =>
    operation.mutate(addRule, {
      datasetId,
      marking,
      reason: "together they show the pattern",
      counts: counts && { classKey: "ship", atLeast: AT_LEAST, windowHours: 24, marking: TS, ...counts },
    }),
  );

/** The labels that a person is shown in pages, by pages of this size. */
async function read(handle: string, datasetId: string, level: Level = "S", first = 5): Promise<string[]> {
  const found: string[] = [];
  for (let after: string | null = null; ;) {
    const page: Awaited<ReturnType<typeof pageOfDataset<"label">>> = await as(
      handle,
      (operation) => operation.nested((grant) => pageOfDataset(grant, "label", datasetId, { first, after })),
      level,
    );
    found.push(...page.rows.map(({ id }) => id));
    const last = page.rows.at(-1);
    after = page.endKey ?? (last ? (page.keyOf?.(last) ?? last.id) : null);
    if (!page.hasNextPage) return found;
  }
}
const of = (ids: readonly string[], all: readonly string[]): number => ids.filter((id) => all.includes(id)).length;

describe("I1 a rule that its reader knows, about more than he may read together", () => {
  let made: Made;
  beforeAll(async () => {
    made = await dataset("watched");
    await rule(made.datasetId, S);
  });

  test("I1 shows him less than the rule speaks of, in however many pages and sessions, and of other classes all", async () => {
    const first = await read("ben", made.datasetId);
    expect(of(first, made.ships)).toBe(AT_LEAST - 1);
    expect(of(first, made.cranes)).toBe(LABELS);
    const again = await read("ben", made.datasetId, "S", 1);
    expect(new Set(again)).toEqual(new Set(first));
  });

  test("I1 withholds the others by their ids and on their asset as well, and no count tells of them", async () => {
    const shown = await read("ben", made.datasetId);
    for (const id of made.ships) {
      const label = await as("ben", (operation) => operation.query(byId("label"), { id }));
      expect(label === null).toBe(!shown.includes(id));
    }
    const onAsset = await as("ben", async (operation) => {
      const asset = await operation.query(byId("asset"), { id: made.assetId });
      return operation.nested(async (grant) => asset && labelsOfAsset(grant, asset, { first: 50, after: null }));
    });
    expect(of(onAsset?.rows.map(({ id }) => id) ?? [], made.ships)).toBe(AT_LEAST - 1);
    const count = (handle: string, level: Level) =>
      as(handle, (operation) => operation.nested((grant) => countOf(grant, "label", made.datasetId)), level);
    expect(await count("ben", "S")).toBeNull();
    expect(await count("ana", "TS")).toBe(2 * LABELS);
  });

  test("I1 counts two requests at once after each other", async () => {
    const other = await dataset("watched twice");
    await rule(other.datasetId, S);
    const ask = other.ships.map((id) => as("ben", (operation) => operation.query(byId("label"), { id })));
    expect((await Promise.all(ask)).filter((label) => label !== null)).toHaveLength(AT_LEAST - 1);
  });

  test("I1 tells him why: the rule is data at its own marking, but not what the whole is marked", async () => {
    const known = (handle: string, level: Level) =>
      as(handle, (operation) => operation.nested((grant) => rulesOf(grant, made.datasetId)), level);
    expect((await known("ben", "S")).map(({ reason }) => reason)).toEqual(["together they show the pattern"]);
    expect(await known("charlotte", "S")).toEqual([]);
  });

  test("I1 marks the answer like the whole for who reads that", async () => {
    const operation = await house.open(await house.as("ana", "TS"));
    const page = await operation.nested((grant) =>
      pageOfDataset(grant, "label", made.datasetId, { first: 50, after: null }),
    );
    expect(page.rows).toHaveLength(2 * LABELS);
    expect((await operation.close()).banner).toBe(TS);
  });

  test("I1 I2 what a person was shown in a higher session changes nothing in a lower one", async () => {
    const other = await dataset("watched above");
    await rule(other.datasetId, S);
    expect(of(await read("ana", other.datasetId, "TS"), other.ships)).toBe(LABELS);
    expect(of(await read("ana", other.datasetId, "S"), other.ships)).toBe(AT_LEAST - 1);
  });

  test("I1 forgets what was shown before its window", async () => {
    const shown = new Set(await read("ben", made.datasetId));
    const before = now;
    now = new Date(now.getTime() + 25 * 3_600_000);
    const withheld = made.ships.find((id) => !shown.has(id)) ?? "";
    expect(await as("ben", (operation) => operation.query(byId("label"), { id: withheld }))).not.toBeNull();
    now = before;
  });

  test("I1 refuses a delivery of so many to who may not read them together, and names the rule", async () => {
    await expect(request(house, await house.as("petra", "S"), made.datasetId)).rejects.toMatchObject({
      code: "NOT_PERMITTED",
      ids: [expect.stringMatching(/^compilationRule:/)],
    });
  });
});

describe("I3 a delivery of as many labels as a rule speaks of", () => {
  test("I3 is marked like the whole where its requester reads that, and like its parts where there are fewer", async () => {
    const [many, few] = [await dataset("many"), await dataset("few")];
    await rule(many.datasetId, S);
    await rule(few.datasetId, S, { atLeast: LABELS + 1 });
    const banner = async (datasetId: string): Promise<string> => {
      const { id } = await request(house, await house.as("petra", "TS"), datasetId);
      return as("petra", async (operation) => {
        const row = await operation.query(byId("delivery"), { id });
        return (await operation.nested((grant) => grant.marking(row?.markingId ?? ""))).banner;
      });
    };
    expect(await banner(many.datasetId)).toBe(TS);
    expect(await banner(few.datasetId)).toBe(U);
  });

  test("I3 I7 is not released below it, whoever asks, and whatever the application says", async () => {
    const made = await dataset("held");
    const delivery = await request(house, await house.as("petra", "S"), made.datasetId);
    for (const handle of ["victor", "wanda"]) await approve(house, await house.as(handle, "S"), delivery);
    await rule(made.datasetId, TS);
    for (const level of ["S", "TS"] as const)
      await expect(
        as("victor", (operation) => operation.mutate(releaseDelivery, { deliveryId: delivery.id }), level),
      ).rejects.toMatchObject({ code: "NOT_READY" });
    const past = `insert into data.delivery_release select d.id, d.program_id, d.marking_id, d.requester_id, $2, gen_random_uuid(), now() from data.delivery d where d.id = $1`;
    await expect(house.admin.query(past, [delivery.id, house.personId("victor")])).rejects.toMatchObject({
      code: "CV000",
    });
  });

  test("I7 is approved by nobody who reads what holds it and has not lifted it", async () => {
    const made = await dataset("compiled");
    const delivery = await request(house, await house.as("petra", "S"), made.datasetId);
    await as("sam", (operation) =>
      operation.mutate(addCompilation, { datasetId: made.datasetId, marking: TS, reason: "together" }),
    );
    await expect(approve(house, await house.as("victor", "TS"), delivery)).rejects.toMatchObject({ code: "STALE" });
    await expect(approve(house, await house.as("victor", "S"), delivery)).resolves.toBeUndefined();
  });
});

describe("I1 a dataset of which nothing is to be taken together", () => {
  test("I1 is neither delivered nor counted, and its pages are short, for who knows it", async () => {
    const made = await dataset("apart");
    const read10 = async (): Promise<number> =>
      (
        await as("ben", (operation) =>
          operation.nested((grant) => pageOfDataset(grant, "label", made.datasetId, { first: 50, after: null })),
        )
      ).rows.length;
    expect(await read10()).toBe(2 * LABELS);
    await rule(made.datasetId, U, null);
    expect(await read10()).toBe(10);
    for (const noun of ["asset", "label"] as const)
      expect(
        await as("ben", (operation) => operation.nested((grant) => countOf(grant, noun, made.datasetId))),
      ).toBeNull();
    await expect(request(house, await house.as("petra", "TS"), made.datasetId)).rejects.toMatchObject({
      code: "NOT_PERMITTED",
    });
  });
});

describe("I3 what is stated of a dataset as a whole", () => {
  test("I3 is at least what the dataset is, and the whole at least its rule", async () => {
    const made = await dataset("stated");
    await expect(rule(made.datasetId, TS, { marking: S })).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
    const low = "UNCLASSIFIED//REL TO USA, FVEY, NATO";
    for (const marking of [low, "NONSENSE"])
      await expect(
        as("sam", (operation) =>
          operation.mutate(addCompilation, { datasetId: made.datasetId, marking, reason: "together" }),
        ),
      ).rejects.toMatchObject({ code: marking === low ? "MARKING_TOO_LOW" : "INVALID_MARKING" });
  });

  test("I3 is stated by who may raise markings, in a program of his, and of a dataset that he sees", async () => {
    const made = await dataset("raised");
    const add = (handle: string, datasetId: string, level?: Level) =>
      as(handle, (operation) => operation.mutate(addCompilation, { datasetId, marking: S, reason: "together" }), level);
    await expect(add("ana", made.datasetId)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await expect(add("sam", house.programId)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(add("sam", made.datasetId, "U")).rejects.toMatchObject({ code: "INVALID_MARKING" });
    await expect(add("sam", made.datasetId)).resolves.toEqual({ id: made.datasetId });
    await expect(add("sam", made.datasetId)).rejects.toMatchObject({ code: "ALREADY_DONE" });
  });
});
