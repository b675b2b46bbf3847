import { createHash } from "node:crypto";
import { authorityOf, dayOf } from "../datasets/authority.ts";
import type { AuthorityOrigin } from "../datasets/authority.ts";
import { writeCoco } from "../interchange/coco-writer.ts";
import { writeGeoJson } from "../interchange/geojson-writer.ts";
import type { DataLabel, LabeledAsset, LabeledData } from "../interchange/labeled-data.ts";
import type { Attributes } from "../labeling/attribute-check.ts";
import type { Shape } from "../labeling/shape.ts";
import { verdictOn } from "../datasets/verdict.ts";
import { printDeclassifyOn } from "../markings/index.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import type { FrozenRow } from "./frozen-version.ts";

const PAGE = 1_000;
const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/tiff": "tif",
  "image/webp": "webp",
  "image/nitf": "ntf",
};

/** One image of a frozen version with the sealed blob that holds its original. */
export interface FrozenImage {
  readonly asset: RowOf<"asset">;
  readonly marking: InternedMarking;
  /** "Declassify On" of its classification authority block; null when it is unclassified. */
  readonly declassifyOn: string | null;
  readonly path: string;
  readonly blob: {
    readonly id: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly sha384: string;
    readonly mediaType: string;
  };
}

/** What a delivery of a dataset holds: exactly the rows that the requester may see now. */
export interface FrozenDataset {
  readonly images: readonly FrozenImage[];
  readonly labels: number;
  /** How many of them are of each class, by the class's id. */
  readonly classCounts: Readonly<Record<string, number>>;
  readonly rows: readonly FrozenRow[];
  readonly markings: readonly InternedMarking[];
  /** Markings by object id, for naming what a recipient may not receive. */
  readonly byObject: ReadonlyMap<string, InternedMarking>;
  /** Classification authority blocks of images and labels that have one. */
  readonly origins: readonly AuthorityOrigin[];
  readonly coco: string;
  readonly geoJson: string;
}

async function everything<N extends "asset" | "label">(grant: Grant, noun: N, datasetId: string): Promise<RowOf<N>[]> {
  const all: RowOf<N>[] = [];
  let after: string | null = null;
  for (;;) {
    const page: { rows: readonly RowOf<N>[]; hasNextPage: boolean } = await grant.read.page(
      noun,
      { parent: "dataset", id: datasetId },
      { first: PAGE, after },
      { dataset: datasetId },
    );
    all.push(...page.rows);
    const last: { readonly id: string } | undefined = page.rows.at(-1) as { id: string } | undefined;
    after = last?.id ?? null;
    if (!page.hasNextPage || after === null) return all;
  }
}

async function freezeImages(
  grant: Grant,
  assets: readonly RowOf<"asset">[],
): Promise<{ images: FrozenImage[]; labeled: LabeledAsset[]; origins: AuthorityOrigin[] }> {
  const images: FrozenImage[] = [];
  const origins: AuthorityOrigin[] = [];
  const labeled: LabeledAsset[] = [];
  for (const asset of assets) {
    const content = await grant.read.byId("assetContent", asset.id, "asset");
    const blob = content && (await grant.blobs.row(content.originalBlobId));
    // An asset whose bytes have not been received is no part of a version yet.
    if (!content || !blob) continue;
    const marking = await grant.marking(asset.markingId);
    const path = `data/images/${asset.id}.${EXTENSIONS[blob.mediaType] ?? "bin"}`;
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
    const block = authorityOf(asset, marking.structure);
    if (block !== null) origins.push({ title: `Asset ${asset.id}`, date: dayOf(asset.createdAt), block });
    images.push({
      asset,
      marking,
      declassifyOn: block === null ? null : printDeclassifyOn(block.declassifyOn),
      path,
      blob: {
        id: blob.id,
        bytes: blob.bytes,
        sha256: hex(blob.sha256),
        sha384: hex(blob.sha384),
        mediaType: blob.mediaType,
      },
    });
    labeled.push({
      id: asset.id,
      file: path.slice("data/".length),
      width: content.width,
      height: content.height,
      title: asset.title,
      marking,
    });
  }
  return { images, labeled, origins };
}

/** Whether what was handed in with a task is over and done with: it stands, or somebody accepted this very label meanwhile. */
function isSettled({ standing }: RowOf<"label">, reviews: readonly RowOf<"labelReview">[]): boolean {
  return standing === "STANDS" || (standing === "PENDING" && reviews[0]?.verdict === "accept");
}

/**
 * Freezes a dataset as the caller sees it. Labels that are retracted, rejected in their latest review, handed in with a task
 * and not judged yet, sent back or not chosen, or a model's pre-labels that nobody has taken up are not part of a version.
 */
export async function freezeDataset(grant: Grant, dataset: RowOf<"dataset">): Promise<FrozenDataset> {
  const { images, labeled, origins } = await freezeImages(grant, await everything(grant, "asset", dataset.id));
  const present = new Set(images.map((image) => image.asset.id));
  const labels = (await everything(grant, "label", dataset.id)).filter((label) => present.has(label.assetId));
  const latest = new Map(
    (await grant.read.latestRevisions(labels.map((label) => label.id))).map((r) => [r.labelId, r]),
  );
  const classes = new Map<string, { key: string; name: string; marking: InternedMarking }>();
  const written: DataLabel[] = [];
  const classCounts: Record<string, number> = {};
  const rows: FrozenRow[] = images.map(({ asset, blob }) => ({
    noun: "asset",
    id: asset.id,
    revision: null,
    sha384: blob.sha384,
  }));
  const byObject = new Map<string, InternedMarking>(images.map(({ asset, marking }) => [`asset:${asset.id}`, marking]));
  for (const label of labels) {
    const revision = latest.get(label.id);
    if (!revision || revision.kind === "retract" || revision.kind === "import") continue;
    const reviews = await grant.read.all(
      "labelReview",
      { parent: "revision", id: revision.id },
      100,
      "t.created_at desc, t.id",
    );
    if (reviews[0]?.verdict === "reject" || !isSettled(label, reviews)) continue;
    const known = classes.get(revision.classId) ?? (await classOf(grant, revision.classId));
    if (!known) continue;
    classes.set(revision.classId, known);
    const marking = await grant.marking(revision.markingId);
    classCounts[revision.classId] = (classCounts[revision.classId] ?? 0) + 1;
    const accepted = reviews.find(({ verdict }) => verdict === "accept");
    const reviewedBy = accepted?.reviewerId ?? verdictOn(label, revision)?.personId ?? null;
    written.push({
      id: label.id,
      assetId: label.assetId,
      classKey: known.key,
      shape: revision.shape as Shape,
      attributes: revision.attributes as Attributes,
      marking,
      author: revision.authorId,
      ...(reviewedBy === null ? {} : { reviewedBy }),
    });
    byObject.set(`label:${label.id}`, marking);
    const block = authorityOf(revision, marking.structure);
    if (block !== null) origins.push({ title: `Label ${label.id}`, date: dayOf(revision.createdAt), block });
    rows.push({
      noun: "label",
      id: label.id,
      revision: revision.id,
      sha384: createHash("sha384")
        .update(JSON.stringify([revision.classId, revision.shape, revision.attributes]))
        .digest("hex"),
    });
  }
  const own = await grant.marking(dataset.markingId);
  const data: LabeledData = {
    dataset: { id: dataset.id, name: dataset.name, marking: own },
    assets: labeled,
    classes: [...new Map([...classes.values()].map((c) => [c.key, { key: c.key, name: c.name }])).values()],
    labels: written,
  };
  const markings = new Map(
    [own, ...byObject.values(), ...[...classes.values()].map((c) => c.marking)].map((m) => [m.id, m]),
  );
  return {
    images,
    labels: written.length,
    classCounts,
    rows,
    markings: [...markings.values()],
    byObject,
    origins,
    coco: writeCoco(data),
    geoJson: writeGeoJson(data),
  };
}

async function classOf(
  grant: Grant,
  id: string,
): Promise<{ key: string; name: string; marking: InternedMarking } | null> {
  const row = await grant.read.byId("ontologyClass", id);
  if (!row) return null;
  const definition = row.definition as { readonly name?: string };
  return { key: row.key, name: definition.name ?? row.key, marking: await grant.marking(row.markingId) };
}
