import {
  OperationTypeNode,
  getOperationAST,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  typeFromAST,
} from "graphql";
import type { GraphQLInputType } from "graphql";
import { getMetadataStorage } from "type-graphql";
import { expect, test } from "vitest";
import { CaveatError } from "../../src/errors.ts";
import { answerable } from "../../src/transport/graphql/answer-size.ts";
import { KnownDocuments } from "../../src/transport/graphql/known-documents.ts";
import { LIMITS, parseDocument } from "../../src/transport/graphql/limits.ts";
import { planOperation } from "../../src/transport/graphql/plan.ts";
import { reads } from "../../src/transport/graphql/price.ts";
import { productSchema } from "../../src/transport/graphql/schema.ts";
import * as console from "../../web/workbench/generated/console.ts";
import * as delivery from "../../web/workbench/generated/delivery.ts";
import * as history from "../../web/workbench/generated/history.ts";
import * as lead from "../../web/workbench/generated/lead.ts";
import * as projects from "../../web/workbench/generated/projects.ts";
import * as quarantine from "../../web/workbench/generated/quarantine.ts";
import * as steward from "../../web/workbench/generated/steward.ts";
import * as tasks from "../../web/workbench/generated/tasks.ts";
import { asked } from "../../web/workbench/operation.ts";

const schema = productSchema();
const documents = new KnownDocuments(schema, false);
const PAGE = Object.entries({
  ...console,
  ...delivery,
  ...history,
  ...lead,
  ...projects,
  ...quarantine,
  ...steward,
  ...tasks,
});
/** Images that one question of the page names; of a delivery it looks at five. */
const NAMED = 15;
const SAMPLES = 5;

/** A value that fits, of as little as there can be; pages are as large as they may be. */
function least(type: GraphQLInputType, name = ""): unknown {
  if (!isNonNullType(type)) return undefined;
  const inner = type.ofType;
  if (isListType(inner)) return [least(inner.ofType)];
  if (isEnumType(inner)) return inner.getValues()[0]?.name;
  if (isInputObjectType(inner))
    return Object.fromEntries(Object.values(inner.getFields()).map((field) => [field.name, least(field.type)]));
  return (
    { Int: name === "first" ? LIMITS.pageSize : 1, Float: 1, Boolean: true, DateTime: "2026-01-01T00:00:00Z" }[
      inner.name
    ] ?? "x"
  );
}

/** The price of a document with values that fit; the word for what it is refused with. */
function price(query: string): number | string {
  const operation = getOperationAST(parseDocument(query));
  const variables = (operation?.variableDefinitions ?? []).map(({ type, variable }): [string, unknown] => {
    const input = typeFromAST(schema, type as never) as GraphQLInputType;
    return [variable.name.value, least(input, variable.name.value)];
  });
  try {
    const goesOn = operation?.operation === OperationTypeNode.SUBSCRIPTION;
    const values: Record<string, unknown> = Object.fromEntries(variables);
    return planOperation(schema, documents, { query, variables: values }, goesOn).cost;
  } catch (thrown) {
    if (!(thrown instanceof CaveatError)) throw thrown;
    expect(thrown.code).toBe("INVALID_REQUEST");
    return thrown.detail;
  }
}

const below = (part: string, first = 100): string =>
  `query($i: ID!) { dataset(id: $i) { labels(first: ${first}) { edges { node { ${part} } } } } }`;
const aliases = (count: number, part: string): string =>
  Array.from({ length: count }, (_, n) => `a${n}: ${part}`).join(" ");

test("objects and lists below a page cost as often as they occur, and what is too much is refused before anything is read", () => {
  expect(price(below("id"))).toBe(1 + 100);
  expect(price(below("asset { dataset { assetCount } }"))).toBe(1 + 100 + 3 * 100);
  // A list that is asked without saying how many is taken to hold some.
  expect(price(below("asset { dataset { compilations { id } } }", 2))).toBe(1 + 2 + 2 * 2 + 2 * 5);
  expect(price(below("asset { dataset { compilationRules { class { key } } } }", 2))).toBe(1 + 2 + 2 * 2 + 2 * (5 + 5));
  const all =
    "dataset { ontologyVersion { classes { id } } compilationRules { reason } contentMarking assetCount labelCount }";
  expect(price(below(`asset { ${aliases(28, all)} }`))).toBe("too expensive");
  const fragment = `fragment A on Asset { ${aliases(28, "dataset { name }")} }`;
  expect(price(`${below("asset { ...A }", 99)} ${fragment}`)).toBe(1 + 99 * (1 + 1 + 28));
  expect(price(below(`latest { ${aliases(3, "ontologyVersion { classes { key } }")} }`))).toBe("too expensive");
});

test("what is part of an object that was read costs nothing more", () => {
  const own = "id origin standing createdAt authorId marking { banner portion }";
  expect(price(below(own))).toBe(price(below("id")));
});

test("every field that is given the operation has a price, but for markings and ids of people, which are in memory", () => {
  const { fieldResolvers, objectTypes } = getMetadataStorage();
  const given = fieldResolvers.filter(
    ({ kind, params = [] }) =>
      kind === "external" && params.some((param) => !["root", "arg", "args"].includes(param.kind)),
  );
  const free = given.flatMap(({ getObjectType, schemaName, target, methodName }) => {
    const type = schema.getType(objectTypes.find((known) => known.target === getObjectType?.())?.name ?? "");
    if (!isObjectType(type) || reads(type.getFields()[schemaName])) return [];
    return [
      [`${type.name}.${schemaName}`, String((target as typeof Object).prototype[methodName as "toString"])] as const,
    ];
  });
  expect(given.length).toBeGreaterThan(80);
  expect(
    free
      .map(([name]) => name)
      .filter((name) => !name.endsWith(".marking"))
      .toSorted(),
  ).toEqual(["Label.authorId"]);
  for (const [, source] of free) {
    expect(source).toMatch(/markingOf|personId/);
    expect(source).not.toMatch(/operation|\.get\(|nested|await/);
  }
});

test.each(PAGE)("what the page asks for by %s is within the limit", (name, { text, ...operation }) => {
  const { each } = operation as { readonly each?: string };
  const count = name === "DELIVERY_SURROUNDED" ? SAMPLES : NAMED;
  const { query } = asked(
    each === undefined ? { text } : { text, each },
    each === undefined ? {} : { [each]: Array.from({ length: count }, () => ({})) },
  );
  expect(price(query)).toEqual(expect.any(Number));
});

test("data that is longer than an answer may be is refused as too large, whatever makes it long", () => {
  const code = (data: unknown): string => {
    try {
      return answerable(data) === data ? "none" : "other";
    } catch (thrown) {
      return thrown instanceof CaveatError ? `${thrown.code} ${thrown.detail}` : "unknown";
    }
  };
  const corners = Array.from({ length: 10_000 }, (_, at) => [at + 0.25, at + 0.5]);
  const page = (labels: number): object => ({
    edges: Array.from({ length: labels }, () => ({
      node: { latest: { shape: { kind: "polygon", rings: [corners] } } },
    })),
  });
  expect(code({ dataset: { labels: page(100) } })).toBe("none");
  expect(code({ dataset: { labels: page(150) } })).toBe("TOO_LARGE answer");
  expect(code(Array.from({ length: 40 }, () => "x".repeat(1024 * 1024)))).toBe("TOO_LARGE answer");
  expect(code(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}`.repeat(1024 * 1024), null])))).toBe(
    "TOO_LARGE answer",
  );
  expect(code(Array.from({ length: 3_000_000 }, () => null))).toBe("TOO_LARGE answer");
});
