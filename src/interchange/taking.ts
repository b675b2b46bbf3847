import { createHash } from "node:crypto";
import { parseShape } from "../labeling/shape-parse.ts";
import { outline } from "../labeling/shape.ts";
import type { Shape } from "../labeling/shape.ts";
import { isFileName, MOST_ANNOTATIONS, MOST_POSITIONS } from "./reading.ts";
import type { FolderLabel, RawAnnotation, RawReading, RefusalCount, RefusalReason } from "./reading.ts";

/** What the header of an image says; `bands` and `mediaType` are carried through. */
export interface ProbedImage {
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly bands: number;
}

/** An image of the folder. */
export interface FolderImage extends ProbedImage {
  /** Path inside the folder, with forward slashes. */
  readonly file: string;
  /** Path to open. */
  readonly path: string;
}

/** An image by its name: found, refused as an image, or one of several of that name. */
export type NamedImage = FolderImage | "IMAGE_REFUSED" | "IMAGE_AMBIGUOUS";

/** Takes annotations file by file and remembers what is here already. */
export class Taking {
  /** What people drew. */
  readonly labels: FolderLabel[] = [];
  /** What a model made. */
  readonly preLabels: FolderLabel[] = [];
  readonly #byName: ReadonlyMap<string, NamedImage>;
  readonly #refused: RefusalCount;
  readonly #seen = new Set<string>();
  readonly #asImage = new Set<string>();
  readonly #asMask = new Map<string, string>();
  #positions = 0;

  /** `byName` holds the images of the folder by file name; what is not taken is counted in `refused`. */
  constructor(byName: ReadonlyMap<string, NamedImage>, refused: RefusalCount) {
    this.#byName = byName;
    this.#refused = refused;
  }

  /** Takes what one annotation file holds; `source` is its path inside the folder. */
  take(source: string, reading: RawReading): void {
    for (const { reason, at } of reading.refused) this.#refused.add(source, reason, at);
    for (const name of reading.images) this.#remember(name);
    for (const name of reading.masks) if (this.#byName.has(name)) this.#asMask.set(name, source);
    for (const annotation of reading.annotations) {
      this.#remember(annotation.image);
      const read = this.#read(annotation, source);
      const label = typeof read === "string" ? read : this.#admit(read);
      if (typeof label === "string") this.#refused.add(source, label, annotation.at);
      else (label.score === null ? this.labels : this.preLabels).push(label);
    }
  }

  /** Whether an image is a picture of panoptic segments that no annotation file calls an image; counts it when it is. */
  isMask({ file }: FolderImage): boolean {
    const name = file.slice(file.lastIndexOf("/") + 1);
    const source = this.#asMask.get(name);
    if (source === undefined || this.#asImage.has(name)) return false;
    this.#refused.add(source, "COCO_PANOPTIC_MASK", name);
    return true;
  }

  /** One annotation with the image that it names, or why it is not taken. What the image says comes first. */
  #read(annotation: RawAnnotation, source: string): FolderLabel | RefusalReason {
    if (!isFileName(annotation.image)) return "IMAGE_NAME";
    const image = this.#byName.get(annotation.image) ?? "IMAGE_ABSENT";
    if (typeof image === "string") return image;
    if ("refused" in annotation.shape) return annotation.shape.refused;
    const { grid, className, score, at } = annotation;
    if (grid !== null && (grid.width !== image.width || grid.height !== image.height)) return "GRID_DIFFERS";
    const parsed = parseShape(annotation.shape.value, image);
    if (!parsed.ok) return parsed.code;
    return { imageFile: image.file, className, shape: parsed.shape, score, source: { file: source, at } };
  }

  /** The label, or why it is not taken although it could be: it is here already, or there are too many. */
  #admit(label: FolderLabel): FolderLabel | RefusalReason {
    const key = createHash("sha256");
    key.update(JSON.stringify([label.imageFile, label.className, label.score, label.shape]));
    const digest = key.digest("base64");
    if (this.#seen.has(digest)) return "REPEATED";
    const positions = this.#positions + positionsOf(label.shape);
    if (this.#seen.size >= MOST_ANNOTATIONS || positions > MOST_POSITIONS) return "TOO_MANY_ANNOTATIONS";
    this.#seen.add(digest);
    this.#positions = positions;
    return label;
  }

  #remember(name: string): void {
    if (this.#byName.has(name)) this.#asImage.add(name);
  }
}

function positionsOf(shape: Shape): number {
  if (shape.kind === "polyline") return shape.points.length;
  return outline(shape).reduce((sum, ring) => sum + ring.length, 1);
}
