import { randomBytes, randomUUID } from "node:crypto";
import type { HttpAnswer } from "./http.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

/** What the hostile calls aim at, in a running demonstration. Ids and cursors are as callers see them. */
export interface HostileWorld {
  readonly server: RunningServer;
  /** The asset that Ben (SECRET) may see, and one that he may not. */
  readonly seenAsset: string;
  readonly hiddenAsset: string;
  readonly hiddenLabel: string;
  readonly seenDataset: string;
  /** Assets without bytes yet; the second is hidden from a SECRET session. */
  readonly emptyAsset: string;
  readonly hiddenEmptyAsset: string;
  readonly unreleasedDelivery: string;
  /** A cursor of Ana's in the list of the dataset's assets. */
  readonly anasCursor: string;
  readonly bensCursor: string;
}

/** The data of an answer. Throws when it is an error. */
export function dataOf(answer: HttpAnswer): unknown {
  const { data } = JSON.parse(answer.body.toString()) as { data?: unknown };
  if (answer.status !== 200 || data === undefined) throw new Error(`${answer.status} ${answer.body.toString()}`);
  return data;
}

/** A new idempotency key. */
export function newKey(): string {
  return randomBytes(16).toString("hex");
}

/** The id of an object that is nowhere, in the form of the given one. */
export function absentLike(id: string): string {
  const [noun] = Buffer.from(id, "base64url").toString().split(":");
  return Buffer.from(`${noun}:${randomUUID()}`).toString("base64url");
}

const OVERVIEW = `{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node {
  id assets(first: 10) { edges { cursor node { id } } } } } } } } } }`;
const LABEL = "query($id: ID!) { asset(id: $id) { labels(first: 1) { edges { node { id } } } } }";

interface Edges<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
}
interface Named {
  readonly id: string;
}
interface Overview {
  readonly programs: Edges<{ readonly datasets: Edges<Named & { readonly assets: Edges<Named> }> }>;
}
interface LabelsOfAsset {
  readonly asset: { readonly labels: Edges<Named> } | null;
}

/** Looks at the demonstration as its people do, and makes what is missing for the hostile calls. */
export async function hostileWorld(server: RunningServer): Promise<HostileWorld> {
  const ask = async (handle: string, query: string, variables?: object): Promise<unknown> =>
    dataOf(await server.graphql(await tokenOf(server.state, handle), query, variables));
  const look = async (handle: string): Promise<{ id: string; assets: Edges<Named> }> => {
    const { programs } = (await ask(handle, OVERVIEW)) as Overview;
    return present(programs.edges[0]?.node.datasets.edges[0]?.node);
  };
  const [ana, ben] = [await look("ana"), await look("ben")];
  const seen = present(ben.assets.edges[0]);
  const hidden = present(ana.assets.edges.find(({ node }) => node.id !== seen.node.id));
  const { asset } = (await ask("ana", LABEL, { id: hidden.node.id })) as LabelsOfAsset;
  const newAsset = async (marking: string | null): Promise<string> => {
    const input = { idempotencyKey: newKey(), datasetId: ana.id, title: "to come", mediaType: "image/png", marking };
    const mutation =
      "mutation($input: AssetCreateInput!) { assetCreate(input: $input) { asset { id } userErrors { code } } }";
    const { assetCreate } = (await ask("sam", mutation, { input })) as { assetCreate: { asset: Named | null } };
    return present(assetCreate.asset).id;
  };
  const { recipients } = (await ask("petra", "{ recipients { id country } }")) as {
    recipients: readonly { id: string; country: string }[];
  };
  const input = {
    idempotencyKey: newKey(),
    datasetId: ana.id,
    recipientId: present(recipients.find(({ country }) => country === "USA")).id,
    purpose: "never released",
  };
  const { deliveryRequest } = (await ask(
    "petra",
    "mutation($input: DeliveryRequestInput!) { deliveryRequest(input: $input) { delivery { id } userErrors { code } } }",
    { input },
  )) as { deliveryRequest: { delivery: Named | null } };
  return {
    server,
    seenAsset: seen.node.id,
    hiddenAsset: hidden.node.id,
    hiddenLabel: present(asset?.labels.edges[0]).node.id,
    seenDataset: ana.id,
    emptyAsset: await newAsset(null),
    hiddenEmptyAsset: await newAsset("TOP SECRET//TK//NOFORN"),
    unreleasedDelivery: present(deliveryRequest.delivery).id,
    anasCursor: present(ana.assets.edges[0]).cursor,
    bensCursor: seen.cursor,
  };
}

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("the demonstration lacks something");
  return value;
}
