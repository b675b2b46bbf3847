import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ImageError } from "../../src/storage/imagery/image-error.ts";
import { Fields } from "../../src/storage/imagery/nitf/fields.ts";
import { readNitfFrom } from "../../src/storage/imagery/nitf/read-file.ts";
import { probeImage } from "../../src/storage/imagery/probe.ts";
import { writeNitf } from "./write-nitf.ts";

async function codeOf(bytes: Uint8Array): Promise<string> {
  try {
    await readNitfFrom(bytes);
    return "read";
  } catch (error) {
    if (error instanceof ImageError) return error.code;
    throw error;
  }
}

const changed = (bytes: Buffer, at: number, text: string): Buffer => {
  const copy = Buffer.from(bytes);
  copy.write(text, at, "latin1");
  return copy;
};

describe("header and subheaders of a NITF file", () => {
  test("bytes are passed over however many they are, and never beyond the end", () => {
    const fields = new Fields(new Uint8Array(2 * 65_536 + 1).fill(0x41));
    fields.skip(2 * 65_536);
    expect([fields.at, fields.text(1)]).toEqual([131_072, "A"]);
    expect(() => fields.skip(1)).toThrow(expect.objectContaining({ code: "NITF_DAMAGED" }) as Error);
  });

  test("every security group is read where the standard has it, in the order of the file", async () => {
    const { groups, labelled, image } = await readNitfFrom(
      writeNitf({
        header: { clas: "T", clsy: "US", code: "SI TK", ctlh: "NF", rel: "GBR CAN", cltx: "words" },
        image: { clas: "S", clsy: "US", caut: "somebody" },
        graphic: { clas: "C", rel: "UK" },
        text: { clas: "R", clsy: "XN" },
        extension: { clas: "U", code: "DS" },
        reserved: { clas: "S", ctlh: "OR" },
        width: 20,
        height: 10,
        bits: 16,
      }),
    );
    const group = { system: "", codewords: "", handling: "", release: "", text: "", more: false };
    expect(groups).toEqual([
      {
        classification: "T",
        system: "US",
        codewords: "SI TK",
        handling: "NF",
        release: "GBR CAN",
        text: "words",
        more: false,
      },
      { ...group, classification: "S", system: "US", more: true },
      { ...group, classification: "C", release: "UK" },
      { ...group, classification: "R", system: "XN" },
      { ...group, classification: "U", codewords: "DS" },
      { ...group, classification: "S", handling: "OR" },
    ]);
    expect(labelled).toBe(false);
    expect(image).toEqual({
      width: 20,
      height: 10,
      bands: 1,
      bits: 16,
      signed: false,
      representation: "MONO",
      location: null,
    });
  });

  test("NSIF 1.0 is read as NITF 2.1 is", async () => {
    expect(await codeOf(writeNitf({ form: "NSIF01.00" }))).toBe("read");
    expect(await probeImage(writeNitf({ form: "NSIF01.00" }))).toMatchObject({
      mediaType: "image/nitf",
      width: 40,
      height: 30,
    });
  });

  test("an extension that may hold a label is told", async () => {
    const file = writeNitf({ extension: { clas: "U" }, extensionName: "XML_DATA_CONTENT" });
    expect(await readNitfFrom(file)).toMatchObject({ labelled: true });
  });

  const plain = writeNitf();
  const sub = Number(plain.toString("latin1", 354, 360));
  test.each<[string, string, Buffer]>([
    ["NITF 2.0, whose groups are others", "NITF_VERSION", writeNitf({ form: "NITF02.00" })],
    ["NITF 1.1", "NITF_VERSION", changed(plain, 0, "NITF01.10")],
    ["JPEG 2000", "NITF_JPEG2000", writeNitf({ compression: "C8" })],
    ["masked JPEG 2000", "NITF_JPEG2000", writeNitf({ compression: "M8" })],
    ["an unknown compression", "NITF_COMPRESSION", writeNitf({ compression: "C7" })],
    ["floating point samples", "NITF_PIXELS", writeNitf({ pixelType: "R" })],
    ["samples of 32 bits", "NITF_PIXELS", writeNitf({ bits: 32 })],
    ["an encrypted header", "NITF_ENCRYPTED", changed(plain, 296, "1")],
    ["an encrypted image", "NITF_ENCRYPTED", writeNitf({ encrypted: true })],
    ["a length that was not known when it was written", "NITF_STREAMING", changed(plain, 342, "9".repeat(12))],
    [
      "a second header at its end",
      "NITF_STREAMING",
      writeNitf({ extension: {}, extensionName: "STREAMING_FILE_HEADER" }),
    ],
    ["one byte more than it says", "NITF_DAMAGED", Buffer.concat([plain, Buffer.from("x")])],
    ["one byte less than it says", "NITF_DAMAGED", plain.subarray(0, -1)],
    ["nothing but its beginning", "NITF_DAMAGED", plain.subarray(0, 9)],
    ["a header that says it is longer", "NITF_DAMAGED", changed(plain, 354, digitsOf(sub + 1, 6))],
    ["a number with a sign", "NITF_DAMAGED", changed(plain, 354, "+00404")],
    ["a number with a space", "NITF_DAMAGED", changed(plain, 360, " 01")],
    ["no image", "NITF_DAMAGED", changed(plain, 360, "000")],
    ["more images than there are", "NITF_DAMAGED", changed(plain, 360, "002")],
    ["labels of NITF 2.0", "NITF_DAMAGED", changed(plain, 382, "001")],
    ["an image that does not begin as one", "NITF_DAMAGED", changed(plain, sub, "XX")],
    ["an image without a pixel", "NITF_DAMAGED", changed(plain, sub + 333, "00000000")],
  ])("a file with %s is refused as %s", async (_, code, bytes) => {
    expect(await codeOf(bytes)).toBe(code);
  });
});

function digitsOf(value: number, length: number): string {
  return String(value).padStart(length, "0");
}

const SAMPLES = join(
  process.env["CAVEAT_SHARED"] ?? fileURLToPath(new URL("../../../shared", import.meta.url)),
  "data/nitf-jitc",
);

describe.skipIf(!existsSync(SAMPLES))("conformance files of the Joint Interoperability Test Command", () => {
  const rows = existsSync(SAMPLES)
    ? readFileSync(join(SAMPLES, "EXPECTED-security.csv"), "utf8")
        .split("\n")
        .filter((line) => /02\.10|NSIF01/.test(line))
        .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/))
    : [];
  test.each(rows.map(([file = "", , , , , classification = ""]) => [file, classification]))(
    "%s is read, its classification is %s",
    async (file, classification) => {
      const nitf = await readNitfFrom(join(SAMPLES, file.split("/").at(-1) ?? ""));
      expect(nitf.groups.map((group) => group.classification)).toEqual(nitf.groups.map(() => classification));
      expect(nitf.groups.length).toBeGreaterThan(1);
    },
  );
  test("U_1036A.NTF, of version 2.0, is refused by name", async () => {
    expect(await codeOf(readFileSync(join(SAMPLES, "U_1036A.NTF")))).toBe("NITF_VERSION");
  });
});
