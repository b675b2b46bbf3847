import { describe, expect, test } from "vitest";
import { category, CONTEXT, label, NS, read, releasable, US_POLICY } from "./stanag-labels.ts";

const REPLACED = (from: string, to: string): string => label().replace(from, to);

describe("STANAG 4774 labels are refused", () => {
  test.each<[string, string, string]>([
    ["a document type", `<!DOCTYPE x>${label()}`, "E_XML"],
    [
      "an external entity",
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${REPLACED("SECRET", "&e;")}`,
      "E_XML",
    ],
    ["a parameter entity", `<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1/e">%e;]>${label()}`, "E_XML"],
    [
      "laughs by the billion",
      `<!DOCTYPE x [<!ENTITY a "SECRET"><!ENTITY b "&a;&a;&a;&a;">]>${REPLACED("SECRET", "&b;")}`,
      "E_XML",
    ],
    ["an entity that is not declared", REPLACED("SECRET", "&secret;"), "E_XML"],
    ["a processing instruction", `<?xml-stylesheet href="x"?>${label()}`, "E_XML"],
    ["CDATA", REPLACED("SECRET", "<![CDATA[SECRET]]>"), "E_XML"],
    ["CDATA inside a value", REPLACED("SECRET", "UNCLASSIFIED<![CDATA[]]>"), "E_XML"],
    ["a comment inside a value", REPLACED("SECRET", "SEC<!-- -->RET"), "E_XML"],
    ["a comment that hides the rest of a value", REPLACED("SECRET", "UNCLASSIFIED<!-- SECRET -->"), "E_XML"],
    ["an element inside a value", REPLACED("SECRET", "UNCLASSIFIED<b/>"), "E_XML"],
    ["a longer document than a label", label() + " ".repeat(65_536), "E_XML"],
    ["elements without end", "<a>".repeat(20_000), "E_XML"],
    ["no namespace", REPLACED(` xmlns="${NS}"`, ""), "E_XML"],
    ["another namespace", REPLACED(NS, `${NS}:1`), "E_XML"],
    ["another namespace for one element", REPLACED("<Classification>", '<Classification xmlns="urn:x">'), "E_XML"],
    [
      "a prefix bound late",
      REPLACED(
        "<Classification>SECRET</Classification>",
        `<s:Classification xmlns:s="urn:x">SECRET</s:Classification>`,
      ),
      "E_XML",
    ],
    [
      "a second classification of another namespace",
      REPLACED("<Classification>", '<x:Classification xmlns:x="urn:x">UNCLASSIFIED</x:Classification><Classification>'),
      "E_XML",
    ],
    ["an alternative label", label().replaceAll("originatorConf", "alternativeConf"), "E_XML"],
    ["a metadata label", label().replaceAll("originatorConf", "metadataConf"), "E_XML"],
    ["a label inside a binding", `<b xmlns="urn:nato:stanag:4778:bindinginformation:1:0">${label()}</b>`, "E_XML"],
    ["an element that is unknown", label({ before: "<Owner>USA</Owner>" }), "E_XML"],
    ["text between elements", label({ before: "SECRET" }), "E_XML"],
    ["an attribute that is unknown", REPLACED("<Classification>", '<Classification Level="0">'), "E_XML"],
    [
      "an attribute with a namespace",
      REPLACED("<Classification>", '<Classification xmlns:x="urn:x" x:a="1">'),
      "E_XML",
    ],
    [
      "an attribute of the information",
      REPLACED("<ConfidentialityInformation>", '<ConfidentialityInformation a="1">'),
      "E_XML",
    ],
    ["an attribute of a value", REPLACED("<GenericValue>", '<GenericValue a="1">'), "E_XML"],
    ["another version", label({ root: ' ConfidentialityLabelVersion="2"' }), "E_XML"],
    ["an empty value", REPLACED("SECRET", ""), "E_XML"],
    [
      "two classifications",
      label({ classification: "<Classification>SECRET</Classification><Classification>UNCLASSIFIED</Classification>" }),
      "E_DUPLICATE",
    ],
    [
      "two policies",
      label({ policy: "<PolicyIdentifier>NATO</PolicyIdentifier><PolicyIdentifier>USA</PolicyIdentifier>" }),
      "E_DUPLICATE",
    ],
    [
      "two blocks of information",
      label().replace(/(<ConfidentialityInformation>.*<\/ConfidentialityInformation>)/, "$1$1"),
      "E_DUPLICATE",
    ],
    ["a category twice", label({ categories: CONTEXT + CONTEXT }), "E_DUPLICATE"],
    ["a value twice", label({ categories: CONTEXT + releasable("CHE", "CHE") }), "E_DUPLICATE"],
    ["an attribute twice", REPLACED('Type="PERMISSIVE"', 'Type="PERMISSIVE" Type="INFORMATIVE"'), "E_XML"],
    ["a review twice", label({ root: ' ReviewDateTime="2036-01-01T00:00:00Z"' }), "E_DUPLICATE"],
    [
      "the classification before the policy",
      label({
        policy: "<Classification>SECRET</Classification>",
        classification: "<PolicyIdentifier>NATO</PolicyIdentifier>",
      }),
      "E_ORDER",
    ],
    ["no policy", label({ policy: "" }), "E_REQUIRES"],
    ["no classification", label({ classification: "" }), "E_REQUIRES"],
    [
      "no information",
      label().replace(/<ConfidentialityInformation>.*<\/ConfidentialityInformation>/, ""),
      "E_REQUIRES",
    ],
    ["no creation time", label({ created: "" }), "E_REQUIRES"],
    ["no review time", label({ review: "" }), "E_REQUIRES"],
    [
      "a review before the creation",
      label({ review: "<ReviewDateTime>2025-01-01T00:00:00Z</ReviewDateTime>" }),
      "E_CONFLICT",
    ],
    [
      "a review at the creation",
      label({ review: "<ReviewDateTime>2026-01-01T00:00:00Z</ReviewDateTime>" }),
      "E_CONFLICT",
    ],
    ["a time without an offset", label({ review: "<ReviewDateTime>2036-01-01T00:00:00</ReviewDateTime>" }), "E_SYNTAX"],
    [
      "an attribute of the review time",
      label({ review: '<ReviewDateTime URI="urn:x">2036-01-01T00:00:00Z</ReviewDateTime>' }),
      "E_XML",
    ],
    ["a day alone", label({ review: "<ReviewDateTime>2036-01-01</ReviewDateTime>" }), "E_SYNTAX"],
    [
      "a day that is not on the calendar",
      label({ review: "<ReviewDateTime>2036-02-30T00:00:00Z</ReviewDateTime>" }),
      "E_SYNTAX",
    ],
    ["an hour that is none", label({ review: "<ReviewDateTime>2036-01-01T24:00:00Z</ReviewDateTime>" }), "E_SYNTAX"],
    [
      "an offset that is none",
      label({ review: "<ReviewDateTime>2036-01-01T00:00:00+99:00</ReviewDateTime>" }),
      "E_SYNTAX",
    ],
    [
      "succession to another label",
      label({ review: "<ReviewDateTime>2036-01-01T00:00:00Z</ReviewDateTime><SuccessionHandling/>" }),
      "E_MAPPING",
    ],
    [
      "a privacy mark",
      label({ classification: "<Classification>SECRET</Classification><PrivacyMark>x</PrivacyMark>" }),
      "E_MAPPING",
    ],
    ["an unknown policy", label({ policy: "<PolicyIdentifier>XYZ</PolicyIdentifier>" }), "E_MAPPING"],
    [
      "a policy with the identifier of another",
      label({ policy: '<PolicyIdentifier URI="urn:us:gov:ic:ism">NATO</PolicyIdentifier>' }),
      "E_MAPPING",
    ],
    ["an unknown classification", REPLACED("SECRET", "TOP SECRET"), "E_MAPPING"],
    ["a classification in small letters", REPLACED("SECRET", "Secret"), "E_MAPPING"],
    [
      "a classification of another policy",
      label({
        policy: US_POLICY,
        categories: releasable("USA"),
        classification: "<Classification>RESTRICTED</Classification>",
      }),
      "E_MAPPING",
    ],
    ["an unknown category", label({ categories: CONTEXT + category("PERMISSIVE", "Only", ["GBR"]) }), "E_MAPPING"],
    [
      "a restriction that is called information",
      label({ categories: CONTEXT + category("INFORMATIVE", "Additional Sensitivity", ["ATOMAL"]) }),
      "E_MAPPING",
    ],
    [
      "a restriction of which one value is enough",
      label({ categories: CONTEXT + category("PERMISSIVE", "Additional Sensitivity", ["ATOMAL"]) }),
      "E_MAPPING",
    ],
    [
      "a release that must be held whole",
      label({ categories: CONTEXT + category("RESTRICTIVE", "Releasable To", ["CHE"]) }),
      "E_MAPPING",
    ],
    ["a category without a type", REPLACED(' Type="PERMISSIVE"', ""), "E_MAPPING"],
    [
      "a category with the identifier of another",
      label({ categories: CONTEXT + category("PERMISSIVE", "Releasable To", ["CHE"], "urn:x") }),
      "E_MAPPING",
    ],
    [
      "an unknown value of a restriction",
      label({ categories: CONTEXT + category("RESTRICTIVE", "Additional Sensitivity", ["CRYPTO"]) }),
      "E_MAPPING",
    ],
    [
      "an unknown value of information",
      label({ categories: CONTEXT + category("INFORMATIVE", "Administrative", ["STAFF"]) }),
      "E_MAPPING",
    ],
    ["another context", REPLACED("<GenericValue>NATO", "<GenericValue>KFOR"), "E_MAPPING"],
    ["two contexts", label({ categories: category("PERMISSIVE", "Context", ["NATO", "KFOR"]) }), "E_MAPPING"],
    ["no context", label({ categories: releasable("CHE") }), "E_REQUIRES"],
    ["no release of a policy that always has one", label({ policy: US_POLICY, categories: "" }), "E_REQUIRES"],
    ["a release without the own country", label({ policy: US_POLICY, categories: releasable("GBR") }), "E_MAPPING"],
    ["a category without values", label({ categories: CONTEXT + releasable() }), "E_EMPTY"],
    ["a country that is none", label({ categories: CONTEXT + releasable("UK") }), "E_COUNTRY"],
    [
      "a release beside NOFORN",
      label({
        policy: US_POLICY,
        categories: releasable("USA", "GBR") + category("RESTRICTIVE", "Dissemination Controls", ["NOFORN"]),
      }),
      "E_CONFLICT",
    ],
    [
      "a control below its level",
      label({
        policy: US_POLICY,
        classification: "<Classification>UNCLASSIFIED</Classification>",
        categories: releasable("USA") + category("RESTRICTIVE", "SCI Controls", ["SI"]),
      }),
      "E_LEVEL",
    ],
    [
      "a compartment without its system",
      label({ policy: US_POLICY, categories: releasable("USA") + category("RESTRICTIVE", "SCI Controls", ["SI-G"]) }),
      "E_REQUIRES",
    ],
    ["nothing", "", "E_XML"],
  ])("for %s", (_, text, code) => {
    expect(read(text)).toBe(code);
  });
});
