import { attributeOf } from "./classes.ts";
import type { AttributeValue, Shape } from "./drawing.ts";
import { TEXT } from "./text.ts";

const SAID = TEXT.history;

/** What of a revision is compared. */
export interface Compared {
  readonly kind: string;
  readonly shape: Shape;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly class: { readonly key: string; readonly name: string } | null;
}

const classOf = (of: Compared["class"]): string => of?.name ?? SAID.hiddenClass;
const kindOf = (shape: Shape): string => TEXT.drawing.kinds[shape.kind] ?? shape.kind;
const valueOf = (of: Compared, key: string): string => String(attributeOf(of, key) ?? SAID.nothing);

/** A value of JSON, whatever the order of its members. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, canonical(inner)]),
  );
}

/** Whether two shapes are drawn alike. */
export const sameShape = (a: Shape, b: Shape): boolean => JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));

/** What a revision changed of the one before it that is seen, in words; of a first one, what it says. */
export function changesOf(after: Compared, before: Compared | null): readonly string[] {
  const keys = [...new Set([...Object.keys(before?.attributes ?? {}), ...Object.keys(after.attributes)])].toSorted();
  if (after.kind === "retract") return [SAID.withdrawn];
  if (!before)
    return [
      SAID.isClass(classOf(after.class)),
      SAID.isShape(kindOf(after.shape)),
      ...keys.map((key) => SAID.isAttribute(key, valueOf(after, key))),
    ];
  const attributes = keys
    .filter((key) => attributeOf(before, key) !== attributeOf(after, key))
    .map((key) => SAID.attribute(key, valueOf(before, key), valueOf(after, key)));
  const changed = [
    ...(before.class?.key === after.class?.key ? [] : [SAID.class(classOf(before.class), classOf(after.class))]),
    ...attributes,
    ...(sameShape(before.shape, after.shape) ? [] : [SAID.shape(kindOf(before.shape), kindOf(after.shape))]),
  ];
  return changed.length === 0 ? [SAID.same] : changed;
}
