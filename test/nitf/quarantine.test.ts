import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { liftQuarantine } from "../../src/administration/quarantine-lift.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { receiveContent } from "../../src/datasets/content.ts";
import { freezeDataset } from "../../src/deliveries/freeze.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import { addTasks, createProject } from "../../src/labeling/project-commands.ts";
import { leaseToLabel } from "../../src/labeling/task-commands.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { BOX, S, U, makeDataset, makeOntology } from "../access/harbor-world.ts";
import { entries, logSize } from "../access/entries.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import type { HttpAnswer } from "../server/http.ts";
import { act } from "../administration/acts.ts";
import { AppSql } from "../administration/app-sql.ts";
import type { Statement } from "../administration/app-sql.ts";
import { writeNitf } from "./write-nitf.ts";
import type { NitfFields } from "./write-nitf.ts";

let house: TestHouse;
let server: Serving;
let sql: AppSql;
let datasetId = "";

beforeAll(async () => {
  house = await openTestHouse();
  server = await serve(house);
  sql = await AppSql.open(house);
  // Nobody lifts what is his own: there are more stewards than one.
  await house.admin.query("update access.person set roles = array['steward'] where handle in ('wanda', 'petra')");
  datasetId = await house.run(await house.as("sam"), async (operation) => {
    const { versionId } = await makeOntology(operation, { programId: house.programId });
    return makeDataset(operation, { programId: house.programId, versionId, name: "Scenes" });
  });
});
afterAll(async () => {
  await sql.close();
  await server.close();
  await house.remove();
});

/** Declares an image at SECRET, as somebody who knows no higher. */
async function declared(marking: string, by = "sam"): Promise<string> {
  return house.run(await house.as(by, "S"), async (operation) => {
    const input = { datasetId, title: "scene", mediaType: "image/nitf", marking };
    return (await operation.mutate(createAsset, input)).id;
  });
}

async function sent(id: string, fields: NitfFields): Promise<HttpAnswer> {
  return server.send(await server.token("sam", "S"), {
    method: "PUT",
    path: `/assets/${globalId("asset", id)}/content`,
    headers: { "content-type": "image/nitf" },
    body: writeNitf(fields),
  });
}

/** An image in quarantine whose file Sam sent. */
async function received(marking: string, fields: NitfFields, by = "sam"): Promise<string> {
  const id = await declared(marking, by);
  const answer = await sent(id, fields);
  expect([answer.status, answer.body.toString()]).toEqual([202, expect.stringContaining('"quarantined":true')]);
  return id;
}

type Looker = readonly [handle: string, level?: "S" | "U"];

async function view(id: string, [handle, level]: Looker): Promise<HttpAnswer> {
  const token = await server.token(handle, level);
  return server.send(token, { method: "POST", path: `/assets/${globalId("asset", id)}/view` });
}

interface Seen {
  readonly marking: { readonly banner: string };
  readonly width: number | null;
  readonly quarantine: { readonly findings: readonly string[] } | null;
}

async function seen(id: string, [handle, level]: Looker): Promise<Seen | null> {
  const query = "query($id: ID!) { asset(id: $id) { marking { banner } width quarantine { findings } } }";
  const data = await server.data<{ asset: Seen | null }>(await server.token(handle, level), query, {
    id: globalId("asset", id),
  });
  return data.asset;
}

const lift = (by: string, id: string, marking: string) =>
  act(house, by, liftQuarantine, { assetId: id, marking, reason: "its cover sheet says so" });

const TOP = { clas: "T", clsy: "US", code: "SI", ctlh: "NF" };
const TOP_BANNER = "TOP SECRET//SI//NOFORN";

describe("a NITF file whose marking is what was declared", () => {
  test.each<[string, string, NitfFields]>([
    ["unclassified", "UNCLASSIFIED", { header: { clas: "U" } }],
    ["secret", S, { header: { clas: "S", clsy: "US", ctlh: "NF" } }],
    ["declared higher than it says", S, { header: { clas: "U" } }],
  ])("%s, is an image in tiles at once", async (_, marking, fields) => {
    const id = await declared(marking);
    const answer = await sent(id, { width: 300, height: 280, ...fields });
    expect([answer.status, answer.body.toString()]).toEqual([200, expect.not.stringContaining("quarantined")]);
    expect(await seen(id, ["ben", "S"])).toMatchObject({ width: 300, quarantine: null });
    const ben = await server.token("ben", "S");
    const asset = `/assets/${globalId("asset", id)}`;
    const opened = await server.send(ben, { method: "POST", path: `${asset}/view` });
    const { data } = JSON.parse(opened.body.toString()) as {
      data: { tiles: string; levels: number; stretch: unknown };
    };
    expect(data.stretch).toBeNull();
    const path = data.tiles
      .replace("{level}", String(data.levels - 1))
      .replace("{column}", "1")
      .replace("{row}", "1");
    expect((await server.send(ben, { method: "GET", path })).status).toBe(200);
    expect((await server.send(ben, { method: "GET", path: `${asset}/display` })).status).toBe(200);
  });

  test("of 16 bits, tells with its view what is shown black and white", async () => {
    const id = await declared("UNCLASSIFIED");
    const fields: NitfFields = { bits: 16, width: 100, height: 20, sample: (x) => 1_000 + x * 5 };
    expect((await sent(id, fields)).status).toBe(200);
    const { data } = JSON.parse((await view(id, ["ben", "S"])).body.toString()) as {
      data: { stretch: { low: number; high: number } };
    };
    expect(data.stretch.low).toBeGreaterThanOrEqual(1_000);
    expect(data.stretch.high).toBeLessThanOrEqual(1_495);
    expect(data.stretch.high - data.stretch.low).toBeGreaterThan(470);
  });
});

describe("a NITF file that waits in quarantine", () => {
  test.each<[string, NitfFields, readonly string[]]>([
    ["blank", { header: {} }, ["CLASSIFICATION_BLANK", "SYSTEM_UNKNOWN"]],
    [
      "with a codeword that nobody knows",
      { header: { clas: "S", clsy: "US", code: "QZ", ctlh: "NF" } },
      ["CODEWORD_UNMAPPED"],
    ],
    [
      "with a header below its image",
      { header: { clas: "U" }, image: { clas: "S", clsy: "US" } },
      ["HEADER_BELOW_SEGMENT"],
    ],
  ])("%s, stays at what was declared and is shown to nobody", async (_, fields, findings) => {
    const id = await received(S, fields);
    for (const looker of [["ben", "S"], ["sam"]] as readonly Looker[]) {
      expect(await seen(id, looker)).toEqual({ marking: { banner: S }, width: null, quarantine: { findings } });
      expect((await view(id, looker)).status).toBe(404);
      const display = { method: "GET", path: `/assets/${globalId("asset", id)}/display` } as const;
      expect((await server.send(await server.token(...looker), display)).status).toBe(404);
    }
    // Once is all: whoever sends another file does not get around what was found.
    expect((await sent(id, { header: { clas: "U" } })).status).not.toBe(200);
    expect((await view(id, ["sam"])).status).toBe(404);
  });

  test("is neither labeled, nor handed out as a task, nor part of a delivery, until it is lifted", async () => {
    const id = await received(S, { header: {} });
    const sam = await house.as("sam");
    const projectId = await house.run(sam, async (operation) => {
      const input = {
        datasetId,
        name: "Boxes",
        marking: S,
        readers: null,
        guidelines: null,
        opinions: 1,
        reviewed: false,
      };
      const made = await operation.mutate(createProject, { ...input, leaseSeconds: 60, skipLimit: 1 });
      await operation.mutate(addTasks, { projectId: made.id, assetIds: [id], priority: 1, marking: null });
      return made.id;
    });
    const lease = async (): Promise<string | null> =>
      (await act(house, "ana", leaseToLabel, { projectId, stage: "LABEL" })).taskId;
    const delivered = (): Promise<boolean> =>
      house.run(sam, (operation) =>
        operation.nested(async (grant) => {
          const dataset = await grant.read.byId("dataset", datasetId);
          if (!dataset) throw new Error("no dataset");
          return (await freezeDataset(grant, dataset)).images.some(({ asset }) => asset.id === id);
        }),
      );
    const label = { assetId: id, classKey: "ship", shape: BOX, attributes: {}, marking: null };
    await expect(act(house, "ana", createLabel, label)).rejects.toMatchObject({ code: "NOT_READY" });
    expect([await lease(), await delivered()]).toEqual([null, false]);
    await lift("wanda", id, S);
    expect([typeof (await lease()), await delivered()]).toEqual(["string", true]);
    expect((await act(house, "ana", createLabel, label)).id).toHaveLength(36);
  });

  test("marked TOP SECRET//SI, declared SECRET, is nobody's at SECRET, and his least of all who sent it", async () => {
    const id = await received(S, { header: TOP });
    for (const looker of [
      ["sam", "S"],
      ["ben", "S"],
      ["ana", "S"],
      ["sam", "U"],
    ] as const) {
      expect(await seen(id, looker)).toBeNull();
      const [answer, absent] = [await view(id, looker), await view(crypto.randomUUID(), looker)];
      expect([answer.status, answer.body.toString()]).toEqual([absent.status, absent.body.toString()]);
    }
    // Its bytes are under the key of what it says alone.
    const { rows } = await house.admin.query(
      "select b.kind, m.banner, b.wrapped_key = k.wrapped_key as anew from data.blob b join access.marking m on m.id = b.marking_id join access.blob_rekey k on k.blob_id = b.id where b.asset_id = $1 order by 1",
      [id],
    );
    expect(rows).toEqual(["display", "original", "tiles"].map((kind) => ({ kind, banner: TOP_BANNER, anew: true })));
    expect(await seen(id, ["sam"])).toEqual({
      marking: { banner: TOP_BANNER },
      width: null,
      quarantine: { findings: ["ABOVE_DECLARED"] },
    });
    expect((await view(id, ["sam"])).status).toBe(404);
    await expect(lift("wanda", id, S)).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
    await expect(lift("wanda", id, "TOP SECRET//TK//NOFORN")).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
    await lift("wanda", id, TOP_BANNER);
    expect((await view(id, ["sam"])).status).toBe(200);
    expect((await view(id, ["ana"])).status).toBe(200);
    for (const looker of [
      ["sam", "S"],
      ["ben", "S"],
    ] as const)
      expect((await view(id, looker)).status).toBe(404);
  });

  test("declared higher in one way and marked higher in another, gets the join of both", async () => {
    const id = await received("SECRET//TK//NOFORN", { header: { clas: "T", clsy: "US", rel: "UK" } });
    expect(await seen(id, ["sam"])).toMatchObject({ marking: { banner: "TOP SECRET//TK//NOFORN" } });
    expect(await seen(id, ["sam", "S"])).toBeNull();
  });

  test("is lifted by stewards alone, with a reason, once", async () => {
    const id = await received("UNCLASSIFIED", { header: {} });
    await expect(lift("ana", id, U)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    await expect(
      act(house, "wanda", liftQuarantine, { assetId: id, marking: "UNCLASSIFIED", reason: " " }),
    ).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(lift("wanda", id, "UNCLASSIFIED//REL TO USA, GBR")).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
    await lift("wanda", id, "UNCLASSIFIED");
    await expect(lift("wanda", id, "UNCLASSIFIED")).rejects.toMatchObject({ code: "ALREADY_DONE" });
    expect((await view(id, ["ben", "S"])).status).toBe(200);
    expect(await seen(id, ["ben", "S"])).toMatchObject({ width: 40, quarantine: null });
  });

  test("is raised as it is lifted, before anything of it is shown", async () => {
    const id = await received("UNCLASSIFIED", { header: {} });
    await lift("wanda", id, TOP_BANNER);
    expect((await view(id, ["ben", "S"])).status).toBe(404);
    expect(await seen(id, ["sam"])).toMatchObject({ marking: { banner: TOP_BANNER }, width: 40, quarantine: null });
    expect((await view(id, ["sam"])).status).toBe(200);
  });

  test("is not lifted below what was read of its file, though its marking was lowered meanwhile", async () => {
    const id = await received(S, { header: TOP });
    // Done to the row itself, and undone: two people with an authority for it would do the same.
    const mark = (banner: string): Promise<unknown> =>
      house.admin.query(
        "update data.asset set marking_id = (select id from access.marking where banner = $2 limit 1) where id = $1",
        [id, banner],
      );
    await mark(S);
    await expect(lift("wanda", id, S)).rejects.toMatchObject({ code: "MARKING_TOO_LOW" });
    expect((await view(id, ["sam"])).status).toBe(404);
    await mark(TOP_BANNER);
    await lift("wanda", id, TOP_BANNER);
    expect((await view(id, ["sam"])).status).toBe(200);
  });

  test("is lifted by the mutation of the interface, too", async () => {
    const id = await received(S, { header: {} });
    const mutation = `mutation($input: AssetQuarantineLiftInput!) { assetQuarantineLift(input: $input) {
      asset { width quarantine { findings receivedAt } } userErrors { code } } }`;
    const input = { assetId: globalId("asset", id), marking: S, reason: "read", idempotencyKey: "lift-it-once" };
    const answer = await server.data(await server.token("wanda"), mutation, { input });
    expect(answer).toEqual({ assetQuarantineLift: { asset: { width: 40, quarantine: null }, userErrors: [] } });
  });

  test("leaves in the log why, and to what it was raised", async () => {
    const from = await logSize(house);
    const id = await received(S, { header: TOP });
    const changes = (await entries(house, from)).filter(({ kind }) => kind === "marking.change");
    expect(changes.map(({ outcome }) => outcome)).toEqual([
      expect.objectContaining({
        object: `asset:${id}`,
        from: S,
        to: TOP_BANNER,
        reason: "marking of the file: ABOVE_DECLARED",
      }),
    ]);
  });
});

describe("I7 a file in quarantine is lifted by somebody else", () => {
  test("I7 neither who declared it nor who sent it lifts it, whatever marking he states; a third one does", async () => {
    const own = await received(S, { header: {} });
    for (const marking of [S, TOP_BANNER])
      await expect(lift("sam", own, marking)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    const other = await received(S, { header: {} }, "wanda");
    for (const by of ["sam", "wanda"])
      await expect(lift(by, other, S)).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect((await view(other, ["petra"])).status).toBe(404);
    await lift("petra", other, S);
    expect((await view(other, ["petra"])).status).toBe(200);
  });

  test("I7 SQL as the application role lifts nothing of its own, nor by a false word about who sent it", async () => {
    const lifted = (by: string, assetId: string, receiver: string): Statement => [
      `insert into data.asset_quarantine_lift (asset_id, dataset_id, program_id, dataset_marking_id, marking_id, receiver_id, lifter_id, reason, lifted_at)
       select asset_id, dataset_id, program_id, dataset_marking_id, marking_id, $2, $3, 'read', now() from data.asset_quarantine where asset_id = $1`,
      assetId,
      house.personId(receiver),
      house.personId(by),
    ];
    const id = await received(S, { header: {} }, "wanda");
    // His own by the policy's rule; a false word by the key; what he declared by the trigger; another's name by the gate.
    expect(await sql.commit("sam", lifted("sam", id, "sam"))).toBe("42501");
    expect(await sql.commit("sam", lifted("sam", id, "ana"))).toBe("23503");
    expect(await sql.commit("wanda", lifted("wanda", id, "sam"))).toBe("42501");
    expect(await sql.commit("sam", lifted("petra", id, "sam"))).toBe("42501");
    expect(await sql.commit("ana", lifted("ana", id, "sam"))).toBe("42501");
    expect((await view(id, ["petra"])).status).toBe(404);
    // The same statement does what it says for somebody else, so that what refused it was whose it was.
    expect(await sql.commit("petra", lifted("petra", id, "sam"))).toBe("");
    expect((await view(id, ["petra"])).status).toBe(200);
  });
});

interface Waiting {
  readonly id: string;
  readonly quarantine: {
    readonly declared: string | null;
    readonly liftable: boolean;
    readonly reading: { readonly whole: boolean; readonly groups: readonly object[] } | null;
  };
}

describe("what waits in quarantine", () => {
  const QUEUE = `query($id: ID!, $first: Int!, $after: String) { program(id: $id) { quarantined(first: $first, after: $after) {
    edges { node { id quarantine { declared liftable reading { whole groups { places classification system codewords handling release text more findings } } } } }
    pageInfo { hasNextPage endCursor } } } }`;
  /** The whole list, in pages of so many. */
  async function queue([handle, level]: Looker, first = 50): Promise<Waiting[]> {
    const all: Waiting[] = [];
    for (let after: string | null = null; ;) {
      const data: {
        program: {
          quarantined: {
            edges: { node: Waiting }[];
            pageInfo: { hasNextPage: boolean; endCursor: string };
          };
        };
      } = await server.data(await server.token(handle, level), QUEUE, {
        id: globalId("program", house.programId),
        first,
        after,
      });
      const { edges, pageInfo } = data.program.quarantined;
      all.push(...edges.map(({ node }) => node));
      if (!pageInfo.hasNextPage) return all;
      after = pageInfo.endCursor;
    }
  }
  const ids = (waiting: readonly Waiting[]): string[] => waiting.map(({ id }) => id);
  const one = async (id: string, who: Looker): Promise<Waiting["quarantine"] | undefined> =>
    (await queue(who)).find((waiting) => waiting.id === globalId("asset", id))?.quarantine;

  test("is listed for whoever may see the image, in pages, until it is lifted", async () => {
    const low = await received(S, { header: {} });
    const high = await received(S, { header: TOP });
    const [below, above] = [globalId("asset", low), globalId("asset", high)];
    const seenLow = ids(await queue(["sam", "S"]));
    expect(seenLow).toContain(below);
    expect(seenLow).not.toContain(above);
    expect(ids(await queue(["sam"]))).toEqual(expect.arrayContaining([below, above]));
    for (const first of [1, 2]) expect(ids(await queue(["sam", "S"], first))).toEqual(seenLow);
    await lift("wanda", low, S);
    expect(ids(await queue(["sam", "S"]))).toEqual(seenLow.filter((id) => id !== below));
  });

  test("says segment by segment what the file says, to whoever decides about it and to nobody else", async () => {
    const id = await received(S, {
      header: { clas: "S", clsy: "US" },
      image: { clas: "S", clsy: "US", code: "QZ", ctlh: "NF" },
      graphic: { clas: "S", clsy: "US" },
      text: { clas: "S", clsy: "US", cltx: "see\u009b31m the cover" },
    });
    const blank = { codewords: "", handling: "", release: "", text: "", more: false, findings: [] };
    const secret = { ...blank, classification: "S", system: "US" };
    expect(await one(id, ["wanda"])).toEqual({
      declared: S,
      liftable: true,
      reading: {
        whole: true,
        groups: [
          { ...secret, places: ["image 1"], codewords: "QZ", handling: "NF", findings: ["CODEWORD_UNMAPPED"] },
          { ...secret, places: ["text 1"], text: "see\uFFFD31m the cover", findings: ["TEXT_NOT_READ"] },
          { ...secret, places: ["header", "graphic 1"] },
        ],
      },
    });
    expect(await one(id, ["sam"])).toMatchObject({ liftable: false, reading: { whole: true } });
    expect(await one(id, ["ana"])).toEqual({ declared: S, liftable: false, reading: null });
    // Nor do the rows open to the application role with the token of somebody who only may see the image.
    const look: Statement = ["select 1 / count(*) from data.asset_quarantine_reading where asset_id = $1", id];
    expect([await sql.commit("ana", look), await sql.commit("wanda", look)]).toEqual(["22012", ""]);
  });
});

describe("a file that is not taken", () => {
  test.each<[string, NitfFields, number, string]>([
    ["NITF 2.0", { form: "NITF02.00" }, 415, "NITF_VERSION"],
    ["JPEG 2000", { compression: "C8" }, 415, "NITF_JPEG2000"],
    ["floating point", { pixelType: "R" }, 400, "INVALID_REQUEST"],
  ])("%s is refused by name, and nothing of it stays", async (_, fields, status, code) => {
    const id = await declared(S);
    const answer = await sent(id, fields);
    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([
      status,
      { errors: [expect.objectContaining({ extensions: { code } })] },
    ]);
    const { rows } = await house.admin.query("select from data.blob where asset_id = $1", [id]);
    expect(rows).toEqual([]);
    expect(await seen(id, ["sam"])).toMatchObject({ width: null, quarantine: null });
  });

  test("one that was announced as another type is refused, whatever its marking", async () => {
    const id = await house.run(await house.as("sam"), async (operation) => {
      const input = { datasetId, title: "scene", mediaType: "image/png", marking: S };
      return (await operation.mutate(createAsset, input)).id;
    });
    expect((await sent(id, { header: TOP })).status).toBe(400);
    expect(await seen(id, ["ben", "S"])).toMatchObject({ marking: { banner: S }, quarantine: null });
  });

  test("somebody who may not bring images in brings no marking about, either", async () => {
    const id = await declared(S);
    const body = (async function* () {
      yield writeNitf({ header: TOP });
    })();
    await expect(
      act(house, "ana", receiveContent, { assetId: id, body, workFolder: house.house.workFolder }),
    ).rejects.toMatchObject({ code: "NOT_PERMITTED" });
    expect(await seen(id, ["ben", "S"])).toMatchObject({ marking: { banner: S } });
  });
});
