import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BOTTOM, dominates, effectiveOf } from "../../src/markings/effective.ts";
import { readNitfMarking } from "../../src/markings/nitf.ts";
import type { NitfMarking } from "../../src/markings/nitf.ts";
import { markingFromText } from "../../src/markings/parse.ts";
import { parseRegister } from "../../src/markings/register.ts";
import { renderBanner } from "../../src/markings/render.ts";
import { ImageError } from "../../src/storage/imagery/image-error.ts";
import { readNitfFrom } from "../../src/storage/imagery/nitf/read-file.ts";
import { marked, register, registerFiles } from "../markings/register-data.ts";
import { GROUP_BYTES, HEADER_GROUP, IMAGE_GROUP_IN_SUBHEADER, writeNitf } from "./write-nitf.ts";
import type { GroupFields, NitfFields } from "./write-nitf.ts";

async function read(bytes: Uint8Array): Promise<NitfMarking> {
  const { groups, labelled } = await readNitfFrom(bytes);
  return readNitfMarking(groups, labelled, register);
}

const of = (fields: NitfFields): Promise<NitfMarking> => read(writeNitf(fields));

describe("the marking of a NITF file", () => {
  test.each<[string, GroupFields, string]>([
    ["UNCLASSIFIED", { clas: "U" }, "UNCLASSIFIED"],
    ["UNCLASSIFIED of the United States", { clas: "U", clsy: "US" }, "UNCLASSIFIED"],
    ["CONFIDENTIAL", { clas: "C", clsy: "US", ctlh: "NF" }, "CONFIDENTIAL//NOFORN"],
    ["SECRET, released", { clas: "S", clsy: "US", rel: "CA UK" }, "SECRET//REL TO USA, CAN, GBR"],
    [
      "SECRET, released by trigraphs and a group",
      { clas: "S", clsy: "US", rel: "USA GBR FVEY" },
      "SECRET//REL TO USA, GBR, FVEY",
    ],
    ["two compartments", { clas: "T", clsy: "US", code: "TK SI", ctlh: "NF" }, "TOP SECRET//SI/TK//NOFORN"],
    ["RESTRICTED DATA", { clas: "S", clsy: "US", code: "RD", ctlh: "NF" }, "SECRET//RD//NOFORN"],
    ["CNWDI", { clas: "S", clsy: "US", code: "CN", ctlh: "NF" }, "SECRET//RD-CNWDI//NOFORN"],
    ["ORCON", { clas: "S", clsy: "US", code: "OR", ctlh: "NF" }, "SECRET//ORCON/NOFORN"],
    ["NATO SECRET", { clas: "S", clsy: "XN" }, "//NATO SECRET"],
    ["COSMIC TOP SECRET ATOMAL", { clas: "T", clsy: "XN", code: "AT" }, "//COSMIC TOP SECRET//ATOMAL"],
    ["RESTRICTED of another country", { clas: "R", clsy: "UK" }, "//GBR RESTRICTED"],
  ])("%s is what its groups say, and nothing is found", async (_, header, banner) => {
    const { structure, effective, findings } = await of({ header });
    expect(findings).toEqual([]);
    expect(renderBanner(structure, register)).toBe(banner);
    expect(effective).toEqual(effectiveOf(marked(markingFromText(banner, register)), register));
  });

  test("is the join of every group, and a legal line is printed for it", async () => {
    const { structure, effective } = await of({
      header: { clas: "S", clsy: "US", ctlh: "NF" },
      image: { clas: "S", clsy: "US", code: "SI", ctlh: "NF" },
      text: { clas: "T", clsy: "US", code: "TK", ctlh: "NF" },
    });
    expect(effective).toMatchObject({ level: "TS", sci: ["SI", "TK"], noforn: true });
    expect(renderBanner(structure, register)).toBe("TOP SECRET//SI/TK//NOFORN");
  });

  test.each<[string, NitfFields, readonly string[]]>([
    ["blank", { header: {} }, ["CLASSIFICATION_BLANK", "SYSTEM_UNKNOWN"]],
    ["blank in its image only", { header: { clas: "U" }, image: {} }, ["CLASSIFICATION_BLANK", "SYSTEM_UNKNOWN"]],
    ["of a letter that is no classification", { header: { clas: "X", clsy: "US" } }, ["CLASSIFICATION_UNKNOWN"]],
    ["of a small letter", { header: { clas: "s", clsy: "US" } }, ["CLASSIFICATION_UNKNOWN"]],
    ["classified by nobody", { header: { clas: "S" } }, ["SYSTEM_UNKNOWN"]],
    ["of a system that is not in the table", { header: { clas: "S", clsy: "ZZ" } }, ["SYSTEM_UNKNOWN"]],
    [
      "with a codeword that is not in the table",
      { header: { clas: "S", clsy: "US", code: "SI QZ", ctlh: "NF" } },
      ["CODEWORD_UNMAPPED"],
    ],
    [
      "with codewords that are not separated",
      { header: { clas: "S", clsy: "US", code: "SITK", ctlh: "NF" } },
      ["CODEWORD_UNMAPPED"],
    ],
    [
      "with a handling that is not in the table",
      { header: { clas: "S", clsy: "US", ctlh: "ZZ" } },
      ["HANDLING_UNMAPPED"],
    ],
    ["released to nobody that is known", { header: { clas: "S", clsy: "US", rel: "UK ZZ" } }, ["RELEASE_UNMAPPED"]],
    ["released to a code of two countries", { header: { clas: "S", clsy: "US", rel: "AS" } }, ["RELEASE_UNMAPPED"]],
    ["released and not", { header: { clas: "S", clsy: "US", rel: "UK", ctlh: "NF" } }, ["NO_LEGAL_MARKING"]],
    ["RESTRICTED of the United States", { header: { clas: "R", clsy: "US" } }, ["NO_LEGAL_MARKING"]],
    [
      "with a text that is no marking",
      { header: { clas: "S", clsy: "US", cltx: "see the cover sheet" } },
      ["TEXT_NOT_READ"],
    ],
    ["UNCLASSIFIED with a control", { header: { clas: "U", ctlh: "NF" } }, ["UNCLASSIFIED_WITH_CONTROLS"]],
    ["UNCLASSIFIED with an authority", { header: { clas: "U", caut: "somebody" } }, ["UNCLASSIFIED_WITH_CONTROLS"]],
    ["UNCLASSIFIED with a declassification", { header: { clas: "U", dctp: "X1" } }, ["UNCLASSIFIED_WITH_CONTROLS"]],
    [
      "lower in its header than in its image",
      { header: { clas: "U" }, image: { clas: "S", clsy: "US" } },
      ["HEADER_BELOW_SEGMENT"],
    ],
    [
      "lower in its header than in a text",
      { header: { clas: "S", clsy: "US" }, text: { clas: "T", clsy: "US" } },
      ["HEADER_BELOW_SEGMENT"],
    ],
    [
      "of wider release in its header",
      { header: { clas: "S", clsy: "US", rel: "UK CA" }, image: { clas: "S", clsy: "US", rel: "UK" } },
      ["HEADER_BELOW_SEGMENT"],
    ],
    [
      "with a label that is not read",
      { header: { clas: "U" }, extension: { clas: "U" }, extensionName: "XML_DATA_CONTENT" },
      ["LABEL_NOT_READ"],
    ],
  ])("a file that is %s is found, and for what", async (_, fields, findings) => {
    expect((await of(fields)).findings).toEqual(findings);
  });

  test("what was understood counts although the rest was not", async () => {
    const { effective } = await of({ header: { clas: "T", clsy: "ZZ", code: "SI QZ", ctlh: "ZZ", rel: "UK" } });
    expect(effective).toMatchObject({ level: "TS", sci: ["SI"], relTo: ["GBR", "USA"] });
    const { effective: restricted } = await of({ header: { clas: "S", clsy: "US", code: "CN", rel: "QQ" } });
    expect(restricted).toMatchObject({ level: "S", aea: ["RD", "RD-CNWDI"], relTo: [] });
  });

  test("a text that is a whole marking counts beside its fields", async () => {
    const { effective, findings } = await of({
      header: { clas: "T", clsy: "US", cltx: "TOP SECRET//SI-G//ORCON/NOFORN" },
    });
    expect(findings).toEqual([]);
    expect(effective).toMatchObject({ level: "TS", sci: ["SI", "SI-G"], noforn: true, controls: ["OC"] });
  });

  test("a register without the table understands nothing, and no file is unclassified", async () => {
    const { nitf: _table, ...files } = registerFiles();
    const bare = parseRegister(files, "v");
    const { groups, labelled } = await readNitfFrom(writeNitf({ header: { clas: "U" } }));
    const marking = readNitfMarking(groups, labelled, bare);
    expect(marking.findings).toContain("CLASSIFICATION_UNKNOWN");
    expect(marking.effective).toEqual(BOTTOM);
  });
});

describe("the mapping table", () => {
  type Table = Record<"classifications" | "systems" | "controls" | "countries", Record<string, unknown>>;
  test.each<[string, (table: Table) => void]>([
    ["an unknown level", ({ classifications }) => (classifications["T"] = "Q")],
    ["two letters for one level", ({ classifications }) => (classifications["X"] = "S")],
    ["a system of no country", ({ systems }) => (systems["US"] = "ZZZ")],
    ["a country that is none", ({ countries }) => (countries["UK"] = "ZZZ")],
    ["a country of three letters", ({ countries }) => (countries["GBR"] = "GBR")],
    [
      "a control of the register's that there is not",
      ({ controls }) => (controls["SI"] = { attribute: "SCIcontrols", token: "ZZ" }),
    ],
    [
      "an attribute that is no control",
      ({ controls }) => (controls["SI"] = { attribute: "classification", token: "S" }),
    ],
    [
      "a member that is not known",
      ({ controls }) => (controls["SI"] = { attribute: "SCIcontrols", token: "SI", also: 1 }),
    ],
    ["a list of countries", (table) => Object.assign(table, { countries: ["GBR"] })],
  ])("is refused with %s", (_, change) => {
    const files = registerFiles();
    change(files.nitf as Table);
    expect(() => parseRegister(files, "v")).toThrow(expect.objectContaining({ code: "E_REGISTER" }));
  });
});

describe("a file that somebody changed", () => {
  const groups: GroupFields = { clas: "T", clsy: "US", code: "SI TK", ctlh: "NF" };
  const original = writeNitf({ header: groups, text: groups, extension: groups, width: 8, height: 4 });
  const subheader = Number(original.toString("latin1", 354, 360));

  /** Reads it as far as it goes; a refusal that is none of the closed list is a failure. */
  async function outcome(bytes: Uint8Array): Promise<NitfMarking | "refused"> {
    try {
      return await read(bytes);
    } catch (error) {
      if (error instanceof ImageError) return "refused";
      throw error;
    }
  }

  const safe = async (bytes: Uint8Array): Promise<boolean> => {
    const found = await outcome(bytes);
    const { effective } = await read(original);
    return found === "refused" || found.findings.length > 0 || dominates(found.effective, effective);
  };

  const byte = fc.integer({ min: 0, max: 255 });
  // Codes of the table among them, so that a change is not always one that nobody understands.
  const word = fc.constantFrom(
    "U",
    "S",
    "C",
    "R",
    " ",
    "US",
    "XN",
    "SI",
    "TK",
    "NF",
    "UK",
    "  ",
    "0",
    "9",
    "000",
    "001",
  );

  test("at any place, by any byte, is refused, waits, or is marked as high as before", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: original.length - 1 }), byte, async (at, value) => {
        const copy = Buffer.from(original);
        copy[at] = value;
        return safe(copy);
      }),
      { seed: 2_500, numRuns: 4_000 },
    );
  });

  test("in one security group, by any words, is never marked lower without waiting", async () => {
    const places = fc.constantFrom(HEADER_GROUP, subheader + IMAGE_GROUP_IN_SUBHEADER);
    const changes = fc.array(fc.tuple(fc.integer({ min: 0, max: GROUP_BYTES - 4 }), word), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(places, changes, async (place, all) => {
        const copy = Buffer.from(original);
        for (const [at, text] of all) copy.write(text, place + at, "latin1");
        return safe(copy);
      }),
      { seed: 2_501, numRuns: 3_000 },
    );
  });

  test("cut, doubled, moved and filled with anything, never crashes the reader nor keeps it", async () => {
    const piece = fc.record({
      from: fc.nat(original.length),
      length: fc.nat(600),
      to: fc.nat(original.length),
      bytes: fc.uint8Array({ maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 4 }), fc.boolean(), async (pieces, honest) => {
        let bytes = Buffer.from(original);
        for (const { from, length, to, bytes: put } of pieces)
          bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, from + length), put, bytes.subarray(to)]);
        // A file that says its true length comes further.
        if (honest && bytes.length > 354) bytes.write(String(bytes.length).padStart(12, "0"), 342, "latin1");
        const found = await outcome(bytes);
        return found === "refused" || found.effective.level.length > 0;
      }),
      { seed: 2_502, numRuns: 3_000 },
    );
  });
});
