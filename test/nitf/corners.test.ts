import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { groundAt } from "../../src/geodesy/ground.ts";
import type { Ground } from "../../src/geodesy/ground.ts";
import { readGround } from "../../src/storage/imagery/ground/read-ground.ts";
import { probeImage } from "../../src/storage/imagery/probe.ts";
import { writeNitf } from "./write-nitf.ts";
import type { NitfFields } from "./write-nitf.ts";

const SIZE = { width: 41, height: 31 };
const groundOf = async (fields: NitfFields): Promise<Ground> => {
  const bytes = writeNitf({ ...SIZE, ...fields });
  return readGround(bytes, await probeImage(bytes));
};

type Known = readonly [x: number, y: number, longitude: number, latitude: number];
const IN_DEGREES: readonly Known[] = [
  [0.5, 0.5, -77.5, 39],
  [39.5, 0.5, -77.0125, 39],
  [39.5, 29.5, -77.0125, 38.7583333333333],
  [20, 15, -77.25625, 38.8791666666667],
];
const IN_UTM: readonly Known[] = [
  [0.5, 0.5, -77.040942057312, 38.8940576299602],
  [39.5, 0.5, -77.0364477141181, 38.8941361318285],
  [39.5, 29.5, -77.0363731059757, 38.8915244446515],
  [20, 15, -77.0386575415287, 38.8927910608919],
];

function expectAt(ground: Ground, known: readonly Known[]): void {
  for (const [x, y, longitude, latitude] of known) {
    const place = groundAt(ground, [x, y]);
    expect(Math.abs((place?.longitude ?? Infinity) - longitude)).toBeLessThan(1e-10);
    expect(Math.abs((place?.latitude ?? Infinity) - latitude)).toBeLessThan(1e-10);
  }
}

/* Of each of these files, `gdaltransform -output_xy -t_srs EPSG:4326` of GDAL 3.6.2 (Debian gdal-bin) says where pixels lie. */
test.each<readonly [string, string, readonly Known[], step: number]>([
  ["G", "390000N0773000W390000N0770000W384500N0770000W384500N0773000W", IN_DEGREES, 31],
  ["D", "+39.000-077.500+39.000-077.000+38.750-077.000+38.750-077.500", IN_DEGREES, 111],
  ["N", "183230004307000183234004307000183234004306700183230004306700", IN_UTM, 1],
  ["U", "18SUJ230000700018SUJ234000700018SUJ234000670018SUJ2300006700", IN_UTM, 1],
  [
    "S",
    "563340006252000563344006252000563344006251700563340006251700",
    [
      [0.5, 0.5, 151.205514686936, -33.859261704504],
      [39.5, 29.5, 151.209674267643, -33.8619372672841],
      [20, 15, 151.207594444503, -33.8605995025379],
    ],
    1,
  ],
])(
  "corners in the notation %s lie where GDAL says, and are told as approximate",
  async (notation, corners, known, step) => {
    const ground = await groundOf({ notation, corners });
    expect(ground).toMatchObject({ kind: "corners", datum: "WGS 84", step });
    expectAt(ground, known);
  },
);

test("between corners that are no parallelogram each edge is divided evenly", async () => {
  const ground = await groundOf({
    notation: "D",
    corners: "+10.000+010.000+10.000+014.000+08.000+013.000+08.000+011.000",
  });
  expectAt(ground, [
    [20.5, 0.5, 12, 10],
    [0.5, 15.5, 10.5, 9],
    [40.5, 15.5, 13.5, 9],
    [20.5, 30.5, 12, 8],
    [20.5, 15.5, 12, 9],
  ]);
});

test("around a pole nothing is said of what lies between corners in degrees", async () => {
  const corners = "+89.900+135.000+89.900+045.000+89.950-045.000+89.950-135.000";
  expect(await groundOf({ notation: "D", corners })).toMatchObject({ kind: "none", why: "CONTRADICTION" });
});

test("across the antimeridian and across zones an image is not torn apart", async () => {
  const fiji = await groundOf({
    notation: "D",
    corners: "-16.000+179.000-16.000-179.000-18.000-179.000-18.000+179.000",
  });
  expectAt(fiji, [
    [20.5, 15.5, -180, -17],
    [10.5, 0.5, 179.5, -16],
    [30.5, 30.5, -179.5, -18],
  ]);
  // Zones 31 and 32: the corners are told in degrees. 6 degrees east is the edge between them.
  const zones = await groundOf({
    notation: "N",
    corners: "316900005500000323100005500000323100005400000316900005400000",
  });
  const middle = groundAt(zones, [20.5, 15.5]);
  expect(zones).toMatchObject({ kind: "corners", system: { kind: "geographic" } });
  expect(Math.abs((middle?.longitude ?? 0) - 6)).toBeLessThan(1e-9);
});

test.each<readonly [string, NitfFields, string]>([
  ["without a word of it", {}, "NONE"],
  ["in a notation that is not known", { notation: "C", corners: "0".repeat(60) }, "SYSTEM"],
  ["where nothing stands", { corners: " ".repeat(60) }, "DAMAGED"],
  ["with sixty minutes", { corners: "396000N0773000W390000N0770000W384500N0770000W384500N0773000W" }, "DAMAGED"],
  ["in zone 61", { notation: "N", corners: "613230004307000183234004307000183234004306700183230004306700" }, "DAMAGED"],
  ["all at one place", { corners: "000000N0000000E".repeat(4) }, "CONTRADICTION"],
  ["mirrored", { corners: "390000N0770000W390000N0773000W384500N0773000W384500N0770000W" }, "CONTRADICTION"],
  ["twisted", { corners: "390000N0773000W390000N0770000W384500N0773000W384500N0770000W" }, "CONTRADICTION"],
  ["beyond the pole", { corners: "910000N0773000W910000N0770000W384500N0770000W384500N0773000W" }, "OUTSIDE"],
])("of corners %s no position is made up", async (_, fields, why) => {
  expect(await groundOf(fields)).toMatchObject({ kind: "none", why });
});

const SAMPLES = join(
  process.env["CAVEAT_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "data/nitf-jitc",
);

test.skipIf(!existsSync(SAMPLES)).each(["ns3038a.nsf", "i_3034c.ntf"])(
  "%s of the conformance files says nothing of where it lies",
  async (name) => {
    const bytes = readFileSync(join(SAMPLES, name));
    expect(readGround(bytes, await probeImage(bytes))).toEqual({ kind: "none", why: "NONE" });
  },
);
