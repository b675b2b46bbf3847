import sharp from "sharp";
import { call } from "../server/http.ts";
import type { HttpAnswer, HttpCall } from "../server/http.ts";
import type { RunningServer } from "../server/running-server.ts";
import { tokenOf } from "../server/tokens.ts";

/** The text that may stand nowhere but in labeled rows, sealed bytes and answers to those who may see it. */
export const CANARY = "CANARY quartz-7f3a9c";

/** The canary in one field, so that a leak tells where it came from. */
export function planted(field: string): string {
  return `${CANARY} in ${field}`;
}

/** Everything that was asked of a server and answered, for one person after another. */
export class Caller {
  readonly #server: RunningServer;
  readonly #tokens = new Map<string, string>();
  /** Every answer so far. */
  readonly answers: HttpAnswer[] = [];
  #acts = 0;

  constructor(server: RunningServer) {
    this.#server = server;
  }

  /** Every token that was sent. */
  get tokens(): string[] {
    return [...this.#tokens.values()];
  }

  /** Sends a request as a person of the demonstration. */
  async send(handle: string, request: HttpCall): Promise<HttpAnswer> {
    const token = this.#tokens.get(handle) ?? (await tokenOf(this.#server.state, handle));
    this.#tokens.set(handle, token);
    const answer = await call(this.#server.url, {
      ...request,
      headers: { authorization: `Bearer ${token}`, ...request.headers },
    });
    this.answers.push(answer);
    return answer;
  }

  /** Sends a document; the answer as JSON, whatever it is. */
  async graphql(handle: string, query: string, variables: object = {}): Promise<GraphqlAnswer> {
    const body = JSON.stringify({ query, variables });
    const headers = { "content-type": "application/json" };
    const answer = await this.send(handle, { method: "POST", path: "/graphql", headers, body });
    return JSON.parse(answer.body.toString()) as GraphqlAnswer;
  }

  /** Does one act; the payload with its user errors. */
  async mutate(handle: string, field: string, select: string, input: object): Promise<Payload> {
    this.#acts += 1;
    const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
    const query = `mutation($i: ${type}) { ${field}(input: $i) { ${select} userErrors { code message path ids } } }`;
    const answer = await this.graphql(handle, query, { i: { idempotencyKey: `canary-${this.#acts}`, ...input } });
    return (answer.data?.[field] ?? { userErrors: [] }) as Payload;
  }
}

interface GraphqlAnswer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
}

interface Node {
  readonly id: string;
  readonly [member: string]: unknown;
}

/** A mutation's payload: what was selected, and what was wrong. */
export interface Payload {
  readonly userErrors: readonly { readonly code: string; readonly message: string; readonly path: readonly string[] }[];
  readonly [member: string]: unknown;
}

/** The object of a payload that must have been made. */
export function made(payload: Payload, member: string): Node {
  const node = payload[member] as Node | null | undefined;
  if (!node) throw new Error(`${member} was not made: ${JSON.stringify(payload.userErrors)}`);
  return node;
}

/** An image with the canary wherever cameras and tools leave notes: EXIF, XMP and the camera's own fields. */
export function imageWithMetadata(): Promise<Buffer> {
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:description="${planted("XMP")}"/></rdf:RDF></x:xmpmeta>`;
  const background = { r: 20, g: 60, b: 90 };
  return sharp({ create: { width: 96, height: 64, channels: 3, background } })
    .jpeg({ quality: 90 })
    .withExif({
      IFD0: { ImageDescription: planted("EXIF"), Artist: planted("artist") },
      IFD2: { UserComment: planted("comment") },
    })
    .withXmp(xmp)
    .toBuffer();
}

/** Ids of what was planted, as callers see them. */
export interface Planted {
  readonly programId: string;
  readonly ontologyVersionId: string;
  readonly datasetId: string;
  readonly assetId: string;
  readonly labelId: string;
  readonly revisionId: string;
  readonly deliveryId: string;
  readonly recipientId: string;
  readonly packageUrl: string;
}

const CLASS = {
  key: "vessel",
  name: planted("class name"),
  shapes: ["box", "polygon"],
  attributes: [
    { key: "note", type: "text", required: false },
    { key: "kind", type: "choice", required: false, choices: [planted("choice"), "other"] },
  ],
};
export const BOX = { kind: "box", x: 4, y: 5, width: 20, height: 10 };

/** Puts the canary into every field that takes text, through the API, and takes the data all the way to a package. */
export async function plantEverywhere(caller: Caller): Promise<Planted> {
  const marking = "SECRET//REL TO USA, FVEY";
  const found = await caller.graphql("sam", "{ programs(first: 1) { edges { node { id } } } }");
  const programId =
    (found.data?.["programs"] as { edges: readonly { node: Node }[] } | undefined)?.edges[0]?.node.id ?? "";
  const ontology = made(
    await caller.mutate("sam", "ontologyCreate", "ontology { id versions(first: 1) { id } }", {
      programId,
      name: planted("ontology name"),
      marking: "UNCLASSIFIED//REL TO USA, FVEY",
      classes: [CLASS],
    }),
    "ontology",
  );
  const ontologyVersionId = (ontology["versions"] as readonly Node[])[0]?.id ?? "";
  const compilation = { marking: "SECRET//NOFORN", reason: planted("compilation reason") };
  const dataset = { programId, name: planted("dataset name"), marking, ontologyVersionId, compilation };
  const datasetId = made(await caller.mutate("sam", "datasetCreate", "dataset { id name }", dataset), "dataset").id;
  const asset = { datasetId, title: planted("asset title"), mediaType: "image/jpeg" };
  const assetId = made(await caller.mutate("sam", "assetCreate", "asset { id title } uploadUrl", asset), "asset").id;
  const body = await imageWithMetadata();
  const path = `/assets/${assetId}/content`;
  await caller.send("sam", { method: "PUT", path, headers: { "content-type": "image/jpeg" }, body });
  const attributes = { note: planted("shape attribute"), kind: planted("choice") };
  const label = { assetId, classKey: "vessel", shape: BOX, attributes };
  const select = "label { id latest { id attributes class { name } } }";
  const drawn = made(await caller.mutate("ana", "labelCreate", select, label), "label");
  const base = { labelId: drawn.id, baseRevisionId: (drawn["latest"] as Node).id };
  const revised = made(
    await caller.mutate("ana", "labelRevise", select, { ...base, attributes: { note: planted("revised attribute") } }),
    "label",
  );
  const revisionId = (revised["latest"] as Node).id;
  const review = { labelId: drawn.id, revisionId, verdict: "ACCEPT", comment: planted("review comment") };
  made(await caller.mutate("rita", "labelReview", "label { id reviews(first: 5) { comment } }", review), "label");
  return {
    programId,
    ontologyVersionId,
    datasetId,
    assetId,
    labelId: drawn.id,
    revisionId,
    ...(await deliver(caller, datasetId)),
  };
}

async function deliver(
  caller: Caller,
  datasetId: string,
): Promise<Pick<Planted, "deliveryId" | "recipientId" | "packageUrl">> {
  const offices = await caller.graphql("petra", "{ recipients { id name } }");
  const office = (offices.data?.["recipients"] as readonly Node[] | undefined)?.find(({ name }) =>
    String(name).includes("Maritime"),
  );
  const recipientId = office?.id ?? "";
  const request = { datasetId, recipientId, purpose: planted("delivery purpose") };
  const delivery = made(
    await caller.mutate("petra", "deliveryRequest", "delivery { id manifest manifestSha384 }", request),
    "delivery",
  );
  const approval = { deliveryId: delivery.id, manifestSha384: delivery["manifestSha384"] };
  for (const approver of ["victor", "wanda"])
    made(await caller.mutate(approver, "deliveryApprove", "delivery { state }", approval), "delivery");
  const released = made(
    await caller.mutate("wanda", "deliveryRelease", "delivery { id packageUrl }", { deliveryId: delivery.id }),
    "delivery",
  );
  return { deliveryId: delivery.id, recipientId, packageUrl: String(released["packageUrl"]) };
}
