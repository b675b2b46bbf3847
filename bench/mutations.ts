import { box, makeDataset, withServer } from "./bench-server.ts";
import { reporter } from "./figure.ts";
import type { Benchmark } from "./figure.ts";
import { LoadClient, closedLoop } from "./load.ts";

const SIDE = 512;
const QUERY = `mutation($i: LabelCreateInput!) { labelCreate(input: $i) { label { id } userErrors { code } } }`;

interface Made {
  readonly labelCreate: { readonly label: { readonly id: string } | null };
}

/** Labels drawn one by one over real HTTP: each commits with its outcome entry and is acknowledged when both are durable. */
export const mutationsBench: Benchmark = {
  summary: "labels drawn one by one over HTTP (labelCreate), each durable with its log entries",
  run: (folder, signal) =>
    withServer(folder, signal, async (server) => {
      const report = reporter("mutations", server.machine);
      const { assetIds } = await makeDataset(await server.as("sam"), "Mutations", { markings: [null], side: SIDE });
      const tokens = [await server.token("ana"), await server.token("ben")];
      const client = new LoadClient(server.url);
      let drawn = 0;
      const turn = async (worker: number): Promise<void> => {
        drawn += 1;
        const input = {
          assetId: assetIds[0],
          classKey: "vessel",
          shape: box(drawn, SIDE),
          idempotencyKey: `bench-${drawn}-key`,
        };
        const token = tokens[worker % tokens.length] ?? "";
        const data = (await client.graphql(token, JSON.stringify({ query: QUERY, variables: { i: input } }))) as Made;
        if (!data.labelCreate.label) throw new Error("no label was made");
      };
      try {
        for (const inFlight of [1, 16]) {
          const load = await closedLoop({ inFlight, seconds: 6 }, signal, turn);
          report(`labels per second, ${inFlight} in flight`, load.perSecond, "1/s");
          report(`label p50, ${inFlight} in flight`, load.p50, "ms");
          report(`label p99, ${inFlight} in flight`, load.p99, "ms");
        }
      } finally {
        client.close();
      }
    }),
};
