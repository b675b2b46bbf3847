import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FormatError, encodeManifest, parseManifest, parseAuthority, parseDeclassifyOn } from "../../audit/index.ts";
import type { Manifest, ManifestFile } from "../../audit/index.ts";
import { AuthorityError, readDeclassifyOn } from "../../src/markings/declassify.ts";
import { readSource } from "../../src/markings/authority-source.ts";

const marking = (level: string) => ({ banner: level, effective: { level } });
const file = (path: string, level: string, declassifyOn: string | null): ManifestFile => ({
  path,
  bytes: 1,
  mediaType: "image/png",
  marking: marking(level),
  declassifyOn,
  sha256: "0".repeat(64),
  sha384: "0".repeat(96),
});
const BLOCK = { classifiedBy: "person 1", derivedFrom: "Guide, dated 20260101", sources: [], declassifyOn: "20510101" };
const manifest = (change: Partial<Manifest>): Manifest => ({
  deliveryId: "d",
  dataset: "s",
  versionDigest: "v",
  counts: { images: 1, labels: 0 },
  files: [file("data/a.png", "S", "20510101")],
  marking: marking("S"),
  authority: BLOCK,
  policyVersion: "p",
  registerVersion: "r",
  purpose: "t",
  recipient: { id: "r", name: "n", organization: "o", country: "USA" },
  requestedAt: "2026-09-20T12:00:00.000000Z",
  requester: "q",
  ...change,
});
const code = (reading: () => unknown): unknown => {
  try {
    reading();
    return "accepted";
  } catch (error) {
    if (error instanceof FormatError) return error.code;
    throw error;
  }
};

describe("the classification authority of a manifest", () => {
  test("is read back as it was written, with its list of sources", () => {
    const sources = [
      { title: "A", date: "20200101" },
      { title: "B, dated 19990101", date: "20200229" },
      { title: "Guide", date: null },
    ];
    const whole = manifest({ authority: { ...BLOCK, derivedFrom: "Multiple Sources", sources } });
    expect(parseManifest(encodeManifest(whole))).toStrictEqual(whole);
    const undated = manifest({ authority: { ...BLOCK, derivedFrom: "Guide" } });
    expect(parseManifest(encodeManifest(undated))).toStrictEqual(undated);
    const plain = manifest({ authority: null, marking: marking("U"), files: [file("data/a.png", "U", null)] });
    expect(parseManifest(encodeManifest(plain))).toStrictEqual(plain);
  });
  test.each<[string, Partial<Manifest>]>([
    ["is missing on classified data", { authority: null }],
    ["stands on unclassified data", { marking: marking("U"), files: [file("data/a.png", "U", null)] }],
    ["is that of a classified file that has no time", { files: [file("data/a.png", "S", null)] }],
    ["is beside an unclassified file with a time", { files: [file("data/a.png", "U", "20510101")] }],
    ["is declassified earlier than a file", { files: [file("data/a.png", "S", "20510102")] }],
    ["is weaker than a file", { files: [file("data/a.png", "S", "20510101"), file("data/b.png", "S", "25X1")] }],
    ["is missing although a file is classified", { authority: null, marking: marking("U") }],
  ])("%s: the manifest is refused", (_, change) => {
    expect(code(() => encodeManifest(manifest(change)))).toBe("MANIFEST");
  });
  test("is no weaker than each file may be", () => {
    const files = [
      file("data/a.png", "S", "20510101"),
      file("data/b.png", "U", null),
      file("data/c.png", "S", "End of it"),
    ];
    expect(code(() => encodeManifest(manifest({ files })))).toBe("accepted");
  });
  const SOURCE = { title: "A", date: "20200101" };
  test.each<[string, object, string]>([
    ["without who classified", { ...BLOCK, classifiedBy: "" }, "MEMBERS"],
    ["with a line end", { ...BLOCK, classifiedBy: "a\nb" }, "MEMBERS"],
    ["with a reason", { ...BLOCK, reasons: ["1.4(a)"] }, "MEMBERS"],
    ["with a day of its source in another form", { ...BLOCK, derivedFrom: "Guide, dated 2026-01-01" }, "MANIFEST"],
    ["with a day of its source beside the title", { ...BLOCK, derivedFrom: "Guide dated 20260101" }, "MANIFEST"],
    ["with multiple sources in small letters", { ...BLOCK, derivedFrom: "Multiple sources" }, "MANIFEST"],
    [
      "with a source that has its day in the title",
      { ...BLOCK, derivedFrom: "Multiple Sources", sources: [SOURCE, { title: "B, dated 20200101", date: null }] },
      "MANIFEST",
    ],
    [
      "with a source that leaves out the day",
      { ...BLOCK, derivedFrom: "Multiple Sources", sources: [SOURCE, { title: "B" }] },
      "MEMBERS",
    ],
    ["with a day of its source that is none", { ...BLOCK, derivedFrom: "Guide, dated 20261301" }, "MANIFEST"],
    ["with a list beside a single source", { ...BLOCK, sources: [SOURCE] }, "MANIFEST"],
    ["with multiple sources and no list", { ...BLOCK, derivedFrom: "Multiple Sources" }, "MANIFEST"],
    [
      "with multiple sources of which there is one",
      { ...BLOCK, derivedFrom: "Multiple Sources", sources: [SOURCE] },
      "MANIFEST",
    ],
    [
      "with a source with half a day",
      { ...BLOCK, derivedFrom: "Multiple Sources", sources: [SOURCE, { title: "B", date: "2020" }] },
      "MEMBERS",
    ],
    [
      "with a source with more",
      { ...BLOCK, derivedFrom: "Multiple Sources", sources: [SOURCE, { ...SOURCE, x: 1 }] },
      "MEMBERS",
    ],
    ["with a retired instruction", { ...BLOCK, declassifyOn: "OADR" }, "MANIFEST"],
    ["with a single word", { ...BLOCK, declassifyOn: "NATO" }, "MANIFEST"],
    ["with numbers alone", { ...BLOCK, declassifyOn: "2051 01 01" }, "MANIFEST"],
    ["with an exemption beside words", { ...BLOCK, declassifyOn: "25X1 AFTER THE EXERCISE" }, "MANIFEST"],
    ["with a day that is none", { ...BLOCK, declassifyOn: "20510001" }, "MANIFEST"],
    ["with an exemption that is none", { ...BLOCK, declassifyOn: "25X0" }, "MANIFEST"],
    ["with a day that no exemption has", { ...BLOCK, declassifyOn: "25X1, 20601301" }, "MANIFEST"],
    ["that is a list", [], "MEMBERS"],
  ])("%s is refused", (_, block, expected) => {
    expect(code(() => parseAuthority(block as never, "S"))).toBe(expected);
  });
  test.each([
    "20510101",
    "25X1",
    "25X9, 20600101",
    "25X1, EO 12951",
    "50X1-HUM",
    "50X2-WMD",
    "50X6",
    "50X6, 20760101",
    "75X",
    "End of it",
    "COMPLETION OF EXERCISE",
    "10 days after the exercise",
  ])("%s is a time of declassification", (text) => expect(parseDeclassifyOn(text, "S")).toBe(text));
  test.each(["RD/FRD/TFNI", "NATO", "NATO and RD/FRD/TFNI"])("there is none for %s portions", (kind) => {
    const text = `N/A to ${kind} portions. See source list for NSI portions.`;
    expect(parseDeclassifyOn(text, "TS")).toBe(text);
  });
});

/** Lines of words from which titles and events are made, right and wrong ones. */
const written = fc
  .array(
    fc.constantFrom(
      ..."END Exercise of OF WAR 10 180 days 1st 25X1 OADR NATO AEA JANUARY 2051 20510101 Guide, dated , Multiple Sources X".split(
        " ",
      ),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((words) => words.join(" "));
/** Null where it is refused. */
const accepted = <T>(reading: () => T): T | null => {
  try {
    return reading();
  } catch (error) {
    if (error instanceof AuthorityError) return null;
    throw error;
  }
};

describe("the verifier", () => {
  test("reads every time of declassification and every source that a block may have", () => {
    let [times, titles] = [0, 0];
    fc.assert(
      fc.property(written, (text) => {
        if (accepted(() => readDeclassifyOn(text)) !== null) {
          times += 1;
          expect(parseDeclassifyOn(text, "S")).toBe(text);
        }
        if (accepted(() => readSource(text)) !== null) {
          titles += 1;
          expect(parseAuthority({ ...BLOCK, derivedFrom: text }, "S")).toMatchObject({ derivedFrom: text });
        }
      }),
      { seed: 20261121, numRuns: 2000 },
    );
    expect(times).toBeGreaterThan(500);
    expect(titles).toBeGreaterThan(500);
  });
});
