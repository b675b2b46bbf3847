import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { COCO, NEON, hasShared } from "../interchange/shared-data.ts";
import { outsideProgram } from "../outside-programs.ts";
import { CAVEAT_AUDIT, runTour, steps } from "./running-tour.ts";
import type { Run, ToldStep } from "./running-tour.ts";

const STEPS = [
  "start",
  "load",
  "label",
  "clearance",
  "release",
  "review",
  "archive",
  "refused-delivery",
  "request",
  "approve",
  "fetch",
  "openssl",
  "compare",
  "archive-again",
  "damage-archive",
  "damage-delivery",
  "leave",
];

const openssl = outsideProgram("openssl");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "caveat-tour-test-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function figures(run: Run, name: string): ToldStep["figures"] {
  return steps(run).get(name)?.figures ?? {};
}

function labelsOf(run: Run, step: string): Record<string, unknown> {
  const found = Object.entries(figures(run, step)).filter(([name]) => name.startsWith("labels."));
  return Object.fromEntries(found.map(([name, value]) => [name.slice("labels.".length), value]));
}

function refused(run: Run): Record<string, unknown> {
  const found = Object.entries(figures(run, "load")).filter(([name]) => name.startsWith("refused."));
  return Object.fromEntries(found.map(([name, value]) => [name.slice("refused.".length), value]));
}

/** What every tour must have told, whatever it was given. */
function expectWholeStory(run: Run): void {
  expect(run.err.replaceAll(/^caveat: (?:building|waiting for another install or build to end)\n/gm, "")).toBe("");
  const told = [...steps(run).values()];
  expect(told.map(({ name }) => name)).toEqual(STEPS);
  expect(told.map(({ step }) => step)).toEqual(STEPS.map((_, at) => at + 1));
  expect(told.every(({ ok, problem }) => ok && problem === undefined)).toBe(true);
  expect(steps(run).get("openssl")?.skipped ?? false).toBe(openssl.skip);
  expect(figures(run, "clearance")).toMatchObject({ sameAsAbsent: true });
  expect(figures(run, "damage-archive")).toMatchObject({ code: "LEAF_CHANGED" });
  expect(figures(run, "damage-delivery")).toMatchObject({ code: "FILE_CHANGED" });
  expect(figures(run, "archive-again")["knownSize"]).toBe(figures(run, "archive")["entries"]);
  expect(run.code).toBe(0);
  expect(run.left).toEqual([]);
}

describe("the tour of the harbor", () => {
  let run: Run;
  beforeAll(async () => {
    run = await runTour(["--json", "--keep", join(folder, "kept")]);
  });

  test("comes out as told in every step and leaves nothing behind", () => {
    expectWholeStory(run);
    expect(figures(run, "load")).toMatchObject({ images: 6, preLabels: 255 });
    expect(figures(run, "label")).toMatchObject({ labels: 187 });
    expect(figures(run, "clearance")).toMatchObject({ images: 5 });
    expect(figures(run, "release")).toMatchObject({ images: 4 });
    expect(figures(run, "review")).toMatchObject({ accepted: 20, rejected: 1, retracted: 1 });
    expect(figures(run, "request")).toMatchObject({ images: 6, labels: 187, marking: "TOP SECRET//TK//NOFORN" });
    expect(labelsOf(run, "compare")).toEqual(labelsOf(run, "label"));
  });

  test("what it keeps verifies with the auditor's own command, and the damaged copies do not", async () => {
    const kept = join(folder, "kept");
    const verify = (...words: string[]): number | null =>
      spawnSync("sh", [CAVEAT_AUDIT, "verify", ...words, "--quiet"]).status;
    const trust = join(kept, "trust.json");
    expect(verify("log", join(kept, "archive"), "--key", trust)).toBe(0);
    expect(verify("delivery", join(kept, "delivery.tar"), "--trust", trust)).toBe(0);
    expect(verify("log", join(kept, "damaged", "damaged-log.ndjson"), "--key", trust)).toBe(1);
    expect(verify("delivery", join(kept, "damaged", "damaged-delivery.tar"), "--trust", trust)).toBe(1);
    const coco = JSON.parse(await readFile(join(kept, "labels.coco.json"), "utf8")) as { annotations: unknown[] };
    expect(coco.annotations.length).toBe(187);
  });
});

describe.skipIf(!hasShared)("the tour of folders that others made", () => {
  test("NEON: every box arrives once, at the image that it names, and a model's stay apart", async () => {
    const run = await runTour(["--json", "--images", NEON]);
    expectWholeStory(run);
    const boxes = {
      "2018_SJER_3_252000_4107000_image_477.tif": 7,
      "2019_YELL_2_541000_4977000_image_crop.png": 279,
      "OSBS_029.tif": 61,
      "SOAP_061.png": 37,
    };
    expect(labelsOf(run, "label")).toEqual(boxes);
    expect(labelsOf(run, "compare")).toEqual(boxes);
    expect(refused(run)).toEqual({ "OSBS_029.xml.REPEATED": 61 });
    expect(figures(run, "load")).toMatchObject({ images: 7, preLabels: 15 });
    expect(figures(run, "request")).toMatchObject({ images: 7, labels: 384 });
  });

  test("COCO: polygons leave with the annotators' area and box, and what cannot come in is counted", async () => {
    const run = await runTour(["--json", "--images", COCO, "--marking", "UNCLASSIFIED//REL TO USA, FVEY"]);
    expectWholeStory(run);
    expect(figures(run, "label")).toMatchObject({ "from.instances.json": 25, "from.rle.json": 109, labels: 134 });
    expect(labelsOf(run, "compare")).toEqual(labelsOf(run, "label"));
    expect(refused(run)).toEqual({
      "instances.json.IMAGE_ABSENT": 37,
      "panoptic.json.COCO_PANOPTIC": 163,
      "panoptic.json.COCO_PANOPTIC_MASK": 8,
      "panoptic.json.IMAGE_ABSENT": 206,
      "rle.json.COCO_RLE": 5,
      "rle.json.IMAGE_ABSENT": 117,
    });
    expect(figures(run, "compare")["comparedWithTruth"]).toBe(134);
    expect(Number(figures(run, "compare")["largestDifference"])).toBeLessThan(1e-9);
  });
});

describe("the tour fails loudly", () => {
  test("exits 1 and names the step when a folder holds no image, and leaves nothing behind", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    await writeFile(join(empty, "note.png"), "no picture");
    const run = await runTour(["--images", empty]);
    expect(run.code).toBe(1);
    expect(run.err).toContain("did not come out as told at step 2 (load)");
    expect(run.out).toContain(" 2. FAILED ");
    expect(run.left).toEqual([]);
    // Not a terminal: nothing but printable ASCII and line feeds.
    expect(run.out).toMatch(/^[\n -~]*$/);
  });

  test("exits 130 when it is interrupted, and leaves nothing behind", async () => {
    const run = await runTour(["--json"], '"name":"start"');
    expect(run.code).toBe(130);
    expect(run.left).toEqual([]);
  });

  test("refuses words that it does not understand with 2, before anything starts", async () => {
    for (const args of [
      ["now"],
      ["--marking", "SECRET//FROG"],
      ["--marking", "TOP SECRET//HCS-P//NOFORN"],
      ["--marking", "SECRET"],
      ["--images", join(folder, "absent")],
      ["--keep", folder],
    ]) {
      const run = await runTour(args);
      expect([run.code, run.out, run.left], args.join(" ")).toEqual([2, "", []]);
    }
  });
});
