import fc from "fast-check";
import { expect, test } from "vitest";
import { moment } from "../../src/storage/moment.ts";

const between = {
  min: new Date("0001-01-01T00:00:00Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
};

test("a moment is the one that PostgreSQL wrote, with as many digits as it writes", () => {
  fc.assert(
    fc.property(fc.date(between), (date) => {
      // PostgreSQL leaves zeros at the end of a fraction away.
      const written = `${date
        .toISOString()
        .slice(0, -1)
        .replace("T", " ")
        .replace(/\.?0+$/, "")}+00`;
      const whole = /:\d\d[.+]/.test(written.slice(16))
        ? written
        : `${date.toISOString().slice(0, 19).replace("T", " ")}+00`;
      expect(moment(whole)).toEqual(date);
    }),
    { seed: 20_261_130, numRuns: 2_000 },
  );
});

test.each([
  ["2026-03-02 05:51:08+00", "2026-03-02T05:51:08.000Z"],
  ["2026-03-02 05:51:08.5+00", "2026-03-02T05:51:08.500Z"],
  ["2026-03-02 05:51:08.05+00", "2026-03-02T05:51:08.050Z"],
  ["2026-03-02 05:51:08.005+00", "2026-03-02T05:51:08.005Z"],
  ["2024-02-29 23:59:59.999+00", "2024-02-29T23:59:59.999Z"],
  ["2026-03-02 05:51:08.590123+00", "2026-03-02T05:51:08.590Z"],
  ["2026-03-02 07:51:08+02", "2026-03-02T05:51:08.000Z"],
  ["0099-03-02 05:51:08+00", "0099-03-02T05:51:08.000Z"],
])("%s is %s", (text, iso) => {
  expect((moment(text) as Date).toISOString()).toBe(iso);
});

test("what never ends is no moment of the calendar", () => {
  expect([moment("infinity"), moment("-infinity")]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
});
