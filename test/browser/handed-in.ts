import { done } from "../../src/tour/api-client.ts";
import type { ApiClient } from "../../src/tour/api-client.ts";
import { makeProject } from "./drawing-project.ts";

/** A shape of a label. */
export const BOX = { kind: "box", x: 100, y: 100, width: 200, height: 120 };

interface Leased {
  readonly task: { readonly id: string; readonly lease: { readonly epoch: number } };
}

/** Does something as somebody, also where he was shown higher things; answers what it made. */
export const act = async (who: ApiClient, field: string, select: string, input: object): Promise<unknown> =>
  done(await who.mutate({ field, select }, { ...input, belowHighWater: true }), field);

/** Takes the next task of a project; answers what goes with every act on it. */
export async function leased(
  who: ApiClient,
  projectId: string,
  part: "LABEL" | "REVIEW",
): Promise<{ readonly taskId: string; readonly epoch: number }> {
  const input = { projectId, part };
  const { task } = (await act(who, "taskLeaseNext", "task { id lease { epoch } }", input)) as Leased;
  return { taskId: task.id, epoch: task.lease.epoch };
}

/** Makes a project of one image in which somebody handed in a label with a comment. */
export async function handedIn(
  sam: ApiClient,
  who: ApiClient,
  name: string,
): Promise<{ readonly assetId: string; readonly projectId: string }> {
  const [assetId = ""] = await makeProject(sam, name, 1);
  const { data } = await who.graphql<{ asset: { dataset: { projects: { edges: { node: { id: string } }[] } } } }>(
    `{ asset(id: "${assetId}") { dataset { projects(first: 1) { edges { node { id } } } } } }`,
  );
  const projectId = data.asset.dataset.projects.edges[0]?.node.id ?? "";
  await act(who, "taskSubmit", "task { id }", {
    ...(await leased(who, projectId, "LABEL")),
    labels: [{ classKey: "ship", shape: BOX, attributes: { name: "Mira", metres: 12, cargo: "ore" } }],
    activeMs: 90_000,
    comment: "the stern is dark",
  });
  return { assetId, projectId };
}
