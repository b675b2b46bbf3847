import { UserError } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { checkAttributes } from "./attribute-check.ts";
import type { Attributes } from "./attribute-check.ts";
import { parseOntology } from "./ontology-check.ts";
import type { ClassDefinition } from "./ontology-check.ts";
import { parseShape } from "./shape-parse.ts";
import type { Shape } from "./shape.ts";

/** What a label of an asset is checked against. */
export interface LabelContext {
  readonly asset: RowOf<"asset">;
  readonly assetMarking: InternedMarking;
  readonly grid: { readonly width: number; readonly height: number };
  readonly versionId: string;
  readonly classes: ReadonlyMap<
    string,
    { readonly row: RowOf<"ontologyClass">; readonly definition: ClassDefinition; readonly marking: InternedMarking }
  >;
}

/** A label's checked content. */
export interface LabelContent {
  readonly versionId: string;
  readonly classId: string;
  readonly classMarking: InternedMarking;
  readonly shape: Shape;
  readonly attributes: Attributes;
}

/** Loads asset, pixel grid and the classes that the caller may see. Throws NOT_FOUND or NOT_READY. */
export async function labelContext(grant: Grant, assetId: string, versionId?: string): Promise<LabelContext> {
  const asset = await grant.read.byId("asset", assetId);
  if (!asset) throw new UserError("NOT_FOUND", "not found");
  const content = await grant.read.byId("assetContent", assetId, "asset");
  if (!content) throw new UserError("NOT_READY", "the bytes of this asset have not been received");
  const dataset = await grant.read.byId("dataset", asset.datasetId);
  if (!dataset) throw new UserError("NOT_FOUND", "not found");
  const version = versionId ?? dataset.ontologyVersionId;
  const classes = new Map<
    string,
    { row: RowOf<"ontologyClass">; definition: ClassDefinition; marking: InternedMarking }
  >();
  for (const row of await grant.read.all("ontologyClass", { parent: "version", id: version }, 500, "t.id")) {
    const parsed = parseOntology({ classes: [row.definition] });
    const definition = parsed.ok ? parsed.ontology.classes[0] : undefined;
    if (!definition) throw new Error("stored ontology class is malformed");
    classes.set(row.key, { row, definition, marking: await grant.marking(row.markingId) });
  }
  return { asset, assetMarking: await grant.marking(asset.markingId), grid: content, versionId: version, classes };
}

/** Checks a shape against the pixel grid and class and attributes against the ontology version. Throws UserError. */
export function checkContent(
  context: LabelContext,
  input: { readonly classKey: string; readonly shape: unknown; readonly attributes: unknown },
  path: readonly string[] = [],
): LabelContent {
  const known = context.classes.get(input.classKey);
  if (!known) throw new UserError("INVALID_INPUT", "no such class in this ontology version", [...path, "classKey"]);
  const shape = parseShape(input.shape, { width: context.grid.width, height: context.grid.height });
  if (!shape.ok) throw new UserError("INVALID_SHAPE", shape.code, [...path, "shape", shape.at]);
  if (!known.definition.shapes.includes(shape.shape.kind)) {
    throw new UserError("INVALID_SHAPE", "this class is not drawn with that shape", [...path, "shape", "kind"]);
  }
  const attributes = checkAttributes(known.definition, input.attributes);
  if (!attributes.ok)
    throw new UserError("INVALID_ATTRIBUTES", attributes.code, [...path, "attributes", attributes.at]);
  return {
    versionId: context.versionId,
    classId: known.row.id,
    classMarking: known.marking,
    shape: shape.shape,
    attributes: attributes.attributes,
  };
}
