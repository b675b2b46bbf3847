import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { raiseMarking } from "../../src/administration/markings.ts";
import { liftQuarantine } from "../../src/administration/quarantine-lift.ts";
import { createAsset } from "../../src/datasets/commands.ts";
import { groundAt } from "../../src/geodesy/ground.ts";
import type { Ground } from "../../src/geodesy/ground.ts";
import { toMgrs } from "../../src/geodesy/mgrs.ts";
import { PACK_HEAD, groundPlaceAt, placeAt, readHead } from "../../src/storage/imagery/tile-pack.ts";
import { globalId } from "../../src/transport/global-id.ts";
import { S, TS, U, makeDataset, makeOntology } from "../access/harbor-world.ts";
import { act } from "../administration/acts.ts";
import { serve } from "../hidden/serving.ts";
import type { Serving } from "../hidden/serving.ts";
import { openTestHouse } from "../house.ts";
import type { TestHouse } from "../house.ts";
import { utmKeys, writeGeoTiff } from "../imagery/write-geotiff.ts";
import { writeNitf } from "../nitf/write-nitf.ts";
import type { HttpAnswer } from "../server/http.ts";

/** Numbers that stand nowhere by chance. */
const EASTING = 323_456.125;
const NORTHING = 4_306_789.25;
const scene = writeGeoTiff({ scale: [2, 2, 0], ties: [0, 0, 0, EASTING, NORTHING, 0], keys: utmKeys(18) });

let house: TestHouse;
let server: Serving;
let datasetId = "";

beforeAll(async () => {
  house = await openTestHouse();
  server = await serve(house);
  datasetId = await house.run(await house.as("sam"), async (operation) => {
    const { versionId } = await makeOntology(operation, { programId: house.programId });
    return makeDataset(operation, { programId: house.programId, versionId, name: "Scenes" });
  });
});
afterAll(async () => {
  await server.close();
  await house.remove();
});

async function sent(marking: string, mediaType: string, body: Buffer): Promise<readonly [id: string, status: number]> {
  const id = await house.run(await house.as("sam"), async (operation) => {
    const input = { datasetId, title: "scene", mediaType, marking };
    return (await operation.mutate(createAsset, input)).id;
  });
  const path = `/assets/${globalId("asset", id)}/content`;
  const headers = { "content-type": mediaType };
  const { status } = await server.send(await server.token("sam"), { method: "PUT", path, headers, body });
  return [id, status];
}

async function view(id: string, handle: string, level: "TS" | "S" | "U"): Promise<HttpAnswer> {
  const token = await server.token(handle, level);
  return server.send(token, { method: "POST", path: `/assets/${globalId("asset", id)}/view` });
}

interface Opened {
  readonly data: { readonly ground: Ground | null };
  readonly extensions: { readonly marking: string };
}
const opened = ({ body }: HttpAnswer): Opened => JSON.parse(body.toString()) as Opened;
/** What GeoConvert of GeographicLib 2.1.2 says of 18n 323477.125 4306768.25, the middle of the eleventh pixel of its row. */
const MIDDLE = "18S UJ 23477 06768";
const middle = (ground: Ground | null): string => {
  const place = groundAt(ground, [10.5, 10.5]);
  return place ? toMgrs(place) : "";
};

describe("where an image lies", () => {
  test("comes with its view, under its marking, to whoever may display it", async () => {
    const [id, status] = await sent(S, "image/tiff", scene);
    expect(status).toBe(200);
    const { data, extensions } = opened(await view(id, "ben", "S"));
    expect(data.ground).toMatchObject({ kind: "affine", datum: "WGS 84" });
    expect(middle(data.ground)).toBe(MIDDLE);
    expect(extensions.marking).toBe(S);
  });

  test("I2 is told nobody who may not see the image: the answer is that of an image that is not there", async () => {
    const [id] = await sent(TS, "image/tiff", scene);
    const hidden = await view(id, "ben", "S");
    const absent = await view("00000000-0000-4000-8000-000000000000", "ben", "S");
    expect([hidden.status, hidden.body.toString()]).toEqual([404, absent.body.toString()]);
    expect(middle(opened(await view(id, "ana", "TS")).data.ground)).toBe(MIDDLE);
  });

  test("is raised with its image", async () => {
    const [id] = await sent(U, "image/tiff", scene);
    expect(middle(opened(await view(id, "ben", "U")).data.ground)).toBe(MIDDLE);
    await house.run(await house.as("sam"), (operation) =>
      operation.mutate(raiseMarking, { noun: "asset" as const, id, marking: S, reason: "it shows more" }),
    );
    expect((await view(id, "ben", "U")).status).toBe(404);
    const raised = opened(await view(id, "ben", "S"));
    expect([middle(raised.data.ground), raised.extensions.marking]).toEqual([MIDDLE, S]);
  });

  test("waits in quarantine with its image, and comes out of it with it", async () => {
    const corners = "183230004307000183234004307000183234004306700183230004306700";
    const fields = { width: 41, height: 31, notation: "N", corners, header: {} };
    const [id, status] = await sent(S, "image/nitf", writeNitf(fields));
    expect(status).toBe(202);
    expect((await view(id, "ben", "S")).status).toBe(404);
    // Nobody lifts what is his own.
    await house.admin.query("update access.person set roles = array['steward'] where handle = 'petra'");
    await act(house, "petra", liftQuarantine, { assetId: id, marking: S, reason: "its cover sheet says so" });
    const { ground } = opened(await view(id, "ben", "S")).data;
    expect(ground).toMatchObject({ kind: "corners", step: 1 });
    expect(middle(ground)).toBe("18S UJ 23100 06900");
  });

  test("is told as unknown, with the reason, where the file has no transform that is read", async () => {
    const mercator = writeGeoTiff({ scale: [2, 2, 0], ties: [0, 0, 0, 1, 1, 0], keys: { ...utmKeys(18), 3072: 3857 } });
    for (const [type, body, ground] of [
      ["image/tiff", mercator, { kind: "none", why: "SYSTEM", system: "EPSG:3857" }],
      ["image/tiff", writeGeoTiff(), { kind: "none", why: "NONE" }],
      ["image/nitf", writeNitf(), { kind: "none", why: "NONE" }],
    ] as const)
      expect(opened(await view((await sent(S, type, body))[0], "ben", "S")).data.ground).toEqual(ground);
  });

  test("lies sealed: no file and no row has it to be read", async () => {
    await sent(S, "image/tiff", scene);
    const signs = [String(EASTING), String(NORTHING), '"kind":"affine"'];
    const double = Buffer.alloc(8);
    double.writeDoubleLE(EASTING);
    expect(scene.includes(double)).toBe(true);
    const files = readdirSync(house.stateFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => readFileSync(join(parentPath, name)));
    expect(files.length).toBeGreaterThan(0);
    for (const bytes of files)
      expect([...signs.map((sign) => bytes.includes(sign)), bytes.includes(double)]).toEqual([
        false,
        false,
        false,
        false,
      ]);
    const { rows } = await house.admin.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    expect(rows.length).toBeGreaterThan(20);
    for (const { name } of rows) {
      const found = await house.admin.query(
        `select 1 from ${name} t where t::text like any ($1) or position($2 in t::text) > 0 limit 1`,
        [signs.map((sign) => `%${sign}%`), double.toString("hex")],
      );
      expect([name, found.rowCount]).toEqual([name, 0]);
    }
  });
});

test("a pack of before says nothing of the ground, and its tiles stand where they stood", () => {
  const head = Buffer.alloc(PACK_HEAD);
  head.write("CVT2", "latin1");
  head.writeUInt32BE(700, 4);
  head.writeUInt32BE(413, 8);
  head.writeUInt16BE(256, 12);
  head.writeUInt8(11, 14);
  const before = Buffer.from(head);
  before.write("CVT1", "latin1");
  expect(groundPlaceAt(before)).toBeNull();
  expect(readHead(before)).toEqual(readHead(head));
  // The ground's place is the one behind that of the last tile.
  const last = placeAt(readHead(head), { level: 10, column: 2, row: 1 });
  expect(groundPlaceAt(head)).toBe((last ?? 0) + 10);
  before.write("CVT3", "latin1");
  expect(() => groundPlaceAt(before)).toThrow("not a pack of tiles");
});
