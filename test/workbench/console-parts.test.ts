import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bandsOf, boundaries, columnAt, columnsOf, countOf, totals } from "../../web/workbench/console-parts.ts";
import type { TimelinePart } from "../../web/workbench/generated/console.ts";

const part = (firstAt: string, lastAt: string, kinds: Readonly<Record<string, number>> = {}): TimelinePart => ({
  from: 0,
  to: 1,
  firstAt: `2026-09-01T00:${firstAt}.000000Z`,
  lastAt: `2026-09-01T00:${lastAt}.000000Z`,
  kinds: Object.entries(kinds).map(([kind, count]) => ({ kind, count })),
});
const KINDS = fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e"), fc.integer({ min: 1, max: 900 }));
const PARTS = fc.array(
  fc
    .tuple(fc.integer({ min: 10, max: 59 }), KINDS)
    .map(([minute, kinds]) => part(`${minute}:00`, `${minute}:30`, kinds)),
  { minLength: 1, maxLength: 20 },
);

describe("a stretch of the log in parts", () => {
  test("is cut at signed sizes only, from end to end, in order and at no more places than are wanted", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 120 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 101, max: 300 }),
        fc.integer({ min: 1, max: 20 }),
        (signed, from, to, most) => {
          const cuts = boundaries(signed, from, to, most);
          expect([cuts[0], cuts.at(-1)]).toEqual([from, to]);
          expect(cuts.length - 1).toBeLessThanOrEqual(most);
          expect(cuts).toEqual([...new Set(cuts)].toSorted((a, b) => a - b));
          for (const cut of cuts.slice(1, -1)) expect(signed).toContain(cut);
          const inner = new Set(signed.filter((size) => size > from && size < to)).size;
          expect(cuts.length - 1).toBe(Math.min(inner + 1, most));
        },
      ),
      { seed: 7, numRuns: 500 },
    );
  });

  test("is told to the last entry: bands, kinds and parts add up to the same", () => {
    fc.assert(
      fc.property(PARTS, fc.subarray(["a", "b", "c", "d"]), (parts, drawn) => {
        const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
        const whole = sum(parts.map(countOf));
        expect(sum(totals(parts).map(({ count }) => count))).toBe(whole);
        for (const one of parts) {
          expect(bandsOf(one, drawn)).toHaveLength(drawn.length + 1);
          expect(sum(bandsOf(one, drawn))).toBe(countOf(one));
        }
        const counts = totals(parts).map(({ count }) => count);
        expect(counts).toEqual(counts.toSorted((a, b) => b - a));
      }),
      { seed: 8, numRuns: 300 },
    );
    expect(bandsOf(part("10:00", "10:01", { a: 1, b: 2, c: 4 }), ["b", "z"])).toEqual([2, 0, 5]);
  });

  test("stands in columns that fill the width without a gap, each wide enough, and is found again by its place", () => {
    fc.assert(
      fc.property(PARTS, (parts) => {
        const columns = columnsOf(parts, 0.02);
        let left = 0;
        for (const [n, column] of columns.entries()) {
          expect(column.left).toBeCloseTo(left, 9);
          expect(column.width).toBeGreaterThanOrEqual(0.0199);
          expect(columnAt(columns, column.left + column.width / 2)).toBe(n);
          left += column.width;
        }
        expect(left).toBeCloseTo(1, 9);
        expect([columnAt(columns, -1), columnAt(columns, 2)]).toEqual([0, parts.length - 1]);
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  test("is as wide as the time that it took, where there is room", () => {
    const columns = columnsOf([part("00:00", "00:10"), part("10:00", "10:10"), part("40:00", "50:00")], 0.01);
    const [first = 0, second = 0, third = 0] = columns.map(({ width }) => width);
    expect(second / first).toBeGreaterThan(2.8);
    expect(third).toBeCloseTo(first, 9);
    // A clock that went back takes no time away from the others.
    expect(columnsOf([part("30:00", "30:10"), part("10:00", "20:00")], 0.1).map(({ width }) => width)).toEqual([
      0.1,
      expect.closeTo(0.9),
    ]);
  });
});
