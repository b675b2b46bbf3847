import { describe, expect, test } from "vitest";
import { dominates, effectiveOf, joinEffective } from "../../src/markings/effective.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import { marked, register } from "./register-data.ts";

const of = (text: string) => effectiveOf(marked(markingFromText(text, register)), register);

describe("effective marking", () => {
  test("flattens SCI and SAP with their parents", () => {
    expect(of("TOP SECRET//SI-G ABCD EFGH-XYZ//SAR-BP-123/CA-XYZ YYY//ORCON/NOFORN")).toMatchObject({
      sci: ["SI", "SI-G", "SI-G-ABCD", "SI-G-EFGH", "SI-XYZ"],
      sar: ["BP", "BP-123", "CA", "CA-XYZ", "CA-XYZ-YYY"],
      controls: ["OC"],
      noforn: true,
    });
  });
  test("has the tokens of Restricted Data and its subsets", () => {
    expect(of("SECRET//RD-CNWDI-SIGMA 14 20//NOFORN").aea).toStrictEqual(["RD", "RD-CNWDI", "RD-SG-14", "RD-SG-20"]);
  });
  test("expands groups to countries, and a code without members to nobody", () => {
    const five = ["AUS", "CAN", "DEU", "GBR", "NZL"];
    expect(of("(S//REL TO USA, DEU, FVEY, GFNX)")).toMatchObject({ relTo: [...five, "USA"], displayTo: five });
    expect(of("(S//REL TO USA, GFNX)")).toMatchObject({ relTo: ["USA"], displayTo: [], noforn: false });
    expect(of("(S//REL TO USA, NATO)").relTo).toHaveLength(32);
  });
  test("has USA in every release and in nothing else, so that a join of releases still has it", () => {
    const one = of("(S//REL TO USA, GBR)");
    expect(joinEffective(one, of("(S//REL TO USA, AUS)")).relTo).toStrictEqual(["USA"]);
    expect(joinEffective(one, of("(S//DISPLAY ONLY GBR)"))).toMatchObject({ relTo: [], displayTo: ["GBR"] });
    expect(joinEffective(one, of("SECRET")).relTo).toStrictEqual([]);
    expect(of("(S//DISPLAY ONLY GBR)").relTo).toStrictEqual([]);
  });
  test("releases a marking without any FD&R mark to nobody", () => {
    expect(of("UNCLASSIFIED")).toMatchObject({ level: "U", relTo: [], displayTo: [], noforn: false });
  });
  test("keeps DISPLAY ONLY apart from release", () => {
    expect(of("(S//REL TO USA, IRQ/DISPLAY ONLY AFG)")).toMatchObject({
      relTo: ["IRQ", "USA"],
      displayTo: ["AFG", "IRQ"],
    });
  });
  test("reads NOFORN out of SBU-NF and LES-NF", () => {
    expect(of("(U//LES-NF)")).toMatchObject({ controls: ["LES"], noforn: true });
  });
  test("gives NATO information its level, whether owned or a source", () => {
    expect(of("//COSMIC TOP SECRET//BOHEMIA")).toMatchObject({
      nato: ["BOHEMIA", "NATO-C", "NATO-R", "NATO-S", "NATO-TS", "NATO-U"],
      fgi: ["NATO"],
    });
    expect(of("SECRET//FGI NATO//NOFORN").nato).toStrictEqual(["NATO-C", "NATO-R", "NATO-S", "NATO-U"]);
    expect(dominates(of("SECRET//FGI NATO//NOFORN"), of("CONFIDENTIAL//FGI NATO//NOFORN"))).toBe(true);
  });
  test("stands a star for a concealed source", () => {
    expect(of("(//FGI S//NF)").fgi).toStrictEqual(["*"]);
    expect(of("SECRET//FGI//NOFORN").fgi).toStrictEqual(["*"]);
  });
  test("keeps JOINT owners, and only the common ones in a join", () => {
    const three = of("//JOINT SECRET CAN GBR USA//REL TO USA, CAN, GBR");
    expect(three.jointOwners).toStrictEqual(["CAN", "GBR", "USA"]);
    expect(joinEffective(three, of("//JOINT SECRET CAN USA//REL TO USA, CAN")).jointOwners).toStrictEqual([
      "CAN",
      "USA",
    ]);
    expect(joinEffective(three, of("SECRET//NOFORN")).jointOwners).toStrictEqual(["CAN", "GBR", "USA"]);
  });
  test("join keeps what roll-up drops", () => {
    expect(joinEffective(of("(U//FOUO)"), of("(S//NF)")).controls).toStrictEqual(["FOUO"]);
  });
  test("markings with different compartments dominate each other neither way", () => {
    const si = of("TOP SECRET//SI");
    const tk = of("TOP SECRET//TK");
    expect([dominates(si, tk), dominates(tk, si)]).toStrictEqual([false, false]);
  });
});
