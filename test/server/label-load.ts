import { dataOf, newKey } from "./hostile-world.ts";
import type { HttpAnswer } from "./http.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

/** A label that a client asked for. */
export interface AskedLabel {
  readonly key: string;
  readonly as: string;
  readonly input: object;
}

/** A label that the server said it has. Ids as callers see them. */
export interface AcknowledgedLabel extends AskedLabel {
  readonly labelId: string;
  readonly receipt: string;
}

/** What a load has done: what was acknowledged, and what was asked for without an answer that says so. */
export interface LoadResult {
  readonly acknowledged: AcknowledgedLabel[];
  readonly inDoubt: AskedLabel[];
}

/** A load that has done nothing yet. */
export const newLoad = (): LoadResult => ({ acknowledged: [], inDoubt: [] });

/** Where labels are drawn. */
export interface Canvas {
  readonly assetId: string;
  readonly classKey: string;
}

const CREATE = `mutation($input: LabelCreateInput!) {
  labelCreate(input: $input) { label { id } userErrors { code message } } }`;
const FIND = `{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node {
  ontologyVersion { classes { key } } assets(first: 1) { edges { node { id } } } } } } } } } }`;

interface Edges<T> {
  readonly edges: readonly { readonly node: T }[];
}
interface Found {
  readonly programs: Edges<{
    readonly datasets: Edges<{
      readonly ontologyVersion: { readonly classes: readonly { readonly key: string }[] };
      readonly assets: Edges<{ readonly id: string }>;
    }>;
  }>;
}

/** The asset of the demonstration that every analyst sees, and a class that is drawn on it. */
export async function findCanvas(server: RunningServer): Promise<Canvas> {
  const found = dataOf(await server.graphql(await tokenOf(server.state, "ben"), FIND)) as Found;
  const dataset = found.programs.edges[0]?.node.datasets.edges[0]?.node;
  const assetId = dataset?.assets.edges[0]?.node.id;
  const classKey = dataset?.ontologyVersion.classes[0]?.key;
  if (assetId === undefined || classKey === undefined) throw new Error("the demonstration has nothing to draw on");
  return { assetId, classKey };
}

/** Asks for one label, or asks once more: the same key gives the same label. Throws unless the server says it has it. */
export async function askFor(server: RunningServer, token: string, asked: AskedLabel): Promise<AcknowledgedLabel> {
  return acknowledged(asked, await server.graphql(token, CREATE, { input: asked.input }));
}

function acknowledged(asked: AskedLabel, answer: HttpAnswer): AcknowledgedLabel {
  const { labelCreate } = dataOf(answer) as { labelCreate: { label: { id: string } | null } };
  const { extensions } = JSON.parse(answer.body.toString()) as { extensions: { receipt: string } };
  if (labelCreate.label === null) throw new Error(`refused: ${answer.body.toString()}`);
  return { ...asked, labelId: labelCreate.label.id, receipt: extensions.receipt };
}

const CLIENTS = ["ana", "ben", "rita", "ana", "ben", "rita"] as const;

/** Lets six clients create labels, each one after the other, until `ended` says so; what fails on the way is in doubt. */
export async function drawLabels(
  server: RunningServer,
  canvas: Canvas,
  result: LoadResult,
  ended: () => boolean,
): Promise<void> {
  await Promise.all(
    CLIENTS.map(async (as) => {
      const token = await tokenOf(server.state, as);
      while (!ended()) {
        const key = newKey();
        const shape = { kind: "box", x: 1, y: 1, width: 4, height: 4 };
        const asked = { key, as, input: { idempotencyKey: key, ...canvas, shape } };
        try {
          result.acknowledged.push(await askFor(server, token, asked));
        } catch {
          result.inDoubt.push(asked);
        }
      }
    }),
  );
}
