import { describe, expect, test } from "vitest";
import {
  AuthorityError,
  dayOf,
  lineOf,
  printDeclassifyOn,
  readDeclassifyOn,
  yearsLater,
} from "../../src/markings/declassify.ts";

const outcome = (reading: () => unknown): unknown => {
  try {
    return reading();
  } catch (error) {
    if (error instanceof AuthorityError) return error.code;
    throw error;
  }
};

describe("Declassify On", () => {
  test.each([
    ["20510101", { kind: "date", date: "20510101" }],
    ["20240229", { kind: "date", date: "20240229" }],
    ["20000229", { kind: "date", date: "20000229" }],
    ["Completion of the test series", { kind: "event", event: "Completion of the test series" }],
    ["COMPLETION OF EXERCISE", { kind: "event", event: "COMPLETION OF EXERCISE" }],
    ["END OF WAR, OR OF MISSION", { kind: "event", event: "END OF WAR, OR OF MISSION" }],
    ["NATO EXERCISE ENDS", { kind: "event", event: "NATO EXERCISE ENDS" }],
    ["10 days after the exercise", { kind: "event", event: "10 days after the exercise" }],
    ["180 DAYS AFTER RETURN", { kind: "event", event: "180 DAYS AFTER RETURN" }],
    ["1st landing of the craft", { kind: "event", event: "1st landing of the craft" }],
    ["D-Day", { kind: "event", event: "D-Day" }],
    ["UN RETURN", { kind: "event", event: "UN RETURN" }],
    ["X-RAY TEST", { kind: "event", event: "X-RAY TEST" }],
    ["RAY-X TEST", { kind: "event", event: "RAY-X TEST" }],
    ["25X1", { kind: "exemption", exemption: "25X1", date: null }],
    ["25X9, 20600101", { kind: "exemption", exemption: "25X9", date: "20600101" }],
    ["25X1, EO 12951", { kind: "exemption", exemption: "25X1-EO-12951", date: null }],
    ["50X1-HUM", { kind: "exemption", exemption: "50X1-HUM", date: null }],
    ["50X2-WMD", { kind: "exemption", exemption: "50X2-WMD", date: null }],
    ["50X6", { kind: "exemption", exemption: "50X6", date: null }],
    ["50X6, 20700101", { kind: "exemption", exemption: "50X6", date: "20700101" }],
    ["75X", { kind: "exemption", exemption: "75X", date: null }],
    ["N/A to RD/FRD/TFNI portions. See source list for NSI portions.", { kind: "none", because: "AEA" }],
    ["N/A to NATO portions. See source list for NSI portions.", { kind: "none", because: "NATO" }],
    ["N/A to NATO and RD/FRD/TFNI portions. See source list for NSI portions.", { kind: "none", because: "NATO-AEA" }],
  ] as const)("%s is read, and printed back", (text, on) => {
    expect(readDeclassifyOn(text)).toStrictEqual(on);
    expect(printDeclassifyOn(on)).toBe(text);
  });
  test.each([
    ["OADR", "E_RETIRED"],
    ["oadr", "E_RETIRED"],
    ["MR", "E_RETIRED"],
    ["X1", "E_RETIRED"],
    ["X8", "E_RETIRED"],
    ["DNI Only", "E_RETIRED"],
    ["DCI Only", "E_RETIRED"],
    ["Subject to treaty", "E_RETIRED"],
    ["Subject to treaty or international agreement", "E_RETIRED"],
    ["X9", "E_DATE"],
    ["20230229", "E_DATE"],
    ["19000229", "E_DATE"],
    ["20511301", "E_DATE"],
    ["20510001", "E_DATE"],
    ["20510100", "E_DATE"],
    ["20510431", "E_DATE"],
    ["2051010", "E_DATE"],
    ["205101011", "E_DATE"],
    ["18991231", "E_DATE"],
    ["30000101", "E_DATE"],
    ["2051-01-01", "E_DATE"],
    ["25X0", "E_EXEMPTION"],
    ["25X10", "E_EXEMPTION"],
    ["25X", "E_EXEMPTION"],
    ["25x1", "E_EXEMPTION"],
    ["25X1,20600101", "E_EXEMPTION"],
    ["25X1, 20600101, 20600101", "E_EXEMPTION"],
    ["25X1, 20601301", "E_DATE"],
    ["25X1, EO 12950", "E_DATE"],
    ["25X1-EO-12951", "E_EXEMPTION"],
    ["50X1-HUM, 20700101", "E_EXEMPTION"],
    ["50X2-WMD, 20700101", "E_EXEMPTION"],
    ["75X, 20900101", "E_EXEMPTION"],
    ["50X1-WMD", "E_EXEMPTION"],
    ["75X1", "E_EXEMPTION"],
    ["N/A", "E_DATE"],
    ["NA to everything", "E_DATE"],
    ["N/A to RD portions", "E_DATE"],
    ["EVENT", "E_DATE"],
    ["NATO", "E_DATE"],
    ["NATO-AEA", "E_DATE"],
    ["NATO AND AEA", "E_DATE"],
    ["NOT APPLICABLE", "E_DATE"],
    ["N/A TO NATO PORTIONS. SEE SOURCE LIST.", "E_DATE"],
    ["DNI ONLY", "E_RETIRED"],
    ["SOURCE MARKED OADR", "E_DATE"],
    ["SOURCE MARKED MR", "E_DATE"],
    ["SOURCE MARKED X1", "E_DATE"],
    ["SOURCE MARKED 25X1", "E_DATE"],
    ["SOURCE MARKED EO 12951", "E_DATE"],
    ["25X1 AFTER THE EXERCISE", "E_EXEMPTION"],
    ["10exercises", "E_DATE"],
    ["10 days", "E_DATE"],
    ["25 YEARS", "E_DATE"],
    ["10 DAYS AFTER", "E_DATE"],
    ["2051 01 01", "E_DATE"],
    ["2051-01-01 END OF WAR", "E_DATE"],
    ["20510101 END OF WAR", "E_DATE"],
    ["01/01/2051", "E_DATE"],
    ["1 January 2051", "E_DATE"],
    ["01JAN2051", "E_DATE"],
    ["1st of January 2051", "E_DATE"],
    ["1 JANUARY 2051 AT NOON TIME", "E_DATE"],
    ["JANUARY 1, 2051", "E_DATE"],
    ["JANUARY 2051", "E_DATE"],
    ["ON THE 1ST OF JANUARY 2051", "E_DATE"],
    ["(END OF WAR)", "E_DATE"],
    ["C D", "E_DATE"],
    ["A(B C(D", "E_DATE"],
    ["A.B C.D", "E_DATE"],
    ["B52CREW F16CREW", "E_DATE"],
    ["CREW52 CREW16", "E_DATE"],
    ["RETURN ((AN", "E_DATE"],
    ["RETURN AN..", "E_DATE"],
    ["", "E_EMPTY"],
    [" 20510101", "E_SYNTAX"],
    ["20510101 ", "E_SYNTAX"],
    ["Completion\nof the test", "E_SYNTAX"],
    ["Completion\u2028of the test", "E_SYNTAX"],
    ["Completion\u202eof the test", "E_SYNTAX"],
    ["Comple\u0301tion", "E_SYNTAX"],
    [`E${"e".repeat(200)}`, "E_SYNTAX"],
  ])("%j is refused with %s", (text, code) => {
    expect(outcome(() => readDeclassifyOn(text))).toBe(code);
  });
  test("an event has up to 200 characters", () => {
    expect(outcome(() => readDeclassifyOn(`E${"e".repeat(199)}`))).toMatchObject({ kind: "event" });
    expect(lineOf("x".repeat(200))).toHaveLength(200);
  });
  test("years are counted on the calendar, and never to an earlier day", () => {
    expect(yearsLater("20200101", 25)).toBe("20450101");
    expect(yearsLater("20200229", 25)).toBe("20450301");
    expect(yearsLater("20000229", 100)).toBe("21000301");
    expect(yearsLater("20200229", 4)).toBe("20240229");
    expect(yearsLater("20200228", 25)).toBe("20450228");
    expect(dayOf("20991231")).toBe("20991231");
  });
});
