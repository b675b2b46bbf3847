import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { demonstrationToken } from "../src/cli/token.ts";
import { openPool } from "../src/storage/connection.ts";
import type { Connection } from "../src/storage/connection.ts";
import { rasterizeSvg } from "../src/storage/imagery/rasterize.ts";
import { ApiClient, done } from "../src/tour/api-client.ts";
import { startOwnServer } from "../src/tour/own-server.ts";
import { machineWith } from "./figure.ts";
import type { Machine } from "./figure.ts";

const INSTALLATION = "caveat.local";
const RELEASED = "SECRET//REL TO USA, FVEY";

/** A server in a process of its own, as an operator starts it, and the people of its demonstration. */
export interface BenchServer {
  readonly url: string;
  readonly machine: Machine;
  /** Its state folder and the name of its installation, by which tokens are issued. */
  readonly state: string;
  readonly installation: string;
  /** The superuser of its database. */
  admin(): Promise<Connection>;
  token(handle: string): Promise<string>;
  as(handle: string): Promise<ApiClient>;
}

/** Starts a server below `folder` with its embedded PostgreSQL, and stops both when `work` has ended. */
export async function withServer(
  folder: string,
  signal: AbortSignal,
  work: (server: BenchServer) => Promise<void>,
): Promise<void> {
  const state = join(folder, "state");
  await mkdir(state, { mode: 0o700, recursive: true });
  const environment = { PATH: process.env["PATH"], HOME: process.env["HOME"], TMPDIR: process.env["TMPDIR"] };
  const server = await startOwnServer(state, environment, signal);
  try {
    const token = (handle: string): Promise<string> => demonstrationToken(state, INSTALLATION, handle);
    const machine = machineWith(await postgresVersion(state));
    await work({
      url: server.url,
      machine,
      state,
      installation: INSTALLATION,
      admin: async () => ({ host: await socketOf(state), port: 5432, user: "postgres", database: "caveat" }),
      token,
      as: async (handle) => new ApiClient(server.url, handle, await token(handle)),
    });
  } finally {
    await server.stop();
  }
}

async function socketOf(state: string): Promise<string> {
  return (await readFile(join(state, "postgres", "socket-directory"), "utf8")).trim();
}

async function postgresVersion(state: string): Promise<string> {
  const host = await socketOf(state);
  const pool = openPool({ host, port: 5432, user: "caveat_app", database: "caveat" }, 1);
  try {
    return (await pool.query<{ version: string }>("select version()")).rows[0]?.version ?? "unknown";
  } finally {
    await pool.end();
  }
}

interface Named {
  readonly id: string;
}

/** A dataset with images of its own. */
export interface BenchDataset {
  readonly datasetId: string;
  readonly assetIds: readonly string[];
}

/** An aerial-like picture of `side` pixels: noise, so that it does not shrink to nothing. */
function picture(side: number, seed: number): Promise<Uint8Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}"><filter id="n"><feTurbulence
    type="fractalNoise" baseFrequency="0.02" numOctaves="4" seed="${seed}"/></filter><rect width="${side}" height="${side}" filter="url(#n)"/></svg>`;
  return rasterizeSvg(svg, { width: side, height: side });
}

/** Makes a dataset with one image for each marking (null: the dataset's own), all through the API as a steward. */
export async function makeDataset(
  sam: ApiClient,
  name: string,
  images: { readonly markings: readonly (string | null)[]; readonly side: number; readonly dataset?: string },
): Promise<BenchDataset> {
  const { data } = await sam.graphql<{ programs: { edges: { node: Named }[] } }>(
    "{ programs(first: 1) { edges { node { id } } } }",
  );
  const programId = data.programs.edges[0]?.node.id;
  const classes = [
    { key: "vessel", name: "Vessel", shapes: ["box"], attributes: [{ key: "note", type: "text", required: false }] },
  ];
  const made = done(
    await sam.mutate<{ ontology: { versions: Named[] } }>(
      { field: "ontologyCreate", select: "ontology { versions(first: 1) { id } }" },
      { programId, name, marking: "UNCLASSIFIED//REL TO USA, FVEY", classes },
    ),
    "the ontology",
  );
  const dataset = done(
    await sam.mutate<{ dataset: Named }>(
      { field: "datasetCreate", select: "dataset { id }" },
      { programId, name, marking: images.dataset ?? RELEASED, ontologyVersionId: made.ontology.versions[0]?.id },
    ),
    "the dataset",
  ).dataset;
  const inputs = images.markings.map((marking, at) => ({
    datasetId: dataset.id,
    title: `image ${at}`,
    mediaType: "image/png",
    ...(marking === null ? {} : { marking }),
  }));
  const assets = await sam.mutateMany<{ asset: Named; uploadUrl: string }>(
    { field: "assetCreate", select: "asset { id } uploadUrl" },
    inputs,
  );
  const assetIds: string[] = [];
  for (const [at, payload] of assets.entries()) {
    const { asset, uploadUrl } = done(payload, "the asset");
    const bytes = new Uint8Array(await picture(images.side, at + 1));
    const answer = await sam.upload(uploadUrl, "image/png", bytes);
    if (answer.status !== 200) throw new Error(`the upload was refused: ${answer.status}`);
    assetIds.push(asset.id);
  }
  return { datasetId: dataset.id, assetIds };
}

/** A box somewhere in an image of `side` pixels, another one for each number. */
export function box(at: number, side: number): object {
  return {
    kind: "box",
    x: (at * 37) % (side - 40),
    y: (at * 61) % (side - 40),
    width: 12 + (at % 20),
    height: 10 + (at % 17),
  };
}
