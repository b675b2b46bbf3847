import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { wire } from "../hidden/worlds.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { CONSTANT } from "./hostile-call.ts";
import type { HttpAnswer } from "./http.ts";

// What scanners for GraphQL servers try, against production mode, with a token and without: each probe has the condition
// under which such a tool would report a finding.
let house: TestHouse;
let server: Serving;
let token: string;

beforeAll(async () => {
  house = await openTestHouse();
  server = await serve(house);
  token = await server.token("ben");
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

interface Finding {
  readonly name: string;
  readonly send: (bearer: string) => Promise<HttpAnswer>;
  /** Whether a tool would report it. */
  readonly found: (answer: HttpAnswer, text: string) => boolean;
}

const json = { "content-type": "application/json" };
const post =
  (body: unknown, headers: Readonly<Record<string, string>> = json) =>
  (bearer: string) =>
    server.send(bearer, {
      method: "POST",
      path: "/graphql",
      headers,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
const get =
  (path: string, headers: Readonly<Record<string, string>> = {}) =>
  (bearer: string) =>
    server.send(bearer, { method: "GET", path, headers });
const answered = (answer: HttpAnswer, text: string): boolean => answer.status === 200 && text.includes('"data"');
const many = (count: number, of: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => of(at)).join(" ");

const CIRCULAR = `{ __schema { types { fields { type { fields { type { fields { type { fields { type { name } } } } } } } } } } }`;
const FORMS = [
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/plain",
  "text/plain;charset=UTF-8",
  "application/graphql",
  "text/plain; application/json",
  "application/xml",
  "",
];

const FINDINGS: readonly Finding[] = [
  {
    name: "introspection",
    send: post({ query: "query { __schema { types { name fields { name } } } }" }),
    found: (_answer, text) => text.includes("__schema") || text.includes('"types"'),
  },
  {
    name: "introspection of one type",
    send: post({ query: '{ __type(name: "Query") { name } }' }),
    found: (_answer, text) => text.includes("Query"),
  },
  { name: "circular introspection", send: post({ query: CIRCULAR }), found: (_answer, text) => text.includes("types") },
  {
    name: "field suggestions",
    send: post({ query: "query { viewerr }" }),
    found: (_answer, text) => /did you mean|viewer/i.test(text),
  },
  {
    name: "alias overloading",
    send: post({ query: `{ ${many(101, (at) => `alias${at}: __typename`)} }` }),
    found: (_answer, text) => text.includes("alias100"),
  },
  { name: "field duplication", send: post({ query: `{ ${many(500, () => "__typename")} }` }), found: answered },
  {
    name: "directive overloading",
    send: post({ query: `{ __typename ${many(10, () => "@aa")} }` }),
    found: (_answer, text) => (JSON.parse(text) as { errors?: unknown[] }).errors?.length !== 1,
  },
  {
    name: "directive overloading with known directives",
    send: post({ query: `{ __typename ${many(100, () => "@include(if: true)")} }` }),
    found: answered,
  },
  {
    name: "array-based batching",
    send: post(Array.from({ length: 10 }, () => ({ query: "{ __typename }" }))),
    found: (answer) => answer.status === 200,
  },
  { name: "a batch of one", send: post([{ query: "{ __typename }" }]), found: (answer) => answer.status === 200 },
  {
    name: "tracing",
    send: post({ query: "{ __typename }", extensions: { tracing: {} } }),
    found: (_answer, text) => text.includes("tracing"),
  },
  {
    name: "tracing by header",
    send: post({ query: "{ __typename }" }, { ...json, "apollo-tracing": "true", "x-apollo-tracing": "1" }),
    found: (_answer, text) => text.includes("tracing") || text.includes("ftv1"),
  },
  {
    name: "unhandled errors",
    send: post({ query: "qwerty { abc }" }),
    found: (_answer, text) => /exception|stack|trace|SyntaxError|Unexpected/i.test(text),
  },
  {
    name: "unhandled errors in the body",
    send: post("{not json"),
    found: (_answer, text) => /exception|stack|SyntaxError|Unexpected|position/i.test(text),
  },
  { name: "GET queries", send: get("/graphql?query=%7B__typename%7D"), found: answered },
  {
    name: "GET queries with the header against forgery",
    send: get("/graphql?query=%7B__typename%7D", { "apollo-require-preflight": "true", ...json }),
    found: answered,
  },
  { name: "GET mutations", send: get("/graphql?query=mutation%7B__typename%7D"), found: answered },
  {
    name: "a persisted query",
    send: post({ extensions: { persistedQuery: { version: 1, sha256Hash: "0".repeat(64) } } }),
    found: (_answer, text) => /PersistedQuery/i.test(text),
  },
  {
    name: "a deep query",
    send: post({
      query: `{ ${"programs(first: 1) { edges { node { datasets(first: 1) { edges { node { ".repeat(6)}id${" } } } } } }".repeat(6)} }`,
    }),
    found: answered,
  },
  {
    name: "a fragment cycle",
    send: post({ query: "query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }" }),
    found: answered,
  },
  ...FORMS.map((type): Finding => ({
    name: `POST with content type '${type}' (forgery from another site)`,
    send: post(
      type.includes("urlencoded") ? "query=%7B__typename%7D" : JSON.stringify({ query: "{ __typename }" }),
      type === "" ? {} : { "content-type": type },
    ),
    found: answered,
  })),
  ...[
    "/graphiql",
    "/playground",
    "/console",
    "/altair",
    "/voyager",
    "/graphql/console",
    "/graphql/schema",
    "/schema.graphql",
    "/v1/graphql",
    "/api/graphql",
    "/graph",
  ].map((path): Finding => ({
    name: `an explorer at ${path}`,
    send: get(path, { accept: "text/html" }),
    found: (answer) => answer.status !== 404,
  })),
  {
    name: "an explorer at /graphql",
    send: get("/graphql", { accept: "text/html" }),
    found: (answer, text) => answer.status === 200 || /<html|graphiql|playground|apollo/i.test(text),
  },
  ...(["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE"] as const).map((method): Finding => ({
    name: `${method} /graphql`,
    send: (bearer) =>
      server.send(bearer, {
        method,
        path: "/graphql",
        headers: { origin: "https://elsewhere.example", "access-control-request-method": "POST" },
      }),
    found: (answer) =>
      answer.status < 400 || answer.headers.some(([name]) => name.startsWith("access-control") || name === "allow"),
  })),
];

describe("I9 a scanner finds nothing in production mode", () => {
  test.each(FINDINGS.map((finding) => [finding.name, finding] as const))("%s", async (_name, { send, found }) => {
    for (const bearer of [token, "none"]) {
      const answer = await send(bearer);
      const text = answer.body.toString();
      expect([answer.status, text, found(answer, text)]).toEqual([answer.status, text, false]);
      const constant = Object.values(CONSTANT).some(
        ({ status, body }) => answer.status === status && (text === body || text === ""),
      );
      // Some of the probes are ordinary questions with odd headers: those may be answered.
      if (!constant)
        expect([answer.status, text]).toEqual([
          200,
          expect.stringMatching(
            /^\{"data":\{"__typename":"Query"\},"extensions":\{"marking":null,"receipt":"[0-9a-f]{32}"\}\}$/,
          ),
        ]);
    }
  });

  test("and without a token every probe is answered like any other", async () => {
    const posts = FINDINGS.filter(({ name }) => !/GET|explorer|\/graphql/.test(name));
    const answers = new Set<string>();
    for (const { send } of posts) answers.add(wire(await send("none")));
    expect([...answers].map((text) => text.slice(0, 3))).toEqual(["401"]);
  });
});
