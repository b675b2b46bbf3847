import { done } from "../src/tour/api-client.ts";
import type { ApiClient } from "../src/tour/api-client.ts";
import { box, makeDataset, withServer } from "./bench-server.ts";
import { reporter } from "./figure.ts";
import type { Benchmark } from "./figure.ts";
import { LoadClient, closedLoop } from "./load.ts";

const SIDE = 512;
const PAGE = 50;
const SEEN = 1_000;
const HIDDEN = 3_000;
const CLOSE_HOLD = "TOP SECRET//TK//NOFORN";
const QUERY = `query($id: ID!, $after: String) { dataset(id: $id) { labels(first: ${PAGE}, after: $after) {
  edges { cursor node { id state marking { portion } latest { id kind shape attributes class { key } marking { portion } } } }
  pageInfo { hasNextPage endCursor } } } }`;

interface PageData {
  readonly dataset: {
    readonly labels: {
      readonly edges: readonly unknown[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  };
}

async function importLabels(sam: ApiClient, assetId: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 500) {
    const labels = Array.from({ length: Math.min(500, count - from) }, (_, at) => ({
      classKey: "vessel",
      shape: box(from + at, SIDE),
      attributes: { note: `number ${from + at}` },
      score: 0.5,
    }));
    done(await sam.mutate({ field: "labelsImport", select: "asset { id }" }, { assetId, labels }), "the labels");
  }
}

/** Pages of labels over real HTTP, each with token verification, door, both locks, last look and two log entries. */
export const pagesBench: Benchmark = {
  summary: `pages of ${PAGE} labels over HTTP, for one who sees all of 4,000 and for one who sees 1,000 of them`,
  run: (folder, signal) =>
    withServer(folder, signal, async (server) => {
      const report = reporter("pages", server.machine);
      const sam = await server.as("sam");
      const { datasetId, assetIds } = await makeDataset(sam, "Pages", { markings: [null, CLOSE_HOLD], side: SIDE });
      await importLabels(sam, assetIds[0] ?? "", SEEN);
      await importLabels(sam, assetIds[1] ?? "", HIDDEN);
      const client = new LoadClient(server.url);
      try {
        for (const [handle, what] of [
          ["ana", "all visible"],
          ["ben", "three of four hidden"],
        ] as const) {
          const token = await server.token(handle);
          const places: (string | null)[] = [];
          const turn = async (worker: number): Promise<void> => {
            const after = places[worker] ?? null;
            const data = (await client.graphql(
              token,
              JSON.stringify({ query: QUERY, variables: { id: datasetId, after } }),
            )) as PageData;
            const { edges, pageInfo } = data.dataset.labels;
            if (edges.length !== PAGE) throw new Error(`a page of ${edges.length}`);
            places[worker] = pageInfo.hasNextPage ? pageInfo.endCursor : null;
          };
          const load = await closedLoop({ inFlight: 8, seconds: 5 }, signal, turn);
          report(`pages per second, ${what}, 8 in flight`, load.perSecond, "1/s");
          report(`page p50, ${what}, 8 in flight`, load.p50, "ms");
          report(`page p99, ${what}, 8 in flight`, load.p99, "ms");
          const alone = await closedLoop({ inFlight: 1, seconds: 2, warm: 0.2 }, signal, turn);
          report(`page p50, ${what}, alone`, alone.p50, "ms");
        }
      } finally {
        client.close();
      }
    }),
};
