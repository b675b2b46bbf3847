import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createLabel } from "../../src/labeling/commands.ts";
import { Lane } from "../../src/storage/lane.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { CONSTANT } from "../server/hostile-call.ts";
import { entries, logSize } from "./entries.ts";
import { BOX, draw, smallWorld } from "./harbor-world.ts";
import type { SmallWorld } from "./harbor-world.ts";

const LABELS = 6;
/** As many rows as make the price of the whole just less than the limit. */
const PAGE = 5;
const ALL =
  "dataset { contentMarking assetCount labelCount compilations { id } compilationRules { id } ontologyVersion { classes { key } } }";

let house: TestHouse;
let world: SmallWorld;
let server: Serving;
let token: string;

beforeAll(async () => {
  house = await openTestHouse();
  world = await smallWorld(house);
  await house.run(await house.as("ana"), async (operation) => {
    for (let n = 1; n < LABELS; n += 1) await draw(operation, world.assetId);
  });
  server = await serve(house);
  token = await server.token("ana");
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

const below = (part: string): string =>
  `query($i: ID!) { dataset(id: $i) { labels(first: ${PAGE}) { edges { node { ${part} } } } } }`;
const aliases = (count: number, part: string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: ${part}`).join(" ");

interface Read {
  readonly text: string;
  readonly statements: number;
  /** What the log says was disclosed. */
  readonly objects: readonly string[];
}

async function read(query: string): Promise<Read> {
  const from = await logSize(house);
  const run = vi.spyOn(Lane.prototype, "run");
  let text: string;
  let statements: number;
  try {
    text = JSON.stringify(await server.data(token, query, { i: globalId("dataset", world.datasetId) }));
    statements = run.mock.calls.reduce((sum, [, sent]) => sum + sent.length, 0);
  } finally {
    run.mockRestore();
  }
  const objects = (await entries(house, from)).flatMap(({ outcome }) =>
    (outcome?.decisions ?? []).flatMap(({ action, objects: some }) => some.map((object) => `${action} ${object}`)),
  );
  return { text, statements, objects: objects.toSorted() };
}

describe("what is asked of one object many times in a request", () => {
  test.each([
    ["by a query that is compiled", ""],
    ["by the general executor", "@include(if: true)"],
  ])("is read once and recorded as if it had been asked once, %s", async (_how, directive) => {
    const once = await read(below(`id ${directive} asset { ${ALL} }`));
    const often = await read(below(`id ${directive} asset { ${aliases(28, ALL)} }`));
    expect(once.statements).toBeLessThan(20);
    expect(often.statements).toBe(once.statements);
    expect(often.objects).toEqual(once.objects);
    expect(often.objects.some((object) => object.includes("ontologyClass:"))).toBe(true);
    const counted = '"assetCount":1,"labelCount":6,"compilations":[],"compilationRules":[],';
    expect(often.text.split(counted).length - 1).toBe(28 * PAGE);
  });

  test("is read once for all rows that lead to it", async () => {
    const one = await read(below("latest { id }"));
    const versions = await read(below("latest { ontologyVersion { version classes { key } } }"));
    expect(versions.statements).toBe(one.statements + 2);
    const sizes = await read(below("asset { width height }"));
    const none = await read(below("asset { id }"));
    expect(sizes.statements).toBe(none.statements + 1);
  });

  test("is read anew after a mutation between two questions", async () => {
    const create = (n: number): string => `a${n}: labelCreate(input: $i${n}) { label { asset { ${ALL} } } }`;
    const input = (n: number): object => ({
      assetId: globalId("asset", world.assetId),
      classKey: "ship",
      shape: BOX,
      idempotencyKey: `key-of-read-once-${n}`,
    });
    const counted = await server.data<Record<string, { label: { asset: { dataset: { labelCount: number } } } }>>(
      token,
      `mutation($i0: LabelCreateInput!, $i1: LabelCreateInput!) { ${create(0)} ${create(1)} }`,
      { i0: input(0), i1: input(1) },
    );
    expect(Object.values(counted).map(({ label }) => label.asset.dataset.labelCount)).toEqual([LABELS + 1, LABELS + 2]);
  });
});

test("an answer that is too large is refused as that, and the log says that it was not answered", async () => {
  await house.run(await house.as("ana"), async (operation) => {
    const round = Array.from({ length: 9_999 }, (_, at) => [
      32 + 20 * Math.cos((at * 2 * Math.PI) / 9_999),
      32 + 20 * Math.sin((at * 2 * Math.PI) / 9_999),
    ]);
    const shape = { kind: "polygon", rings: [round] };
    for (let n = 0; n < 6; n += 1)
      await operation.mutate(createLabel, {
        assetId: world.assetId,
        classKey: "ship",
        shape,
        attributes: {},
        marking: null,
      });
  });
  const from = await logSize(house);
  const variables = { i: globalId("dataset", world.datasetId) };
  const query = (count: number): string =>
    below(`latest { ${aliases(count, "shape")} }`).replace(`first: ${PAGE}`, "first: 100");
  const answer = await server.graphql(token, query(28), variables);
  expect([answer.status, answer.body.toString()]).toEqual([CONSTANT.TOO_LARGE.status, CONSTANT.TOO_LARGE.body]);
  const outcomes = (await entries(house, from)).flatMap(({ outcome }) => (outcome ? [outcome] : []));
  expect(outcomes.map(({ result, error }) => [result, error])).toEqual([["failed", "answer"]]);
  expect((await server.graphql(token, query(1), variables)).status).toBe(200);
});
