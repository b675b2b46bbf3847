import { checked, noGround } from "../../../geodesy/ground.ts";
import type { Ground, NoGround } from "../../../geodesy/ground.ts";
import { readGeoKeys, systemOf } from "./geo-keys.ts";
import { readDirectory } from "./tiff-directory.ts";
import type { Directory } from "./tiff-directory.ts";

const WIDTH = 256;
const HEIGHT = 257;
const PIXEL_SCALE = 33_550;
const TIEPOINTS = 33_922;
const TRANSFORMATION = 34_264;
const KEYS = 34_735;
const DOUBLES = 34_736;
const TEXTS = 34_737;
const TAGS: ReadonlySet<number> = new Set([
  WIDTH,
  HEIGHT,
  PIXEL_SCALE,
  TIEPOINTS,
  TRANSFORMATION,
  KEYS,
  DOUBLES,
  TEXTS,
]);

/** Numbers of a key directory, and doubles that it points to: many times what any tool writes. */
const MOST_KEYS = 1_024;
const MOST_DOUBLES = 512;

type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** The transform from places between pixels to the model: scale and one tie point, or a matrix, and not both. */
function affineOf(directory: Directory): Affine | NoGround {
  const ties = directory.has(TIEPOINTS);
  if (directory.has(TRANSFORMATION)) {
    if (directory.has(PIXEL_SCALE)) return "CONTRADICTION";
    const matrix = directory.numbers(TRANSFORMATION, 16);
    if (matrix?.length !== 16) return "DAMAGED";
    const [a = 0, b = 0, , c = 0, d = 0, e = 0, , f = 0, , , , , ...last] = matrix;
    return last.every((value, at) => value === (at === 3 ? 1 : 0)) ? [a, b, c, d, e, f] : "CONTRADICTION";
  }
  if (!directory.has(PIXEL_SCALE)) return ties ? "CONTROL_POINTS" : "NONE";
  const scale = directory.numbers(PIXEL_SCALE, 3);
  const tie = directory.numbers(TIEPOINTS, 6 * 64);
  if (!scale || scale.length < 2 || !tie || tie.length % 6 !== 0) return "DAMAGED";
  if (tie.length > 6) return "CONTROL_POINTS";
  const [right = 0, down = 0] = scale;
  const [column = 0, row = 0, , east = 0, north = 0] = tie;
  if (right <= 0 || down <= 0) return "CONTRADICTION";
  return [right, 0, east - column * right, 0, -down, north + row * down];
}

/**
 * Where an untrusted TIFF file (all of its bytes) says that its pixels lie: GeoTIFF 1.1 (OGC 19-008), in a coordinate system
 * whose positions can be told exactly. `width` and `height` are those of the picture that was decoded. Throws nothing.
 */
export function groundOfTiff(bytes: Buffer, width: number, height: number): Ground {
  const directory = readDirectory(bytes, TAGS);
  if (!directory) return noGround("DAMAGED");
  if (directory.numbers(WIDTH, 1)?.[0] !== width || directory.numbers(HEIGHT, 1)?.[0] !== height)
    return noGround("DAMAGED");
  const affine = affineOf(directory);
  if (!directory.has(KEYS))
    return noGround(affine === "NONE" ? "NONE" : "SYSTEM", affine === "NONE" ? undefined : "unnamed");
  const numbers = directory.numbers(KEYS, MOST_KEYS);
  const doubles = directory.has(DOUBLES) ? directory.numbers(DOUBLES, MOST_DOUBLES) : [];
  const keys = numbers && doubles && readGeoKeys(numbers, doubles);
  if (!keys) return noGround("DAMAGED");
  const found = systemOf(keys);
  if ("why" in found) return noGround(found.why, found.named);
  if (typeof affine === "string") return noGround(affine);
  const [a, b, c, d, e, f] = affine;
  // PixelIsPoint: the model's place of a pixel is its centre, which is half a pixel from where we count from.
  const by = found.isPoint ? 0.5 : 0;
  const of: Affine = [a, b, c - by * (a + b), d, e, f - by * (d + e)];
  return checked({ kind: "affine", datum: found.datum, system: found.system, of }, width, height);
}
