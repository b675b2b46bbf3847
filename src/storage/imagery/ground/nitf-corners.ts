import { checked, noGround, placeOf } from "../../../geodesy/ground.ts";
import type { Ground, MapPosition, MapSystem } from "../../../geodesy/ground.ts";
import { fromMgrs } from "../../../geodesy/mgrs.ts";
import type { ImageLocation } from "../nitf/subheaders.ts";

/** One corner: in which system it is stated, and where. */
interface Corner {
  readonly system: MapSystem;
  readonly at: MapPosition;
}

const DEGREES: MapSystem = { kind: "geographic" };
const CORNER = 15;
/** What one step of each notation is on the ground, in metres: a second, a thousandth of a degree, a metre. */
const STEPS: Readonly<Record<string, number>> = { G: 31, D: 111, N: 1, S: 1, U: 1 };

function sexagesimal(text: string): Corner | null {
  const found = /^(\d\d)([0-5]\d)([0-5]\d)([NS])(\d{3})([0-5]\d)([0-5]\d)([EW])$/.exec(text);
  if (!found) return null;
  const [, d1, m1, s1, north, d2, m2, s2, east] = found;
  const angle = (d = "", m = "", s = ""): number => Number(d) + Number(m) / 60 + Number(s) / 3_600;
  const [latitude, longitude] = [angle(d1, m1, s1), angle(d2, m2, s2)];
  if (longitude > 180) return null;
  return { system: DEGREES, at: [east === "W" ? -longitude : longitude, north === "S" ? -latitude : latitude] };
}

function decimal(text: string): Corner | null {
  const found = /^([+-]\d\d\.\d{3})([+-]\d{3}\.\d{3})$/.exec(text);
  if (!found || Math.abs(Number(found[2])) > 180) return null;
  return { system: DEGREES, at: [Number(found[2]), Number(found[1])] };
}

function grid(text: string, south: boolean): Corner | null {
  const found = /^(\d\d)(\d{6})(\d{7})$/.exec(text);
  const zone = Number(found?.[1] ?? 0);
  if (!found || zone < 1 || zone > 60) return null;
  return { system: { kind: "utm", zone, south }, at: [Number(found[2]), Number(found[3])] };
}

function reference(text: string): Corner | null {
  const found = fromMgrs(text);
  if (!found) return null;
  return { system: { kind: "utm", zone: found.zone, south: found.south }, at: [found.easting, found.northing] };
}

function cornerOf(notation: string, text: string): Corner | null {
  switch (notation) {
    case "G":
      return sexagesimal(text);
    case "D":
      return decimal(text);
    case "N":
    case "S":
      return grid(text, notation === "S");
    default:
      return reference(text);
  }
}

/** Corners in one system: the one that all are stated in, or degrees. Across the antimeridian degrees go on beyond 180. */
function together(corners: readonly Corner[]): { readonly system: MapSystem; readonly at: readonly MapPosition[] } {
  const [first] = corners;
  const same = corners.every(({ system }) => JSON.stringify(system) === JSON.stringify(first?.system));
  const system = same && first ? first.system : DEGREES;
  if (system.kind === "utm") return { system, at: corners.map(({ at }) => at) };
  const places = corners.map(({ system: own, at }): MapPosition => {
    if (own.kind === "geographic") return at;
    const { latitude, longitude } = placeOf(own, at);
    return [longitude, latitude];
  });
  const [from = 0] = places[0] ?? [];
  return {
    system,
    at: places.map(([east, north]) => [east - from > 180 ? east - 360 : east - from < -180 ? east + 360 : east, north]),
  };
}

/** Whether four corners go round clockwise, as seen from above with north up: no picture from above is mirrored or twisted. */
function isClockwise(at: readonly MapPosition[]): boolean {
  return at.every(([x, y], nth) => {
    const [ax = 0, ay = 0] = at[(nth + 1) % 4] ?? [];
    const [bx = 0, by = 0] = at[(nth + 2) % 4] ?? [];
    return (ax - x) * (by - ay) - (ay - y) * (bx - ax) < 0;
  });
}

/**
 * Where an untrusted NITF image says that its corners lie: ICORDS and IGEOLO (MIL-STD-2500C table A-3), in WGS 84, which are
 * the centres of its corner pixels and approximate by their own definition. Throws nothing.
 */
export function groundOfCorners(location: ImageLocation | null, width: number, height: number): Ground {
  if (location === null) return noGround("NONE");
  const step = STEPS[location.notation];
  if (step === undefined) return noGround("SYSTEM", "ICORDS");
  const found: Corner[] = [];
  for (let nth = 0; nth < 4; nth += 1) {
    const corner = cornerOf(location.notation, location.corners.slice(nth * CORNER, (nth + 1) * CORNER));
    if (!corner) return noGround("DAMAGED");
    found.push(corner);
  }
  const { system, at } = together(found);
  const [a, b, c, d] = at;
  if (!a || !b || !c || !d || !isClockwise(at)) return noGround("CONTRADICTION");
  // Around a pole degrees say nothing of what lies between them.
  if (system.kind !== "utm" && Math.max(...at.map(([east]) => east)) - Math.min(...at.map(([east]) => east)) >= 180)
    return noGround("CONTRADICTION");
  return checked(
    { kind: "corners", datum: "WGS 84", system, corners: [a, b, c, d], width, height, step },
    width,
    height,
  );
}
