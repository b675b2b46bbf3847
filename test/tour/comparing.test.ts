import { describe, expect, test } from "vitest";
import { writeCoco } from "../../src/interchange/coco-writer.ts";
import type { PolygonShape, Shape } from "../../src/labeling/shape.ts";
import { BOTTOM } from "../../src/markings/index.ts";
import { compareDelivered } from "../../src/tour/comparing.ts";
import type { Drawn, DrawnLabel } from "../../src/tour/labeling.ts";
import type { Loaded, LoadedImage } from "../../src/tour/loading.ts";
import type { AnnotatorsFigures } from "../../src/tour/material.ts";

const POLYGON: PolygonShape = {
  kind: "polygon",
  rings: [
    [
      [0, 0],
      [10, 0],
      [10, 10],
    ],
    [
      [20, 20],
      [30, 20],
      [30, 30],
      [20, 30],
    ],
  ],
};
const BOX: Shape = { kind: "box", x: 1, y: 2, width: 3, height: 4 };
const DIGEST = "ab".repeat(32);

const on: LoadedImage = {
  image: {
    title: "a.png",
    mediaType: "image/png",
    width: 100,
    height: 80,
    read: () => Promise.resolve(Buffer.alloc(0)),
    labels: [],
    preLabels: [],
  },
  id: "asset",
  marking: { banner: "UNCLASSIFIED", effective: BOTTOM },
  sha256: DIGEST,
};
const material = {
  origin: "a test",
  truthOf: "a test's figures",
  images: [on.image],
  classes: [{ key: "tree", name: "Tree", attributes: [] }],
  refused: [],
};
const loaded: Loaded = { material, programId: "p", datasetId: "d", images: [on] };

function drawnLabel(id: string, shape: Shape, truth: AnnotatorsFigures | null): DrawnLabel {
  return { label: { className: "Tree", shape, attributes: {}, truth, source: null }, on, id, revisionId: `${id}r` };
}
const drawn: Drawn = {
  labels: [drawnLabel("1", POLYGON, { area: 150, bbox: [0, 0, 30, 30] }), drawnLabel("2", BOX, null)],
  mistake: drawnLabel("3", BOX, null),
};

interface Coco {
  images: { title: string }[];
  annotations: { area: number; bbox: number[]; segmentation: number[][]; shape: { rings?: unknown; x?: number } }[];
}

/** What a right delivery holds. */
function coco(): Coco {
  const marking = { banner: "UNCLASSIFIED", portion: "(U)" };
  const asset = { id: "asset", file: "images/asset.png", width: 100, height: 80, title: "a.png", marking };
  const labels = drawn.labels.map(({ id, label }) => ({
    id,
    assetId: "asset",
    classKey: "tree",
    shape: label.shape,
    attributes: {},
    marking,
    author: "ana",
  }));
  return JSON.parse(
    writeCoco({
      dataset: { id: "d", name: "n", marking },
      assets: [asset],
      classes: [{ key: "tree", name: "Tree" }],
      labels,
    }),
  ) as Coco;
}

function compare(change: (file: Coco) => void, digest = DIGEST): () => void {
  const file = coco();
  change(file);
  const texts: Record<string, string> = {
    "data/labels.coco.json": JSON.stringify(file),
    "data/labels.geojson": '{"features":[1,2]}',
  };
  const unpacked = {
    folder: "",
    sha256: new Map([["data/images/asset.png", digest]]),
    text: (path: string) => texts[path] ?? "",
  };
  const tell = { say: () => undefined, figure: () => undefined, skip: () => undefined };
  return () => compareDelivered(tell, unpacked, loaded, drawn, 0);
}

const notAsTold = expect.objectContaining({ code: "NOT_AS_TOLD" }) as Error;

describe("what left is held against what went in", () => {
  test("takes a delivery that is right, in whatever order its labels stand", () => {
    expect(compare(() => undefined)).not.toThrow();
    expect(compare((file) => void file.annotations.reverse())).not.toThrow();
  });

  test("notices a label that is missing, doubled, or moved by a hair", () => {
    expect(compare((file) => void file.annotations.pop())).toThrow(notAsTold);
    expect(compare((file) => void file.annotations.push(...file.annotations.slice(0, 1)))).toThrow(notAsTold);
    const moved = compare((file) => {
      const box = file.annotations[1];
      if (box) box.shape.x = 1.000_000_1;
    });
    expect(moved).toThrow(notAsTold);
  });

  test("notices an area or box beyond 1e-9 of the annotators', and none within", () => {
    const scaled = (factor: number): (() => void) =>
      compare((file) => {
        for (const annotation of file.annotations) annotation.area *= factor;
      });
    expect(scaled(1 + 1e-8)).toThrow(notAsTold);
    expect(scaled(1 + 1e-10)).not.toThrow();
    expect(
      compare((file) => {
        for (const annotation of file.annotations) annotation.bbox[2] = (annotation.bbox[2] ?? 0) + 1e-6;
      }),
    ).toThrow(notAsTold);
  });

  test("notices rings that were torn apart", () => {
    const torn = compare((file) => {
      for (const annotation of file.annotations) annotation.segmentation = annotation.segmentation.slice(0, 1);
    });
    expect(torn).toThrow(notAsTold);
  });

  test("notices an image with other bytes, and one that is missing", () => {
    expect(compare(() => undefined, "cd".repeat(32))).toThrow(notAsTold);
    expect(
      compare((file) => {
        for (const image of file.images) image.title = "b.png";
      }),
    ).toThrow(notAsTold);
  });
});
