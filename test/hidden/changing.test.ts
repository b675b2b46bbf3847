import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { S, TS, U } from "../access/harbor-world.ts";
import { tinyPng } from "../access/png.ts";
import { HIDDEN_CLASS, HIDDEN_NAME } from "../access/two-worlds.ts";
import { dataOf, key, same } from "./asking.ts";
import { expectPlainWords } from "./plain-words.ts";
import { AROUND, ask, each, gid, inBoth, openWorlds, told } from "./worlds.ts";
import type { Script, Worlds } from "./worlds.ts";

// One test for each way by which what is hidden could show to somebody who changes something. New objects have ids of their
// own in each world, so lists are not compared after it.

let worlds: Worlds;

beforeAll(async () => {
  worlds = await openWorlds();
});
afterAll(async () => {
  await worlds.close();
});

describe("I2 what is hidden does not show to who changes something", () => {
  test("I2 export manifests: a delivery names what its requester sees, and leaves no gap for the rest", async () => {
    // The high world's dataset has a compilation that she may not see: it holds the delivery later (holds.test.ts).
    const { recipients } = await worlds.high.server.data<{ recipients: { id: string; name: string }[] }>(
      await worlds.high.server.token("petra", "S"),
      AROUND,
    );
    const to = recipients.find(({ name }) => name.includes("Maritime"))?.id ?? "";
    const [high, low] = await inBoth(
      worlds,
      "petra",
      "S",
      ask(
        "mutation($input: DeliveryRequestInput!) { deliveryRequest(input: $input) { delivery { id state manifest } userErrors { code message } } }",
        {
          input: {
            idempotencyKey: key(),
            datasetId: gid("dataset", worlds.common.datasetId),
            recipientId: to,
            purpose: "test",
          },
        },
      ),
    );
    // The delivery's own id is random, and so are the digests over it; parts that are in the order of ids are sorted.
    const plain = (texts: string[]): string[] => texts.map((text) => text.replaceAll(/[0-9a-f]{64,96}/g, "<digest>"));
    const sorted = (texts: string[]): string[] =>
      plain(texts)
        .flatMap((text) => text.split(/(?<=[},])/))
        .map((part) => part.replaceAll(/<id\d+>/g, "<id>"))
        .toSorted();
    expect(high[0]).toContain("manifest");
    expect(sorted(high)).toEqual(sorted(low));
    expect(high.join("")).not.toMatch(new RegExp(`${HIDDEN_NAME}|TOP SECRET`));
  });

  test("I2 unique constraints: no key of labeled rows holds what people type without the marking, or the person, beside it", async () => {
    const { rows } = await worlds.low.house.admin.query<{ name: string; columns: string[]; typed: boolean }>(
      `select i.indexrelid::regclass::text as name, array_agg(a.attname::text order by a.attname) as columns,
              bool_or(a.atttypid <> 'uuid'::regtype) as typed
       from pg_index i join pg_class c on c.oid = i.indrelid join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
       where i.indisunique and c.relnamespace = 'data'::regnamespace group by 1`,
    );
    expect(rows.length).toBeGreaterThan(20);
    const open = rows.filter(
      ({ name, typed, columns }) =>
        typed &&
        !columns.some((column) => /marking_id$|^profile_id$/.test(column)) &&
        // Made by PostgreSQL from a list as it is written, once, below the list's own random id: nobody can meet it.
        name !== "data.list_reader_pkey",
    );
    expect(open.map(({ name, columns }) => `${name} (${columns.join(", ")})`)).toEqual([]);
  });

  test("I2 unique constraints: what exists higher may be created lower", async () => {
    const programId = gid("program", worlds.high.house.programId);
    const ontologyVersionId = gid("ontologyVersion", worlds.common.versionId);
    const create = (marking: string): Script =>
      each([
        ask(
          "mutation($input: DatasetCreateInput!) { datasetCreate(input: $input) { dataset { id name marking { banner } } userErrors { code path message } } }",
          { input: { idempotencyKey: key(), programId, name: HIDDEN_NAME, marking, ontologyVersionId } },
        ),
        ask(
          "mutation($input: OntologyCreateInput!) { ontologyCreate(input: $input) { ontology { id name marking { banner } } userErrors { code path message } } }",
          {
            input: {
              idempotencyKey: key(),
              programId,
              name: HIDDEN_NAME,
              marking,
              classes: [{ key: HIDDEN_CLASS, name: "x", shapes: ["box"], attributes: [] }],
            },
          },
        ),
      ]);
    const first = await same(worlds, "sam", "S", each([create(U), create(S)]));
    expect(first.every((text) => text.includes(HIDDEN_NAME) && text.includes('"userErrors":[]'))).toBe(true);
    // Where he sees it, it is taken; where he may not look, the marking is refused as one that he cannot use.
    const again = await same(worlds, "sam", "S", each([create(U), create(S), create(TS)]));
    expect(again.map((text) => /"code":"([A-Z_]+)"/.exec(text)?.[1])).toEqual([
      ...Array<string>(4).fill("NAME_TAKEN"),
      ...Array<string>(2).fill("INVALID_MARKING"),
    ]);
  });

  test("I2 unique constraints: an idempotency key that another person used is new", async () => {
    const used = key();
    const text =
      "mutation($input: LabelCreateInput!) { labelCreate(input: $input) { label { id authorId } userErrors { code } } }";
    const input = {
      idempotencyKey: used,
      assetId: gid("asset", worlds.common.emptyAssetId),
      classKey: "ship",
      shape: { kind: "box", x: 1, y: 1, width: 2, height: 2 },
    };
    await worlds.high.server.data(await worlds.high.server.token("ana", "TS"), text, { input });
    await same(
      worlds,
      "ben",
      "S",
      ask(text, { input: { ...input, shape: { kind: "box", x: 2, y: 2, width: 2, height: 2 } } }),
    );
  });

  test("I2 version conflicts: what higher people revised and reviewed makes no lower edit stale", async () => {
    const labelId = gid("label", worlds.common.anasLabel);
    const seen = await same(worlds, "ana", "S", async ({ server }, token) => {
      const latest = "query($id: ID!) { label(id: $id) { latest { id ordinal } } }";
      const found = await server.graphql(token, latest, { id: labelId });
      const { label } = dataOf(found) as { label: { latest: { id: string } } };
      const revise = await server.graphql(
        token,
        "mutation($input: LabelReviseInput!) { labelRevise(input: $input) { label { latest { ordinal } } userErrors { code } } }",
        {
          input: {
            idempotencyKey: key(),
            labelId,
            baseRevisionId: label.latest.id,
            shape: { kind: "box", x: 3, y: 3, width: 4, height: 4 },
          },
        },
      );
      return [found, revise];
    });
    expect(seen[1]).toContain('"userErrors":[]');
  });

  test("I2 upload dedupe: bytes that a hidden object has are taken like any others, and stored anew", async () => {
    const sealed = (world: Worlds["high"]): number =>
      readdirSync(join(world.house.stateFolder, "blobs"), { recursive: true, withFileTypes: true }).filter((file) =>
        file.isFile(),
      ).length;
    const bytes = tinyPng(64, "only where one may not look");
    const upload =
      (marking: string | null): Script =>
      async ({ server }, token) => {
        const made = await server.graphql(
          token,
          "mutation($input: AssetCreateInput!) { assetCreate(input: $input) { asset { id } uploadUrl userErrors { code } } }",
          {
            input: {
              idempotencyKey: key(),
              datasetId: gid("dataset", worlds.common.datasetId),
              title: "copy",
              mediaType: "image/png",
              marking,
            },
          },
        );
        const { assetCreate } = dataOf(made) as { assetCreate: { uploadUrl: string } };
        const path = assetCreate.uploadUrl;
        const sent = await server.send(token, {
          method: "PUT",
          path,
          headers: { "content-type": "image/png" },
          body: bytes,
        });
        expect(sent.status).toBe(200);
        return [made, sent];
      };
    await told(worlds.high, "sam", "TS", upload(TS));
    const before = [sealed(worlds.high), sealed(worlds.low)];
    await same(worlds, "sam", "S", upload(null));
    const added = [sealed(worlds.high), sealed(worlds.low)].map((count, at) => count - (before[at] ?? 0));
    expect(added[0]).toBe(added[1]);
    expect(added[0]).toBeGreaterThan(0);
  });

  test("I2 errors: nothing that anybody was told speaks of tables, statements, places in the code or the database", () => {
    expectPlainWords(8);
  });
});
