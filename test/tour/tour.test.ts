import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CAVEAT_AUDIT, runTour } from "./running-tour.ts";
import type { Run } from "./running-tour.ts";
import { expectWholeStory, figures, labelsOf } from "./whole-story.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "caveat-tour-test-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

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
