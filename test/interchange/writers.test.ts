import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeCoco } from "../../src/interchange/coco-writer.ts";
import { readFolder } from "../../src/interchange/folder.ts";
import { writeGeoJson } from "../../src/interchange/geojson-writer.ts";
import type { DataLabel, LabeledData } from "../../src/interchange/labeled-data.ts";
import { LabeledDataError } from "../../src/interchange/labeled-data.ts";
import type { Shape } from "../../src/labeling/shape.ts";

const U = { banner: "UNCLASSIFIED", portion: "U" };
const SHAPES: readonly Shape[] = [
  { kind: "box", x: 1, y: 2, width: 30, height: 40.5 },
  { kind: "rotatedBox", cx: 50, cy: 40, width: 30, height: 10, angle: 30 },
  {
    kind: "polygon",
    rings: [
      [
        [1, 1],
        [9, 1],
        [9, 9],
      ],
      [
        [20, 20],
        [20, 30],
        [30, 30],
      ],
    ],
  },
  {
    kind: "polyline",
    points: [
      [1, 1],
      [50, 20],
      [99, 79],
    ],
  },
  { kind: "point", x: 12.25, y: 7 },
];

const label = (shape: Shape, index: number): DataLabel => ({
  id: `label-${index}`,
  assetId: index % 2 === 0 ? "asset-a" : "asset-b",
  classKey: index % 2 === 0 ? "ship" : "car",
  shape,
  attributes: { type: "cargo", moored: true },
  marking: U,
  author: "analyst one",
  ...(index === 0 ? { reviewedBy: "analyst two" } : {}),
});

const DATA: LabeledData = {
  dataset: { id: "d1", name: "Harbor", marking: { banner: "CONFIDENTIAL//NOFORN", portion: "C//NF" } },
  assets: [
    { id: "asset-a", file: "a.png", width: 100, height: 80, title: "Quay", marking: U },
    { id: "asset-b", file: "b.png", width: 100, height: 80, title: "Road", marking: U },
  ],
  classes: [
    { key: "ship", name: "Ship" },
    { key: "car", name: "Car" },
  ],
  labels: SHAPES.map(label),
};

const turned: LabeledData = {
  ...DATA,
  assets: DATA.assets.toReversed(),
  classes: DATA.classes.toReversed(),
  labels: DATA.labels.toReversed().map((item) => ({ ...item, attributes: { moored: true, type: "cargo" } })),
};

interface CocoText {
  info: Record<string, unknown>;
  categories: { id: number; key: string }[];
  images: { id: number; asset_id: string; marking: string }[];
  annotations: Record<string, unknown>[];
}
interface GeoText {
  marking: string;
  features: { id: string; geometry: { type: string; coordinates: unknown }; properties: Record<string, unknown> }[];
}

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "caveat-writers-"));
});
afterAll(async () => {
  await rm(dir, { recursive: true });
});

describe("COCO text", () => {
  test("is the same bytes whatever the order of what comes in", () => {
    expect(writeCoco(turned)).toBe(writeCoco(DATA));
  });

  test("carries the banner, each portion, and categories in the order of their keys", () => {
    const text = JSON.parse(writeCoco(DATA)) as CocoText;
    expect(text.info["security"]).toBe("CONFIDENTIAL//NOFORN");
    expect(text.categories.map(({ id, key }) => [id, key])).toEqual([
      [1, "car"],
      [2, "ship"],
    ]);
    expect(text.images.map(({ id, asset_id, marking }) => [id, asset_id, marking])).toEqual([
      [1, "asset-a", "U"],
      [2, "asset-b", "U"],
    ]);
    expect(text.annotations.map(({ label_id, marking }) => [label_id, marking])).toEqual(
      SHAPES.map((_, index) => [`label-${index}`, "U"]),
    );
  });

  test("computes area and bounding box from the stored geometry and keeps rings together", () => {
    const [box, turnedBox, polygon, line, point] = (JSON.parse(writeCoco(DATA)) as CocoText).annotations;
    expect(box).toMatchObject({
      bbox: [1, 2, 30, 40.5],
      area: 1215,
      segmentation: [[1, 2, 31, 2, 31, 42.5, 1, 42.5]],
      reviewed_by: "analyst two",
    });
    expect(turnedBox).toMatchObject({ area: 300, shape: SHAPES[1], reviewed_by: null });
    expect(polygon).toMatchObject({
      bbox: [1, 1, 29, 29],
      area: 82,
      segmentation: [
        [1, 1, 9, 1, 9, 9],
        [20, 20, 20, 30, 30, 30],
      ],
    });
    expect(line).toMatchObject({ segmentation: [], area: 0, bbox: [1, 1, 98, 78] });
    expect(point).toMatchObject({ segmentation: [], keypoints: [12.25, 7, 2], num_keypoints: 1 });
  });

  test("read back gives every shape as it was stored", async () => {
    await writeFile(join(dir, "a.png"), "");
    await writeFile(join(dir, "b.png"), "");
    await writeFile(join(dir, "labels.coco.json"), writeCoco(DATA));
    const probe = () => Promise.resolve({ mediaType: "image/png", width: 100, height: 80, bands: 3 });
    const { labels, refused } = await readFolder(dir, { probe });
    expect(refused).toEqual([]);
    expect(labels.map(({ imageFile, className, shape }) => ({ imageFile, className, shape }))).toEqual(
      SHAPES.map((shape, index) => ({
        imageFile: index % 2 === 0 ? "a.png" : "b.png",
        className: index % 2 === 0 ? "Ship" : "Car",
        shape,
      })),
    );
  });

  test.each([
    ["a label of an unknown image", { assets: [] }, "LABEL_WITHOUT_ASSET"],
    ["a label of an unknown class", { classes: [] }, "LABEL_WITHOUT_CLASS"],
    ["two labels of one id", { labels: [...DATA.labels, ...DATA.labels] }, "REPEATED_ID"],
    ["two classes of one key", { classes: [...DATA.classes, ...DATA.classes] }, "REPEATED_ID"],
  ])("refuses %s", (_name, change, code) => {
    for (const write of [writeCoco, writeGeoJson]) {
      const attempt = (): string => write({ ...DATA, ...change });
      expect(attempt).toThrow(LabeledDataError);
      expect(attempt).toThrow(code);
    }
  });
});

describe("GeoJSON text", () => {
  test("is the same bytes whatever the order of what comes in, and carries banner and portions", () => {
    expect(writeGeoJson(turned)).toBe(writeGeoJson(DATA));
    const text = JSON.parse(writeGeoJson(DATA)) as GeoText;
    expect(text.marking).toBe("CONFIDENTIAL//NOFORN");
    expect(text.features.map((feature) => feature.properties["marking"])).toEqual(SHAPES.map(() => "U"));
  });

  test("without a georeference says that its numbers are pixels", () => {
    const { features } = JSON.parse(writeGeoJson(DATA)) as GeoText;
    expect(features.map((feature) => feature.geometry.type)).toEqual([
      "Polygon",
      "Polygon",
      "MultiPolygon",
      "LineString",
      "Point",
    ]);
    expect(features[4]?.geometry.coordinates).toEqual([12.25, 7]);
    for (const feature of features) expect(feature.properties).toMatchObject({ coordinates: "pixel", crs: null });
  });

  test("applies a geotransform in GDAL's order and runs rings as RFC 7946 asks", () => {
    const georeference = { geotransform: [404_000, 0.1, 0, 3_285_000, 0, -0.1], crs: "EPSG:32617" } as const;
    const assets = DATA.assets.map((asset) => ({ ...asset, georeference }));
    const { features } = JSON.parse(writeGeoJson({ ...DATA, assets })) as GeoText;
    const [box, , polygon, , point] = features;
    expect(point?.geometry.coordinates).toEqual([404_000 + 12.25 * 0.1, 3_285_000 - 0.7]);
    expect(box?.properties).toMatchObject({ coordinates: "map", crs: "EPSG:32617" });
    if (box === undefined || polygon === undefined) throw new Error("no features");
    const rings = [
      ...(box.geometry.coordinates as number[][][]),
      ...(polygon.geometry.coordinates as number[][][][]).flat(),
    ];
    for (const ring of rings) {
      expect(ring[0]).toEqual(ring.at(-1));
      let twice = 0;
      for (const [index, [x = 0, y = 0]] of ring.entries()) {
        const [nx = 0, ny = 0] = ring[(index + 1) % ring.length] ?? [];
        twice += x * ny - nx * y;
      }
      expect(twice).toBeGreaterThan(0);
    }
  });

  test.each([
    ["not finite", [0, 1, 0, 0, 0, Number.NaN]],
    ["flat", [0, 1, 1, 0, 1, 1]],
  ])("refuses a geotransform that is %s", (_name, numbers) => {
    const georeference = { geotransform: numbers as [number, number, number, number, number, number], crs: "x" };
    const assets = DATA.assets.map((asset) => ({ ...asset, georeference }));
    expect(() => writeGeoJson({ ...DATA, assets })).toThrow("GEOTRANSFORM");
  });
});
