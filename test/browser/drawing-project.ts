import { rasterizeSvg } from "../../src/storage/imagery/rasterize.ts";
import { ApiClient, done } from "../../src/tour/api-client.ts";
import type { RunningServer } from "../server/running-server.ts";
import { tokenOf } from "../server/tokens.ts";

/** Pixels of each image. */
export const IMAGE = { width: 640, height: 480 } as const;
const RELEASED = "SECRET//REL TO USA, FVEY";

/** A class of every shape with an attribute of every type, and one of points without any. */
const CLASSES = [
  {
    key: "ship",
    name: "Ship of any kind",
    shapes: ["box", "rotatedBox", "polygon", "polyline", "point"],
    attributes: [
      { key: "name", type: "text", required: true, maxLength: 20 },
      { key: "metres", type: "number", required: false, min: 0, max: 400 },
      { key: "moored", type: "boolean", required: false },
      { key: "cargo", type: "choice", required: false, choices: ["ore", "<b>oil</b>"] },
    ],
  },
  { key: "wake", name: "Wake", shapes: ["polygon", "polyline", "box"], attributes: [] },
];

/** A label as the API tells it. */
export interface Told {
  readonly shape: unknown;
  readonly attributes: unknown;
  readonly class: { readonly key: string };
}

const picture = (seed: number): Promise<Uint8Array> =>
  rasterizeSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"><filter id="n"><feTurbulence baseFrequency="0.03"
      numOctaves="3" seed="${seed}"/></filter><rect width="640" height="480" filter="url(#n)"/></svg>`,
    IMAGE,
  );

/** Somebody of the demonstration at the API. */
export const client = async (server: RunningServer, handle: string): Promise<ApiClient> =>
  new ApiClient(server.url, handle, await tokenOf(server.state, handle));

/** An image of a test's own. */
export interface Picture {
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Makes a project with so many images, or these ones, to label, one opinion each, reviewed; returns the images. */
export async function makeProject(
  sam: ApiClient,
  name: string,
  images: number | readonly Picture[],
  leaseSeconds = 3_600,
  classes: readonly object[] = CLASSES,
): Promise<readonly string[]> {
  const { data } = await sam.graphql<{ programs: { edges: { node: { id: string } }[] } }>(
    "{ programs(first: 1) { edges { node { id } } } }",
  );
  const programId = data.programs.edges[0]?.node.id;
  const { ontology } = done(
    await sam.mutate<{ ontology: { versions: { id: string }[] } }>(
      { field: "ontologyCreate", select: "ontology { versions(first: 1) { id } }" },
      { programId, name, marking: "UNCLASSIFIED//REL TO USA, FVEY", classes },
    ),
    "the ontology",
  );
  const { dataset } = done(
    await sam.mutate<{ dataset: { id: string } }>(
      { field: "datasetCreate", select: "dataset { id }" },
      { programId, name, marking: RELEASED, ontologyVersionId: ontology.versions[0]?.id },
    ),
    "the dataset",
  );
  const assetIds: string[] = [];
  for (let at = 0; at < (typeof images === "number" ? images : images.length); at += 1) {
    const given = typeof images === "number" ? undefined : images[at];
    const { mediaType, bytes } = given ?? { mediaType: "image/png", bytes: new Uint8Array(await picture(at + 1)) };
    const { asset, uploadUrl } = done(
      await sam.mutate<{ asset: { id: string }; uploadUrl: string }>(
        { field: "assetCreate", select: "asset { id } uploadUrl" },
        { datasetId: dataset.id, title: `${name} ${at + 1}`, mediaType },
      ),
      "the image",
    );
    const { status } = await sam.upload(uploadUrl, mediaType, bytes);
    if (status !== 200) throw new Error(`the upload was refused: ${status}`);
    assetIds.push(asset.id);
  }
  const { project } = done(
    await sam.mutate<{ project: { id: string } }>(
      { field: "projectCreate", select: "project { id }" },
      { datasetId: dataset.id, name, opinions: 1, reviewed: true, leaseSeconds, skipLimit: 3 },
    ),
    "the project",
  );
  done(
    await sam.mutate({ field: "projectTasksAdd", select: "added" }, { projectId: project.id, assetIds }),
    "the tasks",
  );
  return assetIds;
}

/** Labels of an image, as the API tells them to somebody. */
export async function labelsOf(server: RunningServer, assetId: string): Promise<readonly Told[]> {
  const ben = await client(server, "ben");
  const { data } = await ben.graphql<{ asset: { labels: { edges: { node: { latest: Told } }[] } } }>(
    `{ asset(id: "${assetId}") { labels(first: 50) { edges { node { latest { shape attributes class { key } } } } } } }`,
  );
  return data.asset.labels.edges.map(({ node }) => node.latest);
}
