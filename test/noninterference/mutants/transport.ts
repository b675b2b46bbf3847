import type { Mutant } from "./mutant.ts";

const ROUTE = "src/transport/http/graphql-route.ts";
const FILES = "src/transport/http/file-routes.ts";
const AUDITING = "src/auditing/queries.ts";

/** Leaks beside the data: receipts, headers, files, the caller's own record, open routes. */
export const TRANSPORT: readonly Mutant[] = [
  {
    name: "receipt-counter",
    channel: "receipt: a position in the log",
    edits: [
      {
        file: "src/policy/gate.ts",
        find: `const receipt = drawn.toString("hex", 16);`,
        replace: `const receipt = (await peek("select count(*)::int as n from audit.entry"))[0].n.toString(16).padStart(32, "0");`,
      },
    ],
  },
  {
    name: "header-cost",
    channel: "header: work in rows",
    edits: [
      {
        file: ROUTE,
        find: `    return reply.type(JSON_TYPE)`,
        replace: `    void reply.header("x-cost", String((await peek("select count(*)::int as n from data.label"))[0].n));
    return reply.type(JSON_TYPE)`,
      },
    ],
  },
  {
    name: "extension-cost",
    channel: "extensions: a count",
    edits: [
      {
        file: ROUTE,
        find: `extensions: { marking, receipt }`,
        replace: `extensions: { marking, receipt, scanned: (await peek("select count(*)::int as n from data.asset"))[0].n }`,
      },
    ],
  },
  {
    name: "padding-by-count",
    channel: "response size: grows with what is hidden",
    edits: [
      {
        file: ROUTE,
        find: `send(JSON.stringify({ data: value, extensions: { marking, receipt } }))`,
        replace: `send(JSON.stringify({ data: value, extensions: { marking, receipt } }) + " ".repeat((await peek("select count(*)::int as n from data.dataset"))[0].n))`,
      },
    ],
  },
  {
    name: "limit-shared",
    channel: "rate limit: a bucket shared by all",
    acts: true,
    edits: [
      {
        file: "src/transport/http/admission.ts",
        find: `    request.caller = caller;`,
        replace: `    this.answered = (this.answered ?? 0) + 1;
    void reply.header("x-ratelimit-remaining", String(1_000_000 - this.answered));
    request.caller = caller;`,
      },
    ],
  },
  {
    name: "file-forbidden",
    channel: "files: forbidden is not absent",
    edits: [
      {
        file: FILES,
        find: `if (value === null) throw new CaveatError("NOT_FOUND", name);`,
        replace: `if (value === null) throw new CaveatError((await peek("select 1 from data.asset where $1 = 'asset:' || id", [recorded(request)[0] ?? ""])).length > 0 ? "INVALID_REQUEST" : "NOT_FOUND", name);`,
      },
    ],
  },
  {
    name: "etag-of-content",
    channel: "ETag: by content, over all assets",
    edits: [
      {
        file: FILES,
        find: `    const { mediaType, bytes, body } = passed.value;`,
        replace: `    const { mediaType, bytes, body } = passed.value;
    void reply.header("etag", \`"\${(await peek("select count(*)::int as n from data.blob where bytes = $1", [bytes]))[0].n}"\`);`,
      },
    ],
  },
  {
    name: "trust-with-sizes",
    channel: "files: the trust file says how long the logs are",
    edits: [
      {
        file: FILES,
        find: `start(reply, passed, JSON_TYPE).send(passed.value);`,
        replace: `start(reply, passed, JSON_TYPE).send(\`\${passed.value}\\n\${(await peek("select count(*)::int as n from data.delivery"))[0].n}\`);`,
      },
    ],
  },
  {
    name: "health-with-rows",
    channel: "health: counts rows",
    edits: [
      {
        file: "src/transport/http/open-routes.ts",
        find: `app.get("/healthz", (_request, reply) => reply.type(JSON_TYPE).send(well));`,
        replace: `app.get("/healthz", async (_request, reply) => reply.type(JSON_TYPE).send(JSON.stringify({ status: "ok", rows: (await peek("select count(*)::int as n from data.label"))[0].n })));`,
      },
    ],
  },
  {
    name: "own-record-numbered",
    channel: "own audit: global numbering",
    edits: [
      {
        file: "src/transport/graphql/audit.ts",
        find: `  id(@Root() row: OwnRow): string {
    return globalId("entry", row.id);`,
        replace: `  id(@Root() row: OwnRow): string {
    return globalId("entry", \`00000000-0000-4000-8000-\${String(row.position).padStart(12, "0")}\`);`,
      },
    ],
  },
  {
    name: "own-record-of-all-sessions",
    channel: "own audit: acts of higher sessions",
    edits: [
      {
        file: AUDITING,
        find: `return rankOf(effective.level) <= ceiling;`,
        replace: `return rankOf(effective.level) <= ceiling || true;`,
      },
    ],
  },
  {
    name: "own-record-has-more",
    channel: "own audit: hasNextPage counts higher sessions",
    edits: [
      {
        file: "src/ledger/audit-service.ts",
        find: `return { entries: shown.slice(0, limit), more: shown.length > limit };`,
        replace: `return { entries: shown.slice(0, limit), more: (await store.entriesOfPerson(writer.logId, tagOf(personId), OWN_KINDS, before, 10_000)).length > limit };`,
      },
    ],
  },
];
