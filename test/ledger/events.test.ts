import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FastifyInstance } from "fastify";
import type { GraphQLSchema } from "graphql";
import { Query, Resolver } from "type-graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LEAF_KINDS } from "../../audit/index.ts";
import { EVENTS } from "../../src/auditing/event-catalogue.ts";
import type { EventName, EventRecord } from "../../src/auditing/event-catalogue.ts";
import { COMMAND_EVENTS, JOB_EVENTS, ROOT_FIELD_EVENTS, ROUTE_EVENTS } from "../../src/auditing/event-sources.ts";
import { WANTED_EVENTS } from "../../src/auditing/wanted-events.ts";
import { allCommands } from "../../src/cli/commands.ts";
import { Does } from "../../src/transport/graphql/action.ts";
import { RESOLVERS, productSchema, schemaOf } from "../../src/transport/graphql/schema.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import { logSize } from "../access/entries.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { bearer, serverOf } from "./house-ledger.ts";

const SHARED = process.env["CAVEAT_SHARED"] ?? resolve(import.meta.dirname, "../../../shared");
const STANDARDS = join(SHARED, "reference/standards.md");
const records = Object.entries(EVENTS) as [EventName, EventRecord][];
const kindsOf = (event: EventName | undefined): readonly string[] => {
  const record: EventRecord | undefined = event && EVENTS[event];
  return record && "kinds" in record ? record.kinds : [];
};

/** Sources that the catalogue does not name, and names that are of no source. */
function differences(sources: readonly string[], catalogue: Readonly<Record<string, EventName>>): string[] {
  const named = Object.keys(catalogue);
  return [
    ...sources.filter((source) => !named.includes(source)).map((source) => `${source} has no event`),
    ...named.filter((source) => !sources.includes(source)).map((source) => `${source} is no source`),
  ];
}

function rootFields(schema: GraphQLSchema): string[] {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}).map((field) => `${type?.name ?? ""}.${field}`),
  );
}

/** Every route of a server with its method, read from what it prints of itself. */
function routes(app: FastifyInstance): string[] {
  const path: string[] = [];
  return app
    .printRoutes({ commonPrefix: false })
    .split("\n")
    .flatMap((line) => {
      const [, indent = "", part = "", methods] = /^([│ ]*)[├└]── (\S*)(?: \((.+)\))?$/.exec(line) ?? [];
      if (part === "") return [];
      path.splice(indent.length / 4, Infinity, part);
      return (methods?.split(", ") ?? []).map((method) => `${method} ${path.join("")}`);
    });
}

const COMMANDS = await allCommands();

const verbsOf = (commands: typeof COMMANDS): string[] =>
  Object.entries(commands).flatMap(([name, { verbs }]) =>
    verbs.length === 0 ? [name] : verbs.map((verb) => `${name} ${verb}`),
  );

/** Timers in a source text: what runs although nobody asks. */
const timersIn = (file: string, text: string): string[] => [
  ...new Set(
    [...text.matchAll(/\b(setInterval|setTimeout|setImmediate)\(|from "(node:timers)/g)].map(
      ([, called, imported]) => `${called ?? imported ?? ""} of ${file}`,
    ),
  ),
];

function jobs(): string[] {
  const root = packageRoot();
  return readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .map((file) => `src/${file}`)
    .filter((file) => file.endsWith(".ts") && !/^src\/(?:cli|tour)\//.test(file))
    .flatMap((file) => timersIn(file, readFileSync(join(root, file), "utf8")));
}

describe("I4 the catalogue of events", () => {
  test("covers every event that standards C.2 names, each by entries or by the reason why there are none", () => {
    const covered = new Set(records.flatMap(([, { covers }]) => covers));
    expect(WANTED_EVENTS.filter((wanted) => !covered.has(wanted))).toEqual([]);
    for (const [, record] of records)
      expect("kinds" in record ? record.tells : record.notRecorded).toMatch(/^[^.]{20}/);
  });

  test.skipIf(!existsSync(STANDARDS))("lists those events as standards.md has them", () => {
    const section = readFileSync(STANDARDS, "utf8").split("## C.2 ")[1]?.split("\n## ")[0] ?? "";
    const plain = section.replaceAll("**", "");
    for (const wanted of WANTED_EVENTS) expect(plain).toContain(wanted);
    const items = [
      ...(/unless noted:\n(.+)\./.exec(plain)?.[1]?.split(/ · |; /) ?? []),
      ...(/Product-specific: (.+)\./.exec(plain)?.[1]?.split("; ") ?? []),
    ];
    expect(items.length).toBeGreaterThan(30);
    expect(items.filter((item) => !(WANTED_EVENTS as readonly string[]).includes(item))).toEqual([]);
  });

  test("names every kind of entry there is, but one that nothing writes yet", () => {
    const kinds = new Set(records.flatMap(([event]) => kindsOf(event)));
    expect(LEAF_KINDS.filter((kind) => !kinds.has(kind))).toEqual(["log.checkpoint.released"]);
  });

  test("every root field of the schema has its event, whose entries are of the kind that such a field writes", () => {
    const fields = rootFields(productSchema());
    expect(differences(fields, ROOT_FIELD_EVENTS)).toEqual([]);
    for (const field of fields) {
      const [root = ""] = field.split(".");
      const outcome = { Query: "operation.outcome", Subscription: "operation.part" }[root] ?? "mutation.outcome";
      expect([field, kindsOf(ROOT_FIELD_EVENTS[field]).includes(outcome)]).toEqual([field, true]);
    }
  });

  test("every verb of the command has its event", () => {
    expect(differences(verbsOf(COMMANDS), COMMAND_EVENTS)).toEqual([]);
    for (const [name, { verbs, help }] of Object.entries(COMMANDS))
      for (const verb of verbs) expect([name, verb, help.includes(verb)]).toEqual([name, verb, true]);
  });

  test("every timer of the server has its event", () => {
    expect(differences(jobs(), JOB_EVENTS)).toEqual([]);
  });

  test("a field, a verb or a timer that is added without an event is noticed, and one that is gone, too", () => {
    class Planted {
      [member: string]: unknown;
    }
    const descriptor = { value: () => "leak", configurable: true, enumerable: true, writable: true };
    Object.defineProperty(Planted.prototype, "planted", descriptor);
    Query(() => String)(Planted.prototype, "planted", descriptor);
    Does("label.read")(Planted.prototype, "planted", descriptor);
    Resolver()(Planted);
    const schema = schemaOf([...RESOLVERS, Planted] as never);
    expect(differences(rootFields(schema), ROOT_FIELD_EVENTS)).toEqual(["Query.planted has no event"]);
    const audit = COMMANDS["audit"];
    if (!audit) throw new Error("no such command");
    const more = { ...COMMANDS, audit: { ...audit, verbs: [...audit.verbs, "purge"] } };
    expect(differences(verbsOf(more), COMMAND_EVENTS)).toEqual(["audit purge has no event"]);
    const found = [...jobs(), ...timersIn("src/labeling/indexer.ts", "setInterval(() => index(), 1_000)")];
    expect(differences(found, JOB_EVENTS)).toEqual(["setInterval of src/labeling/indexer.ts has no event"]);
    expect(differences(jobs().slice(1), JOB_EVENTS)).toHaveLength(1);
  });
});

const HOST = "127.0.0.1:4000";

describe("I4 the routes of the server", () => {
  let house: TestHouse;
  let app: FastifyInstance;

  beforeAll(async () => {
    house = await openTestHouse();
    app = await serverOf(house);
  });
  afterAll(async () => {
    await app.close();
    await house.remove();
  });

  /** The cookie of a new session, as a browser sends it back. */
  async function sessionCookie(): Promise<string> {
    const headers = { authorization: await bearer(house, "otto"), host: HOST, origin: `http://${HOST}` };
    const opened = await app.inject({ method: "POST", url: "/session", headers });
    return String(opened.headers["set-cookie"]).split(";")[0] ?? "";
  }

  test("have each their event, and one that is added without is noticed", async () => {
    expect(routes(app).length).toBeGreaterThan(8);
    expect(differences(routes(app), ROUTE_EVENTS)).toEqual([]);
    const another = await serverOf(house);
    try {
      another.get("/assets/:id/thumbnail", () => "leak");
      expect(differences(routes(another), ROUTE_EVENTS)).toEqual(["GET /assets/:id/thumbnail has no event"]);
    } finally {
      await another.close();
    }
  });

  test("write a request and its outcome exactly where the catalogue says so", async () => {
    for (const [route, event] of Object.entries(ROUTE_EVENTS)) {
      // Answers connections alone: tail.test.ts.
      if (route === "GET /graphql") continue;
      const [method, path = ""] = route.split(" ");
      const graphql = path === "/graphql";
      const opening = route === "POST /session";
      const cookie = method === "DELETE" ? await sessionCookie() : null;
      const from = await logSize(house);
      await app.inject({
        method: method as "GET",
        url: path.replace(":id", "bm9uZQ"),
        headers: {
          ...(cookie === null ? { authorization: await bearer(house, "otto") } : { cookie }),
          ...(opening || cookie !== null ? { host: HOST, origin: `http://${HOST}` } : {}),
          ...(graphql ? { "content-type": "application/json" } : {}),
          ...(method === "PUT" ? { "content-type": "application/octet-stream" } : {}),
        },
        ...(graphql ? { payload: JSON.stringify({ query: "{ viewer { id } }" }) } : {}),
        ...(method === "PUT" ? { payload: "x" } : {}),
      });
      const { rows } = await house.admin.query<{ kind: string }>(
        "select kind from audit.entry where idx >= $1 and kind not like 'log.%' order by idx",
        [from],
      );
      const recorded = rows.map(({ kind }) => kind);
      expect([route, recorded.length > 0]).toEqual([route, kindsOf(event).length > 0]);
      if (recorded.length > 0) expect([route, recorded[0]]).toEqual([route, "operation.request"]);
    }
  });
});
