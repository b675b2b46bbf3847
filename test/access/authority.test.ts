import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseManifest } from "../../audit/index.ts";
import { dayOf } from "../../src/datasets/authority.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { receiveContent } from "../../src/datasets/content.ts";
import { dueForReview } from "../../src/datasets/queries.ts";
import { createLabel, reviseLabel } from "../../src/labeling/commands.ts";
import { yearsLater } from "../../src/markings/declassify.ts";
import type { AuthorityLines, Level } from "../../src/markings/index.ts";
import type { Operation } from "../../src/policy/operation.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import {
  BOX,
  S,
  S_FVEY,
  TS,
  U,
  classInput,
  draw,
  latest,
  makeAsset,
  makeDataset,
  makeOntology,
  request,
} from "./harbor-world.ts";
import { tinyPng } from "./png.ts";

const DAY = 86_400_000;
let now = new Date();
let house: TestHouse;
let versionId: string;
let datasetId: string;
let guide: string;

const as = async <O>(handle: string, act: (operation: Operation) => Promise<O>, level?: Level): Promise<O> =>
  house.run(await house.as(handle, level), act);

beforeAll(async () => {
  house = await openTestHouse({ clock: () => now });
  guide = `Program security classification guide, dated ${dayOf(now)}`;
  await as("sam", async (operation) => {
    const { programId } = house;
    ({ versionId } = await makeOntology(operation, {
      programId,
      classes: [classInput("ship"), classInput("sub", TS)],
    }));
    datasetId = await makeDataset(operation, { programId, versionId, name: "Overview" });
  });
});
afterAll(async () => {
  await house.remove();
});

const original = (declassifyOn: string, more: Partial<AuthorityLines> = {}): AuthorityLines => ({
  classifiedBy: "A. Fictional, Director",
  reasons: ["1.4(c)"],
  derivedFrom: null,
  sources: [],
  declassifyOn,
  downgradeTo: null,
  downgradeOn: null,
  ...more,
});
const derived = (source: string, declassifyOn: string): AuthorityLines =>
  original(declassifyOn, { classifiedBy: "B. Fictional, Analyst", reasons: [], derivedFrom: source });

/** An asset with a block, or without one, and the bytes of a small image. */
const asset = (marking: string, authority: AuthorityLines | null, into = datasetId): Promise<string> =>
  as("sam", async (operation) => {
    const input = { datasetId: into, title: "image", mediaType: "image/png", marking, authority };
    const { id } = await operation.mutate(createAsset, input);
    const body = (async function* () {
      yield tinyPng(64, "");
    })();
    await operation.mutate(receiveContent, { assetId: id, body, workFolder: house.house.workFolder });
    return id;
  });

const blockOf = (id: string, handle = "ana", level?: Level): Promise<AuthorityLines | null | undefined> =>
  as(handle, async (operation) => (await operation.nested((grant) => grant.read.byId("asset", id)))?.authority, level);

const labelBlock = (id: string): Promise<AuthorityLines | null | undefined> =>
  as("ana", async (operation) => (await latest(operation, id)).authority);

describe("an asset", () => {
  test("keeps the block that it was given", async () => {
    const lines = original("25X1, EO 12951", { downgradeTo: "CONFIDENTIAL", downgradeOn: "20300101" });
    expect(await blockOf(await asset(S, lines))).toEqual(lines);
  });
  test("that is classified and was given none is derived from the program's guide, 25 years ahead", async () => {
    expect(await blockOf(await asset(S, null))).toEqual({
      ...original(yearsLater(dayOf(now), 25)),
      classifiedBy: `person ${house.personId("sam")}`,
      reasons: [],
      derivedFrom: guide,
    });
  });
  test("that is unclassified has no block, and none may be given", async () => {
    expect(await blockOf(await asset(U, null))).toBeNull();
    await expect(asset(U, original("20510101"))).rejects.toMatchObject({ code: "INVALID_INPUT", path: ["authority"] });
  });
  test.each([
    ["a word of a former order", original("OADR")],
    ["a reason on derived information", { ...derived("Memo, dated 20200101", "20450101"), reasons: ["1.4(a)"] }],
    ["a downgrade that is none", original("20510101", { downgradeTo: "SECRET", downgradeOn: "20300101" })],
    ["a line end inside a text", original("20510101", { classifiedBy: "A\nDeclassify On: 20260101" })],
    ["multiple sources without their list", derived("Multiple Sources", "20450101")],
    ["a source whose day is written otherwise", derived("Memo, dated 2020-01-01", "20450101")],
  ])("is refused with %s", async (_, lines) => {
    await expect(asset(S, lines)).rejects.toMatchObject({ code: "INVALID_INPUT", path: ["authority"] });
  });
  test("I1 is read without its block by nobody, and not at all by those who may not see it", async () => {
    const id = await asset(S, original("25X1"));
    expect(await blockOf(id, "charlotte", "S")).toBeUndefined();
    expect(await blockOf(id, "ana", "U")).toBeUndefined();
    expect(await blockOf(id, "ben", "S")).toMatchObject({ declassifyOn: "25X1" });
  });
});

describe("a label", () => {
  test("is derived by whoever draws it, from the sources of its asset, and declassified when the asset is", async () => {
    const id = await asset(S, derived("Memo, dated 20200101", "25X3, 20600101"));
    expect(await labelBlock(await as("ana", (operation) => draw(operation, id)))).toEqual({
      ...derived("Memo, dated 20200101", "25X3, 20600101"),
      classifiedBy: `person ${house.personId("ana")}`,
    });
  });
  test("of an asset whose source is cited without a day cites it so, and is counted from today", async () => {
    const id = await asset(S, derived("NGA SCG", "25X3"));
    expect(await blockOf(id)).toEqual(derived("NGA SCG", "25X3"));
    expect(await labelBlock(await as("ana", (operation) => draw(operation, id, TS)))).toMatchObject({
      derivedFrom: "Multiple Sources",
      sources: [
        { title: "Program security classification guide", date: dayOf(now) },
        { title: "NGA SCG", date: null },
      ],
      declassifyOn: `25X3, ${yearsLater(dayOf(now), 50)}`,
    });
  });
  test("cites an asset that was classified originally by its id and day", async () => {
    const id = await asset(S, original("20400101"));
    expect(await labelBlock(await as("ana", (operation) => draw(operation, id)))).toMatchObject({
      reasons: [],
      derivedFrom: `Asset ${id}, dated ${dayOf(now)}`,
      declassifyOn: "20400101",
    });
  });
  test("that is marked above its asset has the program's guide as a source too, and its later day", async () => {
    const id = await asset(S, derived("Memo, dated 20200101", "20300101"));
    const labelId = await as("ana", (operation) => draw(operation, id, TS));
    expect(await labelBlock(labelId)).toMatchObject({
      derivedFrom: "Multiple Sources",
      sources: [
        { title: "Memo", date: "20200101" },
        { title: "Program security classification guide", date: dayOf(now) },
      ],
      declassifyOn: yearsLater(dayOf(now), 25),
    });
  });
  test("of a classified class on an unclassified asset is derived from the guide alone", async () => {
    const id = await asset(U, null);
    const input = { assetId: id, classKey: "sub", shape: BOX, attributes: {}, marking: null };
    const label = await as("ana", (operation) => operation.mutate(createLabel, input));
    expect(await labelBlock(label.id)).toMatchObject({ derivedFrom: guide, declassifyOn: yearsLater(dayOf(now), 25) });
    expect(await labelBlock(await as("ana", (operation) => draw(operation, id)))).toBeNull();
  });
  test("that is revised above its asset has the guide as a source from then on", async () => {
    const id = await asset(S, derived("Memo, dated 20200101", "20300101"));
    const labelId = await as("ana", (operation) => draw(operation, id));
    const { id: baseRevisionId } = await as("ana", (operation) => latest(operation, labelId));
    const change = { classKey: null, shape: null, attributes: null, marking: TS };
    await as("ana", (operation) => operation.mutate(reviseLabel, { labelId, baseRevisionId, ...change }));
    expect(await labelBlock(labelId)).toMatchObject({ derivedFrom: "Multiple Sources" });
  });
});

describe("a delivery", () => {
  test("carries the block made from all that is in it, declassified no earlier than any part", async () => {
    const dataset = await as("sam", (operation) =>
      makeDataset(operation, { programId: house.programId, versionId, name: "Delivered" }),
    );
    const first = await asset(S_FVEY, derived("Memo, dated 20200101", "20300101"), dataset);
    await asset(S_FVEY, original("25X2, 20590101"), dataset);
    await as("sam", (operation) => makeAsset(house, operation, { datasetId: dataset, marking: U }));
    await as("ana", (operation) => draw(operation, first));
    const { id } = await request(house, await house.as("petra"), dataset);
    const row = await as("petra", (operation) => operation.nested((grant) => grant.read.byId("delivery", id)));
    const manifest = parseManifest(row?.manifest ?? new Uint8Array());
    expect(manifest.authority).toMatchObject({
      classifiedBy: `person ${house.personId("petra")}`,
      derivedFrom: "Multiple Sources",
      declassifyOn: "25X2, 20590101",
    });
    expect(manifest.authority?.sources.map(({ title }) => title.replace(/[0-9a-f-]{36}/, "ID"))).toEqual([
      "Memo",
      "Asset ID",
    ]);
    expect(manifest.files.map(({ declassifyOn }) => declassifyOn ?? "none").toSorted()).toEqual([
      "20300101",
      "25X2, 20590101",
      "25X2, 20590101",
      "25X2, 20590101",
      "none",
    ]);
    expect(row?.authority).toMatchObject({ ...manifest.authority });
  });
  test("of unclassified data has none", async () => {
    const dataset = await as("sam", async (operation) => {
      const made = await makeDataset(operation, { programId: house.programId, versionId, name: "Plain" });
      await makeAsset(house, operation, { datasetId: made, marking: U });
      return made;
    });
    const { id } = await request(house, await house.as("petra"), dataset);
    const row = await as("petra", (operation) => operation.nested((grant) => grant.read.byId("delivery", id)));
    expect(row?.authority).toBeNull();
    expect(parseManifest(row?.manifest ?? new Uint8Array()).authority).toBeNull();
  });
});

describe("a day of declassification that has passed", () => {
  const due = (handle: string, level?: Level): Promise<readonly string[]> =>
    as(
      handle,
      (operation) =>
        operation.nested(async (grant) =>
          (await dueForReview(grant, house.programId, { first: 50, after: null })).rows.map(({ id }) => id),
        ),
      level,
    );
  const marking = async (id: string): Promise<unknown> =>
    (await house.admin.query("select marking_id, dataset_marking_id from data.asset where id = $1", [id])).rows;

  test("asks for a review of exactly what the caller may see, in pages", async () => {
    const tomorrow = dayOf(new Date(now.getTime() + DAY));
    const released = await asset(S_FVEY, original(tomorrow));
    const held = await asset(S, original(tomorrow));
    const secret = await asset(TS, original(`25X1, ${tomorrow}`));
    await asset(S, original(yearsLater(tomorrow, 1)));
    await asset(S, original("End of the exercise"));
    expect(await due("sam")).toEqual([]);
    now = new Date(now.getTime() + 2 * DAY);
    expect(await due("sam")).toEqual([released, held, secret].toSorted());
    expect(await due("sam", "S")).toEqual([released, held].toSorted());
    expect(await due("charlotte", "S")).toEqual([released]);
    expect(await due("ana", "U")).toEqual([]);
    const pages = await as("sam", (operation) =>
      operation.nested(async (grant) => {
        const first = await dueForReview(grant, house.programId, { first: 2, after: null });
        const after = first.rows.at(-1)?.id ?? null;
        return [first, await dueForReview(grant, house.programId, { first: 2, after })];
      }),
    );
    expect(pages.map(({ rows, hasNextPage }) => [rows.length, hasNextPage])).toEqual([
      [2, true],
      [1, false],
    ]);
  });
  test("opens nothing by itself: whoever could not see it cannot, whatever the clock says", async () => {
    const tomorrow = dayOf(new Date(now.getTime() + DAY));
    const id = await asset(S, original(tomorrow, { downgradeTo: "UNCLASSIFIED", downgradeOn: tomorrow }));
    const labelId = await as("ana", (operation) => draw(operation, id));
    const before = await marking(id);
    for (const days of [2, 400, 26 * 366]) {
      now = new Date(now.getTime() + days * DAY);
      expect(await blockOf(id, "charlotte", "S")).toBeUndefined();
      expect(await blockOf(id, "ana", "U")).toBeUndefined();
      expect(await due("charlotte", "S")).not.toContain(id);
      expect(await due("ana", "U")).not.toContain(id);
      const label = await as("charlotte", (operation) =>
        operation.nested((grant) => grant.read.byId("label", labelId)),
      );
      expect(label).toBeNull();
      expect(await marking(id)).toEqual(before);
      // Who may see it still does, and what is made from it is marked as before.
      expect(await due("sam")).toContain(id);
      await as("ana", (operation) =>
        expect(
          operation.mutate(createLabel, { assetId: id, classKey: "ship", shape: BOX, attributes: {}, marking: U }),
        ).rejects.toMatchObject({ code: "MARKING_TOO_LOW" }),
      );
    }
  });
});
