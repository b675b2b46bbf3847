import fc from "fast-check";
import { expect, test } from "vitest";
import { momentText } from "../../src/transport/graphql/moment-text.ts";

test("a moment's text is what the language writes, for every date there is", () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      expect(momentText(date)).toBe(date.toISOString());
    }),
    { seed: 20_261_130, numRuns: 5_000 },
  );
});

test.each([
  "0000-01-01T00:00:00.000Z",
  "0000-12-31T23:59:59.999Z",
  "1969-12-31T23:59:59.999Z",
  "1970-01-01T00:00:00.000Z",
  "2024-02-29T12:00:00.001Z",
  "9999-12-31T23:59:59.999Z",
  "+010000-01-01T00:00:00.000Z",
  "-000001-12-31T23:59:59.999Z",
])("%s is written as it is", (text) => {
  expect(momentText(new Date(text))).toBe(text);
});

test("what is no date has no text", () => {
  expect(() => momentText(new Date(Number.NaN))).toThrow(RangeError);
});
