import sharp from "sharp";
import { describe, expect, test } from "vitest";
import { proposedMarking } from "../../web/workbench/proposed-marking.ts";
import { itemOf, titleOf } from "../../web/workbench/steward-item.ts";
import { writeNitf } from "../nitf/write-nitf.ts";
import type { NitfFields } from "../nitf/write-nitf.ts";

const OWN = "(S//REL TO USA, FVEY)";
const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: "#446688" } });
const png = await picture.clone().png().toBuffer();
const file = (name: string, bytes: Uint8Array = png): File => new File([new Uint8Array(bytes)], name);
/** A TIFF of a description alone. */
function described(text: string): Buffer {
  const head = Buffer.alloc(26);
  head.write("II*\0", "latin1");
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(1, 8);
  head.writeUInt16LE(270, 10);
  head.writeUInt16LE(2, 12);
  head.writeUInt32LE(text.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, Buffer.from(text)]);
}
const item = (name: string, bytes?: Uint8Array) => itemOf({ file: file(name, bytes), path: name }, OWN);

describe("the marking that a file proposes", () => {
  test.each([
    ["(S//NF) pier.png", "(S//NF)"],
    ["(S--NF) pier.png", "(S//NF)"],
    ["(S__NF) pier.png", "(S//NF)"],
    ["(S::NF) pier.png", "(S//NF)"],
    ["(S\u2215\u2215NF) pier.png", "(S//NF)"],
    ["(TS--SI-G:TK--NF) pier.png", "(TS//SI-G/TK//NF)"],
    ["(S--REL TO USA, FVEY) pier.png", "(S//REL TO USA, FVEY)"],
    ["(u) pier.png", "(U)"],
    ["(s--nf) pier.png", "(S//NF)"],
    ["(CUI--SP-CTI) pier.png", "(CUI//SP-CTI)"],
    ["(--NS) pier.png", "(//NS)"],
  ])("is the portion mark with which its name begins: %s", async (name, portion) => {
    expect(await proposedMarking(name, file(name))).toEqual({ portions: [portion], from: "name", portion });
    expect(await item(name)).toMatchObject({ marking: portion, state: "waiting" });
  });

  test.each(["(ZZ) pier.png", "(SECRETISH--NF) pier.png", "(TM) pier.png", "(S-NF) pier.png"])(
    "is unknown and asks, where what looks like one is none that is known: %s",
    async (name) => {
      expect(await proposedMarking(name, file(name))).toMatchObject({ from: "name", portion: null });
      expect(await item(name)).toMatchObject({ marking: "", state: "waiting", type: "image/png" });
    },
  );

  test.each(["pier (S).png", "(copy) pier.png", "(1) pier.png", "pier.png", "((S)) pier.png", "() pier.png"])(
    "is the dataset's own, where the name begins with none: %s",
    async (name) => {
      expect(await proposedMarking(name, file(name))).toBeNull();
      expect(await item(name)).toMatchObject({ marking: OWN });
    },
  );

  test("stands in the description of a TIFF, in the EXIF of a JPEG and in XMP as well", async () => {
    const exif = { IFD0: { ImageDescription: "(TS//TK//NF) pier at noon" } };
    const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt><rdf:li xml:lang="x-default">(S//NF) pier</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>`;
    const said = { portions: ["(TS//TK//NF)"], from: "TIFF", portion: "(TS//TK//NF)" };
    for (const bytes of [described("(TS//TK//NF) pier"), await picture.clone().jpeg().withExif(exif).toBuffer()])
      expect(await proposedMarking("pier", file("pier", bytes))).toEqual(said);
    for (const format of ["tiff", "jpeg"] as const) {
      const bytes = await picture.clone().toFormat(format).withXmp(xmp).toBuffer();
      expect(await proposedMarking("pier", file("pier", bytes))).toMatchObject({ from: "XMP", portion: "(S//NF)" });
    }
  });

  test("is none where a file says two that differ: somebody has to say which", async () => {
    const bytes = described("(TS//TK//NF) pier");
    expect(await proposedMarking("(S) pier.tif", file("(S) pier.tif", bytes))).toEqual({
      portions: ["(TS//TK//NF)", "(S)"],
      from: "TIFF",
      portion: null,
    });
    expect(await item("(S) pier.tif", bytes)).toMatchObject({ marking: "" });
  });

  test.each<[string, NitfFields, object]>([
    ["(TS//SI/TK//NF)", { header: { clas: "T", clsy: "US", code: "SI TK", ctlh: "NF" } }, {}],
    ["(U)", { header: { clas: "U" } }, {}],
    ["", { header: {} }, { portion: null }],
    ["(S//SI//NF//JP)", { header: { clas: "S", code: "SI", ctlh: "NF", rel: "JP" } }, { portion: null }],
    ["(UK S)", { header: { clas: "S", clsy: "UK" } }, { portion: null }],
    ["(US S//RD)", { header: { clas: "S", clsy: "US", ctlh: "RD" } }, { portion: null }],
  ])(
    "is what the header of a NITF file says, and asks where that is no portion mark: %s",
    async (portion, fields, more) => {
      const bytes = writeNitf(fields);
      const said = { portions: [portion], from: "NITF", portion, ...more };
      expect(await proposedMarking("scene.ntf", file("scene.ntf", bytes))).toEqual(said);
      expect(await item("scene.ntf", bytes)).toMatchObject({ type: "image/nitf", marking: said.portion ?? "" });
    },
  );

  test("is none where segments of a NITF file, or its name, say something else", async () => {
    const bytes = writeNitf({ header: { clas: "U" }, image: { clas: "S", clsy: "US", ctlh: "NF" } });
    expect(await proposedMarking("scene.ntf", file("scene.ntf", bytes))).toMatchObject({
      portions: ["(U)", "(S//NF)"],
      portion: null,
    });
    const one = writeNitf({ header: { clas: "U" } });
    expect(await proposedMarking("(C) scene.ntf", file("(C) scene.ntf", one))).toMatchObject({
      portions: ["(U)", "(C)"],
      portion: null,
    });
    // One that cannot be read says nothing here; the server says why.
    const cut = one.subarray(0, 500);
    expect(await proposedMarking("scene.ntf", file("scene.ntf", cut))).toBeNull();
  });

  test("is read from what anybody may have written, to no harm", async () => {
    const hostile = [
      Buffer.from("II*\0\xff\xff\xff\xff", "latin1"),
      Buffer.from("MM\0*\0\0\0\x08\xff\xff", "latin1"),
      Buffer.concat([Buffer.from("II*\0\x08\0\0\0\x01\0\x0e\x01\x02\0\xff\xff\xff\xff\xff\xff\xff\xff", "latin1")]),
      Buffer.from("\xff\xd8\xffExif\0\0II", "latin1"),
      Buffer.from(`<dc:title>${"<".repeat(50_000)}`),
      Buffer.from(`<dc:title>${">(".repeat(50_000)}</dc:title>`),
      Buffer.from("<dc:title".repeat(28_000)),
      Buffer.from("<dc:title>".repeat(26_000)),
      Buffer.from(`<dc:title>${">".repeat(4_000)}</dc:title>`.repeat(60)),
      Buffer.from("Exif\0\0".repeat(40_000)),
      Buffer.alloc(0),
    ];
    for (const bytes of hostile) expect(await proposedMarking("x", file("x", bytes))).toBeNull();
  });
});

test("what a file is follows from its first bytes, and nothing of another kind is sent", async () => {
  expect(await item("pier.txt")).toMatchObject({ type: "image/png", state: "waiting" });
  expect(await item("text.png", Buffer.from("not a picture"))).toMatchObject({ type: null, code: "IMAGE_TYPE" });
  expect(await item("none.png", Buffer.alloc(0))).toMatchObject({ type: null, code: "EMPTY" });
});

test("a title is a name without what no screen shows, of 200 characters at most", () => {
  expect(titleOf("harbor/\u202Egnp.pier\u0000.png")).toBe("harbor/gnp.pier.png");
  expect(titleOf("\u200B\n")).toBe("image");
  expect(titleOf(`${"x".repeat(300)}end`)).toBe(`${"x".repeat(197)}end`);
  expect(Array.from(titleOf("\u{1F6A2}".repeat(300)))).toHaveLength(200);
});
