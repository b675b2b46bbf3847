import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convertLine } from "../../src/cli/marking-convert.ts";
import { ismJsonOf, ismXmlOf, LabelError, readIsmJson, readIsmXml } from "../../src/markings/ism-form.ts";
import { ismOf } from "../../src/markings/ism.ts";
import { markingOfIsm } from "../../src/markings/ism-read.ts";
import type { Marking } from "../../src/markings/marking.ts";
import { MarkingError } from "../../src/markings/marking.ts";
import { markingFromText, parseBanner, parsePortion } from "../../src/markings/parse.ts";
import { cuiMarkings, markings, SEED } from "./arbitrary.ts";
import { marked, register, sharedVectors } from "./register-data.ts";

const of = (text: string): Marking => marked(markingFromText(text, register));
const spaced = (marking: Marking): Record<string, string> =>
  Object.fromEntries(Object.entries(ismOf(marking)).map(([name, tokens]) => [name, tokens.join(" ")]));

const outcome = (reading: () => Marking): unknown => {
  try {
    return reading();
  } catch (error) {
    if (error instanceof MarkingError || error instanceof LabelError) return error.code;
    throw error;
  }
};
const read = (ism: Readonly<Record<string, unknown>>): unknown => outcome(() => readIsmJson(ism, register).marking);

/** Markings and the attributes that they have, written by hand from standards A.8. */
const CUI = { classification: "U", ownerProducer: "USA" };
const ROWS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["UNCLASSIFIED", { classification: "U", ownerProducer: "USA" }],
  ["CUI", { ...CUI, compliesWith: "USA-CUI-ONLY" }],
  ["(CUI//SP-CTI//NF)", { ...CUI, disseminationControls: "NF", cuiSpecified: "CTI", compliesWith: "USA-CUI-ONLY" }],
  [
    "CUI//SP-CTI/SP-EXPT/PRVCY//DL ONLY/FED ONLY",
    {
      ...CUI,
      disseminationControls: "DL_ONLY FED_ONLY",
      cuiBasic: "PRVCY",
      cuiSpecified: "CTI EXPT",
      compliesWith: "USA-CUI-ONLY",
    },
  ],
  [
    "CUI//SP-GEO/INTEL//REL TO USA, GBR",
    {
      ...CUI,
      disseminationControls: "REL",
      releasableTo: "USA GBR",
      cuiBasic: "INTEL",
      cuiSpecified: "GEO",
      compliesWith: "USA-CUI-ONLY",
    },
  ],
  [
    "SECRET//ORCON-USGOV/NOFORN",
    { classification: "S", ownerProducer: "USA", disseminationControls: "OC OC-USGOV NF" },
  ],
  [
    "TOP SECRET//SI-G ABCD EFGH-XYZ/TK//ORCON/NOFORN",
    {
      classification: "TS",
      ownerProducer: "USA",
      SCIcontrols: "SI SI-G SI-G-ABCD SI-G-EFGH SI-XYZ TK",
      disseminationControls: "OC NF",
    },
  ],
  [
    "SECRET//SAR-BUTTER POPCORN-A B//NOFORN",
    {
      classification: "S",
      ownerProducer: "USA",
      SARIdentifier: "SAR-DOD:BUTTER_POPCORN SAR-DOD:BUTTER_POPCORN-A SAR-DOD:BUTTER_POPCORN-A-B",
      disseminationControls: "NF",
    },
  ],
  [
    "SECRET//RD-CNWDI-SIGMA 14 20//NOFORN",
    {
      classification: "S",
      ownerProducer: "USA",
      atomicEnergyMarkings: "RD RD-CNWDI RD-SG-14 RD-SG-20",
      disseminationControls: "NF",
    },
  ],
  ["UNCLASSIFIED//DOD UCNI/DOE UCNI", { classification: "U", ownerProducer: "USA", atomicEnergyMarkings: "DCNI UCNI" }],
  ["CONFIDENTIAL//TFNI", { classification: "C", ownerProducer: "USA", atomicEnergyMarkings: "TFNI" }],
  [
    "SECRET//ATOMAL//FGI NATO//NOFORN",
    {
      classification: "S",
      ownerProducer: "USA",
      FGIsourceOpen: "NATO",
      disseminationControls: "NF",
      nonUSControls: "NATO-ATOMAL",
      highWaterNATO: "NATO-S",
    },
  ],
  [
    "SECRET//FGI//NOFORN",
    { classification: "S", ownerProducer: "USA", FGIsourceProtected: "FGI", disseminationControls: "NF" },
  ],
  [
    "//COSMIC TOP SECRET//BALK/BOHEMIA//ATOMAL",
    { classification: "TS", ownerProducer: "NATO", nonUSControls: "NATO-ATOMAL NATO-BALK NATO-BOHEMIA" },
  ],
  [
    "//JOINT SECRET CAN USA//REL TO USA, CAN",
    {
      classification: "S",
      ownerProducer: "CAN USA",
      joint: "true",
      disseminationControls: "REL",
      releasableTo: "USA CAN",
    },
  ],
  ["//DEU RESTRICTED", { classification: "R", ownerProducer: "DEU" }],
  ["(//FGI S//NF)", { classification: "S", ownerProducer: "FGI", disseminationControls: "NF" }],
  [
    "SECRET//REL TO USA, IRQ/DISPLAY ONLY AFG",
    {
      classification: "S",
      ownerProducer: "USA",
      disseminationControls: "REL DISPLAYONLY",
      releasableTo: "USA IRQ",
      displayOnlyTo: "AFG",
    },
  ],
  [
    "SECRET//NOFORN//EXDIS",
    { classification: "S", ownerProducer: "USA", disseminationControls: "NF", nonICmarkings: "XD" },
  ],
];

describe("ISM attributes", () => {
  test.each(ROWS)("of %s are those of A.8, and read back to it", (text, attributes) => {
    expect(spaced(of(text))).toStrictEqual(attributes);
    expect(read(attributes)).toStrictEqual(of(text));
    expect(read(ismJsonOf({ marking: of(text), authority: null }))).toStrictEqual(of(text));
    expect(readIsmXml(ismXmlOf({ marking: of(text), authority: null }), register).marking).toStrictEqual(of(text));
  });
  test.each(sharedVectors()?.valid ?? [])("of $id $marking are those of the reference", (row) => {
    const context = row.bannerContext == null ? undefined : marked(parseBanner(row.bannerContext, register));
    const marking = marked(
      row.form === "banner" ? parseBanner(row.marking, register) : parsePortion(row.marking, register, context),
    );
    expect(spaced(marking)).toStrictEqual(row.ism);
    expect(read(row.ism ?? {})).toStrictEqual(marking);
  });
  test("of any marking read back to it, as tokens, JSON and XML", () => {
    fc.assert(
      fc.property(fc.oneof(markings, cuiMarkings), (marking) => {
        expect(markingOfIsm(ismOf(marking), register)).toStrictEqual(marking);
        const json: unknown = JSON.parse(JSON.stringify(ismJsonOf({ marking: marking, authority: null })));
        expect(readIsmJson(json, register).marking).toStrictEqual(marking);
        expect(readIsmXml(ismXmlOf({ marking: marking, authority: null }), register).marking).toStrictEqual(marking);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
  test("in JSON are lists, but a text for one value and true for joint", () => {
    expect(
      ismJsonOf({ marking: of("//JOINT SECRET CAN USA//FGI NATO//REL TO USA, CAN"), authority: null }),
    ).toStrictEqual({
      classification: "S",
      ownerProducer: ["CAN", "USA"],
      joint: true,
      FGIsourceOpen: ["NATO"],
      disseminationControls: ["REL"],
      releasableTo: ["USA", "CAN"],
      highWaterNATO: "NATO-S",
    });
  });
});

const NS = 'xmlns:ism="urn:us:gov:ic:ism"';
const ATTRIBUTES = 'ism:classification="S" ism:ownerProducer="USA"';
const xml = (text: string): unknown => outcome(() => readIsmXml(text, register).marking);

describe("ISM attributes in XML", () => {
  test("are read from any empty element, under any prefix", () => {
    expect(xml(`<Para ${NS} ${ATTRIBUTES}/>`)).toStrictEqual(of("SECRET"));
    expect(xml(`<Para xmlns:i="urn:us:gov:ic:ism" i:classification='S' i:ownerProducer='USA'></Para>`)).toStrictEqual(
      of("SECRET"),
    );
    expect(xml(`<?xml version="1.0"?><!-- x --><Para ${NS} ${ATTRIBUTES}/>`)).toStrictEqual(of("SECRET"));
  });
  test.each([
    [
      "a document type",
      `<!DOCTYPE a [<!ENTITY x "S">]><a ${NS} ism:classification="&x;" ism:ownerProducer="USA"/>`,
      "E_XML",
    ],
    ["an external entity", `<!DOCTYPE a SYSTEM "file:///etc/passwd"><a ${NS} ${ATTRIBUTES}/>`, "E_XML"],
    ["a processing instruction", `<?go on?><a ${NS} ${ATTRIBUTES}/>`, "E_XML"],
    ["an entity without declaration", `<a ${NS} ism:classification="&S;" ism:ownerProducer="USA"/>`, "E_XML"],
    ["text inside", `<a ${NS} ${ATTRIBUTES}>x</a>`, "E_XML"],
    ["an element inside", `<a ${NS} ${ATTRIBUTES}><b/></a>`, "E_XML"],
    ["an attribute twice", `<a ${NS} ${ATTRIBUTES} ism:classification="U"/>`, "E_XML"],
    [
      "an attribute twice under two prefixes",
      `<a ${NS} xmlns:i="urn:us:gov:ic:ism" ${ATTRIBUTES} i:classification="U"/>`,
      "E_XML",
    ],
    ["an attribute without prefix", `<a ${NS} classification="S" ism:ownerProducer="USA"/>`, "E_ATTRIBUTE"],
    [
      "an attribute of another namespace",
      `<a ${NS} xmlns:x="urn:x" ${ATTRIBUTES} x:disseminationControls="NF"/>`,
      "E_ATTRIBUTE",
    ],
    ["the prefix ism for another namespace", `<a xmlns:ism="urn:x" ${ATTRIBUTES}/>`, "E_ATTRIBUTE"],
    [
      "a default namespace in place of a prefix",
      `<a xmlns="urn:us:gov:ic:ism" classification="S" ownerProducer="USA"/>`,
      "E_ATTRIBUTE",
    ],
    ["a prefix that is not bound", `<a ${ATTRIBUTES}/>`, "E_XML"],
    ["CDATA", `<a ${NS} ${ATTRIBUTES}><![CDATA[]]></a>`, "E_XML"],
    ["two roots", `<a ${NS} ${ATTRIBUTES}/><a ${NS} ${ATTRIBUTES}/>`, "E_XML"],
    ["more than 65,536 characters", `<a ${NS} ${ATTRIBUTES}/>${" ".repeat(65_536)}`, "E_XML"],
    ["nothing", "", "E_XML"],
    ["a banner", "SECRET", "E_XML"],
  ])("refuse %s", (_, text, code) => {
    expect(xml(text)).toBe(code);
  });
  test("a label of just the longest length is read", () => {
    const text = `<a ${NS} ${ATTRIBUTES}/>`;
    expect(xml(text + " ".repeat(65_536 - text.length))).toStrictEqual(of("SECRET"));
  });
});

const CONTEXT = { register, bannerContext: null, createdAt: "2026-01-01T00:00:00Z", reviewAt: "2036-01-01T00:00:00Z" };

describe("caveat marking convert", () => {
  const convert = (line: string, from: "banner" | "portion" | "ism" | "ism-xml", to: typeof from): unknown =>
    JSON.parse(convertLine(line, from, to, CONTEXT));
  test("answers each form in each other", () => {
    const forms = {
      banner: "SECRET//SI//REL TO USA, GBR",
      portion: "(S//SI//REL TO USA, GBR)",
      ism: JSON.stringify(ismJsonOf({ marking: of("SECRET//SI//REL TO USA, GBR"), authority: null })),
      "ism-xml": ismXmlOf({ marking: of("SECRET//SI//REL TO USA, GBR"), authority: null }),
    };
    for (const from of ["banner", "portion", "ism", "ism-xml"] as const) {
      for (const to of ["banner", "portion", "ism", "ism-xml"] as const) {
        const output: unknown = to === "ism" ? JSON.parse(forms.ism) : forms[to];
        expect(convert(forms[from], from, to)).toStrictEqual({ input: forms[from], ok: true, output });
      }
    }
  });
  test("takes XML with line ends as a JSON text", () => {
    const line = JSON.stringify(`<a ${NS}\n ${ATTRIBUTES}/>`);
    expect(convert(line, "ism-xml", "banner")).toMatchObject({ ok: true, output: "SECRET" });
  });
  test("keeps a classification authority block where the form has one, and shows it beside the others", () => {
    const ism = {
      classification: "S",
      ownerProducer: ["USA"],
      derivativelyClassifiedBy: "person 17",
      derivedFrom: "Guide <X>, dated 20200101",
      declassDate: "2060-01-01",
      declassException: "25X1",
    };
    const block = "Classified By: person 17\nDerived From: Guide <X>, dated 20200101\nDeclassify On: 25X1, 20600101";
    const line = JSON.stringify(ism);
    expect(convert(line, "ism", "ism")).toStrictEqual({ input: line, ok: true, output: ism });
    expect(convert(line, "ism", "banner")).toStrictEqual({ input: line, ok: true, output: "SECRET", authority: block });
    const { output } = convert(line, "ism", "ism-xml") as { output: string };
    expect(convert(output, "ism-xml", "ism")).toStrictEqual({ input: output, ok: true, output: ism });
    const changed = (change: object): unknown => convert(JSON.stringify({ ...ism, ...change }), "ism", "banner");
    expect(changed({ declassDate: "2060-02-30" })).toMatchObject({ ok: false, code: "E_DATE" });
    expect(changed({ classification: "U" })).toMatchObject({ ok: false, code: "E_LEVEL" });
    expect(changed({ classificationReason: "1.4(a)" })).toMatchObject({ ok: false, code: "E_CONFLICT" });
    expect(changed({ derivedFrom: ["Multiple", "Sources"] })).toMatchObject({ ok: false, code: "E_SOURCES" });
  });
  test.each([
    [["USGov", "USA-CUI"], "PRVCY", "CUI//PRVCY//NOFORN"],
    [["USA-CUI", "USGov"], "PRVCY", "CUI//PRVCY//NOFORN"],
    [["USGov", "USDOD", "USA-CUI"], undefined, "CUI//NOFORN"],
  ])(
    "keeps that CUI complies with %j where the form has it, and shows it beside the others",
    (tokens, basic, banner) => {
      const ism = {
        classification: "U",
        ownerProducer: ["USA"],
        disseminationControls: ["NF"],
        ...(basic === undefined ? {} : { cuiBasic: [basic] }),
        compliesWith: tokens,
      };
      const line = JSON.stringify(ism);
      expect(convert(line, "ism", "ism")).toStrictEqual({ input: line, ok: true, output: ism });
      const { output } = convert(line, "ism", "ism-xml") as { output: string };
      expect(output).toContain(` ism:compliesWith="${tokens.join(" ")}"`);
      expect(convert(output, "ism-xml", "ism")).toStrictEqual({ input: output, ok: true, output: ism });
      const informative = [`compliesWith: ${tokens.join(" ")}`];
      expect(convert(line, "ism", "banner")).toStrictEqual({ input: line, ok: true, output: banner, informative });
      expect(read(ism)).toStrictEqual(of(banner));
    },
  );
  test("takes the list of a bare REL from the document's banner, given or stated", () => {
    const context = { ...CONTEXT, bannerContext: "SECRET//REL TO USA, FVEY" };
    const ism = ismJsonOf({ marking: of("SECRET//REL TO USA, FVEY"), authority: null });
    expect(JSON.parse(convertLine("(S//REL)", "portion", "ism", context))).toMatchObject({ ok: true, output: ism });
    const line = JSON.stringify({ marking: "(S//REL)", bannerContext: "SECRET//REL TO USA, FVEY" });
    expect(convert(line, "portion", "ism")).toMatchObject({ ok: true, output: ism });
  });
  test.each([
    ["", "ism", "E_INPUT"],
    ["{", "ism", "E_INPUT"],
    ['{"classification":"S","classification":"U","ownerProducer":"USA"}', "ism", "E_INPUT"],
    ["", "ism-xml", "E_XML"],
    ['"', "ism-xml", "E_INPUT"],
    ["", "banner", "E_EMPTY"],
    ["SECRET//NF", "banner", "E_FORM"],
    ["(S//REL)", "portion", "E_REL_CONTEXT"],
  ] as const)("refuses %j as %s with %s", (line, from, code) => {
    expect(convert(line, from, "ism")).toMatchObject({ input: line, ok: false, code });
    expect(convertLine(line, from, "ism", CONTEXT)).not.toContain("\n");
  });
});
