import type { Place } from "../../src/geodesy/ellipsoid.ts";
import { distance } from "../../src/geodesy/geodesic.ts";
import { groundAt, resolutionOf } from "../../src/geodesy/ground.ts";
import type { Ground } from "../../src/geodesy/ground.ts";
import { toMgrs } from "../../src/geodesy/mgrs.ts";
import { boundsOf } from "./shapes.ts";
import type { Grid, Position, Shape } from "./shapes.ts";
import { TEXT } from "./text.ts";

/** An image and where it lies. */
export interface OnGround extends Grid {
  readonly ground: Ground | null;
}

/** A position on the ground as it is read. */
export interface PositionText {
  readonly decimal: string;
  readonly sexagesimal: string;
  readonly mgrs: string;
}

/** What is called ten metres is seldom that on the ground: a map's scale is nearly one. */
const NEARLY = 1.05;
/** A thousandth of a degree counts as a hundred metres. */
const ROUGHLY = 1.2;

/** Digits of MGRS that are as fine as a position can be told, and no finer: 5 for metres, 4 for ten metres. */
function digitsOf({ ground, width, height }: OnGround): number {
  if (!ground || ground.kind === "none") return 5;
  const stated = ground.kind === "corners" ? ground.step : 1;
  const pixel = resolutionOf(ground.kind === "corners" ? { ...ground, step: 0 } : ground, width, height);
  // Pixels are told apart; what corners do not state is told with a digit less rather than with one that they have not.
  const power = Math.max(0, Math.floor(Math.log10(NEARLY * pixel)), Math.ceil(Math.log10(stated / ROUGHLY)));
  return Math.min(Math.max(5 - power, 1), 5);
}

/** Degrees, minutes and seconds, rounded once, so that no 60 is ever shown. */
function sexagesimal(degrees: number, wide: number, decimals: number): string {
  const unit = 10 ** decimals;
  const all = Math.round(Math.abs(degrees) * 3_600 * unit);
  const [minutes, seconds] = [Math.floor(all / (60 * unit)), (all % (60 * unit)) / unit];
  const two = (value: number): string => String(value).padStart(2, "0");
  const whole = String(Math.floor(minutes / 60)).padStart(wide, "0");
  return `${whole}°${two(minutes % 60)}′${seconds.toFixed(decimals).padStart(decimals > 0 ? 3 + decimals : 2, "0")}″`;
}

/** A place as it is read, with as many digits as its image allows. */
export function positionText({ latitude, longitude }: Place, digits: number): PositionText {
  const pair = (text: (value: number, wide: number) => string): string =>
    TEXT.ground.pair(
      TEXT.ground.latitude(text(latitude, 2), latitude >= 0),
      TEXT.ground.longitude(text(longitude, 3), longitude >= 0),
    );
  return {
    decimal: pair((value) => `${Math.abs(value).toFixed(digits + 1)}°`),
    sexagesimal: pair((value, wide) => sexagesimal(value, wide, Math.max(0, digits - 3))),
    mgrs: toMgrs({ latitude, longitude }, digits),
  };
}

/** Where the pixel at a position lies: its centre, for everybody who names this pixel. Null outside the image or without a transform. */
export function pixelText(image: OnGround, at: Position): PositionText | null {
  const [x, y] = [Math.floor(at[0]), Math.floor(at[1])];
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return null;
  const place = groundAt(image.ground, [x + 0.5, y + 0.5]);
  return place && positionText(place, digitsOf(image));
}

/** The centre of a shape in MGRS; null without a transform. */
export function centerText(image: OnGround, shape: Shape): string | null {
  const { left, top, right, bottom } = boundsOf(shape);
  const place = groundAt(image.ground, [(left + right) / 2, (top + bottom) / 2]);
  return place && toMgrs(place, digitsOf(image));
}

/** The way over the ground between two places of the image; null without a transform. */
export function distanceText({ ground, width, height }: OnGround, from: Position, to: Position): string | null {
  if (!ground || ground.kind === "none") return null;
  const [a, b] = [groundAt(ground, from), groundAt(ground, to)];
  const metres = a && b && distance(a, b);
  if (metres === null) return TEXT.ground.opposite;
  const resolution = resolutionOf(ground, width, height);
  const approximate = ground.kind === "corners";
  if (metres >= 10_000) return TEXT.ground.kilometres((metres / 1_000).toFixed(resolution < 10 ? 3 : 2), approximate);
  return TEXT.ground.metres(metres.toFixed(resolution < 1 ? 2 : resolution < 10 ? 1 : 0), approximate);
}
