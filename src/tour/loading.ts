import { SHAPE_KINDS } from "../labeling/shape.ts";
import { batches, done } from "./api-client.ts";
import type { ApiClient } from "./api-client.ts";
import { CLOSE_HOLD, NOT_RELEASABLE, PROGRAM_MARKING } from "./clearance.ts";
import type { StoryMarking } from "./clearance.ts";
import { classKey, total } from "./material.ts";
import type { Material, TourImage } from "./material.ts";
import { bytes, count, several, told, toldEqual } from "./story.ts";
import type { Telling } from "./story.ts";

/** Pre-labels of one act of import. */
const IMPORT_AT_ONCE = 500;

/** An image after it was loaded. */
export interface LoadedImage {
  readonly image: TourImage;
  readonly id: string;
  readonly marking: StoryMarking;
  readonly sha256: string;
}

/** The dataset of the story after Sam loaded it. */
export interface Loaded {
  readonly material: Material;
  readonly programId: string;
  readonly datasetId: string;
  readonly images: readonly LoadedImage[];
}

/** Marking of the image at a position: the last is close-hold, the one before it, if there are three, for US eyes. */
function markingAt(
  at: number,
  images: number,
  released: StoryMarking,
  read: (text: string) => StoryMarking,
): StoryMarking {
  if (at === images - 1) return read(CLOSE_HOLD);
  return images > 2 && at === images - 2 ? read(NOT_RELEASABLE) : released;
}

async function createDataset(sam: ApiClient, material: Material): Promise<{ programId: string; datasetId: string }> {
  const { data } = await sam.graphql<{ programs: { edges: { node: { id: string; name: string } }[] } }>(
    "{ programs(first: 1) { edges { node { id name } } } }",
  );
  const programId = data.programs.edges[0]?.node.id;
  told(programId !== undefined, "Sam is read into no program");
  const ontology = done(
    await sam.mutate<{ ontology: { versions: { id: string }[] } | null }>(
      { field: "ontologyCreate", select: "ontology { versions(first: 1) { id } }" },
      {
        programId,
        name: "Tour classes",
        marking: PROGRAM_MARKING,
        classes: material.classes.map((known) => ({ ...known, shapes: SHAPE_KINDS })),
      },
    ),
    "the ontology",
  );
  const dataset = done(
    await sam.mutate<{ dataset: { id: string } | null }>(
      { field: "datasetCreate", select: "dataset { id }" },
      {
        programId,
        name: "Tour imagery",
        marking: PROGRAM_MARKING,
        ontologyVersionId: ontology.ontology?.versions[0]?.id,
      },
    ),
    "the dataset",
  );
  told(dataset.dataset !== null, "Sam does not see his own dataset");
  return { programId, datasetId: dataset.dataset.id };
}

async function loadImage(
  sam: ApiClient,
  datasetId: string,
  image: TourImage,
  marking: StoryMarking,
): Promise<{ loaded: LoadedImage; size: number }> {
  const made = done(
    await sam.mutate<{ asset: { id: string; marking: { banner: string } } | null; uploadUrl: string | null }>(
      { field: "assetCreate", select: "asset { id marking { banner } } uploadUrl" },
      { datasetId, title: image.title, mediaType: image.mediaType, marking: marking.banner },
    ),
    image.title,
  );
  told(made.asset !== null && made.uploadUrl !== null, `${image.title} was not created`);
  toldEqual(made.asset.marking.banner, marking.banner, `the marking of ${image.title}`);
  const content = await image.read();
  const sent = await sam.upload(made.uploadUrl, image.mediaType, content);
  told(sent.status >= 200 && sent.status < 300, `the bytes of ${image.title} were refused: status ${sent.status}`);
  const digest = await crypto.subtle.digest("SHA-256", content);
  return {
    loaded: { image, id: made.asset.id, marking, sha256: Buffer.from(digest).toString("hex") },
    size: content.length,
  };
}

async function importPreLabels(sam: ApiClient, material: Material, { id, image }: LoadedImage): Promise<number> {
  let imported = 0;
  const proposals = image.preLabels.map(({ className, shape, attributes, score }) => ({
    classKey: classKey(material, className),
    shape,
    attributes,
    score,
  }));
  for (const labels of batches(proposals, IMPORT_AT_ONCE)) {
    const payload = await sam.mutate<{ labelIds: string[] | null }>(
      { field: "labelsImport", select: "labelIds" },
      { assetId: id, labels },
    );
    imported += done(payload, `pre-labels of ${image.title}`).labelIds?.length ?? 0;
  }
  return imported;
}

/** Sam loads and marks: an ontology, a dataset, every image with a marking of its own, and what a model proposes. */
export async function loadAndMark(
  tell: Telling,
  sam: ApiClient,
  material: Material,
  released: StoryMarking,
  read: (text: string) => StoryMarking,
): Promise<Loaded> {
  const { programId, datasetId } = await createDataset(sam, material);
  const images: LoadedImage[] = [];
  let size = 0;
  let imported = 0;
  for (const [at, image] of material.images.entries()) {
    const sent = await loadImage(sam, datasetId, image, markingAt(at, material.images.length, released, read));
    images.push(sent.loaded);
    size += sent.size;
    imported += await importPreLabels(sam, material, sent.loaded);
  }
  toldEqual(imported, total(material, "preLabels"), "pre-labels that came in");
  tell.say(`From ${material.origin}: ${several(images.length, "image")}, ${bytes(size)}.`);
  for (const banner of new Set(images.map(({ marking }) => marking.banner))) {
    const under = images.filter(({ marking }) => marking.banner === banner);
    tell.say(
      `${several(under.length, "image")} under ${banner}${under.length === 1 ? ` (${under[0]?.image.title ?? ""})` : ""}.`,
    );
  }
  if (imported > 0)
    tell.say(`${several(imported, "shape")} with a score came in as a model's pre-labels, not as labels.`);
  for (const { source, reason, count: times, first } of material.refused) {
    const place = first === "" ? "" : times === 1 ? `, at ${first}` : `, first at ${first}`;
    tell.say(`Not taken from ${source}: ${count(times)} ${reason}${place}.`);
    tell.figure(`refused.${source}.${reason}`, times);
  }
  tell.figure("images", images.length);
  tell.figure("bytes", size);
  tell.figure("preLabels", imported);
  return { material, programId, datasetId, images };
}
