import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { convertLine } from "../../src/cli/marking-convert.ts";
import { dominates, effectiveOf } from "../../src/markings/effective.ts";
import { attemptLabel } from "../../src/markings/ism-form.ts";
import { ismOf } from "../../src/markings/ism.ts";
import { readStanag, writeStanag } from "../../src/markings/stanag.ts";
import { markings, SEED } from "./arbitrary.ts";
import { register } from "./register-data.ts";
import { category, CONTEXT, label, NS, of, read, releasable, TIMES, US_POLICY, write } from "./stanag-labels.ts";
import type { Parts } from "./stanag-labels.ts";

describe("STANAG 4774 labels", () => {
  test("of the reference are read, with what restricts nobody beside the marking", () => {
    const text = `<?xml version="1.0"?><s4774:originatorConfidentialityLabel xmlns:s4774="${NS}"><!-- a comment between elements -->
      <s4774:ConfidentialityInformation>
        <s4774:PolicyIdentifier URI="urn:oid:1.3.26.1.3.1">NATO</s4774:PolicyIdentifier>
        <s4774:Classification>SECRET</s4774:Classification>
        <s4774:Category Type="PERMISSIVE" TagName="Context" URI="urn:oid:1.3.26.1.4.4"><s4774:GenericValue>NATO</s4774:GenericValue></s4774:Category>
        <s4774:Category Type="PERMISSIVE" TagName="Releasable To"><s4774:GenericValue>CHE</s4774:GenericValue></s4774:Category>
        <s4774:Category Type="RESTRICTIVE" TagName="Additional Sensitivity"><s4774:GenericValue>ATOMAL</s4774:GenericValue></s4774:Category>
        <s4774:Category Type="INFORMATIVE" TagName="Administrative"><s4774:GenericValue>MEDICAL</s4774:GenericValue></s4774:Category>
      </s4774:ConfidentialityInformation>
      <s4774:OriginatorID IDType="rfc822Name">a@b.example</s4774:OriginatorID>
      <s4774:CreationDateTime>2026-01-01T00:00:00Z</s4774:CreationDateTime>
      <s4774:ReviewDateTime>2036-01-01T00:00:00Z</s4774:ReviewDateTime>
    </s4774:originatorConfidentialityLabel>`;
    expect(readStanag(text, register)).toStrictEqual({
      marking: of("//NATO SECRET//ATOMAL//REL TO USA, CHE, NATO"),
      informative: ["Administrative: MEDICAL"],
      originator: { idType: "rfc822Name", id: "a@b.example" },
      createdAt: "2026-01-01T00:00:00Z",
      reviewAt: "2036-01-01T00:00:00Z",
    });
  });
  test.each([
    ["//NATO UNCLASSIFIED"],
    ["//NATO RESTRICTED"],
    ["//COSMIC TOP SECRET//BALK/BOHEMIA//ATOMAL"],
    ["//NATO SECRET//REL TO USA, AUS, CHE, NATO"],
    ["UNCLASSIFIED//FOUO"],
    ["SECRET"],
    ["SECRET//NOFORN"],
    ["SECRET//REL TO USA, GBR, FVEY"],
    ["SECRET//ORCON-USGOV/NOFORN/PROPIN"],
    ["TOP SECRET//SI-G ABCD/TK-BLFH//SAR-BUTTER POPCORN-A//RD-CNWDI//ORCON/NOFORN//EXDIS"],
  ])("of %s say that marking and nothing weaker", (text) => {
    expect(read(String(write(text)))).toStrictEqual(of(text));
  });
  test.each([
    ["SECRET//FGI DEU//NOFORN", "a foreign source"],
    ["SECRET//RELIDO", "a control that is no restriction to hold"],
    ["SECRET//DISPLAY ONLY AFG", "a view without a copy"],
    ["SECRET//REL TO USA, GBR/DISPLAY ONLY AFG", "a view beside a release"],
    ["SECRET//REL TO USA, GBR/RELIDO", "a release with RELIDO"],
    ["UNCLASSIFIED//LES NOFORN", "a joined form"],
    ["//DEU SECRET", "an owner without a policy"],
    ["//JOINT SECRET CAN USA//REL TO USA, CAN", "several owners"],
    ["(//FGI S)", "a concealed owner"],
    ["//NATO SECRET//REL TO USA, CHE", "a release of NATO that leaves NATO out"],
    ["//NATO SECRET//REL TO USA, NATO", "a release to NATO alone, which is no release"],
    ["//NATO SECRET//ORCON", "a national control on NATO information"],
  ])("are not written for %s: %s is not in the table", (text) => {
    expect(write(text)).toBe("E_MAPPING");
  });
  test("hold exactly the text that the schema asks for", () => {
    expect(writeStanag(of("CONFIDENTIAL"), { ...TIMES, originator: { idType: "x", id: "a<b" } }, register)).toBe(
      `<s4774:originatorConfidentialityLabel xmlns:s4774="${NS}"><s4774:ConfidentialityInformation><s4774:PolicyIdentifier URI="urn:us:gov:ic:ism">USA</s4774:PolicyIdentifier><s4774:Classification>CONFIDENTIAL</s4774:Classification><s4774:Category Type="PERMISSIVE" TagName="Releasable To"><s4774:GenericValue>USA</s4774:GenericValue></s4774:Category></s4774:ConfidentialityInformation><s4774:OriginatorID IDType="x">a&lt;b</s4774:OriginatorID><s4774:CreationDateTime>2026-01-01T00:00:00Z</s4774:CreationDateTime><s4774:ReviewDateTime>2036-01-01T00:00:00Z</s4774:ReviewDateTime></s4774:originatorConfidentialityLabel>`,
    );
  });
  test("of any marking are read back to it, or are not written", () => {
    let written = 0;
    fc.assert(
      fc.property(markings, (marking) => {
        const result = attemptLabel(() => writeStanag(marking, TIMES, register));
        if (!result.ok) expect(result.code).toBe("E_MAPPING");
        else {
          written += 1;
          const back = readStanag(result.value, register).marking;
          expect(ismOf(back)).toStrictEqual(ismOf(marking));
          expect(dominates(effectiveOf(back, register), effectiveOf(marking, register))).toBe(true);
        }
      }),
      { seed: SEED, numRuns: 3000 },
    );
    expect(written).toBeGreaterThan(150);
  });
});

describe("STANAG 4774 labels are read", () => {
  test.each<[string, Parts, string]>([
    [
      "without identifiers, which are optional",
      { policy: "<PolicyIdentifier>NATO</PolicyIdentifier>", categories: category("PERMISSIVE", "Context", ["NATO"]) },
      "//NATO SECRET",
    ],
    [
      "with values in any order",
      { categories: CONTEXT + releasable("GBR", "CHE", "AUS") },
      "//NATO SECRET//REL TO USA, AUS, CHE, GBR, NATO",
    ],
    [
      "with the own country among others",
      { policy: US_POLICY, categories: releasable("GBR", "USA") },
      "SECRET//REL TO USA, GBR",
    ],
    ["with the own country alone, which is no release", { policy: US_POLICY, categories: releasable("USA") }, "SECRET"],
    [
      "with controls in any order",
      {
        policy: US_POLICY,
        categories: releasable("USA") + category("RESTRICTIVE", "Dissemination Controls", ["NOFORN", "ORCON"]),
      },
      "SECRET//ORCON/NOFORN",
    ],
    [
      "with the review as an attribute, as in the schema",
      { review: "", root: ' ReviewDateTime="2036-01-01T00:00:00Z" ConfidentialityLabelVersion="1"' },
      "//NATO SECRET",
    ],
    [
      "with an offset and fractions in a time",
      { created: "<CreationDateTime>2026-01-01T00:00:00.123+02:00</CreationDateTime>" },
      "//NATO SECRET",
    ],
  ])("%s", (_, parts, text) => {
    expect(read(label(parts))).toStrictEqual(of(text));
  });
});

describe("caveat marking convert with labels", () => {
  const context = {
    register,
    bannerContext: null,
    createdAt: "2026-01-01T00:00:00Z",
    reviewAt: "2036-01-01T00:00:00Z",
  };
  test("tells what the marking cannot hold, and only then", () => {
    const informative = label({ categories: CONTEXT + category("INFORMATIVE", "Administrative", ["MEDICAL"]) });
    expect(JSON.parse(convertLine(informative, "stanag4774", "banner", context))).toStrictEqual({
      input: informative,
      ok: true,
      output: "//NATO SECRET",
      informative: ["Administrative: MEDICAL"],
    });
    expect(JSON.parse(convertLine(label(), "stanag4774", "portion", context))).toStrictEqual({
      input: label(),
      ok: true,
      output: "(//NS)",
    });
  });
  test("writes labels with the times that it was given", () => {
    expect(JSON.parse(convertLine("SECRET", "banner", "stanag4774", context))).toStrictEqual({
      input: "SECRET",
      ok: true,
      output: write("SECRET"),
    });
  });
});
