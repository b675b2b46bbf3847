import { describe, expect, test } from "vitest";
import { COCO, NEON, hasShared } from "../interchange/shared-data.ts";
import { runTour } from "../tour/running-tour.ts";
import type { Run } from "../tour/running-tour.ts";
import { expectWholeStory, figures, labelsOf } from "../tour/whole-story.ts";

function refused(run: Run): Record<string, unknown> {
  const found = Object.entries(figures(run, "load")).filter(([name]) => name.startsWith("refused."));
  return Object.fromEntries(found.map(([name, value]) => [name.slice("refused.".length), value]));
}

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
