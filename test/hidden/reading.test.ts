import { randomUUID } from "node:crypto";
import { getNamedType, isObjectType } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CopyKeys } from "../../src/labeling/copy-keys.ts";
import { productSchema } from "../../src/transport/graphql/schema.ts";
import { TS } from "../access/harbor-world.ts";
import { HIDDEN_CLASS, HIDDEN_NAME } from "../access/two-worlds.ts";
import { CONSTANT } from "../server/hostile-call.ts";
import { call, header } from "../server/http.ts";
import type { HttpAnswer } from "../server/http.ts";
import { NOUNS, OBSERVERS, dataOf, everything, files, key, lookAtAll, meddling, nodes, same } from "./asking.ts";
import { expectPlainWords } from "./plain-words.ts";
import { AROUND, NODE_QUESTION, ask, each, gid, inBoth, openWorlds, told, wire } from "./worlds.ts";
import type { Script, Worlds } from "./worlds.ts";

// One test for each way by which what is hidden could show to somebody who looks. Two worlds that differ only in that are
// compared over HTTP: status, headers, bytes. What shows by changing something: changing.test.ts.

let worlds: Worlds;

beforeAll(async () => {
  worlds = await openWorlds();
});
afterAll(async () => {
  await worlds.close();
});

describe("I2 what is hidden does not show to who looks", () => {
  test("I2 the test itself: whoever may see it is told of it, by the same questions", async () => {
    const [high, low] = await inBoth(worlds, "ana", "TS", lookAtAll(worlds));
    expect(high).not.toEqual(low);
    expect(high.join("")).toContain(HIDDEN_NAME);
    expect(worlds.hidden).toHaveLength(15);
  });

  test("I2 ids: by node, by type, by file, a hidden id is answered like one that nothing has", async () => {
    for (const [handle, level] of OBSERVERS.slice(0, 3)) {
      const some = handle === "ben" ? worlds.hidden : worlds.hidden.slice(0, 4);
      for (const id of some) {
        const script = (asked: string): Script => each([nodes([asked]), files(asked)]);
        const found = await same(worlds, handle, level, script(id));
        expect(await told(worlds.high, handle, level, script(randomUUID()))).toEqual(found);
        expect(found[0]).not.toContain("__typename");
      }
    }
  });

  test("I2 __typename, interfaces and fragments: one object by every way, or by none", async () => {
    const document = `query($id: ID!) { a: node(id: $id) { __typename ... on Node { id } ... on Asset { title } ... on Dataset { name } }
      b: node(id: $id) { ...N } c: asset(id: $id) { ...A } d: node(id: $id) { ... { __typename } } }
      fragment N on Node { __typename id ...A } fragment A on Asset { title }`;
    const about = async (id: string): Promise<Record<string, Record<string, unknown> | null>> => {
      const token = await worlds.high.server.token("ben", "S");
      return worlds.high.server.data(token, document, { id });
    };
    const { a, b, c, d } = await about(gid("asset", worlds.common.assetId));
    expect([a?.["title"], b?.["title"], c?.["title"]]).toEqual(["image", "image", "image"]);
    expect([a?.["__typename"], b?.["__typename"], d?.["__typename"]]).toEqual(["Asset", "Asset", "Asset"]);
    const nothing = { a: null, b: null, c: null, d: null };
    // A hidden object, one that nothing has, and one that is there under the name of another type.
    expect(await about(gid("asset", worlds.hidden[0] ?? ""))).toEqual(nothing);
    expect(await about(gid("asset", randomUUID()))).toEqual(nothing);
    for (const noun of NOUNS.filter((name) => name !== "asset"))
      expect(await about(gid(noun, worlds.common.assetId))).toEqual(nothing);
  });

  test.each(OBSERVERS)(
    "I2 computed fields and everything else of what both hold, for %s at %s",
    async (handle, level) => {
      const seen = await same(worlds, handle, level, lookAtAll(worlds));
      expect(seen.filter((text) => !text.startsWith("200\n"))).toEqual([]);
      expect(seen.join("").length).toBeGreaterThan(4_000);
      expect(seen.join("")).not.toMatch(new RegExp(`${HIDDEN_NAME}|${HIDDEN_CLASS}|TOP SECRET`));
    },
  );

  test("I2 null propagation: a reference to what may be hidden can be null by itself", () => {
    const stored = [
      "Program",
      "Dataset",
      "Ontology",
      "OntologyVersion",
      "OntologyClass",
      "Asset",
      "Label",
      "LabelRevision",
      "Delivery",
      "Recipient",
    ];
    const rigid = Object.values(productSchema().getTypeMap())
      .filter(isObjectType)
      .filter(({ name }) => !name.endsWith("Edge"))
      .flatMap((type) =>
        Object.values(type.getFields()).map((field) => [`${type.name}.${field.name}`, field.type] as const),
      )
      .filter(([, type]) => stored.includes(getNamedType(type).name))
      // A list holds what is visible; a single one must be able to be absent without taking its holder away.
      .filter(([, type]) => !String(type).includes("[") && String(type).endsWith("!"))
      .map(([name]) => name);
    expect(rigid).toEqual([]);
  });

  test("I2 null propagation: a class that is raised leaves its labels whole, without it", async () => {
    const { house, server } = worlds.low;
    const ship = "version_id = $1 and definition ->> 'key' = 'ship'";
    const { rows } = await house.admin.query<{ marking_id: string }>(
      `select marking_id from data.ontology_class where ${ship}`,
      [worlds.common.versionId],
    );
    const mark = (id: unknown): Promise<unknown> =>
      house.admin.query(`update data.ontology_class set marking_id = $2 where ${ship}`, [worlds.common.versionId, id]);
    const secret = house.house.office.read(TS);
    if (!secret) throw new Error("no marking");
    await mark((await house.house.office.intern(secret.structure, secret.effective)).id);
    try {
      const token = await server.token("ben", "S");
      const { node } = await server.data<{ node: { id: string; latest: Record<string, unknown> } }>(
        token,
        NODE_QUESTION,
        {
          id: gid("label", worlds.common.bensLabel),
        },
      );
      expect(node.latest).toMatchObject({ class: null, kind: "create" });
    } finally {
      await mark(rows[0]?.marking_id);
    }
  });

  test("I2 counts: as many as the lists hold", async () => {
    for (const [handle, level] of OBSERVERS) {
      const id = gid("dataset", worlds.common.datasetId);
      await same(worlds, handle, level, ask("query($id: ID!) { dataset(id: $id) { assetCount labelCount } }", { id }));
      const token = await worlds.high.server.token(handle, level);
      const answer = await worlds.high.server.graphql(
        token,
        "query($id: ID!) { dataset(id: $id) { assetCount labelCount assets(first: 100) { edges { cursor } } labels(first: 100) { edges { cursor } } } }",
        { id },
      );
      type List = { readonly edges: readonly unknown[] };
      const { dataset } = dataOf(answer) as {
        dataset: { assetCount: number; labelCount: number; assets: List; labels: List } | null;
      };
      if (dataset)
        expect([dataset.assets.edges.length, dataset.labels.edges.length]).toEqual([
          dataset.assetCount,
          dataset.labelCount,
        ]);
    }
  });

  test("I2 sorting, filtering, searching: no question takes anything that could compare with what is hidden", () => {
    const schema = productSchema();
    const allowed = ["after", "days", "first", "id", "kind", "skip"];
    const others = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .filter((type) => type !== schema.getMutationType() && !type.name.startsWith("__"))
      .flatMap((type) =>
        Object.values(type.getFields()).flatMap((field) =>
          field.args.map((arg) => `${type.name}.${field.name}(${arg.name})`),
        ),
      )
      .filter((name) => !allowed.includes(/\((.*)\)/.exec(name)?.[1] ?? ""));
    // What security officers ask, below. A new argument needs a case: asked with what stands in hidden rows only, the worlds
    // must answer alike.
    const officers =
      /^Query\.policy(?:Comparison|RulesDifference)\((?:from|to)\)$|^Query\.policy(?:Explanation|Readers|Reach)\((?:action|clientId|objectId|personId)\)$|^Query\.policyVersion\(documentsSha384\)$/;
    // What compliance officers ask; from anybody else below.
    const log =
      /^(?:Query\.audit(?:Accesses|OfPerson|Refusals|Between|Bursts|IndexCheck)\((?:objectId|personId|from|to|seconds|objects|refusals)\)|Subscription\.auditTail\((?:size|chain)\))$/;
    // Orders and filters of lists, in the test after this one.
    const lists = /^(?:Dataset\.(?:assets|labels)|Asset\.labels)\((?:sort|filter)\)$/;
    // Names of what browsers keep, which only the server makes, in the test after that.
    const copies = /^Query\.copyKeys\(names\)$/;
    const known = [officers, lists, log, copies];
    expect(others.filter((name) => !known.some((one) => one.test(name)))).toEqual([]);
  });

  test("I2 searching: a copy of a hidden task is answered like one of a task that is not there, whoever could name it", async () => {
    const about =
      (handle: string, taskId: string): Script =>
      async ({ house, server }, token) => {
        const keys = new CopyKeys(await house.house.keyring.secret("task-copies"));
        const [taskMarkingId, markingId] = [randomUUID(), randomUUID()];
        const copy = { taskId, round: 1, stage: "LABEL", taskMarkingId, markingId };
        const names = [keys.name(house.personId(handle), copy)];
        return [
          await server.graphql(token, "query($names: [String!]!) { copyKeys(names: $names) { name } }", { names }),
        ];
      };
    for (const [handle, level] of OBSERVERS.slice(0, 3)) {
      const nothing = await same(worlds, handle, level, about(handle, randomUUID()));
      expect(nothing.join("")).toContain('"copyKeys":[null]');
      for (const id of worlds.hidden) expect(await same(worlds, handle, level, about(handle, id))).toEqual(nothing);
    }
  });

  test("I2 sorting, filtering: every order, by authors and assets of which only hidden rows are, and by hidden ids", async () => {
    const { datasetId, assetId } = worlds.common;
    const [hiddenId = ""] = worlds.hidden;
    const page = "pageInfo { hasNextPage endCursor }";
    const sorts = ["ID_ASC", "ID_DESC", "CREATED_AT_ASC", "CREATED_AT_DESC"];
    const authors = ["ana", "ben", "rita", "sam"].map((handle) => gid("person", worlds.high.house.personId(handle)));
    const assets = [assetId, hiddenId].map((id) => gid("asset", id));
    const filters = [null, ...[...authors, gid("person", hiddenId)].map((authorId) => ({ authorId }))];
    const narrower = [...filters, ...assets.map((one) => ({ assetId: one, authorId: authors[0] }))];
    const list = (field: string, type: string): string =>
      `query($id: ID!, $sort: ListSort!, $filter: ${type}) { node(id: $id) {
        ... on Dataset { ${field}(first: 3, sort: $sort, filter: $filter) { edges { node { id } } ${page} } }
        ${field === "labels" ? `... on Asset { labels(first: 3, sort: $sort, filter: $filter) { edges { node { id } } ${page} } }` : ""} } }`;
    const id = gid("dataset", datasetId);
    const within = [id, gid("asset", assetId)];
    const script = each(
      sorts.flatMap((sort) => [
        ...filters.map((filter) => ask(list("assets", "AssetFilter"), { id, sort, filter })),
        ...within.flatMap((holder) =>
          narrower.map((filter) => ask(list("labels", "LabelFilter"), { id: holder, sort, filter })),
        ),
      ]),
    );
    for (const [handle, level] of OBSERVERS) {
      const answers = await same(worlds, handle, level, script);
      expect(answers.filter((text) => !text.startsWith("200\n"))).toEqual([]);
    }
  });

  test("I2 sorting, filtering, searching: what a security officer asks about people and objects ends at his session's level", async () => {
    const page = "pageInfo { hasNextPage }";
    const step = "steps { __typename }";
    const people = [worlds.high.house.personId("ana"), worlds.high.house.personId("ben")].map((id) =>
      gid("person", id),
    );
    const about = (id: string): Script =>
      each([
        ...people.map((personId) =>
          ask(
            `query($personId: ID!, $objectId: ID!) { policyExplanation(action: "asset.read", personId: $personId, objectId: $objectId) { allowed ${step} } }`,
            { personId, objectId: id },
          ),
        ),
        ask(
          `query($id: ID!) { policyReaders(action: "asset.read", objectId: $id, first: 20) { edges { node { allowed ${step} } } ${page} } }`,
          { id },
        ),
      ]);
    const reach = each(
      people.map((personId) =>
        ask(
          `query($id: ID!) { policyReach(personId: $id, first: 20) { edges { node { programId datasetId cells { noun allowed marking { banner } ${step} } } } ${page} } }`,
          { id: personId },
        ),
      ),
    );
    const nothing = await same(worlds, "sofia", "S", about(gid("asset", randomUUID())));
    for (const id of worlds.hidden.slice(0, 4))
      expect(await same(worlds, "sofia", "S", about(gid("asset", id)))).toEqual(nothing);
    const seen = await same(worlds, "sofia", "S", each([about(gid("asset", worlds.common.assetId)), reach]));
    expect(seen.filter((text) => !text.startsWith("200\n"))).toEqual([]);
    expect(seen.join("")).toContain('"allowed":true');
    expect(seen.join("")).not.toContain("TOP SECRET");
  });

  test("I2 searching: whoever is no compliance officer is told of the log the same about hidden ids as about none", async () => {
    const shown = "completeTo unread withheld findings { edges { node { operation } } pageInfo { hasNextPage } }";
    const about = (id: string): Script =>
      each([
        ...["asset", "label", "dataset", "delivery"].map((noun) =>
          ask(
            `query($id: ID!) { auditAccesses(objectId: $id, first: 5) { ${shown} } auditRefusals(objectId: $id, first: 5) { ${shown} } }`,
            { id: gid(noun as "asset", id) },
          ),
        ),
        ask(`query($id: ID!) { auditOfPerson(personId: $id, first: 5) { ${shown} } }`, {
          id: gid("person", worlds.high.house.personId("ana")),
        }),
        ask(
          "{ auditBetween(from: 0, to: 1) { to } auditBursts(from: 0, seconds: 60, objects: 1, refusals: 1) { to } auditIndexCheck(from: 0) { to } }",
        ),
      ]);
    for (const [handle, level] of OBSERVERS) {
      const nothing = await same(worlds, handle, level, about(randomUUID()));
      for (const id of worlds.hidden.slice(0, 4)) expect(await same(worlds, handle, level, about(id))).toEqual(nothing);
    }
  });

  test("I2 cursors: tampered with at any character, of another person or another list, they are one invalid request", async () => {
    const { server } = worlds.high;
    const list =
      "query($id: ID!, $after: String) { dataset(id: $id) { assets(first: 1, after: $after) { edges { cursor } } } }";
    const id = gid("dataset", worlds.common.datasetId);
    const [ben, ana] = [await server.token("ben", "S"), await server.token("ana", "S")];
    type Listed = { dataset: { assets: { edges: { cursor: string }[] } } };
    const cursorOf = async (token: string): Promise<string> =>
      (await server.data<Listed>(token, list, { id })).dataset.assets.edges[0]?.cursor ?? "";
    const [bens, anas] = [await cursorOf(ben), await cursorOf(ana)];
    expect(bens).toHaveLength(123);
    expect((await server.graphql(ben, list, { id, after: bens })).status).toBe(200);
    const refused = wire(await server.graphql(ben, list, { id, after: "x" }));
    expect(refused).toContain(CONSTANT.INVALID_REQUEST.body);
    const wrong = [anas, "", "0", worlds.hidden[0] ?? "", Buffer.alloc(68).toString("base64url"), `${bens}A`];
    for (let at = 0; at < bens.length; at += 1)
      wrong.push(bens.slice(0, at) + (bens[at] === "A" ? "B" : "A") + bens.slice(at + 1));
    for (const after of wrong) expect(wire(await server.graphql(ben, list, { id, after }))).toBe(refused);
    const labels = list.replace("assets(", "labels(");
    expect(wire(await server.graphql(ben, labels, { id, after: bens }))).toBe(refused);
    expect(
      wire(
        await server.graphql(ben, "query($after: String) { programs(first: 1, after: $after) { edges { cursor } } }", {
          after: bens,
        }),
      ),
    ).toBe(refused);
    // Below a dataset that he cannot see there is no list in which a cursor could be wrong.
    const elsewhere = await server.graphql(ben, list, { id: gid("dataset", worlds.hidden[3] ?? ""), after: bens });
    expect(dataOf(elsewhere)).toEqual({ dataset: null });
  });

  test("I2 hasNextPage: at every page size the worlds agree on whether there is more", async () => {
    const id = gid("dataset", worlds.common.datasetId);
    for (const [handle, level] of OBSERVERS.slice(0, 4))
      for (const first of [1, 2, 3, 4, 100]) {
        const sized = `query($id: ID!) { dataset(id: $id) { assets(first: ${first}) { edges { node { id } } pageInfo { hasNextPage } }
          labels(first: ${first}) { edges { node { id } } pageInfo { hasNextPage } } } }`;
        await same(worlds, handle, level, ask(sized, { id }));
      }
  });

  test("I2 foreign keys: a change that names a hidden id is refused like one that names nothing", async () => {
    let turn = 0;
    for (const [handle, level] of [
      ["sam", "S"],
      ["ben", "S"],
      ["rita", "S"],
      ["petra", "S"],
      ["victor", "S"],
    ] as const) {
      const nothing = await told(worlds.high, handle, level, meddling(worlds, randomUUID()));
      everything.push(...nothing);
      expect(nothing.every((text) => !/"[a-zA-Z]*[iI]d":"/.test(text))).toBe(true);
      // Among them the five try every hidden id in the long run.
      const some = worlds.hidden
        .filter((_, at) => at % 5 === turn)
        .slice(0, process.env["CAVEAT_LONG"] === "1" ? 3 : 1);
      for (const id of some) expect(await told(worlds.high, handle, level, meddling(worlds, id))).toEqual(nothing);
      turn += 1;
      expect(await told(worlds.low, handle, level, meddling(worlds, worlds.hidden[0] ?? ""))).toEqual(nothing);
    }
  });

  test("I2 response size: lengths are compared with all headers, and nothing is compressed", async () => {
    const { server } = worlds.high;
    const token = await server.token("ben", "S");
    const answer = await server.send(token, {
      method: "POST",
      path: "/graphql",
      headers: { "content-type": "application/json", "accept-encoding": "gzip, br, deflate" },
      body: JSON.stringify({ query: AROUND }),
    });
    expect(header(answer, "content-encoding")).toBeUndefined();
    expect(header(answer, "content-length")).toBe(String(answer.body.length));
    const lengths = (text: string): string | undefined => /content-length: (\d+)/.exec(text)?.[1];
    const [high, low] = await inBoth(worlds, "ben", "S", lookAtAll(worlds));
    expect(high.map(lengths)).toEqual(low.map(lengths));
    expect(high.every((text) => lengths(text) !== undefined)).toBe(true);
  });

  test("I2 caches, ETag, 304: nothing is kept, and nothing is answered from what is kept", async () => {
    const path = `/assets/${gid("asset", worlds.common.assetId)}/display`;
    const asked =
      (headers: Readonly<Record<string, string>>): Script =>
      async ({ server }, token) => [await server.send(token, { method: "GET", path, headers })];
    const conditions = [
      {},
      { "if-none-match": "*" },
      { "if-modified-since": new Date().toUTCString() },
      { range: "bytes=0-1" },
      { "if-match": '"x"' },
    ];
    const answers = await same(worlds, "ben", "S", each(conditions.map(asked)));
    expect(new Set(answers.map((text) => text.replaceAll(/<receipt\d+>/g, ""))).size).toBe(1);
    for (const text of [...answers, ...everything]) {
      expect(text).toContain("cache-control: no-store");
      expect(text).not.toMatch(/^(?:etag|last-modified|age|expires|vary|x-cache):/im);
    }
  });

  test("I2 rate limits and quotas: what others use up is not missing here", async () => {
    const { server } = worlds.high;
    const ana = await server.token("ana", "TS");
    const slow = Array.from({ length: 12 }, () => server.graphql(ana, AROUND));
    const marked = (at: number): Promise<HttpAnswer> =>
      server.graphql(
        ana,
        "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { label { id } userErrors { code } } }",
        {
          input: {
            idempotencyKey: key(),
            assetId: gid("asset", worlds.common.assetId),
            classKey: "ship",
            shape: { kind: "box", x: 1, y: 1, width: 2, height: 2 },
            marking: `TOP SECRET//TK-${String.fromCodePoint(65 + (at % 26), 65 + Math.floor(at / 26))}//NOFORN`,
          },
        },
      );
    const seen = await same(worlds, "ben", "S", lookAtAll(worlds));
    const busy = (await Promise.all(slow)).filter(({ status }) => status === 429);
    for (let at = 0; at < 3; at += 1) await marked(at);
    expect(busy.length).toBeGreaterThan(0);
    expect(seen.every((text) => text.startsWith("200"))).toBe(true);
    expect(seen.join("")).not.toMatch(/ratelimit|retry-after/i);
  });

  test("I2 the caller's own record is numbered for him alone: what others did shows neither in it nor in its cursors", async () => {
    const own =
      "{ ownAudit(first: 100) { edges { cursor node { id at operation answer } } pageInfo { hasNextPage endCursor } } }";
    const { house, server } = worlds.high;
    const written = async (): Promise<number> => {
      const { rows } = await house.admin.query<{ n: number }>(
        "select count(*)::int as n from audit.entry where kind <> 'log.heartbeat'",
      );
      return rows[0]?.n ?? 0;
    };
    // What was asked before this test comes to its end first; what was turned away is written a second later.
    let before = -1;
    const isQuiet = async (): Promise<boolean> => before === (before = await written());
    await expect.poll(isQuiet, { timeout: 60_000, interval: 2_500 }).toBe(true);
    const ana = await server.token("ana", "TS");
    for (let at = 0; at < 5; at += 1) await server.graphql(ana, AROUND);
    expect((await written()) - before).toBe(10);
    // Of somebody who did the same in both worlds: victor only looked.
    const seen = await same(worlds, "wanda", "S", each([ask(AROUND), ask(own), ask(own.replace("100", "1"))]));
    expect(seen[1]).toContain("<cursor");
    expect(seen.join("")).not.toMatch(/"(?:index|position|size|total)"/);
  });

  test("I2 @defer, @stream, extensions, tracing: an answer has its data, its marking and its receipt", async () => {
    for (const query of [
      "{ viewer { ... @defer { handle } } }",
      "{ programs(first: 1) { edges @stream { cursor } } }",
    ]) {
      const seen = await same(worlds, "ben", "S", ask(query));
      expect(seen[0]).toContain(CONSTANT.INVALID_REQUEST.body);
    }
    const seen = await same(worlds, "ben", "S", async ({ server }, token) => [
      await server.send(token, {
        method: "POST",
        path: "/graphql",
        headers: {
          "content-type": "application/json",
          "apollo-tracing": "1",
          "apollo-federation-include-trace": "ftv1",
          "x-apollo-tracing": "1",
        },
        body: JSON.stringify({ query: AROUND }),
      }),
    ]);
    const answer = JSON.parse((seen[0] ?? "").split("\n\n")[1] ?? "") as { extensions: object };
    expect(Object.keys(answer)).toEqual(["data", "extensions"]);
    expect(Object.keys(answer.extensions)).toEqual(["marking", "receipt"]);
  });

  test("I2 health and metrics: the same in both worlds, and no numbers anywhere", async () => {
    const paths = [
      "/healthz",
      "/readyz",
      "/metrics",
      "/stats",
      "/status",
      "/debug",
      "/.well-known/apollo/server-health",
      "/server-status",
      "/graphql/metrics",
    ];
    const of = async (world: Worlds["high"]): Promise<string[]> =>
      Promise.all(paths.map(async (path) => wire(await call(world.server.url, { method: "GET", path }))));
    const [high, low] = [await of(worlds.high), await of(worlds.low)];
    expect(high).toEqual(low);
    expect(high.map((text) => text.slice(0, 3))).toEqual(["200", "200", ...Array<string>(7).fill("404")]);
    expect(high.slice(0, 2).every((text) => text.endsWith('{"status":"ok"}'))).toBe(true);
  });

  test("I2 errors: nothing that anybody was told speaks of tables, statements, places in the code or the database", () => {
    expectPlainWords(100);
  });

  test("I2 ids, sequences, timestamps: ids are random", () => {
    const found = new Set(
      everything.flatMap((text) =>
        [...text.matchAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-([0-9a-f])[0-9a-f]{3}-/g)].map((m) => m[1]),
      ),
    );
    expect([...found].filter((version) => version !== "4")).toEqual([]);
  });
});
