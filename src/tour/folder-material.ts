import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readFolder } from "../interchange/folder.ts";
import type { FolderReading } from "../interchange/folder.ts";
import { probeImage } from "../storage/imagery/probe.ts";
import { harborMaterial } from "./harbor-material.ts";
import type { AnnotatorsFigures, Material, TourClass, TourImage, TourLabel } from "./material.ts";
import { told } from "./story.ts";

const LONGEST_TITLE = 200;
const SCENE = "Scene";

type FolderLabel = FolderReading["labels"][number];

/**
 * Figures of annotators, read from their COCO files as they stand: by file, and by the place that a reading names. The
 * delivery is held against these and never against a computation of ours.
 */
async function annotatorsFigures(
  folder: string,
  labels: readonly FolderLabel[],
): Promise<ReadonlyMap<string, AnnotatorsFigures>> {
  const figures = new Map<string, AnnotatorsFigures>();
  const files = new Set(
    labels.map((label) => label.source.file).filter((file) => file.toLowerCase().endsWith(".json")),
  );
  for (const file of files) {
    const text = (await readFile(join(folder, file), "utf8")).replace(/^\uFEFF/u, "");
    const { annotations } = JSON.parse(text) as { annotations: { id?: unknown; area?: unknown; bbox?: unknown }[] };
    for (const { id, area, bbox } of annotations) {
      if (typeof id !== "number") continue;
      figures.set(`${file} annotation ${id}`, {
        area: typeof area === "number" ? area : null,
        bbox: Array.isArray(bbox) && bbox.every((value) => typeof value === "number") ? bbox : null,
      });
    }
  }
  return figures;
}

/** Classes with keys made of their names: a key is narrower than what a file may call a class. */
function classesOf(names: Iterable<string>): TourClass[] {
  const taken = new Set<string>();
  return [...new Set(names)].sort().map((name) => {
    const base =
      name
        .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
        .replace(/^[^A-Za-z0-9]+/, "")
        .slice(0, 56) || "class";
    let key = base;
    for (let n = 2; taken.has(key); n += 1) key = `${base}-${n}`;
    taken.add(key);
    return { key, name, attributes: [] };
  });
}

function titleOf(file: string, at: number): string {
  return file.length <= LONGEST_TITLE ? file : `${at} ${basename(file).slice(-LONGEST_TITLE / 2)}`;
}

/** A label around the whole image, for a folder in which nobody drew anything. */
function sceneOf(image: TourImage): TourLabel {
  const shape = { kind: "box", x: 0, y: 0, width: image.width, height: image.height } as const;
  return { className: SCENE, shape, attributes: {}, truth: null, source: null };
}

/**
 * Reads a folder of images with CSV, Pascal VOC or COCO files beside them. A folder with one image gets a picture of the
 * harbor beside it, because the story needs one that is marked higher. Throws TourError when no image can be read.
 */
export async function folderMaterial(given: string): Promise<Material> {
  const folder = resolve(given);
  const reading = await readFolder(folder, { probe: probeImage });
  told(reading.images.length > 0, `${given} holds no image that can be read`);
  const figures = await annotatorsFigures(folder, reading.labels);
  const images = reading.images.map((image, at): TourImage => {
    const here = <L extends FolderLabel>(labels: readonly L[]): readonly L[] =>
      labels.filter((label) => label.imageFile === image.file);
    return {
      title: titleOf(image.file, at),
      mediaType: image.mediaType,
      width: image.width,
      height: image.height,
      read: () => readFile(image.path),
      labels: here(reading.labels).map(({ className, shape, source }) => ({
        className,
        shape,
        attributes: {},
        truth: figures.get(`${source.file} ${source.at}`) ?? null,
        source: source.file,
      })),
      preLabels: here(reading.preLabels).map(({ className, shape, score }) => ({
        className,
        shape,
        attributes: {},
        score: score ?? 0,
      })),
    };
  });
  const classes = classesOf([...reading.labels, ...reading.preLabels].map((label) => label.className));
  return completed({
    origin: `the folder ${given}`,
    truthOf: "their annotators' own figures",
    images,
    classes,
    refused: reading.refused,
  });
}

async function completed(material: Material): Promise<Material> {
  let { images, classes } = material;
  const [first] = images;
  if (first && images.every((image) => image.labels.length === 0)) {
    images = [{ ...first, labels: [sceneOf(first)] }, ...images.slice(1)];
    classes = [
      ...classes.filter((known) => known.name !== SCENE),
      ...classesOf([SCENE]).map((scene) => ({ ...scene, key: "tour.scene" })),
    ];
  }
  if (images.length > 1) return { ...material, images, classes };
  const harbor = await harborMaterial();
  const second = harbor.images.at(-1);
  const named = (name: string): string => `harbor ${name.toLowerCase()}`;
  const added = harbor.classes.map((known) => ({ ...known, key: `tour.${known.key}`, name: named(known.name) }));
  const renamed = <L extends { readonly className: string }>(labels: readonly L[]): L[] =>
    labels.map((label) => ({ ...label, className: named(label.className) }));
  return {
    ...material,
    images: second
      ? [...images, { ...second, labels: renamed(second.labels), preLabels: renamed(second.preLabels) }]
      : images,
    classes: [...classes.filter((known) => !added.some(({ name }) => name === known.name)), ...added],
  };
}
