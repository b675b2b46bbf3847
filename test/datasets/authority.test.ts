import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { declassifiesNoEarlier } from "../../audit/index.ts";
import { authorityColumns, authorityOf, dayOf, deriveAuthority } from "../../src/datasets/authority.ts";
import type { AuthorityOrigin } from "../../src/datasets/authority.ts";
import { markingFromText, parseRegister, printDeclassifyOn, readAuthority } from "../../src/markings/index.ts";
import type { AuthorityLines, Marking } from "../../src/markings/index.ts";
import { marked, registerFiles } from "../markings/register-data.ts";

const register = parseRegister(registerFiles(), "test");
const of = (text: string): Marking => marked(markingFromText(text, register));
const now = new Date("2026-03-04T23:59:59Z");
const lines = (derivedFrom: string | null, declassifyOn: string): AuthorityLines => ({
  classifiedBy: "A",
  reasons: derivedFrom === null ? ["1.4(a)"] : [],
  derivedFrom,
  sources: [],
  declassifyOn,
  downgradeTo: null,
  downgradeOn: null,
});
const origin = (title: string, date: string, of_: AuthorityLines): AuthorityOrigin => ({
  title,
  date,
  block: readAuthority(of_),
});
const derive = (text: string, origins: readonly AuthorityOrigin[], raised = false, collection?: string) =>
  deriveAuthority({
    marking: of(text),
    personId: "p",
    now,
    origins,
    raised,
    ...(collection === undefined ? {} : { collection }),
  });

describe("a derived block", () => {
  test("is none on unclassified information, whatever it is made from", () => {
    expect(derive("UNCLASSIFIED//FOUO", [origin("X", "20200101", lines(null, "20400101"))])).toBeNull();
  });
  test.each([
    ["SECRET//RD//NOFORN", "N/A to RD/FRD/TFNI portions. See source list for NSI portions."],
    ["//NATO SECRET", "N/A to NATO portions. See source list for NSI portions."],
    ["SECRET//TFNI//FGI NATO//NOFORN", "N/A to NATO and RD/FRD/TFNI portions. See source list for NSI portions."],
  ])("on %s has no day", (text, on) => {
    const block = derive(text, [origin("X", "20200101", lines(null, "20400101"))]);
    expect(block && printDeclassifyOn(block.declassifyOn)).toBe(on);
  });
  test("names each source once, in the order of their days and titles", () => {
    const block = derive("SECRET", [
      origin("unused", "20250101", lines("B, dated 20200101", "20400101")),
      origin("unused", "20250101", lines("A, dated 20200101", "20410101")),
      origin("Asset 1", "20190101", lines(null, "20300101")),
      origin("unused", "20250101", lines("B, dated 20200101", "20400101")),
    ]);
    expect(block).toStrictEqual({
      classifier: {
        kind: "derivative",
        by: "person p",
        sources: [
          { title: "Asset 1", date: "20190101" },
          { title: "A", date: "20200101" },
          { title: "B", date: "20200101" },
        ],
      },
      declassifyOn: { kind: "date", date: "20410101" },
      downgrade: null,
    });
  });
  test.each([
    ["25 years from the day of derivation for events that differ", "End of the exercise", "20510304"],
    ["50 years from the day of derivation for an exemption without a day", "25X3", "25X3, 20760304"],
  ])("of a source that is cited without a day is %s, never from an earlier day", (_, on, expected) => {
    const block = derive("SECRET", [
      origin("unused", "20200101", lines("A guide", on)),
      origin("unused", "20200101", lines("B, dated 20200101", "End of the war")),
    ]);
    expect(block?.classifier).toMatchObject({
      sources: [
        { title: "B", date: "20200101" },
        { title: "A guide", date: null },
      ],
    });
    expect(block && printDeclassifyOn(block.declassifyOn)).toBe(expected);
    expect(authorityOf({ ...authorityColumns(block), authorId: "q", createdAt: now }, of("SECRET"))).toStrictEqual(
      block,
    );
  });
  test("names sources without a day once, after those with one, in the order of their titles", () => {
    const titles = ["D", "A, dated 20250101", "C", "D", "B, dated 20200101"];
    const block = derive(
      "SECRET",
      titles.map((title) => origin("unused", "20200101", lines(title, "20400101"))),
    );
    expect(block?.classifier).toMatchObject({
      sources: [
        { title: "B", date: "20200101" },
        { title: "A", date: "20250101" },
        { title: "C", date: null },
        { title: "D", date: null },
      ],
    });
  });
  test("with more than 1,000 sources names what lists them", () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => origin(`T${i}`, "20200101", lines(null, "20400101")));
    const sources = (count: number): unknown => derive("SECRET", many(count), false, "Version 7")?.classifier;
    expect(sources(1_000)).toMatchObject({ sources: { length: 1_000 } });
    expect(sources(1_001)).toMatchObject({ sources: [{ title: "Version 7", date: "20260304" }] });
  });
  test("can be stored and read again, with its day for review", () => {
    const block = derive("SECRET", [origin("X", "20200101", lines(null, "25X1, 20500101"))], true);
    const columns = authorityColumns(block);
    expect(columns.reviewOn).toBe("20510304");
    const row = { authority: columns.authority, authorId: "q", createdAt: now };
    expect(authorityOf(row, of("SECRET"))).toStrictEqual(block);
    expect(authorityColumns(null)).toStrictEqual({ authority: null, reviewOn: null });
    expect(authorityColumns(readAuthority(lines(null, "25X1"))).reviewOn).toBeNull();
    expect(authorityColumns(readAuthority(lines(null, "End of it"))).reviewOn).toBeNull();
  });
  test("of a row that was made unclassified is none any more", () => {
    const row = { authority: lines(null, "20400101"), authorId: "q", createdAt: now };
    expect(authorityOf(row, of("SECRET"))).not.toBeNull();
    expect(authorityOf(row, of("UNCLASSIFIED"))).toBeNull();
  });
  test("of a row from before there were blocks is the one that it would have been given", () => {
    const row = { authority: null, authorId: "q", createdAt: new Date("2020-01-01T00:00:00Z") };
    expect(authorityOf(row, of("SECRET"))).toStrictEqual({
      classifier: {
        kind: "derivative",
        by: "person q",
        sources: [{ title: "Program security classification guide", date: "20200101" }],
      },
      declassifyOn: { kind: "date", date: "20450101" },
      downgrade: null,
    });
    expect(authorityOf(row, of("UNCLASSIFIED"))).toBeNull();
    expect(dayOf(row.createdAt)).toBe("20200101");
  });
});

const instructions = fc.constantFrom(
  "20300101",
  "20450101",
  "End of the exercise",
  "END OF THE EXERCISE",
  "10 days after the war",
  "25X1",
  "25X3, 20600101",
  "25X9, 20900101",
  "25X1, EO 12951",
  "50X6",
  "50X3, 20700101",
  "50X1-HUM",
  "50X2-WMD",
  "75X",
  "N/A to RD/FRD/TFNI portions. See source list for NSI portions.",
  "N/A to NATO portions. See source list for NSI portions.",
);

describe("the verifier", () => {
  test("accepts what is chosen for the whole beside every part", () => {
    fc.assert(
      fc.property(fc.array(instructions, { minLength: 1, maxLength: 4 }), (parts) => {
        const block = derive(
          "SECRET",
          parts.map((on, i) => origin(`T${i}`, "20200101", lines(null, on))),
        );
        const whole = block === null ? "" : printDeclassifyOn(block.declassifyOn);
        for (const part of parts) {
          expect([whole, part, declassifiesNoEarlier(whole, part)]).toStrictEqual([whole, part, true]);
        }
      }),
      { seed: 20261120, numRuns: 500 },
    );
  });
  test.each([
    ["20300101", "20300102"],
    ["20300101", "25X1"],
    ["25X1, 20600101", "25X1, EO 12951"],
    ["25X1, 20600101", "25X2, 20600102"],
    ["25X1, 20600101", "20600102"],
    ["25X1, EO 12951", "50X6"],
    ["50X6, 20700101", "50X6"],
    ["50X6", "50X1-HUM"],
    ["50X1-HUM", "75X"],
    ["75X", "N/A to NATO portions. See source list for NSI portions."],
    [
      "N/A to NATO portions. See source list for NSI portions.",
      "N/A to RD/FRD/TFNI portions. See source list for NSI portions.",
    ],
    ["End of it", "20300101"],
    ["End of it", "End of that"],
  ])("finds that %s is earlier than %s", (whole, part) => {
    expect(declassifiesNoEarlier(whole, part)).toBe(false);
    expect(declassifiesNoEarlier(part, part)).toBe(true);
  });
});
