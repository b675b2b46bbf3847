import type { TimelinePart } from "./generated/console.ts";

/**
 * Sizes at which a stretch of the log is cut: its ends, and up to `most` - 1 signed sizes between them, evenly chosen. Signed
 * sizes are about a minute apart while the log is written.
 *
 * @param signed in any order
 */
export function boundaries(signed: readonly number[], from: number, to: number, most: number): readonly number[] {
  const inner = [...new Set(signed)].filter((size) => size > from && size < to).toSorted((a, b) => a - b);
  const room = Math.min(inner.length, most - 1);
  const chosen = Array.from({ length: room }, (_, n) => inner[Math.floor(((n + 0.5) * inner.length) / room)] ?? from);
  return [from, ...chosen, to];
}

/** Entries of all kinds. */
export const countOf = ({ kinds }: Pick<TimelinePart, "kinds">): number =>
  kinds.reduce((sum, { count }) => sum + count, 0);

/** How many entries of each kind there are in all, the most first. */
export function totals(parts: readonly TimelinePart[]): TimelinePart["kinds"] {
  const sums = new Map<string, number>();
  for (const { kind, count } of parts.flatMap(({ kinds }) => kinds)) sums.set(kind, (sums.get(kind) ?? 0) + count);
  return [...sums]
    .map(([kind, count]) => ({ kind, count }))
    .toSorted((a, b) => b.count - a.count || (a.kind < b.kind ? -1 : 1));
}

/** Counts of a part in bands, one for each of these kinds and a last one for all others. */
export function bandsOf({ kinds }: TimelinePart, drawn: readonly string[]): readonly number[] {
  const of = new Map(kinds.map(({ kind, count }) => [kind, count]));
  const counts = drawn.map((kind) => of.get(kind) ?? 0);
  const rest = countOf({ kinds }) - counts.reduce((sum, count) => sum + count, 0);
  return [...counts, rest];
}

/** Where a column stands, as fractions of the whole width. */
export interface Column {
  readonly left: number;
  readonly width: number;
}

/**
 * Columns as wide as the time from the beginning of one part to that of the next, but none narrower than `least` of the
 * whole, so that each can be pointed at. Clocks that went back count as no time.
 */
export function columnsOf(parts: readonly TimelinePart[], least: number): readonly Column[] {
  const spans = parts.map(({ firstAt, lastAt }, n) =>
    Math.max(0, Date.parse(parts[n + 1]?.firstAt ?? lastAt) - Date.parse(firstAt)),
  );
  const whole = spans.reduce((sum, span) => sum + span, 0);
  const floor = Math.min(least, 1 / Math.max(parts.length, 1));
  const shared = 1 - floor * parts.length;
  let left = 0;
  return spans.map((span) => {
    const width = floor + shared * (whole === 0 ? 1 / parts.length : span / whole);
    const column = { left, width };
    left += width;
    return column;
  });
}

/** The column at a place, a fraction of the whole width; the nearest one outside of it. */
export function columnAt(columns: readonly Column[], place: number): number {
  const found = columns.findIndex(({ left, width }) => place < left + width);
  return found < 0 ? columns.length - 1 : found;
}
