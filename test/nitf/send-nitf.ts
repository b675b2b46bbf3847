import { call } from "../server/http.ts";
import { dataOf } from "../server/hostile-world.ts";
import type { RunningServer } from "../server/running-server.ts";
import { writeNitf } from "./write-nitf.ts";
import type { NitfFields } from "./write-nitf.ts";

/** A file for the first dataset of the demonstration. */
export interface SentNitf {
  readonly title: string;
  readonly fields: NitfFields;
  /** As it is declared; the dataset's own marking where none is given. */
  readonly marking?: string;
}

interface Datasets {
  readonly programs: {
    readonly edges: readonly [
      { readonly node: { readonly datasets: { readonly edges: readonly [{ node: { id: string } }] } } },
    ];
  };
}

/** Declares an image to a running server and sends its file, as the person of a token. Throws where it is not received. */
export async function sendNitf(
  server: RunningServer,
  token: string,
  { title, fields, marking }: SentNitf,
): Promise<{ readonly id: string; readonly status: number }> {
  const first = "{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node { id } } } } } } }";
  const { programs } = dataOf(await server.graphql(token, first)) as Datasets;
  const input = {
    datasetId: programs.edges[0].node.datasets.edges[0].node.id,
    title,
    mediaType: "image/nitf",
    belowHighWater: true,
    idempotencyKey: crypto.randomUUID(),
    ...(marking === undefined ? {} : { marking }),
  };
  const create =
    "mutation ($input: AssetCreateInput!) { assetCreate(input: $input) { asset { id } uploadUrl userErrors { code } } }";
  const { assetCreate } = dataOf(await server.graphql(token, create, { input })) as {
    assetCreate: { asset: { id: string } | null; uploadUrl: string; userErrors: readonly { code: string }[] };
  };
  if (!assetCreate.asset) throw new Error(JSON.stringify(assetCreate.userErrors));
  const { status, body } = await call(server.url, {
    method: "PUT",
    path: assetCreate.uploadUrl,
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "image/nitf",
      "caveat-below-high-water": "true",
    },
    body: writeNitf(fields),
  });
  if (status !== 200 && status !== 202) throw new Error(`${status} ${body.toString()}`);
  return { id: assetCreate.asset.id, status };
}
