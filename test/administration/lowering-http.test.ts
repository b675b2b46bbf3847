import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reviseLabel } from "../../src/labeling/commands.ts";
import { S, TS, draw, latest, makeAsset, makeDataset, makeOntology, review } from "../access/harbor-world.ts";
import { serve } from "../hidden/serving.ts";
import { gid, inBoth } from "../hidden/worlds.ts";
import type { Script, World, Worlds } from "../hidden/worlds.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import type { HttpAnswer } from "../server/http.ts";
import { appointOfficers, bytesOf } from "./officers.ts";

const LOW = "CONFIDENTIAL//NOFORN";
const SI = "SECRET//SI//NOFORN";
const HIGH = "TOP SECRET//SI/TK//NOFORN";
const LOWERED = { label: S, asset: LOW, dataset: "UNCLASSIFIED//NOFORN" } as const;
const now = new Date();
const clock = (): Date => now;
const ids = { dataset: "", asset: "", label: "" };
const NOUNS = ["label", "asset", "dataset"] as const;
type Noun = (typeof NOUNS)[number];
let worlds: Pick<Worlds, "high" | "low">;
let base: TestHouse;

/** What a SECRET session does not see of the dataset, of the asset in it and of the label on that. */
async function addHidden(house: TestHouse, whole: string): Promise<void> {
  const at = await house.admin.query<{ id: string }>("select id from access.marking where banner = $1", [whole]);
  await house.admin.query(
    `insert into data.dataset_compilation (dataset_id, program_id, dataset_marking_id, marking_id, reason)
     select id, program_id, marking_id, $2, 'together they tell more' from data.dataset where id = $1
     on conflict (dataset_id, marking_id) do nothing`,
    [ids.dataset, at.rows[0]?.id],
  );
  await house.run(await house.as("sam"), async (operation) => {
    await makeAsset(house, operation, { datasetId: ids.dataset, marking: HIGH });
  });
  await house.run(await house.as("ana"), async (operation) => {
    await draw(operation, ids.asset, HIGH);
    const { id: baseRevisionId } = await latest(operation, ids.label);
    const change = { classKey: null, shape: null, attributes: null, marking: HIGH };
    await operation.mutate(reviseLabel, { labelId: ids.label, baseRevisionId, ...change });
  });
  await house.run(await house.as("rita"), (operation) => review(operation, ids.label, HIGH, "look again"));
}

beforeAll(async () => {
  base = await openTestHouse({ clock });
  await appointOfficers(base);
  const { programId } = base;
  await base.run(await base.as("sam"), async (operation) => {
    const { versionId } = await makeOntology(operation, { programId });
    ids.dataset = await makeDataset(operation, { programId, versionId, name: "Overview", marking: LOW });
    ids.asset = await makeAsset(base, operation, { datasetId: ids.dataset, marking: S });
    // Interned in both worlds alike.
    for (const marking of [TS, HIGH]) await makeDataset(operation, { programId, versionId, name: "Aside", marking });
  });
  ids.label = await base.run(await base.as("ana"), (operation) => draw(operation, ids.asset, SI));
  await base.close();
  const open = async (): Promise<World> => {
    const house = await openTestHouse({ clock, from: base });
    return { house, server: await serve(house, { clock }) };
  };
  worlds = { high: await open(), low: await open() };
  await addHidden(worlds.high.house, TS);
});
afterAll(async () => {
  for (const { house, server } of [worlds.high, worlds.low]) {
    await server.close();
    await house.remove();
  }
  await base.remove();
});

interface Payload {
  readonly proposal: { readonly id: string; readonly contentSha384: string; readonly state: string } | null;
  readonly userErrors: readonly { readonly code: string }[];
}

/** Runs a mutation about a marking; the answer. */
function mutate({ server }: World, token: string, field: string, input: object, shows: string): Promise<HttpAnswer> {
  const type = field === "proposalApprove" ? "ProposalApproveInput" : "MarkingChangeInput";
  const query = `mutation ($input: ${type}!) { ${field}(input: $input) { proposal { ${shows} } userErrors { code message path } } }`;
  return server.graphql(token, query, { input: { idempotencyKey: randomUUID(), ...input } });
}

function payloadOf(answer: HttpAnswer): Payload {
  const { data } = JSON.parse(answer.body.toString()) as { data: Record<string, Payload> };
  return Object.values(data)[0] ?? { proposal: null, userErrors: [] };
}

const SHOWS = "id kind content state expiresAt requesterId approverId marking { banner portion }";
const PAGE = `{ proposals(kind: MARKING_LOWER, first: 20) { edges { node { ${SHOWS} } } } }`;

const propose =
  (noun: Noun, marking: string, field = "markingLowerPropose"): Script =>
  async (world, token) => [
    await mutate(world, token, field, { objectId: gid(noun, ids[noun]), marking, reason: "less" }, SHOWS),
  ];
const look: Script = async ({ server }, token) => [await server.graphql(token, PAGE)];

interface Listed {
  readonly proposals: {
    readonly edges: readonly { readonly node: { readonly id: string; readonly contentSha384: string } }[];
  };
}

/** Approves every open proposal, the label's first; the answers. */
const approveAll: Script = async (world, token) => {
  const { server } = world;
  const query = "{ proposals(kind: MARKING_LOWER, first: 20) { edges { node { id contentSha384 content state } } } }";
  const { proposals } = await server.data<Listed>(token, query);
  const order = ({ node }: Listed["proposals"]["edges"][number]): number =>
    NOUNS.findIndex((noun) => JSON.stringify(node).includes(`\\"noun\\":\\"${noun}\\"`));
  const answers: HttpAnswer[] = [];
  for (const edge of proposals.edges.toSorted((a, b) => order(a) - order(b))) {
    const input = { kind: "MARKING_LOWER", proposalId: edge.node.id, contentSha384: edge.node.contentSha384 };
    answers.push(await mutate(world, token, "proposalApprove", input, SHOWS));
  }
  return answers;
};

/** The hashes of what the proposals are about, as their requester reads them. */
const states = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => [...text.matchAll(/\\"state\\":\\"([0-9a-f]{96})\\"/g)].map((found) => found[1] ?? ""));

test("I3 I2 a proposal, its state, its approval and what follows are the same over hidden compilations, labels and revisions and without", async () => {
  const both = (handle: string, script: Script): ReturnType<typeof inBoth> =>
    inBoth(worlds as Worlds, handle, "S", script);
  for (const noun of NOUNS) {
    const [high, low] = await both("sam", propose(noun, LOWERED[noun]));
    expect(states(high)).toHaveLength(1);
    expect(high).toEqual(low);
  }
  // What comes above while they wait leaves them as they are.
  await addHidden(worlds.high.house, HIGH);
  const listed = async (handle: string, state: string): Promise<void> => {
    const [high, low] = await both(handle, look);
    // Pages are in the order of random ids.
    expect(states(high).toSorted()).toEqual(states(low).toSorted());
    expect(high.join("").split(`"state":"${state}"`)).toHaveLength(4);
    expect(low.join("").split(`"state":"${state}"`)).toHaveLength(4);
  };
  await listed("victor", "OPEN");
  const [high, low] = await both("victor", approveAll);
  expect(high).toEqual(low);
  expect(high).toHaveLength(3);
  for (const text of high) expect(text).toContain('"state":"EXECUTED"');
  await listed("sam", "EXECUTED");
  for (const noun of NOUNS) {
    const question = `query ($id: ID!) { node(id: $id) { id ... on Asset { marking { banner } } ... on Label { marking { banner } } ... on Dataset { marking { banner } } } }`;
    const ask: Script = async ({ server }, token) => [
      await server.graphql(token, question, { id: gid(noun, ids[noun]) }),
    ];
    const [seen, bare] = await both("ben", ask);
    expect(seen).toEqual(bare);
    expect(seen.join("")).toContain(LOWERED[noun]);
  }
});

test("I7 over HTTP: one asks, another approves by the hash, and only then a lower person sees it", async () => {
  const world = worlds.low;
  const { house, server } = world;
  const asset = await house.run(await house.as("sam"), (operation) =>
    makeAsset(house, operation, { datasetId: ids.dataset, marking: TS, title: "Quay" }),
  );
  const seen = async (): Promise<unknown> => {
    const token = await server.token("ben");
    return (
      await server.data<{ node: unknown }>(token, "query ($id: ID!) { node(id: $id) { ... on Asset { title } } }", {
        id: gid("asset", asset),
      })
    ).node;
  };
  const lower = { objectId: gid("asset", asset), marking: S, reason: "the quay is known" };
  const by = async (handle: string, field: string, input: object): Promise<Payload> =>
    payloadOf(await mutate(world, await server.token(handle), field, input, "id contentSha384 state"));
  expect(await by("ben", "markingLowerPropose", lower)).toMatchObject({ userErrors: [{ code: "NOT_PERMITTED" }] });
  expect(await by("sam", "markingWidenPropose", lower)).toMatchObject({ userErrors: [{ code: "INVALID_MARKING" }] });
  const { proposal } = await by("sam", "markingLowerPropose", lower);
  expect(proposal?.state).toBe("OPEN");
  const approval = { kind: "MARKING_LOWER", proposalId: proposal?.id, contentSha384: proposal?.contentSha384 };
  expect(await by("sam", "proposalApprove", approval)).toMatchObject({ userErrors: [{ code: "NOT_PERMITTED" }] });
  expect(await by("wanda", "proposalApprove", approval)).toMatchObject({ userErrors: [{ code: "NOT_PERMITTED" }] });
  const wrong = { ...approval, contentSha384: "0".repeat(96) };
  expect(await by("victor", "proposalApprove", wrong)).toMatchObject({ userErrors: [{ code: "STALE" }] });
  expect(await by("victor", "proposalApprove", { ...approval, kind: "MARKING_WIDEN" })).toMatchObject({
    userErrors: [{ code: "NOT_FOUND" }],
  });
  expect(await seen()).toBeNull();
  expect(await by("victor", "proposalApprove", approval)).toMatchObject({ proposal: { state: "EXECUTED" } });
  expect(await seen()).toEqual({ title: "Quay" });
  expect(await bytesOf(house, "ben", asset)).toBeGreaterThan(0);
});
