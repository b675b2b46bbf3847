import { randomUUID } from "node:crypto";
import { refusal } from "./api-client.ts";
import type { Answer, ApiClient } from "./api-client.ts";
import { sees } from "./clearance.ts";
import type { Reader } from "./clearance.ts";
import type { Drawn } from "./labeling.ts";
import type { Loaded } from "./loading.ts";
import { classKey } from "./material.ts";
import { bytes, count, several, told, toldEqual } from "./story.ts";
import type { Telling } from "./story.ts";

interface DatasetPage {
  readonly dataset: {
    readonly assetCount: number;
    readonly labelCount: number;
    readonly contentMarking: string;
    readonly assets: {
      readonly edges: readonly { readonly node: { readonly id: string } }[];
      readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    };
  } | null;
}

const DATASET = `query($id: ID!, $after: String) { dataset(id: $id) { assetCount labelCount contentMarking
  assets(first: 100, after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } }`;

/** What a person is shown of the dataset. */
export interface View {
  readonly assets: ReadonlySet<string>;
  readonly labels: number;
  readonly contentMarking: string;
  /** Banner over the last answer. */
  readonly marking: string | null;
}

/** Asks for the whole dataset as one person, page by page. */
export async function viewOf(person: ApiClient, datasetId: string): Promise<View> {
  const assets = new Set<string>();
  for (let after: string | null = null; ;) {
    const answer: { data: DatasetPage; marking: string | null } = await person.graphql<DatasetPage>(DATASET, {
      id: datasetId,
      after,
    });
    const { dataset } = answer.data;
    told(dataset !== null, `${person.handle} does not see the dataset`);
    for (const { node } of dataset.assets.edges) assets.add(node.id);
    after = dataset.assets.pageInfo.endCursor;
    if (dataset.assets.pageInfo.hasNextPage) continue;
    toldEqual(dataset.assetCount, assets.size, `images that ${person.handle} may count`);
    return { assets, labels: dataset.labelCount, contentMarking: dataset.contentMarking, marking: answer.marking };
  }
}

/** Holds what a person is shown against what the story expects of his clearance, release and read-ons. */
export async function seesExactly(
  tell: Telling,
  person: ApiClient,
  reader: Reader,
  loaded: Loaded,
  drawn: Drawn,
): Promise<View> {
  const view = await viewOf(person, loaded.datasetId);
  const expected = loaded.images.filter(({ marking }) => sees(reader, marking));
  toldEqual(view.assets.size, expected.length, `images that ${person.handle} sees`);
  told(
    expected.every(({ id }) => view.assets.has(id)),
    `${person.handle} sees other images than told`,
  );
  const visible = new Set(expected.map(({ id }) => id));
  const drawnThere = [...drawn.labels, drawn.mistake].filter(({ on }) => visible.has(on.id)).length;
  const proposed = expected.reduce((sum, { image }) => sum + image.preLabels.length, 0);
  toldEqual(view.labels, drawnThere + proposed, `labels that ${person.handle} sees`);
  const all = drawn.labels.length + 1 + loaded.images.reduce((sum, { image }) => sum + image.preLabels.length, 0);
  tell.say(
    `${several(view.assets.size, "image")} of ${count(loaded.images.length)} and ${several(view.labels, "label")} of ${count(all)}, pre-labels among them; the dataset shows as ${view.contentMarking}.`,
  );
  tell.figure("images", view.assets.size);
  tell.figure("labels", view.labels);
  return view;
}

function same(a: Answer, b: Answer): boolean {
  return a.status === b.status && a.body.equals(b.body) && JSON.stringify(a.headers) === JSON.stringify(b.headers);
}

/** Renames values that are fresh in every answer (receipts), which is all that may differ. */
function renamed(answer: Answer): Answer {
  const text = answer.body
    .toString("utf8")
    .replaceAll(/"receipt":"[^"]+"/gu, (receipt) => `"receipt":"${"r".repeat(receipt.length - 12)}"`);
  return { ...answer, body: Buffer.from(text) };
}

/**
 * Ben asks for the image that is hidden from him, and for one that does not exist: by its display copy, by its id, and by
 * trying to label it. The answers must be the same bytes.
 */
export async function refusedLikeAbsent(tell: Telling, ben: ApiClient, loaded: Loaded): Promise<void> {
  const hidden = loaded.images.at(-1);
  const className = loaded.material.classes[0]?.name;
  told(hidden !== undefined && className !== undefined, "there is no image to hide");
  const absent = Buffer.from(`asset:${randomUUID()}`).toString("base64url");
  const [display, none] = [
    await ben.send("GET", `/assets/${hidden.id}/display`),
    await ben.send("GET", `/assets/${absent}/display`),
  ];
  toldEqual(display.status, 404, "the answer to Ben's look at the hidden image");
  told(same(display, none), "a hidden image answers otherwise than one that does not exist");
  const query =
    "query($id: ID!) { node(id: $id) { id } asset(id: $id) { title labels(first: 10) { edges { node { id } } } } }";
  const asked = [];
  for (const id of [hidden.id, absent]) {
    const { data, answer } = await ben.graphql<{ node: unknown; asset: unknown }>(query, { id });
    told(data.node === null && data.asset === null, "Ben is told something of a hidden image");
    asked.push(renamed(answer));
  }
  told(
    asked[0] !== undefined && asked[1] !== undefined && same(asked[0], asked[1]),
    "a hidden id answers otherwise than one that does not exist",
  );
  const tried = [];
  for (const assetId of [hidden.id, absent]) {
    const shape = { kind: "point", x: 1, y: 1 };
    const payload = await ben.mutate(
      { field: "labelCreate", select: "label { id }" },
      { assetId, classKey: classKey(loaded.material, className), shape, attributes: {} },
    );
    tried.push(JSON.stringify(payload));
    toldEqual(refusal(payload)?.code ?? null, "NOT_FOUND", "the answer to Ben's label on the hidden image");
  }
  toldEqual(tried[0] ?? "", tried[1] ?? "", "the refusal of a label on a hidden image");
  tell.say(
    `"${hidden.image.title}" (${hidden.marking.banner}) answers him like an id that does not exist: status ${display.status}, the same ${bytes(display.body.length)}, the same headers.`,
  );
  tell.say(`So do its id in a query (${bytes(asked[0].body.length)}, the receipt aside) and a label drawn on it.`);
  tell.figure("refusalBytes", display.body.length);
  tell.figure("sameAsAbsent", true);
}
