import type { FastifyInstance } from "fastify";
import { releaseDelivery, sealDelivery } from "../../src/deliveries/release-commands.ts";
import type { Level } from "../../src/markings/index.ts";
import { globalId } from "../../src/transport/global-id.ts";
import type { IdNoun } from "../../src/transport/global-id.ts";
import { approve, draw, makeAsset, makeDataset, request, smallWorld } from "../access/harbor-world.ts";
import type { SmallWorld } from "../access/harbor-world.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { bearer, serverOf } from "./house-ledger.ts";

/** The marking of what a SECRET officer must not hear of. */
export const TS_SI = "TOP SECRET//SI//NOFORN";

/** A finding as the server answers it. */
export interface FoundEntry {
  readonly personId: string | null;
  readonly operation: string | null;
  readonly answer: string | null;
  readonly actions: readonly string[];
  readonly reasons: readonly string[];
  readonly objects: number;
  readonly entry: {
    readonly id: string;
    readonly index: number;
    readonly kind: string;
    readonly sections: readonly { readonly slot: string; readonly state: string; readonly content: string | null }[];
  };
}

/** What a question about the log is answered with. */
export interface FoundPage {
  readonly completeTo: number;
  readonly unread: number;
  readonly withheld: number;
  readonly findings: {
    readonly edges: readonly { readonly node: FoundEntry }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

/** A house over HTTP in which one image was seen in every way, one at TS//SI by few, and something was refused. */
export interface OfficerWorld extends SmallWorld {
  readonly house: TestHouse;
  readonly server: FastifyInstance;
  readonly hiddenId: string;
  readonly hiddenLabel: string;
  readonly deliveryId: string;
  /** Data of a GraphQL answer and its whole text. */
  ask(handle: string, level: Level, query: string): Promise<{ data: Record<string, unknown> | null; text: string }>;
  /** A GET of a file. */
  get(handle: string, level: Level, url: string): Promise<{ status: number; body: string }>;
  gid(noun: IdNoun, id: string): string;
}

const SHOWN = `completeTo unread withheld findings { edges { node { personId operation answer actions reasons objects
  entry { id index kind sections { slot state content } } } } pageInfo { hasNextPage endCursor } }`;

/** The text of a question: field and arguments. */
export const question = (field: string, first = 100): string =>
  `{ ${field.replace(/\)$/, `${field.endsWith("()") ? "" : ", "}first: ${first})`)} { ${SHOWN} } }`;

/** Every page of an answer as one. */
export async function everyPage(world: OfficerWorld, handle: string, level: Level, field: string): Promise<FoundPage> {
  const name = field.slice(0, field.indexOf("("));
  const nodes: { node: FoundEntry }[] = [];
  let after = "";
  for (;;) {
    const asked = field.replace(/\)$/, `${field.endsWith("()") || after === "" ? after.slice(2) : after})`);
    const { data, text } = await world.ask(handle, level, question(asked, 20));
    const page = data?.[name] as FoundPage | undefined;
    if (!page) throw new Error(text);
    nodes.push(...page.findings.edges);
    if (!page.findings.pageInfo.hasNextPage) return { ...page, findings: { ...page.findings, edges: nodes } };
    after = `, after: "${page.findings.pageInfo.endCursor}"`;
  }
}

/** Opens it. Call `house.remove()` in `afterAll`. */
export async function openOfficerWorld(): Promise<OfficerWorld> {
  const house = await openTestHouse();
  const world = await smallWorld(house);
  const server = await serverOf(house);
  // A second officer, cleared TOP SECRET and read into nothing.
  await house.admin.query("update access.person set roles = '{compliance-officer}' where handle = 'silas'");
  await house.admin.query("delete from access.read_on where person_id = $1", [house.personId("silas")]);
  const ask: OfficerWorld["ask"] = async (handle, level, query) => {
    const reply = await server.inject({
      method: "POST",
      url: "/graphql",
      headers: { authorization: await bearer(house, handle, level), "content-type": "application/json" },
      payload: JSON.stringify({ query }),
    });
    const { data = null } = JSON.parse(reply.body) as { data?: Record<string, unknown> | null };
    return { data, text: reply.body };
  };
  const get: OfficerWorld["get"] = async (handle, level, url) => {
    const headers = { authorization: await bearer(house, handle, level) };
    const reply = await server.inject({ method: "GET", url, headers });
    return { status: reply.statusCode, body: reply.body };
  };
  const hidden = await house.run(await house.as("sam"), async (operation) => {
    const input = { programId: house.programId, versionId: world.versionId, name: "Close hold", marking: TS_SI };
    return makeAsset(house, operation, {
      datasetId: await makeDataset(operation, input),
      title: "Hidden",
      marking: TS_SI,
    });
  });
  const hiddenLabel = await house.run(await house.as("ana"), (operation) => draw(operation, hidden));
  const { id: deliveryId, sha384 } = await request(house, await house.as("petra"), world.datasetId);
  for (const handle of ["victor", "wanda"]) await approve(house, await house.as(handle), { id: deliveryId, sha384 });
  for (const command of [releaseDelivery, sealDelivery])
    await house.run(await house.as("victor"), (operation) => operation.mutate(command, { deliveryId }));
  return { ...world, house, server, hiddenId: hidden, hiddenLabel, deliveryId, ask, get, gid: globalId };
}
