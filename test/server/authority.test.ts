import { afterAll, beforeAll, expect, test } from "vitest";
import { dataOf, newKey } from "./hostile-world.ts";
import { endEverything, startServer } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({});
});
afterAll(endEverything);

const ask = async (handle: string, query: string, variables: object = {}): Promise<unknown> =>
  dataOf(await server.graphql(await tokenOf(server.state, handle), query, variables));

const AUTHORITY = `authority { classifiedBy reasons derivedFrom sources { title date } declassifyOn downgradeTo downgradeOn text }`;
const CREATE = `mutation($input: AssetCreateInput!) { assetCreate(input: $input) { asset { id ${AUTHORITY} } userErrors { code message path } } }`;
const DATASET = `{ programs(first: 1) { edges { node { id datasets(first: 1) { edges { node { id } } } } } } }`;
const DUE = `{ programs(first: 1) { edges { node { declassificationDue(first: 10) { edges { node { id title } } } } } } }`;

interface Programs {
  readonly programs: {
    readonly edges: readonly {
      readonly node: { readonly datasets: { readonly edges: readonly { readonly node: { readonly id: string } }[] } };
    }[];
  };
}

const given = {
  classifiedBy: "A. Fictional, Director",
  reasons: ["1.4(c)"],
  declassifyOn: "20250101",
  downgradeTo: "CONFIDENTIAL",
  downgradeOn: "20240101",
};

test("a block is given, shown with its asset, and asks for a review when its day has passed", async () => {
  const datasetId = ((await ask("sam", DATASET)) as Programs).programs.edges[0]?.node.datasets.edges[0]?.node.id;
  const input = { datasetId, title: "old", mediaType: "image/png", marking: "SECRET//NOFORN", authority: given };
  const made = await ask("sam", CREATE, { input: { ...input, idempotencyKey: newKey() } });
  expect(made).toMatchObject({
    assetCreate: {
      asset: {
        authority: {
          ...given,
          derivedFrom: null,
          sources: [],
          text: "Classified By: A. Fictional, Director\nReason: 1.4(c)\nDowngrade To: CONFIDENTIAL\nDowngrade On: 20240101\nDeclassify On: 20250101",
        },
      },
      userErrors: [],
    },
  });
  const { id } = (made as { assetCreate: { asset: { id: string } } }).assetCreate.asset;
  const due = (edges: readonly object[]) => ({ programs: { edges: [{ node: { declassificationDue: { edges } } }] } });
  expect(await ask("sam", DUE)).toEqual(due([{ node: { id, title: "old" } }]));
  expect(await ask("ben", DUE)).toEqual(due([{ node: { id, title: "old" } }]));
  // It is not released, and no day releases it: to her it is not there, and neither is its day.
  expect(await ask("charlotte", DUE)).toEqual(due([]));
  expect(await ask("charlotte", `query($id: ID!) { asset(id: $id) { id ${AUTHORITY} } }`, { id })).toEqual({
    asset: null,
  });
  const refused = { ...input, authority: { ...given, declassifyOn: "OADR" }, idempotencyKey: newKey() };
  expect(await ask("sam", CREATE, { input: refused })).toMatchObject({
    assetCreate: { asset: null, userErrors: [{ code: "INVALID_INPUT", path: ["authority"] }] },
  });
});

test("what the demonstration holds has the block that its marking asks for", async () => {
  const query = `{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node { assets(first: 5) { edges { node {
    marking { banner } ${AUTHORITY} labels(first: 2) { edges { node { ${AUTHORITY} } } } } } } } } } } } } }`;
  const text = JSON.stringify(await ask("ana", query));
  expect(text).toContain("Derived From: Program security classification guide, dated ");
  expect(text).not.toContain('"authority":null');
});
