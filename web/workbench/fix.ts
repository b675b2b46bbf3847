import type { Drawn } from "./drawing.ts";

/** What of a fix the server takes: labels of the opinions that stand as they are, and those that are the reviewer's own. */
export interface Fix {
  readonly keptIds: readonly string[];
  readonly labels: readonly Drawn[];
}

/** Whether two labels say the same, in whatever order their members came. */
function same(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return one === other;
  const [keys, others] = [Object.keys(one), Object.keys(other)];
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(other, key) && same(Reflect.get(one, key), Reflect.get(other, key)))
  );
}

/** Whether a label says just what was handed in. */
export const stands = (one: Drawn, { classKey, shape, attributes }: Partial<Drawn> = {}): boolean =>
  same([one.classKey, one.shape, one.attributes], [classKey, shape, attributes]);

/**
 * Parts a fixed drawing: what is drawn just as it was handed in is kept as its author's; whatever was changed or added is
 * the reviewer's. `opinions` are the labels that were handed in, under their own ids.
 */
export function fixOf(drawn: readonly Drawn[], opinions: readonly Drawn[]): Fix {
  const handedIn = new Map(opinions.map((one) => [one.id, one]));
  const kept = (one: Drawn): boolean => stands(one, handedIn.get(one.id));
  return {
    keptIds: drawn.filter(kept).map(({ id }) => id),
    labels: drawn.filter((one) => !kept(one)),
  };
}

/** A label as it is handed in with a task. */
export const submitted = ({ classKey, shape, attributes, preLabelId }: Drawn) => ({
  classKey,
  shape,
  attributes,
  ...(preLabelId === undefined ? {} : { preLabelId }),
});
