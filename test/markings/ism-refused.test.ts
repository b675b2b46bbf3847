import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dominates, effectiveOf } from "../../src/markings/effective.ts";
import { LabelError, readIsmJson } from "../../src/markings/ism-form.ts";
import { ismOf } from "../../src/markings/ism.ts";
import type { IsmMarking } from "../../src/markings/ism.ts";
import { markingOfIsm } from "../../src/markings/ism-read.ts";
import type { Marking } from "../../src/markings/marking.ts";
import { MarkingError } from "../../src/markings/marking.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import { markings, SEED } from "./arbitrary.ts";
import { marked, register } from "./register-data.ts";

const of = (text: string): Marking => marked(markingFromText(text, register));

const outcome = (reading: () => Marking): unknown => {
  try {
    return reading();
  } catch (error) {
    if (error instanceof MarkingError || error instanceof LabelError) return error.code;
    throw error;
  }
};
const read = (ism: Readonly<Record<string, unknown>>): unknown => outcome(() => readIsmJson(ism, register).marking);

const US = { classification: "S", ownerProducer: "USA" };
const TS = { classification: "TS", ownerProducer: "USA" };
const CUI = { classification: "U", ownerProducer: "USA", compliesWith: "USA-CUI-ONLY" };
const NF = { disseminationControls: "NF" };

describe("ISM attributes that are refused", () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["an unknown attribute", { ...US, noAggregation: "true" }, "E_ATTRIBUTE"],
    ["an attribute with another case", { ...US, scicontrols: "SI" }, "E_ATTRIBUTE"],
    ["a member of every object", { ...US, constructor: "x" }, "E_ATTRIBUTE"],
    ["no classification", { ownerProducer: "USA" }, "E_CLASS"],
    ["two classifications", { classification: "S TS", ownerProducer: "USA" }, "E_CLASS"],
    ["an unknown classification", { classification: "Q", ownerProducer: "USA" }, "E_CLASS"],
    ["RESTRICTED of the United States", { classification: "R", ownerProducer: "USA" }, "E_CLASS"],
    ["no owner", { classification: "S" }, "E_CLASS"],
    ["an empty owner", { classification: "S", ownerProducer: "" }, "E_EMPTY"],
    ["an owner that is no country", { classification: "S", ownerProducer: "UK" }, "E_CLASS"],
    ["an owner that is not in the table", { classification: "S", ownerProducer: "XXX" }, "E_COUNTRY"],
    ["owners out of order", { classification: "S", ownerProducer: "GBR DEU" }, "E_ORDER"],
    ["several owners with USA that are not joint", { classification: "S", ownerProducer: "GBR USA" }, "E_JOINT"],
    ["joint with one owner", { ...US, joint: "true" }, "E_JOINT"],
    ["joint that is false", { classification: "S", ownerProducer: "GBR USA", joint: "false" }, "E_SYNTAX"],
    ["joint that is said twice", { classification: "S", ownerProducer: "GBR USA", joint: "true 1" }, "E_SYNTAX"],
    ["joint NOFORN", { classification: "S", ownerProducer: "GBR USA", joint: true, ...NF }, "E_JOINT"],
    ["a compartment without its system", { ...TS, SCIcontrols: "SI-G", disseminationControls: "OC" }, "E_REQUIRES"],
    ["a compartment of another system", { ...TS, SCIcontrols: "SI TK-BLFH", ...NF }, "E_REQUIRES"],
    [
      "a sub-compartment without its compartment",
      { ...TS, SCIcontrols: "SI SI-G-ABCD", disseminationControls: "OC" },
      "E_REQUIRES",
    ],
    [
      "a sub-compartment of another compartment",
      { ...TS, SCIcontrols: "SI SI-EU SI-G-ABCD", disseminationControls: "OC" },
      "E_REQUIRES",
    ],
    ["a fourth part", { ...TS, SCIcontrols: "SI SI-G SI-G-ABCD SI-G-ABCD-E", disseminationControls: "OC" }, "E_SYNTAX"],
    ["systems out of order", { ...US, SCIcontrols: "TK SI" }, "E_ORDER"],
    ["a system that is not in the register", { ...US, SCIcontrols: "ZZ" }, "E_UNKNOWN"],
    ["a token twice", { ...US, SCIcontrols: "SI SI" }, "E_DUPLICATE"],
    ["GAMMA below TOP SECRET", { ...US, SCIcontrols: "SI SI-G", disseminationControls: "OC" }, "E_LEVEL"],
    ["a program of an unknown authority", { ...US, SARIdentifier: "SAR-NSA:BP", ...NF }, "E_UNKNOWN"],
    ["a program with an unknown level inside", { ...US, SARIdentifier: "SAR-DOD:U:BP", ...NF }, "E_UNKNOWN"],
    ["a program without authority", { ...US, SARIdentifier: "SAR-BP", ...NF }, "E_UNKNOWN"],
    ["a program above the classification", { ...US, SARIdentifier: "SAR-DOD:TS:BP", ...NF }, "E_LEVEL"],
    ["one program of two authorities", { ...US, SARIdentifier: "SAR-DOD:BP SAR-DOE:BP", ...NF }, "E_CONFLICT"],
    ["one program at two levels", { ...TS, SARIdentifier: "SAR-DOD:S:BP SAR-DOD:TS:BP-1", ...NF }, "E_CONFLICT"],
    [
      "a compartment of another authority's program",
      { ...US, SARIdentifier: "SAR-DOE:CA SAR-DOE:BP-1", ...NF },
      "E_REQUIRES",
    ],
    [
      "a program with a level and no classification",
      { ownerProducer: "USA", SARIdentifier: "SAR-DOD:S:BP" },
      "E_CLASS",
    ],
    ["a program with the name of a control", { ...US, SARIdentifier: "SAR-DOD:NF" }, "E_SYNTAX"],
    ["a program that hides a control after a blank", { ...US, SARIdentifier: "SAR-DOD:BP_NOFORN" }, "E_SYNTAX"],
    ["a program in small letters", { ...US, SARIdentifier: "SAR-DOD:bp", ...NF }, "E_CASE"],
    ["a subset without RD", { ...US, atomicEnergyMarkings: "RD-CNWDI", ...NF }, "E_REQUIRES"],
    ["a retired SIGMA number", { ...US, atomicEnergyMarkings: "RD RD-SG-1", ...NF }, "E_AEA"],
    ["CNWDI of FRD", { ...US, atomicEnergyMarkings: "FRD FRD-CNWDI", ...NF }, "E_AEA"],
    ["SIGMA numbers out of order", { ...US, atomicEnergyMarkings: "RD RD-SG-20 RD-SG-14", ...NF }, "E_ORDER"],
    ["CNWDI after SIGMA", { ...US, atomicEnergyMarkings: "RD RD-SG-14 RD-CNWDI", ...NF }, "E_ORDER"],
    ["an unknown subset", { ...US, atomicEnergyMarkings: "RD RD-XX-14", ...NF }, "E_AEA"],
    ["a SIGMA number and more", { ...US, atomicEnergyMarkings: "RD RD-SG-14-1", ...NF }, "E_AEA"],
    ["an unknown AEA token", { ...US, atomicEnergyMarkings: "XRD", ...NF }, "E_UNKNOWN"],
    ["RD beside FRD", { ...US, atomicEnergyMarkings: "RD FRD", ...NF }, "E_PRECEDENCE"],
    ["RD without FD&R", { ...US, atomicEnergyMarkings: "RD" }, "E_REQUIRES"],
    ["UCNI on classified information", { ...US, atomicEnergyMarkings: "DCNI", ...NF }, "E_LEVEL"],
    ["ORCON-USGOV alone", { ...US, disseminationControls: "OC-USGOV" }, "E_REQUIRES"],
    ["an unknown dissemination token", { ...US, disseminationControls: "WAIVED" }, "E_UNKNOWN"],
    ["a discovery exemption", { ...US, disseminationControls: "EXEMPT_FROM_ICD501_DISCOVERY" }, "E_UNKNOWN"],
    ["controls out of order", { ...US, disseminationControls: "NF OC" }, "E_ORDER"],
    ["a banner word", { ...US, disseminationControls: "NOFORN" }, "E_UNKNOWN"],
    ["REL without countries", { ...US, disseminationControls: "REL" }, "E_REQUIRES"],
    ["countries without REL", { ...US, releasableTo: "USA GBR" }, "E_REQUIRES"],
    ["USA not first", { ...US, disseminationControls: "REL", releasableTo: "GBR USA" }, "E_REL_USA_FIRST"],
    ["USA alone", { ...US, disseminationControls: "REL", releasableTo: "USA" }, "E_REL_USA_ALONE"],
    ["a release beside NOFORN", { ...US, disseminationControls: "NF REL", releasableTo: "USA GBR" }, "E_CONFLICT"],
    ["DISPLAYONLY without countries", { ...US, disseminationControls: "DISPLAYONLY" }, "E_REQUIRES"],
    ["countries without DISPLAYONLY", { ...US, displayOnlyTo: "AFG" }, "E_REQUIRES"],
    [
      "an open source beside a protected one",
      { ...US, FGIsourceOpen: "DEU", FGIsourceProtected: "FGI", ...NF },
      "E_FGI",
    ],
    ["a protected source by name", { ...US, FGIsourceProtected: "DEU", ...NF }, "E_FGI"],
    ["an unknown source", { ...US, FGIsourceOpen: "UNKNOWN", ...NF }, "E_COUNTRY"],
    ["USA as a source", { ...US, FGIsourceOpen: "USA", ...NF }, "E_FGI"],
    ["a source on foreign information", { classification: "S", ownerProducer: "DEU", FGIsourceOpen: "GBR" }, "E_FGI"],
    ["a NATO control of others", { ...US, nonUSControls: "ATOMAL", ...NF }, "E_UNKNOWN"],
    ["a NATO control without NATO", { ...US, nonUSControls: "NATO-ATOMAL", ...NF }, "E_NATO"],
    ["a high water without NATO", { ...US, highWaterNATO: "NATO-S" }, "E_NATO"],
    [
      "a high water beside a concealed source",
      { ...US, FGIsourceProtected: "FGI", highWaterNATO: "NATO-S", ...NF },
      "E_NATO",
    ],
    ["a high water above the level", { ...US, FGIsourceOpen: "NATO", highWaterNATO: "NATO-TS", ...NF }, "E_LEVEL"],
    ["a high water that is none", { ...US, FGIsourceOpen: "NATO", highWaterNATO: "S", ...NF }, "E_NATO"],
    ["two high waters", { ...US, FGIsourceOpen: "NATO", highWaterNATO: "NATO-S NATO-C", ...NF }, "E_NATO"],
    ["NOFORN on NATO information", { classification: "S", ownerProducer: "NATO", ...NF }, "E_NATO_NOFORN"],
    ["two blanks", { ...US, disseminationControls: "OC  NF" }, "E_SYNTAX"],
    ["a tab between tokens", { ...US, disseminationControls: "OC\tNF" }, "E_SYNTAX"],
    ["a blank at the end", { ...US, disseminationControls: "NF " }, "E_SYNTAX"],
    ["a segment inside a token", { ...US, nonICmarkings: "SSI//NF" }, "E_SYNTAX"],
    ["an empty list", { ...US, disseminationControls: [] }, "E_EMPTY"],
    ["a list of something else", { ...US, disseminationControls: [1] }, "E_INPUT"],
    ["a token with a blank in a list", { ...US, disseminationControls: ["OC NF"] }, "E_INPUT"],
    ["null", { ...US, disseminationControls: null }, "E_INPUT"],
    ["true for a list", { ...US, disseminationControls: true }, "E_INPUT"],
    ["compliance with CUI rules on classified information", { ...US, compliesWith: "USA-CUI-ONLY" }, "E_SYNTAX"],
    ["CUI alone beside other rules", { ...CUI, compliesWith: "USA-CUI-ONLY USGov" }, "E_SYNTAX"],
    ["CUI alone and beside others", { ...CUI, compliesWith: "USGov USA-CUI USA-CUI-ONLY" }, "E_CONFLICT"],
    ["CUI beside the rules of the community", { ...CUI, compliesWith: "USGov USIC USA-CUI" }, "E_CONFLICT"],
    ["CUI beside the rules of the community alone", { ...CUI, compliesWith: "USIC USA-CUI" }, "E_CONFLICT"],
    ["CUI beside no rules of the government", { ...CUI, compliesWith: "USA-CUI" }, "E_REQUIRES"],
    ["CUI beside a regime that is none", { ...CUI, compliesWith: "USGov USA-CUI CUI" }, "E_UNKNOWN"],
    ["CUI beside a regime twice", { ...CUI, compliesWith: "USGov USA-CUI USGov" }, "E_DUPLICATE"],
    ["CUI twice beside other rules", { ...CUI, compliesWith: "USGov USA-CUI USA-CUI" }, "E_DUPLICATE"],
    ["CUI beside other rules without a level", { ownerProducer: "USA", compliesWith: "USGov USA-CUI" }, "E_CLASS"],
    ["CUI in classified information", { ...US, compliesWith: "USGov USA-CUI" }, "E_LEVEL"],
    [
      "a category of CUI in classified information",
      { ...US, compliesWith: "USGov USA-CUI", cuiBasic: "PRVCY" },
      "E_LEVEL",
    ],
    [
      "a control of another language beside CUI",
      { ...CUI, compliesWith: "USGov USA-CUI", nonICmarkings: "SBU" },
      "E_UNKNOWN",
    ],
    ["who controls CUI on what is none", { ...US, cuiControlledBy: "Office X" }, "E_REQUIRES"],
    ["who controls CUI on two lines", { ...CUI, cuiControlledBy: "Office\nX" }, "E_ATTRIBUTE"],
    ["a day of decontrol that is none", { ...CUI, cuiDecontrolDate: "2030-02-30" }, "E_ATTRIBUTE"],
    ["a second line of the banner on CUI", { ...CUI, secondBannerLine: "HVCO" }, "E_ATTRIBUTE"],
    ["channels through which CUI is handled", { ...CUI, handleViaChannels: "X" }, "E_ATTRIBUTE"],
    ["a category of CUI alone", { classification: "U", ownerProducer: "USA", cuiBasic: "PRVCY" }, "E_REQUIRES"],
    ["a specified category alone", { classification: "U", ownerProducer: "USA", cuiSpecified: "CTI" }, "E_REQUIRES"],
    ["an unknown category", { ...CUI, cuiBasic: "XYZ" }, "E_UNKNOWN"],
    ["a specified category with its prefix", { ...CUI, cuiSpecified: "SP-CTI" }, "E_UNKNOWN"],
    ["categories out of order", { ...CUI, cuiSpecified: "EXPT CTI" }, "E_ORDER"],
    ["a control of another language on CUI", { ...CUI, disseminationControls: "OC" }, "E_UNKNOWN"],
    ["a control of CUI on another language", { ...US, disseminationControls: "FED_ONLY" }, "E_UNKNOWN"],
    ["a control system on CUI", { ...CUI, SCIcontrols: "SI" }, "E_UNKNOWN"],
    ["foreign CUI", { ...CUI, ownerProducer: "DEU" }, "E_SYNTAX"],
    ["a resource element that is false", { ...US, resourceElement: "false" }, "E_ATTRIBUTE"],
    ["a resource element that is false itself", { ...US, resourceElement: false }, "E_ATTRIBUTE"],
    ["a list of one flag for a flag", { ...US, resourceElement: [true] }, "E_INPUT"],
    ["nothing for a flag", { ...US, excludeFromRollup: null }, "E_INPUT"],
    ["a date that is none", { ...US, createDate: "yesterday" }, "E_ATTRIBUTE"],
    ["a date of no calendar", { ...US, createDate: "2026-02-30" }, "E_ATTRIBUTE"],
    ["an exclusion that is neither true nor false", { ...US, excludeFromRollup: "yes" }, "E_ATTRIBUTE"],
    ["an empty reason", { ...US, compilationReason: "" }, "E_ATTRIBUTE"],
    ["a reason on two lines", { ...US, compilationReason: "a\nb" }, "E_ATTRIBUTE"],
    ["a reason of more than 1,024 characters", { ...US, compilationReason: "a".repeat(1025) }, "E_ATTRIBUTE"],
    ["a reason with a blank before it", { ...US, compilationReason: " a" }, "E_ATTRIBUTE"],
    ["a reason with a blank after it", { ...US, compilationReason: "a " }, "E_ATTRIBUTE"],
    ["a notice that is none", { ...US, noticeType: "NOTICE" }, "E_ATTRIBUTE"],
    ["a notice that is none beside one that is", { ...US, noticeType: "FISA NOTICE" }, "E_ATTRIBUTE"],
    ["a notice twice", { ...US, noticeType: "FISA FISA" }, "E_ATTRIBUTE"],
    ["a notice that limits distribution", { ...US, noticeType: "DoD-Dist-C" }, "E_ATTRIBUTE"],
    ["true for a notice", { ...US, noticeType: true }, "E_INPUT"],
  ])("%s", (_, ism, code) => {
    expect(read(ism)).toBe(code);
  });
  test.each([[null], ["SECRET"], [[]], [1]])("%j instead of an object", (json) => {
    expect(outcome(() => readIsmJson(json, register).marking)).toBe("E_INPUT");
  });
  test("are checked and left out when they restrict nobody", () => {
    const about = {
      compliesWith: "USGov USIC",
      resourceElement: "true",
      createDate: "2026-01-01",
      DESVersion: "202212",
      ISMCATCESVersion: "202211",
      excludeFromRollup: "true",
      compilationReason: "together they show where the ships are",
      noticeType: "FISA POC",
    };
    expect(read({ ...US, ...about })).toStrictEqual(of("SECRET"));
    expect(read({ ...US, ...about, resourceElement: true, excludeFromRollup: false })).toStrictEqual(of("SECRET"));
    expect(read({ ...US, compilationReason: "a".repeat(1024) })).toStrictEqual(of("SECRET"));
    expect(readIsmJson({ ...US, ...about }, register).informative).toStrictEqual([
      "createDate: 2026-01-01",
      "excludeFromRollup: true",
      "compilationReason: together they show where the ships are",
      "noticeType: FISA POC",
    ]);
  });
  test("who controls CUI and until when is told beside the marking", () => {
    const block = {
      cuiControlledBy: "Department X",
      cuiControlledByOffice: "Office Y, room 2",
      cuiPOC: "y@x.example",
      cuiDecontrolDate: "2030-02-28",
      cuiDecontrolEvent: "End of it",
    };
    expect(readIsmJson({ ...CUI, ...block }, register)).toMatchObject({
      marking: of("CUI"),
      informative: Object.entries(block).map(([name, text]) => `${name}: ${text}`),
    });
    expect(read({ ...CUI, compliesWith: "USGov USA-CUI", ...block })).toStrictEqual(of("CUI"));
  });
  test("a high water below the level is read as the stricter marking", () => {
    expect(read({ ...US, FGIsourceOpen: "NATO", highWaterNATO: "NATO-C", ...NF })).toStrictEqual(
      of("SECRET//FGI NATO//NOFORN"),
    );
    expect(read({ ...US, FGIsourceOpen: "NATO", ...NF })).toStrictEqual(of("SECRET//FGI NATO//NOFORN"));
    expect(read({ classification: "S", ownerProducer: "NATO", highWaterNATO: "NATO-S" })).toStrictEqual(
      of("//NATO SECRET"),
    );
  });
  test("are never read as something weaker: whatever token is taken away or put in", () => {
    fc.assert(
      fc.property(markings, markings, fc.nat(), fc.nat(), (marking, other, at, which) => {
        const ism = ismOf(marking);
        const names = Object.keys(ismOf(other)) as (keyof IsmMarking)[];
        const name = names[at % names.length] ?? "classification";
        const added = { ...ism, [name]: [...new Set([...(ism[name] ?? []), ...(ismOf(other)[name] ?? [])])] };
        const lists = [added, { ...ism, [name]: (ism[name] ?? ["USA"]).filter((_, i) => i !== which % 4) }];
        for (const list of lists) {
          const result = outcome(() => markingOfIsm(list, register));
          if (typeof result === "string") expect(result).toMatch(/^E_/);
          else {
            // Whatever was accepted says every token that was given, highWaterNATO apart, which is read as the level.
            const { highWaterNATO: _given, ...given } = list;
            const { highWaterNATO: _written, ...written } = ismOf(result as Marking);
            expect(written).toStrictEqual(given);
          }
        }
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });
  test("adding a control never weakens what is read", () => {
    const plain = effectiveOf(of("SECRET"), register);
    const controlled = readIsmJson({ ...US, disseminationControls: "OC OC-USGOV NF" }, register).marking;
    expect(dominates(effectiveOf(controlled, register), plain)).toBe(true);
  });
});
