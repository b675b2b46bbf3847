import { readCoco } from "./coco.ts";
import { readCsv } from "./csv.ts";
import { listFolder, readText } from "./folder-files.ts";
import type { FolderFile } from "./folder-files.ts";
import { RefusalCount, UnreadableError } from "./reading.ts";
import type { FolderLabel, RawReading, Refusal, RefusalReason } from "./reading.ts";
import { Taking } from "./taking.ts";
import type { FolderImage, NamedImage, ProbedImage } from "./taking.ts";
import { readVoc } from "./voc.ts";

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

async function probeAll(
  files: readonly FolderFile[],
  probe: FolderOptions["probe"],
  refused: RefusalCount,
): Promise<{ images: readonly FolderImage[]; byName: ReadonlyMap<string, NamedImage> }> {
  const images: FolderImage[] = [];
  const byName = new Map<string, NamedImage>();
  for (const { file, name, path } of files) {
    let found: NamedImage;
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
