import { cross, refusalOf } from "./shape-check.ts";
import { areaOf, insideRings, someEdge } from "./shapes.ts";
import type { Grid, Position, Shape } from "./shapes.ts";

type Ring = readonly Position[];
type Polygon = Extract<Shape, { kind: "polygon" }>;

/** Pairs of corners that are tried for the cut, nearest first. */
const MOST_TRIED = 2_000;
const MOST_SORTED = 250_000;

/** Why a ring cannot be joined to a polygon. */
export type RingRefusal = "RING_CROSSES" | "RING_TOO_MANY";

const same = (a: Position, b: Position): boolean => a[0] === b[0] && a[1] === b[1];
const asShape = (ring: Ring): Polygon => ({ kind: "polygon", rings: [ring] });

/** Whether the segment between two positions crosses an edge of a ring. */
const crossed = (ring: Ring, from: Position, to: Position): boolean =>
  someEdge(asShape(ring), (a, b) => cross(a, b, from, to));

/**
 * A ring with a hole cut into it: from its corner `at` a cut leads to the hole, around it the other way, and back. The server
 * knows rings as parts whose areas add up; one ring that goes around its hole has the area without it, there and in every
 * format that data leaves in. Null where no cut stays inside.
 */
function cutInto(ring: Ring, hole: Ring): Ring | null {
  const pairs: (readonly [outer: number, inner: number, far: number])[] = [];
  for (const [outer, [x, y]] of ring.entries())
    for (const [inner, [hx, hy]] of hole.entries()) {
      if (pairs.length < MOST_SORTED) pairs.push([outer, inner, Math.hypot(x - hx, y - hy)]);
    }
  pairs.sort((a, b) => a[2] - b[2]);
  const other = Math.sign(areaOf(ring)) === Math.sign(areaOf(hole)) ? hole.toReversed() : hole;
  for (const [outer, inner] of pairs.slice(0, MOST_TRIED)) {
    const [from, to] = [ring[outer], hole[inner]];
    if (!from || !to) continue;
    const middle: Position = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
    if (crossed(ring, from, to) || crossed(hole, from, to)) continue;
    if (!insideRings([ring], middle) || insideRings([hole], middle)) continue;
    const start = other.findIndex((corner) => same(corner, to));
    const around = [...other.slice(start), ...other.slice(0, start), to];
    return [...ring.slice(0, outer + 1), ...around, ...ring.slice(outer)];
  }
  return null;
}

/** A polygon with one more ring: inside one of its rings it is a hole, outside all of them another part of the same object. */
export function joined(polygon: Polygon, ring: Ring, grid: Grid): Polygon | RingRefusal {
  const meets = polygon.rings.some((one) => someEdge(asShape(ring), (from, to) => crossed(one, from, to)));
  if (meets) return "RING_CROSSES";
  const [first] = ring;
  // Not in the middle of an edge and not on one: a place strictly inside says where the ring lies.
  const inside = first === undefined ? [] : polygon.rings.filter((one) => ring.every((at) => insideRings([one], at)));
  const around = polygon.rings.filter((one) => one.some((at) => insideRings([ring], at)));
  let made: Polygon;
  const [outer] = inside;
  if (inside.length === 1 && around.length === 0 && outer) {
    const cut = cutInto(outer, ring);
    if (!cut) return "RING_CROSSES";
    made = { kind: "polygon", rings: polygon.rings.map((one) => (one === outer ? cut : one)) };
  } else if (inside.length === 0 && around.length === 0 && !ring.some((at) => insideRings(polygon.rings, at)))
    made = { kind: "polygon", rings: [...polygon.rings, ring] };
  else return "RING_CROSSES";
  return refusalOf(made, grid) === null ? made : "RING_TOO_MANY";
}

const NO_CUTS: ReadonlySet<number> = new Set();
const known = new WeakMap<Ring, ReadonlySet<number>>();

/** Edges of a ring that are the two sides of a cut, by their first corner: each is there once in either direction. They are no outline. */
export function cutsOf(ring: Ring): ReadonlySet<number> {
  const found = known.get(ring);
  if (found) return found;
  const cuts = new Set<number>();
  const edges = new Map<string, number>();
  for (const [at, [x, y]] of ring.entries()) {
    const [nx, ny] = ring[(at + 1) % ring.length] ?? [x, y];
    const opposite = edges.get(`${nx},${ny},${x},${y}`);
    if (opposite !== undefined) {
      cuts.add(opposite);
      cuts.add(at);
    }
    edges.set(`${x},${y},${nx},${ny}`, at);
  }
  const kept = cuts.size === 0 ? NO_CUTS : cuts;
  known.set(ring, kept);
  return kept;
}
