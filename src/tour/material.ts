import type { Attributes } from "../labeling/attribute-check.ts";
import type { AttributeDefinition } from "../labeling/ontology-check.ts";
import type { Shape } from "../labeling/shape.ts";
import type { Refusal } from "../interchange/reading.ts";

/** What an annotator's own file says about an annotation beside its rings. Never computed by us. */
export interface AnnotatorsFigures {
  readonly area: number | null;
  readonly bbox: readonly number[] | null;
}

/** A label that is to be drawn. */
export interface TourLabel {
  readonly className: string;
  readonly shape: Shape;
  readonly attributes: Attributes;
  readonly truth: AnnotatorsFigures | null;
  /** Annotation file that it comes from; null for what Caveat drew itself. */
  readonly source: string | null;
}

/** A proposal of a model. */
export interface TourPreLabel {
  readonly className: string;
  readonly shape: Shape;
  readonly attributes: Attributes;
  readonly score: number;
}

/** An image that is to be loaded. */
export interface TourImage {
  readonly title: string;
  readonly mediaType: string;
  /** Size of the pixel grid. */
  readonly width: number;
  readonly height: number;
  /** Reads all of its bytes. */
  readonly read: () => Promise<Buffer<ArrayBuffer>>;
  readonly labels: readonly TourLabel[];
  readonly preLabels: readonly TourPreLabel[];
}

/** A class of the ontology. */
export interface TourClass {
  readonly key: string;
  readonly name: string;
  readonly attributes: readonly AttributeDefinition[];
}

/** What the tour works with. */
export interface Material {
  /** One sentence about where it comes from. */
  readonly origin: string;
  /** Whose figures are the truth of its labels. */
  readonly truthOf: string;
  readonly images: readonly TourImage[];
  readonly classes: readonly TourClass[];
  /** What of a folder was not taken, by file and reason. */
  readonly refused: readonly Refusal[];
}

/** Key of a class by its name. Throws when the name is of no class: a mistake of ours. */
export function classKey(material: Material, name: string): string {
  const found = material.classes.find((known) => known.name === name);
  if (!found) throw new Error(`no class ${JSON.stringify(name)}`);
  return found.key;
}

/** Sum over the images. */
export function total(material: Material, of: "labels" | "preLabels"): number {
  return material.images.reduce((sum, image) => sum + image[of].length, 0);
}
