import { buildSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CaveatError } from "../../src/errors.ts";
import { KnownDocuments } from "../../src/transport/graphql/known-documents.ts";
import { planOperation } from "../../src/transport/graphql/plan.ts";
import { printedSchema, productSchema } from "../../src/transport/graphql/schema.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { register } from "../policy/table-world.ts";
import { CONSTANT } from "../server/hostile-call.ts";
import { nearMisses } from "./near-misses.ts";
import type { Probe } from "./near-misses.ts";
import { recover } from "./schema-recovery.ts";
import { serve } from "./serving.ts";
import type { Serving } from "./serving.ts";
import { wire } from "./worlds.ts";

const schema = productSchema();
const documents = new KnownDocuments(schema, false);
const probes = nearMisses(schema);
let house: TestHouse;
let production: Serving;
let demonstration: Serving;

beforeAll(async () => {
  house = await openTestHouse();
  production = await serve(house);
  demonstration = await serve(house, { mode: "demonstration" });
});
afterAll(async () => {
  await production.close();
  await demonstration.close();
  await house.remove();
});

/** Everything in the schema that has a name. */
function names(): string[] {
  return probes.map(({ about }) => about);
}

/** Sends probes, some at once, and returns the different answers, each with one that got it. */
async function answers(server: Serving, token: string, some: readonly Probe[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const queue = [...some];
  const work = async (): Promise<void> => {
    for (let probe = queue.pop(); probe; probe = queue.pop()) {
      const answer = wire(await server.graphql(token, probe.query, probe.variables));
      if (!found.has(answer)) found.set(answer, `${probe.about}: ${probe.query} ${JSON.stringify(probe.variables)}`);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return found;
}

describe("I9 what is wrong with a request is told to nobody", () => {
  test("I9 near misses reach every type, field, argument, input field and enum value", () => {
    const printed = printedSchema();
    const about = new Set(names());
    const fields = Object.values(schema.getTypeMap()).flatMap((type) =>
      "getFields" in type && !type.name.startsWith("__")
        ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)
        : [],
    );
    const missed = fields.filter((field) => !about.has(`field ${field}`) && !about.has(`input field ${field}`));
    // The interface has no objects of its own: its field is asked through the types.
    expect(missed).toEqual(["Node.id"]);
    expect(probes.length).toBeGreaterThan(2_000);
    expect(printed.length).toBeGreaterThan(5_000);
  });

  test("I9 each of them is refused as the same invalid request before the door", () => {
    const others = probes.filter(({ query, variables }) => {
      try {
        planOperation(schema, documents, { query, ...(variables === undefined ? {} : { variables }) });
        return true;
      } catch (error) {
        return !(error instanceof CaveatError && error.code === "INVALID_REQUEST");
      }
    });
    expect(others.map(({ about, query }) => `${about}: ${query}`)).toEqual([]);
    expect(() => planOperation(schema, documents, { query: "{ viewer { handle } }" })).not.toThrow();
  });

  test("I9 over HTTP in production they are one answer, byte for byte with its headers", async () => {
    const long = process.env["CAVEAT_LONG"] === "1";
    // Every seventeenth: a stride that is prime to the repetitions in the list meets every kind.
    const some = probes.filter((_, at) => long || at % 17 === 0);
    const found = await answers(production, await production.token("ben"), some);
    expect([...found.values()].slice(1)).toEqual([]);
    const [only = ""] = found.keys();
    expect(only.startsWith("400\n")).toBe(true);
    expect(only.endsWith(CONSTANT.INVALID_REQUEST.body)).toBe(true);
  }, 120_000);

  test("I9 and the same bytes in demonstration mode, but for what introspection is open for", async () => {
    const some = probes.filter(({ about }, at) => at % 61 === 0 && !about.startsWith("introspection"));
    const found = await answers(demonstration, await demonstration.token("ben"), some);
    expect([...found.values()].slice(1)).toEqual([]);
  });

  test("I9 what cannot be parsed or coerced is that answer, too", async () => {
    const token = await production.token("ben");
    const reference = wire(await production.graphql(token, "{ nothing }"));
    const texts = [
      "",
      "{",
      "}",
      "{ viewer }",
      "query",
      "{ viewer { handle ",
      '{ node(id: "',
      "\u0000",
      "{ viewer(a: $b) { id } }",
      "fragment f on Viewer { id }",
      "{ __schema { types { name } } }",
      "subscription { x }",
      "{ programs(first: 9999999999) { edges { cursor } } }",
      '{ programs(first: "1") { edges { cursor } } }',
      "{ node(id: {}) { id } }",
      "{ proposals(first: 1, kind: NOTHING) { edges { cursor } } }",
    ];
    for (const text of texts) expect([text, wire(await production.graphql(token, text))]).toEqual([text, reference]);
    const coerced = [{ f: "1" }, { f: 1.5 }, { f: null }, {}, { f: [1] }, { f: { a: 1 } }, { f: 2 ** 40 }, { f: true }];
    for (const variables of coerced)
      expect(
        wire(
          await production.graphql(token, "query($f: Int!) { programs(first: $f) { edges { cursor } } }", variables),
        ),
      ).toBe(reference);
  });
});

describe("I9 a schema is not recovered from answers", () => {
  const words = [...new Set(printedSchema().match(/[A-Za-z]{2,}/g) ?? [])];

  test("I9 a recovery that knows every word of the schema recovers no field in production", async () => {
    const token = await production.token("ben");
    const ask = async (query: string): Promise<string> => (await production.graphql(token, query)).body.toString();
    const recovered = await recover(
      words,
      ask,
      words.filter((_, at) => process.env["CAVEAT_LONG"] === "1" || at % 5 === 0),
    );
    expect(words.length).toBeGreaterThan(200);
    expect(recovered).toEqual({ fields: [], types: [], args: [] });
  });

  test("I9 the recovery itself works: from a server that explains its errors it gets fields, types and arguments", async () => {
    const { graphql } = await import("graphql");
    const talkative = buildSchema(
      "type Query { secretReport(compartment: String!): Report } type Report { title: String }",
    );
    const recovered = await recover(["secretReports", "compartments", "titel"], async (source) =>
      JSON.stringify(await graphql({ schema: talkative, source })),
    );
    expect(recovered.fields).toContain("secretReport");
    expect(recovered.args).toContain("compartment");
  });
});

describe("I2 the schema says nothing about markings", () => {
  test("I2 no token of the register, no level and no country stands in it, in names or in descriptions", () => {
    const printed = printedSchema();
    const vocabulary = new Set<string>();
    const collect = (value: unknown): void => {
      if (typeof value === "string") {
        if (/^[A-Z][A-Z0-9 /-]*$/.test(value)) vocabulary.add(value);
      } else if (value instanceof Map) {
        for (const [name, inner] of value) collect([name, inner]);
      } else if (value instanceof Set) {
        for (const inner of value) collect(inner);
      } else if (value !== null && typeof value === "object") {
        for (const [name, inner] of Object.entries(value)) collect(Array.isArray(value) ? inner : [name, inner]);
      }
    };
    collect(register);
    for (const level of [
      "UNCLASSIFIED",
      "RESTRICTED",
      "CONFIDENTIAL",
      "SECRET",
      "TOP SECRET",
      "TS",
      "NOFORN",
      "NF",
      "REL TO",
      "SCI",
      "NATO",
    ])
      vocabulary.add(level);
    expect(vocabulary.size).toBeGreaterThan(200);
    // Words of titles ('NOT RELEASABLE TO FOREIGN NATIONALS', 'ATTORNEY-CLIENT', 'SPECIAL ACCESS REQUIRED'), which say
    // nothing alone.
    for (const word of ["NOT", "CLIENT", "REQUIRED"]) vocabulary.delete(word);
    // Words of the schema as they stand there, and the parts of names in capitals.
    const found = [...vocabulary].filter((token) =>
      new RegExp(`(?<![A-Za-z0-9])${token.replaceAll(/[^A-Za-z0-9 ]/g, "\\$&")}(?![A-Za-z0-9])`).test(printed),
    );
    expect(found).toEqual([]);
  });
});

test("I9 outside of his hours somebody is told nothing of himself, which is no failure", async () => {
  const ben = house.personId("ben");
  const token = await production.token("ben", "S");
  const ask = async (): Promise<string> => {
    const { status, body } = await production.graphql(token, "{ viewer { handle highWater } }");
    return `${status} ${body.toString()}`;
  };
  expect(await ask()).toContain('200 {"data":{"viewer":{"handle":"ben","highWater":null}},');
  await house.admin.query(
    `insert into access.time_window (person_id, opens_at, closes_at, source)
     values ($1, now() - interval '2 hours', now() - interval '1 hour', 'test')`,
    [ben],
  );
  expect(await ask()).toContain('200 {"data":{"viewer":null},');
  await house.admin.query("delete from access.time_window where person_id = $1", [ben]);
});
