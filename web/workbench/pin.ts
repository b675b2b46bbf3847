/** A place on the image with what is said of it, in pixels of the original. */
export interface Pin {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

/** As the server takes them. */
export const MOST_PINS = 50;

/** Pins that a draft keeps; nothing of what is not in their form. */
export function pinsOf(kept: unknown): readonly Pin[] {
  if (!Array.isArray(kept)) return [];
  return (kept as readonly unknown[])
    .flatMap((one) => {
      const { x, y, text } = (one ?? {}) as { readonly [K in keyof Pin]?: unknown };
      return typeof x === "number" && typeof y === "number" && typeof text === "string" ? [{ x, y, text }] : [];
    })
    .slice(0, MOST_PINS);
}
