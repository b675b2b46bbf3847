import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAsset, createDataset } from "../../src/datasets/commands.ts";
import { createLabel, importLabels, retractLabel, reviseLabel } from "../../src/labeling/commands.ts";
import { reviewLabel } from "../../src/labeling/review-command.ts";
import { createOntology } from "../../src/labeling/ontology-commands.ts";
import { dominates, joinEffective } from "../../src/markings/index.ts";
import type { Effective } from "../../src/markings/index.ts";
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
} from "./harbor-world.ts";

const TS_SI = "TOP SECRET//SI//NOFORN";
const HIDDEN_CLASS = "submarine";
let house: TestHouse;
let datasetId: string;
let assetId: string;

/** Runs one operation as a person of the demonstration. */
const as = async <O>(handle: string, act: (operation: Operation) => Promise<O>, level?: "S" | "TS"): Promise<O> =>
  house.run(await house.as(handle, level), act);

beforeAll(async () => {
  house = await openTestHouse();
  await as("sam", async (operation) => {
    const { versionId } = await makeOntology(operation, {
      programId: house.programId,
      classes: [classInput("ship"), classInput(HIDDEN_CLASS, TS), classInput("barge", S)],
    });
    datasetId = await makeDataset(operation, { programId: house.programId, versionId, name: "Overview" });
    assetId = await makeAsset(house, operation, { datasetId, marking: S_FVEY });
  });
});
afterAll(async () => {
  await house.remove();
});

/** Banners of rows' own markings, in their order. */
async function banners(table: string, ids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) found.push(await banner(table, id));
  return found;
}

/** The banner of a row's own marking. */
async function banner(table: string, id: string): Promise<string> {
  const { rows } = await house.admin.query<{ banner: string }>(
    `select m.banner from data.${table} t join access.marking m on m.id = t.marking_id where t.id = $1`,
    [id],
  );
  return rows[0]?.banner ?? "none";
}

const label = (classKey: string, marking: string | null) => ({
  assetId,
  classKey,
  shape: BOX,
  attributes: {},
  marking,
});

describe("I3 a label", () => {
  test("I3 takes the join of asset and class when no marking is given", async () => {
    const ids = await as("ana", async (operation) => [
      (await operation.mutate(createLabel, label("ship", null))).id,
      (await operation.mutate(createLabel, label("barge", null))).id,
      (await operation.mutate(createLabel, label(HIDDEN_CLASS, null))).id,
    ]);
    expect(await banners("label", ids)).toEqual([S_FVEY, S, TS]);
    const [, , highest] = ids;
    const revision = await as("ana", (operation) => latest(operation, highest ?? ""));
    expect(await banner("label_revision", revision.id)).toBe(TS);
  });

  test.each([
    ["ship", U],
    ["ship", "CONFIDENTIAL//NOFORN"],
    ["barge", S_FVEY],
    [HIDDEN_CLASS, S],
    [HIDDEN_CLASS, "TOP SECRET//NOFORN"],
    [HIDDEN_CLASS, TS_SI],
  ])("I3 of the class %s is not marked %s, below what it is made from", async (classKey, marking) => {
    await as("ana", (operation) =>
      expect(operation.mutate(createLabel, label(classKey, marking))).rejects.toMatchObject({
        code: "MARKING_TOO_LOW",
      }),
    );
  });

  test("I3 may be marked above what it is made from", async () => {
    const id = await as("ana", (operation) => draw(operation, assetId, TS));
    expect(await banner("label", id)).toBe(TS);
  });

  test("I3 of a model takes the join too", async () => {
    const { ids } = await as("sam", (operation) =>
      operation.mutate(importLabels, {
        assetId,
        labels: ["ship", HIDDEN_CLASS].map((classKey) => ({ classKey, shape: BOX, attributes: {}, score: 0.5 })),
      }),
    );
    expect(await banners("label", ids)).toEqual([S_FVEY, TS]);
  });
});

describe("I3 what is made from a label", () => {
  const revise = (labelId: string, baseRevisionId: string, classKey: string | null, marking: string | null) => ({
    labelId,
    baseRevisionId,
    classKey,
    shape: null,
    attributes: null,
    marking,
  });

  test("I3 a revision takes at least the join of label, last revision and class", async () => {
    const labelId = await as("ana", (operation) => draw(operation, assetId));
    const first = await as("ana", (operation) => latest(operation, labelId));
    await as("ana", (operation) =>
      expect(operation.mutate(reviseLabel, revise(labelId, first.id, null, U))).rejects.toMatchObject({
        code: "MARKING_TOO_LOW",
      }),
    );
    await as("ana", (operation) =>
      expect(operation.mutate(reviseLabel, revise(labelId, first.id, HIDDEN_CLASS, S))).rejects.toMatchObject({
        code: "MARKING_TOO_LOW",
      }),
    );
    await as("ana", (operation) => operation.mutate(reviseLabel, revise(labelId, first.id, HIDDEN_CLASS, null)));
    const second = await as("ana", (operation) => latest(operation, labelId));
    expect(await banner("label_revision", second.id)).toBe(TS);
    // Back to the open class: what was high stays high, for the revision is made from the one before.
    await as("ana", (operation) =>
      expect(operation.mutate(reviseLabel, revise(labelId, second.id, "ship", S_FVEY))).rejects.toMatchObject({
        code: "MARKING_TOO_LOW",
      }),
    );
    await as("ana", (operation) => operation.mutate(reviseLabel, revise(labelId, second.id, "ship", null)));
    const third = await as("ana", (operation) => latest(operation, labelId));
    expect(await banner("label_revision", third.id)).toBe(TS);
  });

  test("I3 I2 a revision from a low session builds on what is visible there, and never becomes stale by a higher one", async () => {
    const labelId = await as("ana", (operation) => draw(operation, assetId));
    const first = await as("ana", (operation) => latest(operation, labelId));
    await as("ana", (operation) => operation.mutate(reviseLabel, revise(labelId, first.id, null, TS)));
    await as("ana", (operation) => operation.mutate(reviseLabel, revise(labelId, first.id, null, null)), "S");
    const low = await as("ana", (operation) => latest(operation, labelId), "S");
    expect([low.ordinal, await banner("label_revision", low.id)]).toEqual([2, S_FVEY]);
  });

  test("I3 a retraction keeps the marking of the revision that it ends", async () => {
    const labelId = await as("ana", (operation) => draw(operation, assetId, TS));
    const first = await as("ana", (operation) => latest(operation, labelId));
    await as("ana", (operation) => operation.mutate(retractLabel, { labelId, baseRevisionId: first.id }));
    const last = await as("ana", (operation) => latest(operation, labelId));
    expect([last.kind, await banner("label_revision", last.id)]).toEqual(["retract", TS]);
  });

  test("I3 a review takes at least the join of label and revision", async () => {
    const labelId = await as("ana", (operation) => draw(operation, assetId));
    const first = await as("ana", (operation) => latest(operation, labelId));
    await as("ana", (operation) => operation.mutate(reviseLabel, revise(labelId, first.id, null, TS)));
    const second = await as("rita", (operation) => latest(operation, labelId));
    const input = { labelId, revisionId: second.id, verdict: "accept", comment: "", marking: S } as const;
    await as("rita", (operation) =>
      expect(operation.mutate(reviewLabel, input)).rejects.toMatchObject({ code: "MARKING_TOO_LOW" }),
    );
    const made = await as("rita", (operation) => operation.mutate(reviewLabel, { ...input, marking: null }));
    expect(await banner("label_review", made.reviewId)).toBe(TS);
  });
});

describe("I3 what is brought in", () => {
  test("I3 an asset is at least what its dataset is", async () => {
    const asset = (marking: string) => ({ datasetId, title: "x", mediaType: "image/png", marking });
    await as("sam", (operation) =>
      expect(operation.mutate(createAsset, asset("UNCLASSIFIED//REL TO USA, GBR"))).resolves.toBeDefined(),
    );
    const high = await as("sam", async (operation) => {
      const versionId =
        (await operation.nested((grant) => grant.read.byId("dataset", datasetId)))?.ontologyVersionId ?? "";
      return makeDataset(operation, { programId: house.programId, versionId, name: "High", marking: S });
    });
    for (const marking of [U, S_FVEY, "CONFIDENTIAL//NOFORN"]) {
      await as("sam", (operation) =>
        expect(operation.mutate(createAsset, { ...asset(marking), datasetId: high })).rejects.toMatchObject({
          code: "MARKING_TOO_LOW",
        }),
      );
    }
  });

  test("I3 a dataset, its compilation, an ontology and its classes are at least what they stand under", async () => {
    const { programId } = house;
    const tooLow = { code: "MARKING_TOO_LOW" };
    const versionId =
      (await as("sam", (operation) => operation.nested((grant) => grant.read.byId("dataset", datasetId))))
        ?.ontologyVersionId ?? "";
    const dataset = {
      programId,
      name: "x",
      marking: S,
      ontologyVersionId: versionId,
      compilation: { marking: S_FVEY, reason: "together" },
    };
    await as("sam", async (operation) => {
      await expect(operation.mutate(createDataset, dataset)).rejects.toMatchObject(tooLow);
      await expect(
        operation.mutate(createDataset, { ...dataset, marking: "UNCLASSIFIED//REL TO USA, ACGU, NATO" }),
      ).rejects.toMatchObject({ code: /MARKING/ });
      const ontology = { programId, name: "x", marking: S, classes: [classInput("a", S_FVEY)] };
      await expect(operation.mutate(createOntology, ontology)).rejects.toMatchObject(tooLow);
    });
    const { rows } = await house.admin.query(
      "select name from data.dataset where name = 'x' union all select name from data.ontology where name = 'x'",
    );
    expect(rows).toEqual([]);
  });
});

describe("I2 I3 a class whose name is hidden", () => {
  test("I2 cannot be used or probed: the answer is that of a class that is not there", async () => {
    const answers = await as("ben", async (operation) => {
      const told: unknown[] = [];
      for (const classKey of [HIDDEN_CLASS, "nothing"]) {
        for (const marking of [null, S, TS]) {
          told.push(
            await operation.mutate(createLabel, label(classKey, marking)).then(
              () => "made",
              (error: unknown) => ({ ...(error as object), message: String(error) }),
            ),
          );
        }
      }
      return told;
    });
    expect(answers.slice(0, 3)).toEqual(answers.slice(3));
    expect(answers[0]).toMatchObject({ code: "INVALID_INPUT" });
  });

  test("I3 a marking that one may not read oneself cannot be given, and reads like one that does not exist", async () => {
    const answers = await as("ben", async (operation) => {
      const told: unknown[] = [];
      for (const marking of [TS, TS_SI, "TOP SECRET//XYZZY//NOFORN", "SECRET//SAR-BP//NOFORN", "nonsense"]) {
        told.push(
          await operation.mutate(createLabel, label("ship", marking)).then(
            () => "made",
            (error: unknown) => ({ ...(error as object), message: String(error) }),
          ),
        );
      }
      return told;
    });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]).toMatchObject({ code: "INVALID_MARKING" });
  });
});

test("I3 every row dominates everything that it was made from, whatever was done above", async () => {
  const pairs: readonly [table: string, columns: readonly string[]][] = [
    ["asset", ["dataset_marking_id"]],
    ["label", ["dataset_marking_id", "asset_marking_id"]],
    ["label_revision", ["dataset_marking_id", "asset_marking_id", "label_marking_id"]],
    ["label_review", ["dataset_marking_id", "asset_marking_id", "label_marking_id", "revision_marking_id"]],
  ];
  for (const [table, columns] of pairs) {
    const sources = columns
      .map((column) => `(select m.effective from access.marking m where m.id = t.${column})`)
      .join(", ");
    const { rows } = await house.admin.query<{ own: Effective; sources: Effective[] }>(
      `select (select m.effective from access.marking m where m.id = t.marking_id) as own, jsonb_build_array(${sources}) as sources from data.${table} t`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter((row) => !dominates(row.own, row.sources.reduce(joinEffective)))).toEqual([]);
  }
});
