import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { contentMarking, pageOfDataset } from "../../src/datasets/queries.ts";
import { displayCopy } from "../../src/datasets/content.ts";
import { reviseLabel } from "../../src/labeling/commands.ts";
import { dominates } from "../../src/markings/index.ts";
import type { Operation } from "../../src/policy/operation.ts";
import {
  BOX,
  S,
  S_FVEY,
  TS,
  U,
  approve,
  draw,
  latest,
  makeAsset,
  makeDataset,
  request,
  review,
  smallWorld,
} from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { markingTexts } from "../policy/table-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { act } from "./acts.ts";

let house: TestHouse;
let world: SmallWorld;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
});
afterAll(async () => {
  await house.remove();
});

type Noun = "dataset" | "asset" | "label" | "labelReview";
const raise = (by: string, noun: Noun, id: string, marking: string) =>
  act(house, by, raiseMarking, { noun, id, marking, reason: "it shows more than was thought" });

async function as<O>(handle: string, look: (operation: Operation) => Promise<O>): Promise<O> {
  return house.run(await house.as(handle), look);
}

async function banner(table: string, id: string, column = "marking_id"): Promise<string> {
  const { rows } = await house.admin.query<{ banner: string }>(
    `select m.banner from data.${table} t join access.marking m on m.id = t.${column} where t.${table === "asset_content" ? "asset_id" : "id"} = $1`,
    [id],
  );
  return rows[0]?.banner ?? "none";
}

/** Every row's own marking covers what stands above it, and pages find what a dataset holds. */
async function consistent(): Promise<void> {
  const above: Readonly<Record<string, readonly string[]>> = {
    asset: ["dataset_marking_id"],
    asset_content: ["dataset_marking_id"],
    label: ["dataset_marking_id", "asset_marking_id"],
    label_revision: ["dataset_marking_id", "asset_marking_id", "label_marking_id"],
    label_review: ["dataset_marking_id", "asset_marking_id", "label_marking_id", "revision_marking_id"],
    delivery: ["dataset_marking_id"],
  };
  for (const [table, columns] of Object.entries(above)) {
    for (const column of columns) {
      const { rows } = await house.admin.query(
        `select from data.${table} t where not access.dominates(t.marking_id, t.${column})`,
      );
      expect([table, column, rows.length]).toEqual([table, column, 0]);
    }
  }
  const { rows } = await house.admin.query(
    `with held as (
       select dataset_id, 'asset' as noun, marking_id from data.asset union select dataset_id, 'label', marking_id from data.label
       union select dataset_id, 'label', marking_id from data.label_revision union select dataset_id, 'label', marking_id from data.label_review)
     (select dataset_id, noun, marking_id from data.dataset_marking except select * from held)
     union all (select * from held except select dataset_id, noun, marking_id from data.dataset_marking)`,
  );
  expect(rows).toEqual([]);
  const blobs = await house.admin.query(
    "select from data.blob b join data.asset a on a.id = b.asset_id where b.marking_id <> a.marking_id or b.dataset_marking_id <> a.dataset_marking_id",
  );
  expect(blobs.rows).toEqual([]);
}

async function bytesOf(handle: string, assetId: string): Promise<number> {
  return as(handle, async (operation) => {
    const copy = await operation.query(displayCopy, { assetId });
    if (!copy) return -1;
    let bytes = 0;
    for await (const chunk of copy.body) bytes += chunk.length;
    return bytes;
  });
}

describe("I3 a marking is raised at once by one person", () => {
  test("I3 I4 of an asset: what it shows and the labels on it follow, and the act has its entry", async () => {
    const from = await logSize(house);
    const assetId = await as("sam", (operation) => makeAsset(house, operation, { datasetId: world.datasetId }));
    const labelId = await as("ben", (operation) => draw(operation, assetId));
    await as("rita", (operation) => review(operation, labelId));
    expect(await bytesOf("ben", assetId)).toBeGreaterThan(0);
    await raise("sam", "asset", assetId, TS);
    expect(await banner("asset", assetId)).toBe(TS);
    expect(await banner("asset_content", assetId)).toBe(TS);
    expect(await banner("label", labelId)).toBe(TS);
    await consistent();
    expect(await bytesOf("ben", assetId)).toBe(-1);
    expect(await bytesOf("ana", assetId)).toBeGreaterThan(0);
    const kinds = (await entries(house, from)).filter(({ kind }) => kind === "marking.change");
    expect(kinds.map(({ sections }) => sections["outcome"])).toEqual([
      { object: `asset:${assetId}`, from: U, to: TS, reason: "it shows more than was thought" },
    ]);
    // What is made of it from now on starts there.
    const next = await as("ana", (operation) => draw(operation, assetId));
    expect(await banner("label", next)).toBe(TS);
  });

  test("I3 of a label: its revisions follow, and later ones start there", async () => {
    const labelId = await as("ben", (operation) => draw(operation, world.assetId));
    await raise("sam", "label", labelId, S);
    expect(await banner("label", labelId)).toBe(S);
    await consistent();
    const revised = await as("ben", async (operation) => {
      const { id } = await latest(operation, labelId);
      await operation.mutate(reviseLabel, {
        labelId,
        baseRevisionId: id,
        classKey: "ship",
        shape: BOX,
        attributes: {},
        marking: null,
      });
      return latest(operation, labelId);
    });
    expect([await banner("label_revision", revised.id), revised.ordinal]).toEqual([S, 2]);
    await expect(as("charlotte", (operation) => latest(operation, labelId))).rejects.toThrow("no visible revision");
  });

  test("I3 of a dataset: everything below follows, what stands higher stays higher, and what is hidden too", async () => {
    const datasetId = await as("sam", (operation) =>
      makeDataset(operation, { programId: house.programId, versionId: world.versionId, name: "Rising" }),
    );
    const [low, high] = await as("sam", async (operation) => [
      await makeAsset(house, operation, { datasetId, marking: S_FVEY }),
      await makeAsset(house, operation, { datasetId, marking: TS }),
    ]);
    const label = await as("ana", (operation) => draw(operation, low ?? ""));
    // A steward of a SECRET session does not see the second image and raises it all the same.
    await house.run(await house.as("sam", "S"), (operation) =>
      operation.mutate(raiseMarking, { noun: "dataset" as const, id: datasetId, marking: S, reason: "as a whole" }),
    );
    expect(await banner("dataset", datasetId)).toBe(S);
    expect(await banner("asset", low ?? "")).toBe(S);
    expect(await banner("asset", high ?? "")).toBe(TS);
    expect(await banner("label", label)).toBe(S);
    await consistent();
    expect(await bytesOf("ben", low ?? "")).toBeGreaterThan(0);
    expect(await bytesOf("ana", high ?? "")).toBeGreaterThan(0);
    expect(await bytesOf("charlotte", low ?? "")).toBe(-1);
    const listed = await as("ben", (operation) =>
      operation.nested((grant) => pageOfDataset(grant, "asset", datasetId, { first: 10, after: null })),
    );
    expect(listed.rows.map(({ id }) => id)).toEqual([low]);
    const content = await as("ben", (operation) =>
      operation.nested(async (grant) => {
        const dataset = await grant.read.byId("dataset", datasetId);
        return dataset && (await contentMarking(grant, dataset));
      }),
    );
    expect(content?.banner).toBe(S);
  });

  test("I3 I4 of a review, whose comment says too much: whoever read it reads it no more, and what stands above stays", async () => {
    const from = await logSize(house);
    const labelId = await as("ben", (operation) => draw(operation, world.assetId));
    const id = await as("rita", (operation) => review(operation, labelId, null, "as the other image shows"));
    const seen = (handle: string): Promise<string | undefined> =>
      as(handle, async (o) => (await o.nested((grant) => grant.read.byId("labelReview", id)))?.comment);
    expect([await seen("ben"), await seen("charlotte")]).toEqual(Array(2).fill("as the other image shows"));
    for (const handle of ["ben", "rita", "petra"])
      await expect(raise(handle, "labelReview", id, TS)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await expect(raise("sam", "labelReview", "nothing", TS)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(raise("sam", "labelReview", labelId, TS)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await raise("sam", "labelReview", id, TS);
    expect([await seen("ben"), await seen("charlotte")]).toEqual([undefined, undefined]);
    expect(await seen("ana")).toBe("as the other image shows");
    expect([await banner("label_review", id), await banner("label", labelId)]).toEqual([TS, U]);
    await consistent();
    await expect(raise("sam", "labelReview", id, S)).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
    const low = house.run(await house.as("sam", "S"), (operation) =>
      operation.mutate(raiseMarking, { noun: "labelReview" as const, id, marking: S, reason: "unseen" }),
    );
    await expect(low).rejects.toMatchObject({ code: "NOT_FOUND" });
    const changes = (await entries(house, from)).filter(({ kind }) => kind === "marking.change");
    expect(changes.map(({ sections }) => sections["outcome"])).toMatchObject([{ object: `labelReview:${id}`, to: TS }]);
  });

  test("I3 of a review that a delivery tells of: the delivery follows", async () => {
    const datasetId = await as("sam", (operation) =>
      makeDataset(operation, { programId: house.programId, versionId: world.versionId, name: "Told" }),
    );
    const assetId = await as("sam", (operation) => makeAsset(house, operation, { datasetId }));
    const labelId = await as("ben", (operation) => draw(operation, assetId));
    const id = await as("rita", (operation) => review(operation, labelId));
    const delivery = await request(house, await house.as("petra"), datasetId);
    await raise("sam", "labelReview", id, S);
    expect([await banner("delivery", delivery.id), await banner("dataset", datasetId)]).toEqual([S, U]);
    await consistent();
  });

  test("I3 of what a delivery may hold: the delivery follows, and cannot be approved or released as it was", async () => {
    const datasetId = await as("sam", async (operation) => {
      const made = await makeDataset(operation, {
        programId: house.programId,
        versionId: world.versionId,
        name: "Left",
      });
      await makeAsset(house, operation, { datasetId: made });
      return made;
    });
    const delivery = await request(house, await house.as("petra"), datasetId);
    await approve(house, await house.as("victor"), delivery);
    const [asset] = (
      await house.admin.query<{ id: string }>("select id from data.asset where dataset_id = $1", [datasetId])
    ).rows;
    await raise("sam", "asset", asset?.id ?? "", TS);
    expect(await banner("delivery", delivery.id)).toBe(TS);
    await consistent();
    await expect(approve(house, await house.as("wanda", "S"), delivery)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(approve(house, await house.as("wanda"), delivery)).rejects.toMatchObject({ code: "STALE" });
  });

  test("I3 and nothing else: what is not above is refused, and what one may not read oneself reads like what does not exist", async () => {
    const assetId = await as("sam", (operation) =>
      makeAsset(house, operation, { datasetId: world.datasetId, marking: S_FVEY }),
    );
    for (const lower of [U, "CONFIDENTIAL//NOFORN", "SECRET//REL TO USA, ACGU, NATO", "UNCLASSIFIED"])
      await expect(raise("sam", "asset", assetId, lower)).rejects.toMatchObject({ code: /MARKING/ });
    await expect(raise("sam", "asset", assetId, S_FVEY)).rejects.toMatchObject({ code: "ALREADY_DONE" });
    for (const unknown of ["TOP SECRET//SI-G//ORCON/NOFORN", "SECRET//SAR-BP//NOFORN", "nonsense"])
      await expect(raise("sam", "asset", assetId, unknown)).rejects.toMatchObject({ code: "INVALID_MARKING" });
    for (const handle of ["ben", "rita", "petra", "victor"])
      await expect(raise(handle, "asset", assetId, S)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    for (const handle of ["otto", "sofia"])
      await expect(raise(handle, "asset", assetId, S)).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await banner("asset", assetId)).toBe(S_FVEY);
  });

  test("I2 a name that is taken higher up refuses the raise, to whoever may see that name", async () => {
    const make = (name: string, marking: string) =>
      as("sam", (operation) =>
        makeDataset(operation, { programId: house.programId, versionId: world.versionId, name, marking }),
      );
    await make("Twice", TS);
    const low = await make("Twice", U);
    await expect(raise("sam", "dataset", low, TS)).rejects.toMatchObject({ code: "NAME_TAKEN" });
    expect(await banner("dataset", low)).toBe(U);
  });

  test("I3 is not shown again in an operation that is open while it is raised", async () => {
    const assetId = await as("sam", (operation) => makeAsset(house, operation, { datasetId: world.datasetId }));
    const open = await house.open(await house.as("ben"));
    const look = (): Promise<unknown> => open.nested((grant) => grant.read.byId("asset", assetId));
    expect(await look()).not.toBeNull();
    await raise("sam", "asset", assetId, TS);
    expect(await look()).toBeNull();
    await open.close().catch(() => undefined);
  });

  test("I3 PostgreSQL knows the order of markings as this code does", async () => {
    for (const text of markingTexts.values()) {
      const read = house.house.office.read(text);
      if (read) await house.house.office.intern(read.structure, read.effective);
    }
    const { rows } = await house.admin.query<{ id: string; effective: never }>(
      "select id, effective from access.marking",
    );
    const pairs = await house.admin.query<{ a: string; b: string; above: boolean }>(
      "select a.id as a, b.id as b, access.dominates(a.id, b.id) as above from access.marking a cross join access.marking b",
    );
    const known = new Map(rows.map(({ id, effective }) => [id, effective]));
    expect(pairs.rows.length).toBeGreaterThan(300);
    for (const { a, b, above } of pairs.rows)
      expect(above).toBe(dominates(known.get(a) as never, known.get(b) as never));
  });
});
