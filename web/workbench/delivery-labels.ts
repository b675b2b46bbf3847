import type { Drawn, Position, Shape } from "./drawing.ts";
import type { SampleAsset, SampleLabel } from "./generated/delivery.ts";

/** A label of a sample as it is shown. */
export interface ShownLabel extends Drawn {
  readonly kind: string;
  readonly origin: string;
  /** Whether it was written after the delivery was requested: what is delivered is what it was before. */
  readonly since: boolean;
}

const isPosition = (value: unknown): value is Position =>
  Array.isArray(value) && value.length >= 2 && Number.isFinite(value[0]) && Number.isFinite(value[1]);
const isLine = (value: unknown): value is readonly Position[] =>
  Array.isArray(value) && value.length > 0 && value.every(isPosition);

/** A shape of whatever kind as one that is painted; null for what is none. */
function painted(shape: unknown): Shape | null {
  if (typeof shape !== "object" || shape === null) return null;
  const { kind, rings, points, ...rest } = shape as Record<string, unknown>;
  const numbers = (...names: string[]): readonly number[] | null => {
    const found = names.map((name) => rest[name]);
    return found.every((value) => Number.isFinite(value)) ? (found as number[]) : null;
  };
  if (kind === "point") {
    const [x, y] = numbers("x", "y") ?? [];
    return x === undefined || y === undefined ? null : { kind, x, y };
  }
  if (kind === "box") {
    const [x, y, width, height] = numbers("x", "y", "width", "height") ?? [];
    if (x === undefined || y === undefined || width === undefined || height === undefined) return null;
    return { kind, x, y, width, height };
  }
  if (kind === "rotatedBox") {
    const [cx, cy, width, height, angle] = numbers("cx", "cy", "width", "height", "angle") ?? [];
    if (cx === undefined || cy === undefined || width === undefined || height === undefined || angle === undefined)
      return null;
    return { kind, cx, cy, width, height, angle };
  }
  if (kind === "polygon" && Array.isArray(rings) && rings.every(isLine)) return { kind, rings };
  if (kind === "polyline" && isLine(points)) return { kind, points };
  return null;
}

/**
 * Whether a label as it stands would be part of a version: not withdrawn, not rejected, not a model's that nobody took up, and
 * not handed in with a task that is not judged yet, or was judged otherwise.
 */
function isPart({ state, standing, latest, reviews: [review] }: SampleLabel): boolean {
  if (state !== "ACTIVE" || standing === "SET_ASIDE" || !latest || latest.kind === "import") return false;
  const verdict = review?.revisionId === latest.id ? review.verdict : null;
  return verdict !== "reject" && (standing === "STANDS" || verdict === "accept");
}

/** The labels of a sample that would be part of a version now; `requestedAt` is when the delivery was frozen. */
export function shownLabels({ labels }: SampleAsset, requestedAt: string): readonly ShownLabel[] {
  return labels.edges.flatMap(({ node }) => {
    const { id, origin, latest } = node;
    if (!latest || !isPart(node)) return [];
    const { kind } = (latest.shape ?? {}) as { readonly kind?: unknown };
    return {
      id,
      classKey: latest.class?.key ?? "",
      attributes: {},
      // What cannot be painted stands in the list nevertheless.
      shape: painted(latest.shape) ?? { kind: "polygon", rings: [] },
      kind: typeof kind === "string" ? kind : "",
      origin,
      since: Date.parse(latest.createdAt) > Date.parse(requestedAt),
    };
  });
}

/** How many labels there are of each, most first. */
export function countedBy(
  labels: readonly ShownLabel[],
  by: "classKey" | "origin",
): readonly (readonly [string, number])[] {
  const found = new Map<string, number>();
  for (const label of labels) found.set(label[by], (found.get(label[by]) ?? 0) + 1);
  return [...found].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}
