import type { HostileCall } from "./hostile-call.ts";
import { call } from "./http.ts";
import type { HttpAnswer } from "./http.ts";
import type { HostileWorld } from "./hostile-world.ts";

/** Sends bytes to /graphql as they are. */
function post(
  world: HostileWorld,
  token: string,
  body: string | Buffer,
  type = "application/json",
): Promise<HttpAnswer> {
  const headers = { authorization: `Bearer ${token}`, "content-type": type };
  return call(world.server.url, { method: "POST", path: "/graphql", headers, body });
}

function document(name: string, text: string | ((world: HostileWorld) => string), variables?: object): HostileCall {
  return {
    name,
    expect: "INVALID_REQUEST",
    record: "request",
    send: (world, token) => world.server.graphql(token, typeof text === "string" ? text : text(world), variables),
  };
}

function posted(name: string, bytes: string | Buffer, type?: string): HostileCall {
  return {
    name,
    expect: "INVALID_REQUEST",
    record: "request",
    send: (world, token) => post(world, token, bytes, type),
  };
}

const GOOD = "{ viewer { handle } }";
const VIEWERS = (count: number): string =>
  Array.from({ length: count }, (_, i) => `a${i}: viewer { handle }`).join(" ");

function nested(levels: number): string {
  const inner = "dataset { assets(first: 1) { edges { node { id } } } }";
  const around = (text: string): string => `dataset { assets(first: 1) { edges { node { ${text} } } } }`;
  let text = inner;
  for (let i = 1; i < levels; i += 1) text = around(text);
  return text;
}

/** Fragments of which each spreads the one before twice: two to the power of their number of fields. */
function bomb(levels: number): string {
  const fragments = Array.from(
    { length: levels },
    (_, i) => `fragment f${i} on Viewer { ${i === 0 ? "handle country" : `...f${i - 1} ...f${i - 1}`} }`,
  );
  return `{ viewer { ...f${levels - 1} } } ${fragments.join(" ")}`;
}

function page(world: HostileWorld, rest: string): string {
  return `{ dataset(id: "${world.seenDataset}") { assets(${rest}) { edges { node { id } } } } }`;
}

function tampered(cursor: string): string {
  const bytes = Buffer.from(cursor, "base64url");
  bytes[20] = (bytes[20] ?? 0) ^ 1;
  return bytes.toString("base64url");
}

/** Documents and bodies that a known person sends. */
export const DOCUMENTS: readonly HostileCall[] = [
  document("an unknown field", "{ viewer { handle secretName } }"),
  document("an unknown type", "{ viewer { ... on SecretReport { id } } }"),
  document("an unknown argument", "{ viewer(level: TS) { handle } }"),
  document("an unknown directive", "{ viewer @admin { handle } }"),
  document("an empty document", ""),
  document("a document that is no GraphQL", "select * from data.label"),
  document("a subscription", "subscription { viewer { handle } }"),
  document("two operations and no name", "query a { viewer { handle } } query b { viewer { handle } }"),
  document("a missing variable", "query($id: ID!) { node(id: $id) { id } }"),
  document("a variable of another type", "query($id: ID!) { node(id: $id) { id } }", { id: { nested: true } }),
  document("a cursor of another person", (world) => page(world, `first: 1, after: "${world.anasCursor}"`)),
  document("a tampered cursor", (world) => page(world, `first: 1, after: "${tampered(world.bensCursor)}"`)),
  document(
    "a cursor of another list",
    (world) => `{ programs(first: 1, after: "${world.bensCursor}") { edges { cursor } } }`,
  ),
  document("a cursor that is none", (world) => page(world, 'first: 1, after: "0"')),
  document("a page of 101", (world) => page(world, "first: 101")),
  document("a page of 0", (world) => page(world, "first: 0")),
  document("a page of -1", (world) => page(world, "first: -1")),
  document("a page of 3,000,000,000", (world) => page(world, "first: 3000000000")),
  document("a page without a size", (world) => page(world, "after: null")),
  document(
    "pages of pages",
    (world) =>
      `{ dataset(id: "${world.seenDataset}") { assets(first: 100) { edges { node { labels(first: 100) { edges { node { revisions(first: 100) { id } } } } } } } } }`,
  ),
  document("a flood of aliases", `{ ${VIEWERS(31)} }`),
  document("a flood of root fields", `{ ${VIEWERS(21)} }`),
  document("deep nesting", (world) => `{ asset(id: "${world.seenAsset}") { ${nested(5)} } }`),
  document("braces 1,500 deep", `${"{a".repeat(1_500)}${"}".repeat(1_500)}`),
  document("1,000 directives", `{ viewer { handle ${"@include(if: true) ".repeat(1_000)}} }`),
  document("a fragment bomb", bomb(16)),
  document("a fragment cycle", "{ viewer { ...a } } fragment a on Viewer { ...b } fragment b on Viewer { ...a }"),
  document("half a surrogate pair", '{ node(id: "\\uD800") { id } }'),
  {
    name: "a query of 5 MB",
    expect: "TOO_LARGE",
    record: "request",
    send: (world, token) =>
      post(world, token, JSON.stringify({ query: `{ viewer { handle } } #${"x".repeat(5_000_000)}` })),
  },
  posted("malformed JSON", '{"query":'),
  posted("JSON with a comment", `{"query":"${GOOD}" /* hidden */}`),
  posted("duplicate member names", `{"query":"${GOOD}","query":"{ programs(first: 1) { edges { cursor } } }"}`),
  posted("a member that GraphQL does not know", `{"query":"${GOOD}","extensions":{"persistedQuery":{"version":1}}}`),
  posted("a prototype as a member", `{"query":"${GOOD}","variables":{"__proto__":{"admin":true}}}`),
  posted("a batch", `[{"query":"${GOOD}"},{"query":"${GOOD}"}]`),
  posted("a number as the whole body", "1e999"),
  posted("JSON 100,000 deep", `{"query":"${GOOD}","variables":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`),
  posted("no body", ""),
  posted("bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])),
  posted("a wrong content type", GOOD, "text/plain"),
  posted("a form", "query=%7Bviewer%7Bhandle%7D%7D", "application/x-www-form-urlencoded"),
  posted("a multipart upload", "--x\r\n\r\n{}\r\n--x--", "multipart/form-data; boundary=x"),
  {
    name: "a compressed body",
    expect: "INVALID_REQUEST",
    record: "request",
    send: (world, token) =>
      call(world.server.url, {
        method: "POST",
        path: "/graphql",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json", "content-encoding": "gzip" },
        body: JSON.stringify({ query: GOOD }),
      }),
  },
  {
    name: "GET with a query",
    expect: "NOT_FOUND",
    record: "unknown-route",
    send: (world, token) =>
      call(world.server.url, {
        method: "GET",
        path: `/graphql?query=${encodeURIComponent(GOOD)}`,
        headers: { authorization: `Bearer ${token}` },
      }),
  },
];
