import { getIntrospectionQuery } from "graphql";
import { expect, test } from "vitest";
import { CaveatError } from "../../src/errors.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { LIMITS } from "../../src/transport/graphql/limits.ts";
import { KnownDocuments } from "../../src/transport/graphql/known-documents.ts";
import { planOperation } from "../../src/transport/graphql/plan.ts";
import type { Plan } from "../../src/transport/graphql/plan.ts";
import { productSchema } from "../../src/transport/graphql/schema.ts";

const schema = productSchema();
const ID = "33333333-3333-4333-8333-333333333333";

const plan = (query: string, variables?: unknown, introspection = false): Plan =>
  planOperation(
    schema,
    new KnownDocuments(schema, introspection),
    variables === undefined ? { query } : { query, variables },
  );

/** The whole error as far as it could leave: its code and message, and the internal word. */
function refused(query: string, variables?: unknown, introspection = false): string {
  try {
    plan(query, variables, introspection);
  } catch (thrown) {
    if (!(thrown instanceof CaveatError)) throw thrown;
    expect([thrown.code, thrown.message]).toEqual(["INVALID_REQUEST", "invalid request"]);
    return thrown.detail;
  }
  return "none";
}

const viewers = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, i) => `a${i}: viewer { handle }`).join(" ")} }`;

test("an ordinary question is planned with its root fields, the ids it names and its price", () => {
  const id = globalId("dataset", ID);
  const planned = plan(
    `query Labels($id: ID!, $n: Int = 20) { dataset(id: $id) { name labels(first: $n) { edges { node { id latest { shape } } } } } viewer { handle } }`,
    { id },
  );
  expect(planned.operation).toBe("query Labels");
  expect(planned.fields).toEqual([
    { name: "dataset", ids: [`dataset:${ID}`] },
    { name: "viewer", ids: [] },
  ]);
  // The dataset and the viewer, the page, and of each of its labels the latest revision.
  expect(planned.cost).toBe(1 + 1 + 20 + 20);
});

test("ids in a mutation's input are told, what is none of ours as it was written", () => {
  const planned = plan(
    `mutation { labelReview(input: {labelId: "x", revisionId: "${globalId("labelRevision", ID)}", verdict: ACCEPT, idempotencyKey: "12345678"}) { reviewId } }`,
  );
  expect(planned.fields).toEqual([{ name: "labelReview", ids: ["x", `labelRevision:${ID}`] }]);
});

test("refuses more aliases than the limit", () => {
  expect(refused(viewers(LIMITS.rootFields))).toBe("none");
  const flood = `{ viewer { ${Array.from({ length: LIMITS.aliases + 1 }, (_, i) => `a${i}: handle`).join(" ")} } }`;
  expect(refused(flood)).toBe("too many aliases");
});

test("refuses more root fields than the limit, repeated or in fragments too", () => {
  expect(refused(viewers(LIMITS.rootFields + 1))).toBe("too many root fields");
  expect(refused(`{ ${"viewer { handle } ".repeat(LIMITS.rootFields + 1)} }`)).toBe("too many root fields");
  const spread = `{ ${"...F ".repeat(LIMITS.rootFields + 1)} } fragment F on Query { viewer { handle } }`;
  expect(refused(spread)).toBe("too many root fields");
});

test("refuses a document with more tokens or selections than the limits, before it is validated", () => {
  expect(refused(`{ ${"nonsense ".repeat(LIMITS.tokens)} }`)).toBe("syntax");
  expect(refused(`{ viewer { ${"handle ".repeat(LIMITS.selections)} } }`)).toBe("too many selections");
});

test("refuses fragments that multiply", () => {
  const names = Array.from({ length: 15 }, (_, i) => `F${i}`);
  const bomb = names
    .map((name, i) => `fragment ${name} on Viewer { handle ${i < 14 ? `...F${i + 1} ...F${i + 1}` : ""} }`)
    .join(" ");
  expect(refused(`{ viewer { ...F0 } } ${bomb}`)).toBe("too many fields");
  const many = Array.from({ length: LIMITS.fragments + 1 }, (_, i) => `fragment G${i} on Viewer { handle }`).join(" ");
  expect(refused(`{ viewer { handle } } ${many}`)).toBe("too many fragments");
  expect(refused(`{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }`)).toBe("validation");
});

test("refuses what nests deeper than the limit, through fragments too", () => {
  const nest = (depth: number): string =>
    depth === 0 ? "handle" : `programs(first: 1) { edges { node { id ${depth > 1 ? "" : ""} } } }`;
  expect(refused(`{ viewer { ${nest(1)} } }`)).toBe("none");
  const labels = "labels(first: 1) { edges { node { asset { dataset { name } } } } }";
  expect(refused(`{ asset(id: "x") { ${labels} } }`)).toBe("none");
  expect(
    refused(
      `{ asset(id: "x") { dataset { assets(first: 1) { edges { node { dataset { assets(first: 1) { edges { node {
         dataset { assets(first: 1) { edges { node { ...L } } } } } } } } } } } } } } fragment L on Asset { ${labels} }`,
    ),
  ).toBe("too deep");
});

test("prices a question by the product of its pages before anything runs", () => {
  const nested = (a: number, b: number, c: number): string =>
    `{ programs(first: ${a}) { edges { node { datasets(first: ${b}) { edges { node { assets(first: ${c}) { edges { node { id } } } } } } } } } }`;
  expect(plan(nested(2, 3, 5)).cost).toBe(2 + 6 + 30);
  expect(refused(nested(10, 10, 98))).toBe("none");
  expect(refused(nested(10, 10, 99))).toBe("too expensive");
  expect(refused(nested(100, 100, 100))).toBe("too expensive");
});

test("the price counts pages given by variables, by default values and in fragments", () => {
  const query = `query Q($n: Int!, $m: Int! = 100) { programs(first: $n) { edges { node { ...P } } } } fragment P on Program { datasets(first: $m) { edges { node { labels(first: 2) { edges { node { id } } } } } } }`;
  expect(plan(query, { n: 10 }).cost).toBe(10 + 1000 + 2000);
  expect(refused(query, { n: 100 })).toBe("too expensive");
});

test.each(["0", "-1", "101", "2147483647", "99999999999", "1.5", '"5"', "null"])("refuses a page of %s", (first) => {
  expect(refused(`{ programs(first: ${first}) { edges { cursor } } }`)).not.toBe("none");
  expect(
    refused(`query Q($n: Int = 5) { programs(first: $n) { edges { cursor } } }`, { n: JSON.parse(first) as unknown }),
  ).not.toBe("none");
});

test("refuses directives but include and skip, and many of these", () => {
  expect(refused(`{ viewer @include(if: true) { handle } }`)).toBe("none");
  expect(refused(`{ viewer @defer { handle } }`)).toBe("directive");
  expect(refused(`{ viewer ${"@skip(if: false) ".repeat(LIMITS.directives + 1)} { handle } }`)).toBe(
    "too many directives",
  );
});

test.each([
  ["a field that is not there", `{ secretThings { id } }`],
  ["a field that is nearly there", `{ viewe { handle } }`],
  ["an argument that is not there", `{ dataset(idd: "x") { id } }`],
  ["a missing argument", `{ dataset { id } }`],
  [
    "an enum word that is not there",
    `mutation { labelReview(input: {labelId: "x", revisionId: "x", verdict: MAYBE, idempotencyKey: "12345678"}) { reviewId } }`,
  ],
  ["a fragment on a type that is not there", `{ node(id: "x") { ... on SecretReport { id } } }`],
  ["a subscription", `subscription { labels { id } }`],
  ["no operation", `fragment A on Viewer { handle }`],
  ["two operations without a choice", `query A { viewer { handle } } query B { viewer { handle } }`],
  ["an empty text", ``],
  ["the schema in production", `{ __schema { types { name } } }`],
  ["a type in production", `{ __type(name: "Viewer") { name } }`],
])("refuses %s with the one error", (_name, query) => {
  expect(refused(query)).not.toBe("none");
});

test("refuses variables that do not fit", () => {
  const query = `query Q($id: ID!) { dataset(id: $id) { id } }`;
  for (const variables of [{}, { id: null }, { id: [1] }, { id: {} }])
    expect(refused(query, variables)).toBe("variables");
});

test("the introspection query of common tools is answered in demonstration mode", () => {
  expect(refused(getIntrospectionQuery(), undefined, true)).toBe("none");
  const deep = `{ __schema { types { fields { type ${"{ ofType ".repeat(20)} { name } ${"}".repeat(20)} } } } }`;
  expect(refused(deep, undefined, true)).toBe("too deep");
});

test.each([
  null,
  [],
  "x",
  {},
  { query: 1 },
  { query: "{ viewer { handle } }", extensions: {} },
  { query: "{ a }", variables: [] },
  { query: "{ a }", operationName: 1 },
  [{ query: "{ viewer { handle } }" }],
])("refuses %j as a request", (value) => {
  expect(() => planOperation(schema, new KnownDocuments(schema, false), value)).toThrow(CaveatError);
});
