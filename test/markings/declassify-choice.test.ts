import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseDeclassifyOn, readSourceInstruction } from "../../src/markings/declassify-choice.ts";
import type { DeclassifySource } from "../../src/markings/declassify-choice.ts";
import { AuthorityError, printDeclassifyOn, readDeclassifyOn, yearsLater } from "../../src/markings/declassify.ts";
import { SEED } from "./arbitrary.ts";

/** A source as `DATE: INSTRUCTION`. */
const source = (text: string): DeclassifySource => {
  const [date = "", ...rest] = text.split(": ");
  return { date, on: readSourceInstruction(rest.length === 0 ? null : rest.join(": ")) };
};
const chosen = (...sources: readonly string[]): string => printDeclassifyOn(chooseDeclassifyOn(sources.map(source)));

const AEA = "N/A to RD/FRD/TFNI portions. See source list for NSI portions.";
const NATO = "N/A to NATO portions. See source list for NSI portions.";
const BOTH = "N/A to NATO and RD/FRD/TFNI portions. See source list for NSI portions.";

describe("Declassify On of several sources", () => {
  test.each<[string, readonly string[], string]>([
    ["no date for AEA above all", [`20200101: ${AEA}`, "20200101: 75X", "20200101: 50X1-HUM"], AEA],
    ["no date for NATO above all", [`20200101: ${NATO}`, "20200101: 50X1-HUM"], NATO],
    ["NATO and AEA together", [`20200101: ${NATO}`, `20200101: ${AEA}`], BOTH],
    ["NATO and AEA from one source", [`20200101: ${BOTH}`, `20200101: ${AEA}`], BOTH],
    ["75X above 50X1-HUM", ["20200101: 50X1-HUM", "20200101: 75X"], "75X"],
    ["50X1-HUM above 50X6", ["20200101: 50X6", "20200101: 50X1-HUM"], "50X1-HUM"],
    ["50X2-WMD above 50X6", ["20200101: 50X2-WMD", "20200101: 50X6"], "50X2-WMD"],
    ["50X1-HUM beside 50X2-WMD", ["20200101: 50X2-WMD", "20200101: 50X1-HUM"], "50X1-HUM"],
    [
      "50X6 above 25X1, EO 12951, without a day because that has none",
      ["20200101: 50X6, 20700101", "20200101: 25X1, EO 12951"],
      "50X6",
    ],
    ["50X6 with a day", ["20200101: 50X6, 20700101", "20200101: 20300101"], "50X6, 20700101"],
    [
      "50X6 with the later day of a lower rung",
      ["20200101: 50X6, 20600101", "20200101: 25X1, 20650101"],
      "50X6, 20650101",
    ],
    ["50X6 without a day", ["20200101: 50X6", "20200101: 50X3, 20700101"], "50X6"],
    ["the 50X with the later day", ["20200101: 50X3, 20750101", "20200101: 50X6, 20700101"], "50X3, 20750101"],
    [
      "25X1, EO 12951 above 25X2 with a day",
      ["20200101: 25X2, 20600101", "20200101: 25X1, EO 12951"],
      "25X1, EO 12951",
    ],
    ["25X2 with a day above a day", ["20200101: 25X2, 20600101", "20200101: 20300101"], "25X2, 20600101"],
    ["25X2 with the later day of a date", ["20200101: 25X2, 20460101", "20200101: 20500101"], "25X2, 20500101"],
    ["25X2 with the later day of what is counted", ["20200101: 25X2, 20420101", "20200101"], "25X2, 20450101"],
    ["25X without a day, counted to 50 years", ["20200101: 25X3", "20200101: 20300101"], "25X3, 20700101"],
    ["of two 25X the later", ["20200101: 25X1, 20600101", "20200101: 25X7, 20610101"], "25X7, 20610101"],
    ["of two equal 25X the lower number", ["20200101: 25X7, 20600101", "20200101: 25X1, 20600101"], "25X1, 20600101"],
    ["the latest day", ["20200101: 20300101", "20200101: 20400101", "20200101: 20350101"], "20400101"],
    ["a day above an event", ["20200101: End of the exercise", "20200101: 20300101"], "20300101"],
    [
      "an event that all name",
      ["20200101: End of the exercise", "20210101: End of the exercise"],
      "End of the exercise",
    ],
    [
      "25 years from the latest source for events that differ",
      ["20200101: End of the exercise", "20210601: End of the war"],
      "20460601",
    ],
    ["25 years from the source that says nothing", ["20200101"], "20450101"],
    ["25 years from a source of 29 February", ["20200229"], "20450301"],
    ["25 years from the latest of sources that say nothing", ["20200101", "20210101"], "20460101"],
    [
      "25 years from a source that says nothing beside an event",
      ["20200101: End of the exercise", "20180101"],
      "20430101",
    ],
    ["OADR counted from its source", ["20200101: OADR"], "20450101"],
    ["MR counted from its source", ["20200101: MR"], "20450101"],
    ["X1 counted from its source", ["20200101: X1", "20200101: 20300101"], "20450101"],
    ["X8 counted from its source", ["20100101: X8", "20200101: 20400101"], "20400101"],
    ["DNI Only counted from its source", ["20200101: DNI Only"], "20450101"],
    ["a treaty counted from its source", ["20200101: Subject to treaty"], "20450101"],
    ["one source as it stands", ["20200101: 25X4, 20550101"], "25X4, 20550101"],
  ])("is %s", (_, sources, expected) => {
    expect(chosen(...sources)).toBe(expected);
    expect(chosen(...sources.toReversed())).toBe(expected);
  });
  test("is refused without sources, and for a source that says what nobody understands", () => {
    expect(() => chooseDeclassifyOn([])).toThrow(expect.objectContaining({ code: "E_SOURCES" }));
    expect(() => readSourceInstruction("25X0")).toThrow(AuthorityError);
    expect(readSourceInstruction("20300101")).toStrictEqual({ kind: "date", date: "20300101" });
  });
});

const days = fc
  .record({
    year: fc.integer({ min: 1990, max: 2090 }),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
  })
  .map(({ year, month, day }) => `${year}${String(month).padStart(2, "0")}${String(day).padStart(2, "0")}`);
const instructions = fc.oneof(
  fc.constantFrom(null, "OADR", "X1", "75X", "50X1-HUM", "50X2-WMD", "25X1, EO 12951", AEA, NATO, BOTH),
  fc.constantFrom("End of the exercise", "End of the war"),
  days,
  fc.tuple(fc.constantFrom("25X", "50X"), fc.integer({ min: 1, max: 9 })).map(([prefix, n]) => `${prefix}${n}`),
  fc
    .tuple(fc.constantFrom("25X", "50X"), fc.integer({ min: 1, max: 9 }), days)
    .map(([prefix, n, day]) => `${prefix}${n}, ${day}`),
);
const sources = fc.array(
  fc.record({ date: days, text: instructions }).map(({ date, text }) => ({ date, on: readSourceInstruction(text) })),
  { minLength: 1, maxLength: 5 },
);

/** Rungs of A.7, the most restrictive first. */
const rungOf = ({ on }: DeclassifySource): number => {
  if (on === null) return 8;
  if (on.kind === "none") return 0;
  if (on.kind === "date") return 6;
  if (on.kind === "event") return 7;
  if (on.exemption === "75X") return 1;
  if (on.exemption === "50X1-HUM" || on.exemption === "50X2-WMD") return 2;
  if (on.exemption.startsWith("50X")) return 3;
  return on.exemption === "25X1-EO-12951" ? 4 : 5;
};

/** The day before which a source does not let go, as far as a day says it. */
const boundOf = ({ date, on }: DeclassifySource): string | null => {
  if (on === null) return yearsLater(date, 25);
  if (on.kind === "date") return on.date;
  if (on.kind !== "exemption" || on.exemption === "25X1-EO-12951") return null;
  return on.date ?? (on.exemption.startsWith("25X") ? yearsLater(date, 50) : null);
};

describe("Declassify On of any sources", () => {
  test("does not depend on their order, nor on one that stands twice", () => {
    fc.assert(
      fc.property(sources, (list) => {
        const result = chooseDeclassifyOn(list);
        expect(chooseDeclassifyOn(list.toReversed())).toStrictEqual(result);
        expect(chooseDeclassifyOn([...list, ...list])).toStrictEqual(result);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
  test("stands on the most restrictive rung, a day in place of nothing and of events that differ", () => {
    fc.assert(
      fc.property(sources, (list) => {
        const highest = Math.min(...list.map(rungOf));
        const rung = rungOf({ date: "", on: chooseDeclassifyOn(list) });
        if (highest < 7) expect(rung).toBe(highest);
        else expect(rung === 6 || rung === 7).toBe(true);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
  test("is never earlier than any of them", () => {
    fc.assert(
      fc.property(sources, (list) => {
        const result = chooseDeclassifyOn(list);
        const day = "date" in result ? result.date : null;
        // Without a day nothing is declassified by date; an event alone comes only where all sources name it.
        if (day === null) {
          if (result.kind === "event") expect(list.map(({ on }) => on)).toStrictEqual(list.map(() => result));
          return;
        }
        for (const one of list) expect(day >= (boundOf(one) ?? "")).toBe(true);
        // And no source without a day at all is given one, unless it is an event.
        expect(
          list.some(({ on }) => on?.kind === "none" || (on?.kind === "exemption" && on.exemption === "25X1-EO-12951")),
        ).toBe(false);
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });
  test("only grows when a source is added", () => {
    fc.assert(
      fc.property(sources, sources, (list, more) => {
        const [before, after] = [chooseDeclassifyOn(list), chooseDeclassifyOn([...list, ...more])];
        const [early, late] = [before, after].map((on) => ("date" in on ? on.date : null));
        if (early != null && late != null) expect(late >= early).toBe(true);
        // What has no day keeps having none; an event may give way to a day.
        if (early == null && before.kind !== "event") expect(late ?? null).toBeNull();
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });
  test("is read back from its text", () => {
    fc.assert(
      fc.property(sources, (list) => {
        const on = chooseDeclassifyOn(list);
        expect(readDeclassifyOn(printDeclassifyOn(on))).toStrictEqual(on);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
