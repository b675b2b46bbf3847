import { isText } from "../labeling/ontology-check.ts";
import type { ShapeCode } from "../labeling/shape-parse.ts";
import type { Shape } from "../labeling/shape.ts";

/** Why a file or an annotation was not taken. Every one that was not taken is counted under one of these. */
export type RefusalReason =
  // A file of the folder.
  | "FILE_NAME"
  | "FILE_LINK"
  | "FILE_KIND"
  | "FILE_DEPTH"
  | "FILE_TOO_LARGE"
  | "FILE_ENCODING"
  | "TOO_MANY_FILES"
  | "IMAGE_TYPE"
  | "IMAGE_TOO_LARGE"
  | "IMAGE_EXPANDS"
  | "IMAGE_DAMAGED"
  | "IMAGE_TIMEOUT"
  // A whole annotation file.
  | "CSV_SYNTAX"
  | "CSV_COLUMNS"
  | "XML_SYNTAX"
  | "XML_DOCTYPE"
  | "XML_STRUCTURE"
  | "JSON_SYNTAX"
  | "JSON_STRUCTURE"
  // One annotation.
  | "TOO_MANY_ANNOTATIONS"
  /** It names a path instead of a file. */
  | "IMAGE_NAME"
  | "IMAGE_ABSENT"
  /** Two files of that name, or two images of that id. */
  | "IMAGE_AMBIGUOUS"
  /** The image is there but was refused as an image. */
  | "IMAGE_REFUSED"
  /** It was drawn on an image of another size than the file has. */
  | "GRID_DIFFERS"
  | "CLASS_NAME"
  | "CATEGORY_UNKNOWN"
  | "CSV_ROW"
  | "NUMBER"
  | "SCORE"
  | "WKT_SYNTAX"
  /** A polygon with a hole, which rings as parts cannot say. */
  | "WKT_HOLE"
  | "VOC_MEMBER"
  /** A part of an object, which VOC draws inside it. */
  | "VOC_PART"
  | "COCO_GEOMETRY"
  /** A mask in run lengths. */
  | "COCO_RLE"
  /** A region of many objects (`iscrowd`). */
  | "COCO_CROWD"
  /** Keypoints of an annotation that was otherwise taken. */
  | "COCO_KEYPOINTS"
  | "COCO_PANOPTIC"
  /** A picture of panoptic segments, set aside because it is no photograph. */
  | "COCO_PANOPTIC_MASK"
  /** The same annotation (image, class, shape, score) arrived already. */
  | "REPEATED"
  | ShapeCode;

/** How many of one source were not taken for one reason, and where the first stands. */
export interface Refusal {
  /** Path of the file inside the folder, with forward slashes. */
  readonly source: string;
  readonly reason: RefusalReason;
  readonly count: number;
  /** Place of the first: `line 12`, `object 3`, `annotation 433497`, or empty for a whole file. */
  readonly first: string;
}

/** One annotation as its file says it, before the image is known. All values come from outside. */
export interface RawAnnotation {
  /** The image file that it names. */
  readonly image: string;
  /** Size of that image according to the annotation file, when it says so. */
  readonly grid: { readonly width: number; readonly height: number } | null;
  readonly className: string;
  /** An unchecked shape, or why it cannot be one. */
  readonly shape: { readonly value: unknown } | { readonly refused: RefusalReason };
  readonly score: number | null;
  readonly at: string;
}

/** What one annotation file holds. */
export interface RawReading {
  readonly annotations: readonly RawAnnotation[];
  readonly refused: readonly { readonly reason: RefusalReason; readonly at: string }[];
  /** Files that are pictures of segments and not photographs (COCO panoptic). */
  readonly masks: readonly string[];
  /** Files that it lists as images. */
  readonly images: readonly string[];
}

/** One annotation of an image of the folder. */
export interface FolderLabel {
  /** Path of the image inside the folder, as in `FolderImage.file`. */
  readonly imageFile: string;
  /** The class as the file calls it. */
  readonly className: string;
  readonly shape: Shape;
  /** A model's confidence from 0 to 1; null for what a person drew. */
  readonly score: number | null;
  readonly source: { readonly file: string; readonly at: string };
}

/** A whole annotation file that cannot be read. */
export class UnreadableError extends Error {
  readonly code: RefusalReason;
  constructor(code: RefusalReason) {
    super(code);
    this.name = "UnreadableError";
    this.code = code;
  }
}

/** Annotations taken from one folder; further ones are counted as TOO_MANY_ANNOTATIONS. */
export const MOST_ANNOTATIONS = 1_000_000;

/** Positions of all shapes taken from one folder; further shapes are counted as TOO_MANY_ANNOTATIONS. */
export const MOST_POSITIONS = 5_000_000;

/** Longest class name in UTF-16 code units. */
const LONGEST_CLASS = 200;

/** Whether a text from outside can be the name of a class. */
export function isClassName(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_CLASS && value.trim() !== "" && isText(value);
}

/**
 * Whether a text from outside is the name of a file and nothing more: no separators of any system, no `.` and `..`, no
 * control characters, at most 255 code units.
 */
export function isFileName(value: unknown): value is string {
  if (typeof value !== "string" || value === "" || value.length > 255) return false;
  return value !== "." && value !== ".." && !/[/\\]/u.test(value) && isText(value);
}

const DECIMAL = /^[+-]?(?:\d{1,20}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?$/u;

/** A decimal number of a text file, or null: no hexadecimal, no `Infinity`, no blanks, bounded length. */
export function readDecimal(text: string): number | null {
  if (!DECIMAL.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value + 0 : null;
}

/** Counts what is not taken, by source and reason. */
export class RefusalCount {
  readonly #byKey = new Map<string, { source: string; reason: RefusalReason; count: number; first: string }>();

  /** Counts one (or `count` at once); `at` is remembered for the first only. */
  add(source: string, reason: RefusalReason, at = "", count = 1): void {
    const key = `${reason}/${source}`;
    const known = this.#byKey.get(key);
    if (known === undefined) this.#byKey.set(key, { source, reason, count, first: at });
    else known.count += count;
  }

  /** All counts, sorted by source and then reason. */
  list(): readonly Refusal[] {
    const sorted = [...this.#byKey.values()];
    return sorted.toSorted((a, b) => byText(a.source, b.source) || byText(a.reason, b.reason));
  }
}

/** Order of two texts by UTF-16 code units: the same in every locale. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
