import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { receiveContent } from "../../src/datasets/content.ts";
import type { PackHead } from "../../src/storage/imagery/tile-pack.ts";
import { gridOf, levelsOf, thumbnailLevel } from "../../src/storage/imagery/tile-pack.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { S, TS, U, makeDataset, makeOntology } from "../access/harbor-world.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import type { HttpAnswer } from "../server/http.ts";

const [WIDTH, HEIGHT] = [700, 413];

let house: TestHouse;
let server: Serving;
let original: Buffer;
let assetId = "";
let datasetId = "";
let ahead = 0;

interface Opened extends PackHead {
  readonly view: string;
  readonly tiles: string;
  readonly until: string;
  readonly thumbnail: number;
}

async function image(marking: string, bytes: Buffer = original): Promise<string> {
  return house.run(await house.as("sam"), async (operation) => {
    const { id } = await operation.mutate(createAsset, { datasetId, title: "scene", mediaType: "image/png", marking });
    const body = (async function* () {
      yield bytes;
    })();
    await operation.mutate(receiveContent, { assetId: id, body, workFolder: house.house.workFolder });
    return id;
  });
}

beforeAll(async () => {
  house = await openTestHouse({ clock: () => new Date(Date.now() + ahead) });
  server = await serve(house, { clock: () => new Date(Date.now() + ahead) });
  // Every place has a colour of its own: a tile out of place shows.
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y += 1)
    for (let x = 0; x < WIDTH; x += 1) pixels.set([(x * 255) / WIDTH, (y * 255) / HEIGHT, 128], (y * WIDTH + x) * 3);
  original = await sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .png()
    .toBuffer();
  datasetId = await house.run(await house.as("sam"), async (operation) => {
    const { versionId } = await makeOntology(operation, { programId: house.programId });
    return makeDataset(operation, { programId: house.programId, versionId, name: "Scenes" });
  });
  assetId = await image(U);
});
afterAll(async () => {
  await server.close();
  await house.remove();
});
beforeEach(() => {
  ahead = 0;
});

async function open(token: string, id = assetId): Promise<Opened | number> {
  const answer = await server.send(token, { method: "POST", path: `/assets/${globalId("asset", id)}/view` });
  if (answer.status !== 200) return answer.status;
  return (JSON.parse(answer.body.toString()) as { data: Opened }).data;
}

async function opened(token: string, id = assetId): Promise<Opened> {
  const view = await open(token, id);
  if (typeof view === "number") throw new Error(`not opened: ${view}`);
  return view;
}

/** What a list shows of an image. */
const thumbnail = (token: string, view: Opened): Promise<HttpAnswer> => tile(token, view, view.thumbnail, 0, 0);

const tile = (token: string, { view }: Opened, level: number, column: number, row: number): Promise<HttpAnswer> =>
  server.send(token, { method: "GET", path: `/views/${view}/${level}/${column}/${row}` });

async function entries(): Promise<readonly string[]> {
  const { rows } = await house.admin.query<{ kind: string }>(
    "select kind from audit.entry where kind like 'operation.%' order by log_id, idx",
  );
  return rows.map(({ kind }) => kind);
}

/** A picture of one color whose last tiles are strips, narrower than any text. */
const [WIDE, HIGH] = [530, 270];
const strips = (): Promise<Buffer> =>
  sharp({ create: { width: WIDE, height: HIGH, channels: 3, background: "#336699" } })
    .png()
    .toBuffer();

describe("an image in tiles", () => {
  test("every tile of every level is there, and shows the pixels of its place", async () => {
    const ben = await server.token("ben", "S");
    const view = await opened(ben);
    expect(view).toMatchObject({ width: WIDTH, height: HEIGHT, tileSide: 256, levels: 11 });
    for (let level = 0; level < view.levels; level += 1) {
      const { columns, rows } = gridOf(view, level);
      const scale = 2 ** (view.levels - 1 - level);
      for (let row = 0; row < rows; row += 1)
        for (let column = 0; column < columns; column += 1) {
          const answer = await tile(ben, view, level, column, row);
          expect([answer.status, level, column, row]).toEqual([200, level, column, row]);
          const { data, info } = await sharp(answer.body).raw().toBuffer({ resolveWithObject: true });
          expect(info.width).toBe(Math.min(256, Math.ceil(WIDTH / scale) - column * 256));
          expect(info.height).toBe(Math.min(256, Math.ceil(HEIGHT / scale) - row * 256));
          const [x, y] = [Math.floor(info.width / 2), Math.floor(info.height / 2)];
          const at = (y * info.width + x) * info.channels;
          const [red, green] = [((column * 256 + x) * scale * 255) / WIDTH, ((row * 256 + y) * scale * 255) / HEIGHT];
          const near = 6 + (scale * 255) / Math.min(WIDTH, HEIGHT);
          expect(Math.abs((data[at] ?? 0) - red)).toBeLessThan(near);
          expect(Math.abs((data[at + 1] ?? 0) - green)).toBeLessThan(near);
        }
    }
  });

  test("I4 opening is a request and its outcome in the log; its tiles write nothing, and one that is refused is written", async () => {
    const ben = await server.token("ben", "S");
    const before = await entries();
    const view = await opened(ben);
    expect((await entries()).slice(before.length)).toEqual(["operation.request", "operation.outcome"]);
    for (let column = 0; column < 3; column += 1) await tile(ben, view, 10, column, 0);
    expect((await entries()).length).toBe(before.length + 2);
    expect((await tile(ben, view, 10, 9, 9)).status).toBe(404);
    expect((await entries()).slice(before.length + 2)).toEqual(["operation.part"]);
  });

  test("a tile comes with its marking, and no browser keeps it", async () => {
    const ben = await server.token("ben", "S");
    const { headers } = await tile(ben, await opened(ben), 10, 0, 0);
    expect(Object.fromEntries(headers)).toMatchObject({
      "caveat-marking": U,
      "cache-control": "no-store",
      "content-type": "image/jpeg",
    });
  });

  test("a view is good for a minute, for the person and the session that opened it, and as it was given", async () => {
    const ben = await server.token("ben", "S");
    const view = await opened(ben);
    expect((await tile(await server.token("ana", "S"), view, 10, 0, 0)).status).toBe(404);
    expect((await tile(await server.token("ben", "S"), view, 10, 0, 0)).status).toBe(404);
    expect((await server.send("nobody", { method: "GET", path: `/views/${view.view}/10/0/0` })).status).toBe(401);
    const bytes = Buffer.from(view.view, "base64url");
    for (const at of [0, 20, 60, bytes.length - 1]) {
      const altered = Buffer.from(bytes);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect((await tile(ben, { ...view, view: altered.toString("base64url") }, 10, 0, 0)).status).toBe(404);
    }
    expect((await tile(ben, view, 10, 0, 0)).status).toBe(200);
    for (const [level, column, row] of [
      [11, 0, 0],
      [10, 3, 0],
      [10, 0, 2],
      [0, 1, 0],
    ] as const)
      expect((await tile(ben, view, level, column, row)).status).toBe(404);
    for (const path of ["/-1/0/0", "/10/0/00", "/10/0/1e0", "/a/b/c"])
      expect((await server.send(ben, { method: "GET", path: `/views/${view.view}${path}` })).status).toBe(404);
    ahead = 61_000;
    expect((await tile(ben, view, 10, 0, 0)).status).toBe(404);
    expect((await tile(ben, await opened(ben), 10, 0, 0)).status).toBe(200);
  });

  test("I2 an image that is hidden is opened like one that is not there, and so is one without tiles", async () => {
    const high = await image(TS);
    const ben = await server.token("ben", "S");
    const bare = await house.run(await house.as("sam"), (operation) =>
      operation.mutate(createAsset, { datasetId, title: "empty", mediaType: "image/png", marking: U }),
    );
    const answers = await Promise.all(
      [high, "00000000-0000-4000-8000-000000000000", bare.id].map((id) =>
        server.send(ben, { method: "POST", path: `/assets/${globalId("asset", id)}/view` }),
      ),
    );
    const [first] = answers;
    expect(first?.status).toBe(404);
    expect(answers.every(({ body }) => body.equals(first?.body ?? Buffer.alloc(0)))).toBe(true);
    expect(await open(await server.token("ana", "TS"), high)).toMatchObject({ width: WIDTH });
  });

  test("a marking that is raised, a membership and a clearance that are taken away end what is open at the next tile", async () => {
    const id = await image(U);
    const ben = await server.token("ben", "S");
    const view = await opened(ben, id);
    expect((await tile(ben, view, 10, 0, 0)).status).toBe(200);
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, { noun: "asset" as const, id, marking: S, reason: "it shows more" }),
    );
    // He may see it still, under another marking: he opens it anew.
    expect((await tile(ben, view, 10, 0, 0)).status).toBe(404);
    const again = await opened(ben, id);
    expect((await tile(ben, again, 10, 0, 0)).status).toBe(200);
    const { admin } = house;
    const person = house.personId("ben");
    await admin.query("update access.clearance set level = 'C' where person_id = $1", [person]);
    expect((await tile(ben, again, 10, 0, 0)).status).not.toBe(200);
    await admin.query("update access.clearance set level = 'S' where person_id = $1", [person]);
    await admin.query("delete from access.membership where person_id = $1", [person]);
    expect((await tile(ben, again, 10, 0, 0)).status).toBe(404);
    await admin.query("insert into access.membership (person_id, program_id, source) values ($1, $2, 'test')", [
      person,
      house.programId,
    ]);
    expect((await tile(ben, again, 10, 0, 0)).status).toBe(200);
  });

  test("a suspension and a client that is revoked end what is open at the next tile", async () => {
    const ben = await server.token("ben", "S");
    const view = await opened(ben);
    const { admin } = house;
    for (const [takes, gives] of [
      [
        "update access.person set suspended = true where handle = 'ben'",
        "update access.person set suspended = false where handle = 'ben'",
      ],
      ["update access.client set status = 'suspended'", "update access.client set status = 'approved'"],
    ] as const) {
      await admin.query(takes);
      expect((await tile(ben, view, 10, 0, 0)).status).not.toBe(200);
      await admin.query(gives);
      expect((await tile(ben, view, 10, 0, 0)).status).toBe(200);
    }
  });

  test("nothing of an image lies on the disk unsealed", async () => {
    const ben = await server.token("ben", "S");
    const shown = (await tile(ben, await opened(ben), 10, 0, 0)).body;
    // What is looked for is what such bytes begin with, and how a tile goes on in the middle.
    const signs: Buffer[] = ["CVT2", "\u00ff\u00d8\u00ff", "\u0089PNG"].map((text) => Buffer.from(text, "latin1"));
    expect(shown.includes(signs[1] ?? "")).toBe(true);
    signs.push(shown.subarray(shown.length / 2, shown.length / 2 + 24));
    const found: string[] = [];
    for (const entry of readdirSync(house.stateFolder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const bytes = readFileSync(path);
      // Three bytes turn up in sealed ones by chance, but not where a file begins.
      for (const sign of signs)
        if (sign.length > 4 ? bytes.includes(sign) : bytes.indexOf(sign) === 0) found.push(path);
    }
    expect(found).toEqual([]);
  });
});

describe("a thumbnail", () => {
  test("is the largest tile that has the whole picture, of any proportions", () => {
    for (const [width, height, level] of [
      [1, 1, 0],
      [256, 256, 8],
      [257, 1, 8],
      [700, 413, 8],
      [3, 65_535, 8],
      [65_535, 65_535, 8],
    ] as const) {
      const head = { width, height, tileSide: 256, levels: levelsOf(width, height) };
      expect([width, height, thumbnailLevel(head)]).toEqual([width, height, level]);
      expect(gridOf(head, level)).toEqual({ columns: 1, rows: 1 });
      if (level < head.levels - 1) expect(gridOf(head, level + 1)).not.toEqual({ columns: 1, rows: 1 });
    }
  });

  test("I1 comes at its image's marking, to whoever may see the image and to nobody else", async () => {
    const high = await image(TS);
    const [ana, ben] = [await server.token("ana", "TS"), await server.token("ben", "S")];
    const view = await opened(ana, high);
    const shown = await thumbnail(ana, view);
    expect([shown.status, new Map(shown.headers).get("caveat-marking")]).toEqual([200, TS]);
    const { width, height } = await sharp(shown.body).metadata();
    expect([width, height]).toEqual([175, 104]);
    expect(await open(ben, high)).toBe(404);
    // What somebody else opened is no way to it, either.
    expect((await thumbnail(ben, view)).status).toBe(404);
  });

  test("I1 is gone with the next look where its image is raised: for good to who may not see it then, and under its new marking to who may", async () => {
    const id = await image(U);
    const [ana, ben] = [await server.token("ana", "TS"), await server.token("ben", "S")];
    const views = { ana: await opened(ana, id), ben: await opened(ben, id) };
    expect((await thumbnail(ben, views.ben)).status).toBe(200);
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, { noun: "asset" as const, id, marking: TS, reason: "it shows more" }),
    );
    expect((await thumbnail(ben, views.ben)).status).toBe(404);
    expect((await thumbnail(ana, views.ana)).status).toBe(404);
    expect(await open(ben, id)).toBe(404);
    const raised = await thumbnail(ana, await opened(ana, id));
    expect([raised.status, new Map(raised.headers).get("caveat-marking")]).toEqual([200, TS]);
  });

  test("lies sealed with its tiles, under the marking of its image, and follows that", async () => {
    const id = await image(U);
    const stored = async (): Promise<unknown> => {
      const { rows } = await house.admin.query<{ same: boolean; kind: string }>(
        `select blob.kind, blob.marking_id = asset.marking_id as same from data.asset
           join data.asset_content content on content.asset_id = asset.id
           join data.blob on blob.id = content.tiles_blob_id
         where asset.id = $1`,
        [id],
      );
      return rows;
    };
    expect(await stored()).toEqual([{ kind: "tiles", same: true }]);
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, { noun: "asset" as const, id, marking: S, reason: "it shows more" }),
    );
    expect(await stored()).toEqual([{ kind: "tiles", same: true }]);
  });

  test("of what is shown but not released carries the watermark of who looks", async () => {
    const shown = await image("SECRET//DISPLAY ONLY GBR");
    const [ben, charlotte] = [await server.token("ben"), await server.token("charlotte")];
    const [plain, marked] = [
      await thumbnail(ben, await opened(ben, shown)),
      await thumbnail(charlotte, await opened(charlotte, shown)),
    ];
    expect([plain.status, marked.status]).toEqual([200, 200]);
    expect(marked.body.equals(plain.body)).toBe(false);
    const sizes = await Promise.all([plain, marked].map(({ body }) => sharp(body).metadata()));
    expect(sizes.map(({ width, height }) => [width, height])).toEqual([
      [175, 104],
      [175, 104],
    ]);
  });
});

describe("WATERMARK", () => {
  test("is burnt into every tile of what is shown but not released, strips at the edges too; none is left out", async () => {
    const shown = await image("SECRET//DISPLAY ONLY GBR", await strips());
    const [ben, charlotte] = [await server.token("ben"), await server.token("charlotte")];
    const [plain, marked] = [await opened(ben, shown), await opened(charlotte, shown)];
    const sizes: string[] = [];
    for (let level = 0; level < plain.levels; level += 1) {
      const { columns, rows } = gridOf(plain, level);
      for (let row = 0; row < rows; row += 1)
        for (let column = 0; column < columns; column += 1) {
          const [one, other] = [
            await tile(ben, plain, level, column, row),
            await tile(charlotte, marked, level, column, row),
          ];
          expect([level, column, row, one.status, other.status]).toEqual([level, column, row, 200, 200]);
          const [unmarked, named] = await Promise.all([one, other].map(({ body }) => sharp(body).metadata()));
          expect([named?.width, named?.height]).toEqual([unmarked?.width, unmarked?.height]);
          sizes.push(`${named?.width}x${named?.height}`);
          if ((unmarked?.width ?? 0) >= 12 && (unmarked?.height ?? 0) >= 12)
            expect(other.body.equals(one.body)).toBe(false);
        }
    }
    expect(sizes).toEqual(expect.arrayContaining(["256x256", "18x256", "256x14", "18x14", "1x1"]));
  });
});
