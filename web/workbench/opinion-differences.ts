import type { Drawn } from "./drawing.ts";
import { boundsOf } from "./shapes.ts";
import type { Bounds, Shape } from "./shapes.ts";

/** From here on two labels of one class are held for the same thing: intersection over union of the boxes around them. */
const SAME_FROM = 0.5;
/** Pixels of the image that a point, or a line along an axis, counts as at least: without extent nothing overlaps. */
const LEAST_SIDE = 16;

/** Two opinions of one image beside each other. */
export interface Differences {
  /** What is in one of them alone. */
  readonly onlyA: readonly Drawn[];
  readonly onlyB: readonly Drawn[];
  /** How many are in both. */
  readonly both: number;
}

function around(shape: Shape): Bounds {
  const { left, top, right, bottom } = boundsOf(shape);
  const [across, down] = [LEAST_SIDE - (right - left), LEAST_SIDE - (bottom - top)].map(
    (lacks) => Math.max(0, lacks) / 2,
  );
  const [x = 0, y = 0] = [across, down];
  return { left: left - x, top: top - y, right: right + x, bottom: bottom + y };
}

const areaOf = ({ left, top, right, bottom }: Bounds): number => Math.max(0, right - left) * Math.max(0, bottom - top);

function overlap(a: Bounds, b: Bounds): number {
  const common = areaOf({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  return common / (areaOf(a) + areaOf(b) - common);
}

/**
 * What two opinions differ in: labels of the same class whose boxes overlap by half are the same, each with one other at most, those
 * that overlap most first. What else is said of a label, and how exactly it is drawn, is for whoever looks.
 */
export function differencesOf(a: readonly Drawn[], b: readonly Drawn[]): Differences {
  const ours = a.map((drawn) => ({ drawn, box: around(drawn.shape) }));
  const theirs = Map.groupBy(
    b.map((drawn) => ({ drawn, box: around(drawn.shape) })),
    ({ drawn }) => drawn.classKey,
  );
  const pairs = ours.flatMap((one) =>
    (theirs.get(one.drawn.classKey) ?? []).flatMap((other) => {
      const share = overlap(one.box, other.box);
      return share >= SAME_FROM ? [{ one: one.drawn, other: other.drawn, share }] : [];
    }),
  );
  const same = new Set<Drawn>();
  for (const { one, other } of pairs.toSorted((x, y) => y.share - x.share))
    if (!same.has(one) && !same.has(other)) same.add(one).add(other);
  const alone = (all: readonly Drawn[]): readonly Drawn[] => all.filter((drawn) => !same.has(drawn));
  return { onlyA: alone(a), onlyB: alone(b), both: same.size / 2 };
}
