import { describe, expect, test } from "vitest";
import { effectiveOf } from "../../src/markings/effective.ts";
import { readNitfMarking } from "../../src/markings/nitf.ts";
import type { NitfFileMarking, NitfFinding, NitfSecurity } from "../../src/markings/nitf.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import type { Register } from "../../src/markings/register.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { renderBanner } from "../../src/markings/render.ts";
import { marked, registerFiles } from "./register-data.ts";

/** The register of a site whose guidance has more digraphs than ours: what they stand for is the register's own (standards A.8). */
const register = ((): Register => {
  const files = registerFiles();
  const own = {
    SCIcontrols: { GM: "SI-G", GA: "SI-G-ABCD", GB: "SI-G-EFGH", EU: "SI-EU", BL: "TK-BLFH" },
    atomicEnergyMarkings: { SA: "RD-SG-14", SB: "RD-SG-20", FA: "FRD-SG-14", FB: "FRD-SG-18", TF: "TFNI", DC: "DCNI" },
    nonUSControls: { BA: "NATO-BALK", BO: "NATO-BOHEMIA" },
    nonICmarkings: { LE: "LES", SS: "SSI" },
  };
  for (const [attribute, digraphs] of Object.entries(own))
    for (const [digraph, token] of Object.entries(digraphs))
      Object.assign(files.nitf["controls"] as object, { [digraph]: { attribute, token } });
  return parseRegister(files, "of a site");
})();

const BLANK = { classification: "", system: "", codewords: "", handling: "", release: "", text: "", more: false };
const group = (fields: Partial<NitfSecurity>): NitfSecurity => ({ ...BLANK, ...fields });
const US = (fields: Partial<NitfSecurity>): NitfSecurity => group({ system: "US", ...fields });

const read = (...groups: readonly NitfSecurity[]): NitfFileMarking => readNitfMarking(groups, false, register);
const printed = ({ structure }: NitfFileMarking): string => renderBanner(structure, register);

describe("a security group says with its digraphs", () => {
  const SECRET = { classification: "S", handling: "NF" };
  const TOP_SECRET = { classification: "T", handling: "NF" };
  test.each<[string, NitfSecurity, string]>([
    ["a compartment", US({ ...TOP_SECRET, codewords: "GM OR" }), "TOP SECRET//SI-G//ORCON/NOFORN"],
    [
      "a compartment and its sub-compartment",
      US({ ...TOP_SECRET, codewords: "GA OR" }),
      "TOP SECRET//SI-G ABCD//ORCON/NOFORN",
    ],
    [
      "a compartment beside its own sub-compartment, once",
      US({ ...TOP_SECRET, codewords: "GA GM OR" }),
      "TOP SECRET//SI-G ABCD//ORCON/NOFORN",
    ],
    [
      "two sub-compartments of one compartment",
      US({ ...TOP_SECRET, codewords: "TK GB GA OR" }),
      "TOP SECRET//SI-G ABCD EFGH/TK//ORCON/NOFORN",
    ],
    [
      "compartments of one system and of two",
      US({ ...TOP_SECRET, codewords: "BL GA EU OR" }),
      "TOP SECRET//SI-EU-G ABCD/TK-BLFH//ORCON/NOFORN",
    ],
    ["a SIGMA number", US({ ...SECRET, codewords: "SA" }), "SECRET//RD-SIGMA 14//NOFORN"],
    ["SIGMA numbers, whatever their order", US({ ...SECRET, codewords: "SB SA" }), "SECRET//RD-SIGMA 14 20//NOFORN"],
    ["a SIGMA number twice, once", US({ ...SECRET, codewords: "SA SA" }), "SECRET//RD-SIGMA 14//NOFORN"],
    ["SIGMA numbers of FRD", US({ ...SECRET, codewords: "FB FA RF" }), "SECRET//FRD-SIGMA 14 18//NOFORN"],
    ["CNWDI with a SIGMA number", US({ ...SECRET, codewords: "CN SA" }), "SECRET//RD-CNWDI-SIGMA 14//NOFORN"],
    ["FORMERLY RESTRICTED DATA", US({ ...SECRET, codewords: "RF" }), "SECRET//FRD//NOFORN"],
    ["transclassified nuclear information", US({ ...SECRET, codewords: "TF" }), "SECRET//TFNI//NOFORN"],
    [
      "special access programs of NATO",
      group({ classification: "T", system: "XN", codewords: "BO BA" }),
      "//COSMIC TOP SECRET//BALK/BOHEMIA",
    ],
    [
      "dissemination controls, whatever their order",
      US({ ...SECRET, codewords: "PI OR" }),
      "SECRET//ORCON/NOFORN/PROPIN",
    ],
    [
      "controls beside a release",
      US({ classification: "S", codewords: "PI OR", release: "UK" }),
      "SECRET//ORCON/PROPIN/REL TO USA, GBR",
    ],
    ["non-IC controls, whatever their order", US({ ...SECRET, codewords: "SS LE" }), "SECRET//NOFORN//LES/SSI"],
  ])("%s", (_, security, banner) => {
    const marking = read(security);
    expect(marking.findings).toEqual([]);
    expect(printed(marking)).toBe(banner);
    expect(marking.effective).toEqual(effectiveOf(marked(markingFromText(banner, register)), register));
  });

  test("SI-G ABCD as its system, its compartment and its sub-compartment, each of which a reader needs", () => {
    const { effective } = read(US({ ...TOP_SECRET, codewords: "GA OR" }));
    expect(effective.sci).toEqual(["SI", "SI-G", "SI-G-ABCD"]);
  });
});

describe("a group that waits for somebody to look at it", () => {
  const LIMDIS: readonly NitfFinding[] = ["UNCLASSIFIED_WITH_CONTROLS"];
  test.each<[string, NitfSecurity, string, readonly NitfFinding[]]>([
    ["UNCLASSIFIED and LIMDIS", US({ classification: "U", codewords: "DS" }), "UNCLASSIFIED//LIMDIS", LIMDIS],
    ["UNCLASSIFIED and UCNI", US({ classification: "U", codewords: "DC" }), "UNCLASSIFIED//DOD UCNI", LIMDIS],
    [
      "UNCLASSIFIED of nobody that is known",
      group({ classification: "U", system: "ZZ" }),
      "UNCLASSIFIED",
      ["SYSTEM_UNKNOWN"],
    ],
    [
      "RESTRICTED of the United States, which have no such level",
      US({ classification: "R" }),
      "CONFIDENTIAL//NOFORN",
      ["NO_LEGAL_MARKING"],
    ],
    [
      "released and not releasable",
      US({ classification: "S", release: "UK", handling: "NF" }),
      "SECRET//NOFORN",
      ["NO_LEGAL_MARKING"],
    ],
  ])("%s is printed as far as a line can say it", (_, security, banner, findings) => {
    const marking = read(security);
    expect(printed(marking)).toBe(banner);
    expect(marking.findings).toEqual(findings);
  });

  test("counts with its owner where its classification is blank", () => {
    const { effective } = read(group({ system: "XN" }));
    expect(effective).toMatchObject({ level: "U", fgi: ["NATO"], nato: ["NATO-U"] });
  });

  test("counts with its codewords where everything else is blank", () => {
    const { effective } = read(group({ codewords: "SI" }));
    expect(effective).toMatchObject({ sci: ["SI"], relTo: [] });
  });

  test("counts with its release where everything else is blank", () => {
    const { effective } = read(group({ release: "UK" }));
    expect(effective).toMatchObject({ relTo: ["GBR", "USA"], displayTo: ["GBR"] });
  });

  test("released under a register that does not have REL TO has no legal marking", () => {
    const dissemination = register.dissemination.filter(({ token }) => token !== "REL");
    const released = US({ classification: "S", release: "UK" });
    const marking = readNitfMarking([released], false, { ...register, dissemination });
    expect(marking.findings).toEqual(["NO_LEGAL_MARKING"]);
    expect(marking.effective).toMatchObject({ level: "S", relTo: ["GBR", "USA"] });
    expect(printed(marking)).toBe("SECRET//NOFORN");
  });
});

describe("a file of several groups", () => {
  test("prints the text that is a whole marking together with the fields beside it", () => {
    const said = US({ classification: "T", codewords: "TK", text: "TOP SECRET//SI-G//ORCON/NOFORN" });
    expect(printed(read(said))).toBe("TOP SECRET//SI-G/TK//ORCON/NOFORN");
  });

  test("prints its level and NOFORN where no banner can hold all of it", () => {
    // BALK is of NATO's own information alone (standards A.1), and one segment is the United States'.
    const balk = group({ classification: "T", system: "XN", codewords: "BA" });
    const marking = read(balk, US({ classification: "S", handling: "NF" }));
    expect(printed(marking)).toBe("TOP SECRET//NOFORN");
    expect(marking.effective).toMatchObject({ level: "TS", fgi: ["NATO"], noforn: true });
    expect(marking.effective.nato).toContain("BALK");
  });

  test("tells of each group what was found in it alone", () => {
    const unread = US({ classification: "S", codewords: "QZ", handling: "ZZ", text: "see the cover sheet" });
    const { byGroup } = read(US({ classification: "U" }), group({}), unread);
    expect(byGroup).toEqual([
      [],
      ["CLASSIFICATION_BLANK", "SYSTEM_UNKNOWN"],
      ["CODEWORD_UNMAPPED", "HANDLING_UNMAPPED", "TEXT_NOT_READ"],
    ]);
  });

  test("without any group is no file that says a marking", () => {
    expect(() => read()).toThrow(expect.objectContaining({ code: "E_EMPTY" }));
  });
});
