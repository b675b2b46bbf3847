import { createHash } from "node:crypto";
import { parseShape } from "../labeling/shape-parse.ts";
import { outline } from "../labeling/shape.ts";
import type { Shape } from "../labeling/shape.ts";
import { readCoco } from "./coco.ts";
import { readCsv } from "./csv.ts";
import { listFolder, readText } from "./folder-files.ts";
import type { FolderFile } from "./folder-files.ts";
import { isFileName, MOST_ANNOTATIONS, MOST_POSITIONS, RefusalCount, UnreadableError } from "./reading.ts";
import type { FolderLabel, RawAnnotation, RawReading, Refusal, RefusalReason } from "./reading.ts";
import { readVoc } from "./voc.ts";

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

/** What a folder holds. Everything in it was either taken or counted in `refused`. */
export interface FolderReading {
  /** Sorted by `file`. */
  readonly images: readonly FolderImage[];
  /** What people drew: annotations without a score, by annotation file and place in it. */
  readonly labels: readonly FolderLabel[];
  /** What a model made: annotations with a score. */
  readonly preLabels: readonly FolderLabel[];
  readonly refused: readonly Refusal[];
  /** Files that are neither images nor annotations by their name; nothing of them was read. */
  readonly otherFiles: readonly string[];
}

/** What {@link readFolder} needs of its caller. */
export interface FolderOptions {
  /** Reads the header of an image; throws an error whose `code` begins with `IMAGE_` for what is none. */
  readonly probe: (path: string) => Promise<ProbedImage>;
  /** Read only the annotation files of these names; the others are listed in `otherFiles`. */
  readonly annotationFiles?: readonly string[];
}

/** An image by its name: found, refused as an image, or one of several of that name. */
type Named = FolderImage | "IMAGE_REFUSED" | "IMAGE_AMBIGUOUS";

/**
 * Reads a folder of images with annotations beside them (CSV, Pascal VOC, COCO), everything in it untrusted.
 *
 * - An annotation belongs to the file that it NAMES, compared as a whole and exactly, wherever in the folder that lies; the
 *   name of the annotation file says nothing, and `OSBS_029.tif` is not `OSBS_029.png`. A name with a path is refused.
 * - The same annotation (image, class, shape, score) in several files, or twice in one, arrives once; the others are
 *   counted as REPEATED under the file that came later by name.
 * - A row with a score is a pre-label of a model, never a label.
 * - Shapes are checked against the pixels of the real image; an annotation file that states another size is refused.
 * - Nothing is dropped in silence: whatever is not taken is counted by file and reason.
 *
 * Deterministic: the same folder gives the same reading. Throws only when the folder itself cannot be read, or the probe
 * fails for a reason that is not the image.
 */
export async function readFolder(dir: string, options: FolderOptions): Promise<FolderReading> {
  const refused = new RefusalCount();
  const listed = await listFolder(dir, refused);
  const isWanted = (file: FolderFile): boolean => options.annotationFiles?.includes(file.name) ?? true;
  const wanted = listed.annotations.filter(isWanted);
  const others = listed.annotations.filter((file) => !isWanted(file)).map((file) => file.file);

  const found = await probeAll(listed.images, options.probe, refused);
  const taking = new Taking(found.byName, refused);
  for (const file of wanted) {
    try {
      // One file at a time: what is kept of it is what was taken.
      taking.take(file.file, readAnnotations(file.name, await readText(file)));
    } catch (thrown) {
      if (!(thrown instanceof UnreadableError)) throw thrown;
      refused.add(file.file, thrown.code);
    }
  }
  const images = found.images.filter((image) => !taking.isMask(image));
  const otherFiles = [...listed.others, ...others].toSorted();
  return { images, labels: taking.labels, preLabels: taking.preLabels, refused: refused.list(), otherFiles };
}

function readAnnotations(name: string, text: string): RawReading {
  const extension = name.slice(name.lastIndexOf(".")).toLowerCase();
  if (extension === ".csv") return readCsv(text);
  if (extension === ".xml") return readVoc(text);
  return readCoco(text);
}

/** Takes annotations file by file and remembers what is here already. */
class Taking {
  readonly labels: FolderLabel[] = [];
  readonly preLabels: FolderLabel[] = [];
  readonly #byName: ReadonlyMap<string, Named>;
  readonly #refused: RefusalCount;
  readonly #seen = new Set<string>();
  readonly #asImage = new Set<string>();
  readonly #asMask = new Map<string, string>();
  #positions = 0;

  constructor(byName: ReadonlyMap<string, Named>, refused: RefusalCount) {
    this.#byName = byName;
    this.#refused = refused;
  }

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

async function probeAll(
  files: readonly FolderFile[],
  probe: FolderOptions["probe"],
  refused: RefusalCount,
): Promise<{ images: readonly FolderImage[]; byName: ReadonlyMap<string, Named> }> {
  const images: FolderImage[] = [];
  const byName = new Map<string, Named>();
  for (const { file, name, path } of files) {
    let found: Named;
    try {
      const { mediaType, width, height, bands } = await probe(path);
      const image = { file, path, mediaType, width, height, bands };
      images.push(image);
      found = image;
    } catch (thrown) {
      const code = imageCode(thrown);
      if (code === null) throw thrown;
      refused.add(file, code);
      found = "IMAGE_REFUSED";
    }
    byName.set(name, byName.has(name) ? "IMAGE_AMBIGUOUS" : found);
  }
  return { images: images.toSorted((a, b) => (a.file < b.file ? -1 : 1)), byName };
}

const IMAGE_CODES = ["IMAGE_TYPE", "IMAGE_TOO_LARGE", "IMAGE_EXPANDS", "IMAGE_DAMAGED", "IMAGE_TIMEOUT"] as const;

function imageCode(thrown: unknown): RefusalReason | null {
  if (!(thrown instanceof Error) || !("code" in thrown)) return null;
  return IMAGE_CODES.find((code) => code === thrown.code) ?? null;
}
