import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseShape } from "../../src/labeling/shape-parse.ts";
import { shapeWarnings } from "../../src/labeling/shape-crossing.ts";
import { area, boundingBox, corners } from "../../src/labeling/shape.ts";
import { probeImage } from "../../src/storage/imagery/probe.ts";
import { rasterizeSvg } from "../../src/storage/imagery/rasterize.ts";
import { drawHarbor } from "../../src/tour/harbor/harbor.ts";
import { harborScenes } from "../../src/tour/harbor/scenes.ts";

const SEEDS = [1, 2, 3, 2026, -7];

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("the harbor that Caveat draws", () => {
  test("is six PNG images with what is in them", async () => {
    const images = await drawHarbor(1);
    expect(images.map((image) => image.name)).toEqual([
      "container-terminal.png",
      "tanker-jetty.png",
      "patrol-piers.png",
      "marina.png",
      "fishing-port.png",
      "roadstead.png",
    ]);
    for (const { png, objects } of images) {
      expect(await probeImage(png)).toEqual({ mediaType: "image/png", width: 1_024, height: 768, bands: 3 });
      expect(objects.filter((object) => object.classKey === "vessel").length).toBeGreaterThanOrEqual(5);
    }
    const types = new Set(images.flatMap((image) => image.objects.map((object) => object.type)));
    expect(types.size).toBe(10);
  });

  test("is the same bytes for the same seed, and others for another", async () => {
    expect(harborScenes(1)).toEqual(harborScenes(1));
    const [scene] = harborScenes(1);
    const [other] = harborScenes(2);
    if (scene === undefined || other === undefined) throw new Error("no scene");
    const once = digest(await rasterizeSvg(scene.svg, scene));
    expect(digest(await rasterizeSvg(scene.svg, scene))).toBe(once);
    expect(digest(await rasterizeSvg(other.svg, other))).not.toBe(once);
  });

  test.each(SEEDS)("seed %d: every shape of the truth is one that Caveat would take, unchanged", (seed) => {
    for (const scene of harborScenes(seed)) {
      for (const { box, rotatedBox, polygon } of scene.objects) {
        for (const shape of [box, rotatedBox, polygon]) expect(parseShape(shape, scene)).toEqual({ ok: true, shape });
        expect(shapeWarnings(polygon)).toEqual([]);
      }
    }
  });

  test.each(SEEDS)("seed %d: box, turned box and outline of an object tell of the same place", (seed) => {
    for (const { objects } of harborScenes(seed)) {
      for (const { box, rotatedBox, polygon } of objects) {
        const around = boundingBox(polygon);
        expect(box).toEqual({ kind: "box", ...around });
        expect(area(polygon)).toBeLessThanOrEqual(area(rotatedBox) * 1.01);
        expect(area(polygon)).toBeGreaterThan(area(rotatedBox) * 0.6);
        const turned = boundingBox({ kind: "polygon", rings: [corners(rotatedBox)] });
        expect(around.x).toBeGreaterThan(turned.x - 0.02);
        expect(around.y).toBeGreaterThan(turned.y - 0.02);
        expect(around.x + around.width).toBeLessThan(turned.x + turned.width + 0.02);
        expect(around.y + around.height).toBeLessThan(turned.y + turned.height + 0.02);
      }
    }
  });

  test.each(SEEDS)("seed %d: no vessel lies on another", (seed) => {
    for (const { name, objects } of harborScenes(seed)) {
      const vessels = objects.filter((object) => object.classKey === "vessel");
      for (const [index, a] of vessels.entries()) {
        for (const b of vessels.slice(index + 1)) {
          const apart = Math.hypot(a.rotatedBox.cx - b.rotatedBox.cx, a.rotatedBox.cy - b.rotatedBox.cy);
          expect(apart, `${name}: ${a.type} and ${b.type}`).toBeGreaterThan(
            (a.rotatedBox.height + b.rotatedBox.height) / 2,
          );
        }
      }
    }
  });

  test("names nothing outside itself", () => {
    for (const { svg } of harborScenes(1)) {
      expect(svg).not.toMatch(/href|<image|<use|<text|<style|<script|url\((?!#)/);
      expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toContain("http");
    }
  });
});
