import { describe, expect, test } from "vitest";
import { authorityOfIsm, ismOfAuthority } from "../../src/markings/authority-ism.ts";
import type { IsmAuthority } from "../../src/markings/authority-ism.ts";
import { parseAuthority, printAuthority } from "../../src/markings/authority-text.ts";
import type { AuthorityLines } from "../../src/markings/authority.ts";
import { checkAuthority, linesOf, notApplicableTo, readAuthority } from "../../src/markings/authority.ts";
import { readSource, sourceText } from "../../src/markings/authority-source.ts";
import { AuthorityError } from "../../src/markings/declassify.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import { marked, register } from "./register-data.ts";

const outcome = (reading: () => unknown): unknown => {
  try {
    return reading();
  } catch (error) {
    if (error instanceof AuthorityError) return error.code;
    throw error;
  }
};
const of = (text: string) => marked(markingFromText(text, register));

const ORIGINAL = "Classified By: A. Fictional, Director\nReason: 1.4(a), 1.4(c)\nDeclassify On: 20510101";
const DERIVED = "Classified By: person 17\nDerived From: Guide X, dated 20200229\nDeclassify On: 25X1, EO 12951";
const SEVERAL =
  "Classified By: B. Fictional, Analyst\nDerived From: Multiple Sources\nSource: Guide X, dated 20200229\n" +
  "Source: Memo, dated 19990101, dated 20210101\nDowngrade To: SECRET\nDowngrade On: 20300101\nDeclassify On: 50X1-HUM";

describe("a classification authority block", () => {
  test.each([
    [
      ORIGINAL,
      {
        classifier: { kind: "original", by: "A. Fictional, Director", reasons: ["1.4(a)", "1.4(c)"] },
        declassifyOn: { kind: "date", date: "20510101" },
        downgrade: null,
      },
    ],
    [
      DERIVED,
      {
        classifier: { kind: "derivative", by: "person 17", sources: [{ title: "Guide X", date: "20200229" }] },
        declassifyOn: { kind: "exemption", exemption: "25X1-EO-12951", date: null },
        downgrade: null,
      },
    ],
    [
      DERIVED.replace(", dated 20200229", ""),
      {
        classifier: { kind: "derivative", by: "person 17", sources: [{ title: "Guide X", date: null }] },
        declassifyOn: { kind: "exemption", exemption: "25X1-EO-12951", date: null },
        downgrade: null,
      },
    ],
    [
      SEVERAL.replace(", dated 20200229", ""),
      {
        classifier: {
          kind: "derivative",
          by: "B. Fictional, Analyst",
          sources: [
            { title: "Guide X", date: null },
            { title: "Memo, dated 19990101", date: "20210101" },
          ],
        },
        declassifyOn: { kind: "exemption", exemption: "50X1-HUM", date: null },
        downgrade: { to: "S", on: "20300101" },
      },
    ],
    [
      SEVERAL,
      {
        classifier: {
          kind: "derivative",
          by: "B. Fictional, Analyst",
          sources: [
            { title: "Guide X", date: "20200229" },
            { title: "Memo, dated 19990101", date: "20210101" },
          ],
        },
        declassifyOn: { kind: "exemption", exemption: "50X1-HUM", date: null },
        downgrade: { to: "S", on: "20300101" },
      },
    ],
  ])("is read and printed back", (text, block) => {
    const read = parseAuthority(text);
    expect(read).toStrictEqual(block);
    expect(printAuthority(read)).toBe(text);
    expect(readAuthority(linesOf(read))).toStrictEqual(block);
  });
  test.each([
    ["", "E_EMPTY"],
    ["Declassify On: 20510101", "E_REQUIRES"],
    ["Classified By: A\nReason: 1.4(a)", "E_REQUIRES"],
    ["Classified By: A\nDeclassify On: 20510101", "E_REQUIRES"],
    [`${ORIGINAL}\n`, "E_SYNTAX"],
    [`\n${ORIGINAL}`, "E_SYNTAX"],
    [ORIGINAL.replace("By: ", "By:"), "E_SYNTAX"],
    [ORIGINAL.replace("Reason", "reason"), "E_SYNTAX"],
    [ORIGINAL.replaceAll("\n", "\r\n"), "E_SYNTAX"],
    [`${ORIGINAL}\nNote: x`, "E_SYNTAX"],
    [`: x\n${ORIGINAL}`, "E_SYNTAX"],
    ["Reason: 1.4(a)\nClassified By: A\nDeclassify On: 20510101", "E_ORDER"],
    [`${ORIGINAL}\nDeclassify On: 20510102`, "E_DUPLICATE"],
    ["Classified By: A\nClassified By: B\nReason: 1.4(a)\nDeclassify On: 20510101", "E_DUPLICATE"],
    ["Classified By: \nReason: 1.4(a)\nDeclassify On: 20510101", "E_EMPTY"],
    [ORIGINAL.replace("1.4(a), 1.4(c)", "1.4(i)"), "E_REASON"],
    [ORIGINAL.replace("1.4(a), 1.4(c)", "1.4 (a)"), "E_REASON"],
    [ORIGINAL.replace("1.4(a), 1.4(c)", "1.4(a),1.4(c)"), "E_REASON"],
    [ORIGINAL.replace("1.4(a), 1.4(c)", "1.4(c), 1.4(a)"), "E_ORDER"],
    [ORIGINAL.replace("1.4(a), 1.4(c)", "1.4(a), 1.4(a)"), "E_DUPLICATE"],
    [ORIGINAL.replace("\nDeclassify", "\nDerived From: X, dated 20200101\nDeclassify"), "E_CONFLICT"],
    [ORIGINAL.replace("\nDeclassify", "\nSource: X, dated 20200101\nDeclassify"), "E_CONFLICT"],
    [DERIVED.replace(", dated 20200229", ", dated 2020-02-29"), "E_SOURCES"],
    [DERIVED.replace("Guide X, dated 20200229", "Multiple sources"), "E_SOURCES"],
    [DERIVED.replace("Guide X, dated 20200229", ""), "E_EMPTY"],
    [SEVERAL.replace("Guide X, dated 20200229", "MULTIPLE SOURCES"), "E_SOURCES"],
    [
      SEVERAL.replace(", dated 20200229", "").replace(
        "Source: Memo, dated 19990101, dated 20210101",
        "Source: Guide X",
      ),
      "E_DUPLICATE",
    ],
    [DERIVED.replace("20200229", "20210229"), "E_DATE"],
    [DERIVED.replace("Guide X, dated 20200229", "Multiple Sources"), "E_SOURCES"],
    [DERIVED.replace("Guide X", "Multiple Sources"), "E_SOURCES"],
    [DERIVED.replace("\nDeclassify", "\nSource: X, dated 20200101\nDeclassify"), "E_SOURCES"],
    [SEVERAL.replace("Source: Guide X, dated 20200229\n", ""), "E_SOURCES"],
    [SEVERAL.replace("Memo, dated 19990101, dated 20210101", "Guide X, dated 20200229"), "E_DUPLICATE"],
    [SEVERAL.replace("Downgrade On: 20300101\n", ""), "E_REQUIRES"],
    [SEVERAL.replace("Downgrade To: SECRET\n", ""), "E_REQUIRES"],
    [SEVERAL.replace("To: SECRET", "To: TOP SECRET"), "E_LEVEL"],
    [SEVERAL.replace("20300101", "25X1"), "E_DATE"],
    ["x".repeat(300_001), "E_SYNTAX"],
  ])("that says %j is refused with %s", (text, code) => {
    expect(outcome(() => parseAuthority(text))).toBe(code);
  });
  test("has at most 1,000 sources", () => {
    const lines = (count: number): AuthorityLines => ({
      ...linesOf(parseAuthority(SEVERAL)),
      sources: Array.from({ length: count }, (_, i) => ({ title: `T${i}`, date: "20200101" })),
    });
    expect(outcome(() => readAuthority(lines(1_000)))).toMatchObject({ downgrade: { to: "S" } });
    expect(outcome(() => readAuthority(lines(1_001)))).toBe("E_SOURCES");
  });
  test.each([
    "X, dated ",
    ", dated 20200101",
    "X dated 20200101",
    "X, dated 2020",
    "X, dated 20200101 ",
    "X,dated 20200101",
    "X, Dated 20200101",
    "X, dated May 2020",
    "X dated 5 May 2020",
    "X, dated 20200101, page 2",
    "Multiple Source",
  ])("%j is no source, with its day or without", (text) => expect(outcome(() => readSource(text))).toBe("E_SOURCES"));
  test.each([
    ["NGA SCG", "NGA SCG", null],
    ["SCG 1, 2nd edition", "SCG 1, 2nd edition", null],
    ["Guide to outdated systems 2", "Guide to outdated systems 2", null],
    ["Memo, dated 19990101, dated 20210101", "Memo, dated 19990101", "20210101"],
    ["Multiple Sources of light", "Multiple Sources of light", null],
  ])("%j is the source %j of the day %j, and printed back", (text, title, date) => {
    expect(readSource(text)).toStrictEqual({ title, date });
    expect(sourceText({ title, date })).toBe(text);
  });
  test.each([
    ["X", null],
    ["X, dated 19990101", "20200101"],
  ])("%j of the day %j is read back from its text", (title, date) => {
    expect(readSource(sourceText({ title, date }))).toStrictEqual({ title, date });
  });
  test("no title without a day is read as one with a day, or as a list", () => {
    const listed = (title: string) => ({
      ...linesOf(parseAuthority(SEVERAL)),
      sources: [
        { title, date: null },
        { title: "Y", date: null },
      ],
    });
    expect(outcome(() => linesOf(readAuthority(listed("X"))).sources)).toStrictEqual(listed("X").sources);
    for (const title of ["X, dated 20200101", "X, dated 2020", "Multiple sources"])
      expect(outcome(() => readAuthority(listed(title)))).toBe("E_SOURCES");
  });
  test("a downgrade on an event is printed as its words", () => {
    const text = SEVERAL.replace("Downgrade On: 20300101", "Downgrade On: End of the exercise");
    expect(printAuthority(parseAuthority(text))).toBe(text);
  });
});

describe("a block on a marking", () => {
  test.each([
    ["SECRET", DERIVED, null],
    ["UNCLASSIFIED", DERIVED, "E_LEVEL"],
    ["TOP SECRET", SEVERAL, null],
    ["SECRET", SEVERAL, "E_LEVEL"],
    ["CONFIDENTIAL", SEVERAL, "E_LEVEL"],
    ["SECRET//RD//NOFORN", DERIVED, "E_CONFLICT"],
    ["SECRET//FRD//NOFORN", DERIVED, "E_CONFLICT"],
    ["SECRET//TFNI//NOFORN", DERIVED, "E_CONFLICT"],
    ["//NATO SECRET", DERIVED, "E_CONFLICT"],
    ["SECRET//FGI NATO//NOFORN", DERIVED, "E_CONFLICT"],
    ["SECRET//FGI DEU//NOFORN", DERIVED, null],
    ["//DEU SECRET", DERIVED, null],
  ])("%s: %j is %j", (text, block, code) => {
    expect(outcome(() => checkAuthority(parseAuthority(block), of(text))) ?? null).toBe(code);
  });
  test.each([
    ["SECRET//RD//NOFORN", "AEA", ["AEA", "NATO-AEA"]],
    ["//NATO SECRET", "NATO", ["NATO", "NATO-AEA"]],
    ["SECRET//RD//FGI NATO//NOFORN", "NATO-AEA", ["NATO-AEA"]],
    ["SECRET//NOFORN", null, ["AEA", "NATO", "NATO-AEA"]],
  ])("%s has no date because of %s", (text, because, accepted) => {
    expect(notApplicableTo(of(text))).toBe(because);
    for (const reason of ["AEA", "NATO", "NATO-AEA"] as const) {
      const block = { ...parseAuthority(DERIVED), declassifyOn: { kind: "none", because: reason } } as const;
      expect(outcome(() => checkAuthority(block, of(text))) ?? null).toBe(
        accepted.includes(reason) ? null : "E_CONFLICT",
      );
    }
  });
});

describe("ISM attributes of a block", () => {
  test.each<[string, IsmAuthority]>([
    [
      ORIGINAL,
      { classifiedBy: "A. Fictional, Director", classificationReason: "1.4(a) 1.4(c)", declassDate: "2051-01-01" },
    ],
    [
      DERIVED,
      {
        derivativelyClassifiedBy: "person 17",
        derivedFrom: "Guide X, dated 20200229",
        declassException: "25X1-EO-12951",
      },
    ],
    [
      DERIVED.replace("25X1, EO 12951", "25X3, 20600101"),
      {
        derivativelyClassifiedBy: "person 17",
        derivedFrom: "Guide X, dated 20200229",
        declassDate: "2060-01-01",
        declassException: "25X3",
      },
    ],
    [
      DERIVED.replace("25X1, EO 12951", "50X6"),
      { derivativelyClassifiedBy: "person 17", derivedFrom: "Guide X, dated 20200229", declassException: "50X6" },
    ],
    [
      DERIVED.replace("25X1, EO 12951", "End of the exercise"),
      {
        derivativelyClassifiedBy: "person 17",
        derivedFrom: "Guide X, dated 20200229",
        declassEvent: "End of the exercise",
      },
    ],
    [
      DERIVED.replace("Guide X, dated 20200229", "NGA SCG"),
      { derivativelyClassifiedBy: "person 17", derivedFrom: "NGA SCG", declassException: "25X1-EO-12951" },
    ],
    [
      DERIVED.replace("25X1, EO 12951", "COMPLETION OF EXERCISE"),
      {
        derivativelyClassifiedBy: "person 17",
        derivedFrom: "Guide X, dated 20200229",
        declassEvent: "COMPLETION OF EXERCISE",
      },
    ],
    [
      DERIVED.replace("25X1, EO 12951", "N/A to NATO portions. See source list for NSI portions."),
      { derivativelyClassifiedBy: "person 17", derivedFrom: "Guide X, dated 20200229", declassException: "NATO" },
    ],
  ])("of %j are written and read back", (text, ism) => {
    expect(ismOfAuthority(parseAuthority(text))).toStrictEqual(ism);
    expect(authorityOfIsm(ism)).toStrictEqual(parseAuthority(text));
  });
  test("do not hold the list behind Multiple Sources, which is therefore not read from them", () => {
    const ism = ismOfAuthority(parseAuthority(SEVERAL));
    expect(ism).toStrictEqual({
      derivativelyClassifiedBy: "B. Fictional, Analyst",
      derivedFrom: "Multiple Sources",
      declassException: "50X1-HUM",
    });
    expect(outcome(() => authorityOfIsm(ism))).toBe("E_SOURCES");
  });
  const BY = { classifiedBy: "A", classificationReason: "1.4(a)" };
  const FROM = { derivativelyClassifiedBy: "A", derivedFrom: "X, dated 20200101" };
  test.each<[string, IsmAuthority, string]>([
    ["nothing", {}, "E_REQUIRES"],
    ["no reason", { classifiedBy: "A", declassDate: "2051-01-01" }, "E_REQUIRES"],
    ["a reason alone", { classificationReason: "1.4(a)", declassDate: "2051-01-01" }, "E_REQUIRES"],
    ["no source", { derivativelyClassifiedBy: "A", declassDate: "2051-01-01" }, "E_REQUIRES"],
    ["a source alone", { derivedFrom: "X, dated 20200101", declassDate: "2051-01-01" }, "E_REQUIRES"],
    ["original and derived", { ...BY, ...FROM, declassDate: "2051-01-01" }, "E_CONFLICT"],
    [
      "a reason on derived information",
      { ...FROM, classificationReason: "1.4(a)", declassDate: "2051-01-01" },
      "E_CONFLICT",
    ],
    ["no instruction", BY, "E_REQUIRES"],
    ["an event beside a date", { ...BY, declassEvent: "End of it", declassDate: "2051-01-01" }, "E_CONFLICT"],
    ["an event beside an exemption", { ...BY, declassEvent: "End of it", declassException: "25X1" }, "E_CONFLICT"],
    ["words as an exemption", { ...BY, declassException: "COMPLETION OF EXERCISE" }, "E_SYNTAX"],
    ["an exemption as an event", { ...BY, declassEvent: "25X1" }, "E_SYNTAX"],
    ["an event that is a day", { ...BY, declassEvent: "20510101" }, "E_SYNTAX"],
    ["a day inside an exemption", { ...BY, declassException: "25X1, 20600101" }, "E_SYNTAX"],
    [
      "a sentence as an event",
      { ...BY, declassEvent: "N/A to NATO portions. See source list for NSI portions." },
      "E_SYNTAX",
    ],
    ["a date of another form", { ...BY, declassDate: "20510101" }, "E_DATE"],
    ["a date that is none", { ...BY, declassDate: "2051-02-29" }, "E_DATE"],
    [
      "a date beside 25X1-EO-12951",
      { ...BY, declassDate: "2051-01-01", declassException: "25X1-EO-12951" },
      "E_EXEMPTION",
    ],
    ["a date beside 50X1-HUM", { ...BY, declassDate: "2051-01-01", declassException: "50X1-HUM" }, "E_EXEMPTION"],
    ["a date beside 50X2-WMD", { ...BY, declassDate: "2051-01-01", declassException: "50X2-WMD" }, "E_EXEMPTION"],
    ["a date beside NATO", { ...BY, declassDate: "2051-01-01", declassException: "NATO" }, "E_EXEMPTION"],
    ["a date beside AEA", { ...BY, declassDate: "2051-01-01", declassException: "AEA" }, "E_EXEMPTION"],
    ["a date beside NATO-AEA", { ...BY, declassDate: "2051-01-01", declassException: "NATO-AEA" }, "E_EXEMPTION"],
    ["an unknown exemption", { ...BY, declassException: "25X12" }, "E_EXEMPTION"],
    ["a word of a former order", { ...BY, declassEvent: "OADR" }, "E_RETIRED"],
  ])("with %s are refused", (_, ism, code) => {
    expect(outcome(() => authorityOfIsm(ism))).toBe(code);
  });
});
