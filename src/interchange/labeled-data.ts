import type { Attributes } from "../labeling/attribute-check.ts";
import type { Shape } from "../labeling/shape.ts";
import { byText } from "./reading.ts";

/** A marking as printed: both forms come from the markings room and are text here. */
export interface PrintedMarking {
  readonly banner: string;
  readonly portion: string;
}

/** An image of the data set. */
export interface LabeledAsset {
  readonly id: string;
  /** How the file is called where the text is going. */
  readonly file: string;
  /** Pixels of the original. */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly marking: PrintedMarking;
  /**
   * From pixels to a map, in GDAL's order: X = g0 + x g1 + y g2, Y = g3 + x g4 + y g5, with (0, 0) the outer corner of the
   * first pixel; `crs` is the name of the map's reference system, such as `EPSG:32617`.
   */
  readonly georeference?: { readonly geotransform: Geotransform; readonly crs: string };
}

/** Six numbers of an affine map. */
export type Geotransform = readonly [number, number, number, number, number, number];

/** One label of an image. */
export interface DataLabel {
  readonly id: string;
  readonly assetId: string;
  readonly classKey: string;
  /** In source pixels of the original. */
  readonly shape: Shape;
  readonly attributes: Attributes;
  readonly marking: PrintedMarking;
  /** Who drew it, as the recipient is to see him. */
  readonly author: string;
  readonly reviewedBy?: string;
}

/** What the writers write. The order of the lists does not matter: the text is the same for every order. */
export interface LabeledData {
  readonly dataset: { readonly id: string; readonly name: string; readonly marking: PrintedMarking };
  readonly assets: readonly LabeledAsset[];
  readonly classes: readonly { readonly key: string; readonly name: string }[];
  readonly labels: readonly DataLabel[];
}

/** Why labeled data cannot be written. */
export type LabeledDataCode = "REPEATED_ID" | "LABEL_WITHOUT_ASSET" | "LABEL_WITHOUT_CLASS" | "GEOTRANSFORM";

/** Labeled data that contradicts itself: a mistake of the caller, never of a user. */
export class LabeledDataError extends Error {
  readonly code: LabeledDataCode;
  constructor(code: LabeledDataCode) {
    super(code);
    this.name = "LabeledDataError";
    this.code = code;
  }
}

/** The lists in their written order (assets and labels by id, classes by key), each label with what it refers to. */
export interface OrderedData {
  readonly assets: readonly LabeledAsset[];
  readonly classes: readonly { readonly key: string; readonly name: string }[];
  readonly labels: readonly { readonly label: DataLabel; readonly asset: number; readonly class: number }[];
}

/** Brings data into written order; `asset` and `class` of a label are positions in the ordered lists. Throws. */
export function orderData(data: LabeledData): OrderedData {
  const assets = data.assets.toSorted((a, b) => byText(a.id, b.id));
  const classes = data.classes.toSorted((a, b) => byText(a.key, b.key));
  const assetAt = positions(assets.map((asset) => asset.id));
  const classAt = positions(classes.map((definition) => definition.key));
  positions(data.labels.map((label) => label.id));
  const labels = data.labels
    .toSorted((a, b) => byText(a.id, b.id))
    .map((label) => {
      const asset = assetAt.get(label.assetId);
      const definition = classAt.get(label.classKey);
      if (asset === undefined) throw new LabeledDataError("LABEL_WITHOUT_ASSET");
      if (definition === undefined) throw new LabeledDataError("LABEL_WITHOUT_CLASS");
      return { label, asset, class: definition };
    });
  return { assets, classes, labels };
}

/** Attributes with their names in order, whatever order they came in. */
export function orderAttributes(attributes: Attributes): Attributes {
  return Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => byText(a, b)));
}

function positions(ids: readonly string[]): ReadonlyMap<string, number> {
  const at = new Map(ids.map((id, index) => [id, index]));
  if (at.size !== ids.length) throw new LabeledDataError("REPEATED_ID");
  return at;
}
