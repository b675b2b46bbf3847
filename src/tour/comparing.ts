import { isDeepStrictEqual } from "node:util";
import type { Drawn, DrawnLabel } from "./labeling.ts";
import type { Loaded, LoadedImage } from "./loading.ts";
import type { AnnotatorsFigures } from "./material.ts";
import type { Unpacked } from "./package-files.ts";
import { count, several, told, toldEqual } from "./story.ts";
import type { Telling } from "./story.ts";

/** How far area and box may lie from the annotators', relative to them. */
const CLOSE = 1e-9;

interface CocoAnnotation {
  readonly image_id: number;
  readonly category_id: number;
  readonly area: number;
  readonly bbox: readonly number[];
  readonly segmentation: readonly (readonly number[])[];
  readonly shape: unknown;
  readonly attributes: unknown;
  readonly reviewed_by: string | null;
}

interface CocoFile {
  readonly images: readonly {
    readonly id: number;
    readonly file_name: string;
    readonly title: string;
    readonly width: number;
    readonly height: number;
  }[];
  readonly categories: readonly { readonly id: number; readonly name: string }[];
  readonly annotations: readonly CocoAnnotation[];
}

/** What makes two labels of one image the same, whatever the order of their members. */
function identity(className: string | undefined, shape: unknown, attributes: unknown): string {
  const ordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((item) => ordered(item));
    if (value === null || typeof value !== "object") return value;
    const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([name, member]) => [name, ordered(member)]));
  };
  return JSON.stringify([className, ordered(shape), ordered(attributes)]);
}

function farthest(found: readonly number[], figures: readonly number[]): number {
  return Math.max(
    0,
    ...figures.map((figure, at) => Math.abs((found[at] ?? Number.NaN) - figure) / Math.max(1, Math.abs(figure))),
  );
}

/** The largest relative difference of what left from what the annotators' own file says. */
function difference({ area, bbox }: CocoAnnotation, truth: AnnotatorsFigures): number {
  return Math.max(
    truth.area === null ? 0 : farthest([area], [truth.area]),
    truth.bbox === null ? 0 : farthest(bbox, truth.bbox),
  );
}

function compareImage(
  file: CocoFile,
  { image }: LoadedImage,
  drawn: readonly DrawnLabel[],
  here: readonly CocoAnnotation[],
): { compared: number; worst: number } {
  toldEqual(here.length, drawn.length, `labels of "${image.title}" that left`);
  const names = new Map(file.categories.map(({ id, name }) => [id, name]));
  const left = new Map(
    here.map((annotation) => [
      identity(names.get(annotation.category_id), annotation.shape, annotation.attributes),
      annotation,
    ]),
  );
  let compared = 0;
  let worst = 0;
  for (const { label } of drawn) {
    const annotation = left.get(identity(label.className, label.shape, label.attributes));
    told(annotation !== undefined, `a label of "${image.title}" did not leave as it was drawn`);
    if (label.shape.kind === "polygon") {
      told(
        isDeepStrictEqual(
          annotation.segmentation,
          label.shape.rings.map((ring) => ring.flat()),
        ),
        `rings of a polygon of "${image.title}" were not kept together`,
      );
    }
    if (label.truth === null) continue;
    const differs = difference(annotation, label.truth);
    told(differs <= CLOSE, `area or box of a label of "${image.title}" differs from the truth by ${differs}`);
    compared += 1;
    worst = Math.max(worst, differs);
  }
  return { compared, worst };
}

/** Holds the delivered files against what went in: every image byte for byte, every label, and the annotators' figures. */
export function compareDelivered(
  tell: Telling,
  unpacked: Unpacked,
  loaded: Loaded,
  drawn: Drawn,
  accepted: number,
): void {
  const file = JSON.parse(unpacked.text("data/labels.coco.json")) as CocoFile;
  toldEqual(file.images.length, loaded.images.length, "images in the COCO file");
  toldEqual(file.annotations.length, drawn.labels.length, "labels in the COCO file");
  let compared = 0;
  let worst = 0;
  for (const image of loaded.images) {
    const entry = file.images.find(({ title }) => title === image.image.title.normalize("NFC").trim());
    told(entry !== undefined, `"${image.image.title}" is not in the COCO file`);
    toldEqual(
      `${entry.width}x${entry.height}`,
      `${image.image.width}x${image.image.height}`,
      `pixels of "${image.image.title}"`,
    );
    toldEqual(
      unpacked.sha256.get(`data/${entry.file_name}`) ?? null,
      image.sha256,
      `the SHA-256 of "${image.image.title}"`,
    );
    const here = file.annotations.filter((annotation) => annotation.image_id === entry.id);
    const result = compareImage(
      file,
      image,
      drawn.labels.filter(({ on }) => on.id === image.id),
      here,
    );
    compared += result.compared;
    worst = Math.max(worst, result.worst);
    if (here.length > 0) tell.figure(`labels.${image.image.title}`, here.length);
  }
  toldEqual(
    file.annotations.filter((annotation) => annotation.reviewed_by !== null).length,
    accepted,
    "labels that left as reviewed",
  );
  const features = (JSON.parse(unpacked.text("data/labels.geojson")) as { features: unknown[] }).features.length;
  told(features >= drawn.labels.length, "the GeoJSON file holds fewer labels than the COCO file");
  tell.say(
    `${several(loaded.images.length, "image")}, each the same bytes as Sam loaded; ${several(file.annotations.length, "label")}, each as Ana drew it, ${count(accepted)} of them reviewed.`,
  );
  if (compared > 0)
    tell.say(
      `Area or box of ${several(compared, "label")}, recomputed by the server, against ${loaded.material.truthOf}: the largest difference is ${worst === 0 ? "none" : worst.toExponential(1)} (1e-9 is allowed).`,
    );
  tell.figure("labels", file.annotations.length);
  tell.figure("comparedWithTruth", compared);
  tell.figure("largestDifference", worst);
}
