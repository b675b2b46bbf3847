import { MOST_POINTS, MOST_RINGS } from "../labeling/shape-parse.ts";
import { isClassName, MOST_ANNOTATIONS, UnreadableError } from "./reading.ts";
import type { RawAnnotation, RawReading, RefusalReason } from "./reading.ts";

type Members = Readonly<Record<string, unknown>>;
type Image = { readonly name: string; readonly grid: RawAnnotation["grid"] };

/**
 * Reads a COCO file (instances, also with `score` from a model, or panoptic). Rings of one annotation stay together; a box
 * without `segmentation` is a box; a `shape` member, which Caveat's own files carry, counts before both and is checked like
 * any other. What cannot be a shape here is named by reason: run lengths, crowds, panoptic segments, keypoints. `area` and
 * `bbox` of an annotation with rings are not read: they follow from the rings. The text is untrusted; throws
 * {@link UnreadableError} JSON_SYNTAX, JSON_STRUCTURE or TOO_MANY_ANNOTATIONS.
 */
export function readCoco(text: string): RawReading {
  const root = parse(text);
  const images = new Map<string, Image | null>();
  const names: string[] = [];
  for (const item of objects(root["images"])) {
    const name = item["file_name"];
    if (typeof name !== "string") throw new UnreadableError("JSON_STRUCTURE");
    const key = idOf(item["id"]);
    images.set(key, images.has(key) ? null : { name, grid: gridOf(item) });
    names.push(name);
  }
  const categories = new Map<string, unknown>();
  for (const item of objects(root["categories"])) {
    const key = idOf(item["id"]);
    // An id that stands for two names stands for none.
    categories.set(key, categories.has(key) ? null : item["name"]);
  }
  const annotations: RawAnnotation[] = [];
  const refused: { reason: RefusalReason; at: string }[] = [];
  const masks: string[] = [];
  let left = MOST_ANNOTATIONS;
  for (const [index, item] of objects(root["annotations"]).entries()) {
    const at = place(item["id"] ?? item["image_id"], index);
    const image = images.get(idOf(item["image_id"])) ?? imageReason(images, item);
    const segments = item["segments_info"];
    if (Array.isArray(segments)) {
      if (typeof item["file_name"] === "string") masks.push(item["file_name"]);
      left -= segments.length;
      if (left < 0) throw new UnreadableError("TOO_MANY_ANNOTATIONS");
      for (let segment = 0; segment < segments.length; segment += 1) {
        if (typeof image === "string") refused.push({ reason: image, at });
        else
          annotations.push({
            ...image,
            image: image.name,
            className: "",
            shape: { refused: "COCO_PANOPTIC" },
            score: null,
            at,
          });
      }
      continue;
    }
    const className = categories.get(idOf(item["category_id"])) ?? null;
    const score = item["score"] ?? null;
    if (typeof image === "string") refused.push({ reason: image, at });
    else if (className === null) refused.push({ reason: "CATEGORY_UNKNOWN", at });
    else if (!isClassName(className)) refused.push({ reason: "CLASS_NAME", at });
    else if (score !== null && !isScore(score)) refused.push({ reason: "SCORE", at });
    else annotations.push({ image: image.name, grid: image.grid, className, shape: readShape(item), score, at });
    if (hasKeypoints(item)) refused.push({ reason: "COCO_KEYPOINTS", at });
  }
  return { annotations, refused, masks, images: names };
}

/** Why an annotation has no image: nothing has that id, or more than one thing has. */
function imageReason(images: ReadonlyMap<string, Image | null>, item: Members): RefusalReason {
  return images.has(idOf(item["image_id"])) ? "IMAGE_AMBIGUOUS" : "IMAGE_ABSENT";
}

function parse(text: string): Members {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw new UnreadableError("JSON_SYNTAX");
  }
  if (!isObject(root)) throw new UnreadableError("JSON_STRUCTURE");
  return root;
}

function readShape(item: Members): RawAnnotation["shape"] {
  if (isObject(item["shape"])) return { value: item["shape"] };
  const segmentation = item["segmentation"];
  if (isObject(segmentation)) return { refused: "COCO_RLE" };
  if (item["iscrowd"] === 1 || item["iscrowd"] === true) return { refused: "COCO_CROWD" };
  if (Array.isArray(segmentation) && segmentation.length > 0) {
    return readRings(segmentation as readonly unknown[]);
  }
  const bbox: unknown = item["bbox"];
  if (!Array.isArray(bbox) || bbox.length !== 4) return { refused: "COCO_GEOMETRY" };
  const [x, y, width, height] = bbox as readonly unknown[];
  return { value: { kind: "box", x, y, width, height } };
}

/** Too many are refused before positions are made of them, which take ten times the memory of the text. */
function readRings(rings: readonly unknown[]): RawAnnotation["shape"] {
  const numbers = rings.reduce<number>((sum, ring) => sum + (Array.isArray(ring) ? ring.length : 0), 0);
  if (rings.length > MOST_RINGS || numbers > 2 * MOST_POINTS) return { refused: "SHAPE_TOO_MANY_POINTS" };
  return { value: { kind: "polygon", rings: rings.map((ring) => pairs(ring)) } };
}

/** COCO's flat `x, y, x, y` as positions; an odd number out is a position with one coordinate, which is then refused. */
function pairs(ring: unknown): unknown {
  if (!Array.isArray(ring)) return ring;
  const flat = ring as readonly unknown[];
  return Array.from({ length: Math.ceil(flat.length / 2) }, (_, index) => flat.slice(2 * index, 2 * index + 2));
}

function gridOf(item: Members): RawAnnotation["grid"] {
  const { width, height } = item;
  return typeof width === "number" && typeof height === "number" ? { width, height } : null;
}

function hasKeypoints(item: Members): boolean {
  // Caveat's own files repeat a point shape as a keypoint for other tools.
  if (isObject(item["shape"])) return false;
  const keypoints = item["keypoints"];
  return Array.isArray(keypoints) && keypoints.some((value) => value !== 0);
}

function isScore(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= 1;
}

/** Ids are numbers in COCO, and texts in some tools; 1 and "1" are different. */
function idOf(value: unknown): string {
  return typeof value === "number" || typeof value === "string" ? JSON.stringify(value) : "";
}

function place(id: unknown, index: number): string {
  return typeof id === "number" ? `annotation ${id}` : `annotation at ${index}`;
}

function objects(value: unknown): readonly Members[] {
  const items: unknown = value ?? [];
  if (!Array.isArray(items)) throw new UnreadableError("JSON_STRUCTURE");
  if (items.length > MOST_ANNOTATIONS) throw new UnreadableError("TOO_MANY_ANNOTATIONS");
  return items.map((item: unknown) => {
    if (!isObject(item)) throw new UnreadableError("JSON_STRUCTURE");
    return item;
  });
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
