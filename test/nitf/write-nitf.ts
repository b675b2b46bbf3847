/** Fields of a security group as a test writes them; what it leaves out is blank. */
export interface GroupFields {
  readonly clas?: string;
  readonly clsy?: string;
  readonly code?: string;
  readonly ctlh?: string;
  readonly rel?: string;
  readonly dctp?: string;
  readonly cltx?: string;
  readonly caut?: string;
}

/** A file as a test writes it. */
export interface NitfFields {
  readonly form?: "NITF02.10" | "NSIF01.00" | "NITF02.00";
  readonly header?: GroupFields;
  /** The image's own group; that of the header where none is given. */
  readonly image?: GroupFields;
  readonly graphic?: GroupFields;
  readonly text?: GroupFields;
  readonly extension?: GroupFields;
  readonly extensionName?: string;
  readonly reserved?: GroupFields;
  readonly width?: number;
  readonly height?: number;
  /** 8 or 16; samples are big-endian. */
  readonly bits?: 1 | 8 | 12 | 16 | 32;
  readonly bands?: 1 | 3;
  readonly mode?: "B" | "P" | "R" | "S";
  readonly compression?: string;
  readonly pixelType?: string;
  /** Corners as IGEOLO has them, in the notation of ICORDS: degrees, minutes and seconds where none is given. */
  readonly corners?: string;
  readonly notation?: string;
  readonly encrypted?: boolean;
  /** What the samples are; all 0 where there is to be no other, which is quick where there are many. */
  readonly sample?: ((x: number, y: number, band: number) => number) | null;
}

const fill = (text: string, length: number): string => {
  if (text.length > length) throw new Error(`too long: ${text}`);
  return text.padEnd(length);
};
const digits = (value: number, length: number): string => String(value).padStart(length, "0");

function group({ clas = "", clsy = "", code = "", ctlh = "", rel = "", dctp = "", cltx = "", caut = "" }: GroupFields) {
  const before = fill(clas, 1) + fill(clsy, 2) + fill(code, 11) + fill(ctlh, 2) + fill(rel, 20) + fill(dctp, 2);
  return before + fill("", 21) + fill(cltx, 43) + fill("", 1) + fill(caut, 40) + fill("", 24);
}

function imageSubheader(fields: NitfFields, security: GroupFields): string {
  const { width = 40, height = 30, bits = 8, bands = 1, compression = "NC", corners, mode = "B" } = fields;
  // One block that is larger than four digits tell is as large as the image (MIL-STD-2500C, NPPBH).
  const block = (side: number): string => digits(side > 8_192 ? 0 : side, 4);
  const band = (name: string): string => `${fill(name, 2)}${fill("", 6)}N${fill("", 3)}0`;
  return [
    `IM${fill("scene", 10)}20260101000000${fill("", 17)}${fill("", 80)}`,
    group(security),
    fields.encrypted ? "1" : "0",
    fill("", 42),
    digits(height, 8),
    digits(width, 8),
    fill(fields.pixelType ?? (bits === 1 ? "B" : "INT"), 3),
    fill(bands === 3 ? "RGB" : "MONO", 8),
    fill("VIS", 8),
    digits(bits, 2),
    "R",
    corners === undefined ? " " : `${fields.notation ?? "G"}${corners}`,
    "0",
    fill(compression, 2),
    ["NC", "NM"].includes(compression) ? "" : fill("", 4),
    String(bands),
    bands === 3 ? ["R", "G", "B"].map(band).join("") : band("M"),
    `0${mode}${digits(1, 4)}${digits(1, 4)}${block(width)}${block(height)}`,
    `${digits(bits, 2)}001000${digits(0, 10)}1.0 00000`,
    "00000",
  ].join("");
}

function pixels({ width = 40, height = 30, bits = 8, bands = 1, mode = "B", ...fields }: NitfFields): Buffer {
  const size = bits > 8 ? 2 : 1;
  const written = Buffer.alloc(width * height * bands * size);
  if (fields.sample === null) return written;
  const sample = fields.sample ?? ((x: number, y: number) => x + y);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let band = 0; band < bands; band += 1) {
        const at = {
          B: (band * height + y) * width + x,
          S: (band * height + y) * width + x,
          R: (y * bands + band) * width + x,
          P: (y * width + x) * bands + band,
        }[mode];
        const value = sample(x, y, band);
        if (size === 2) written.writeUInt16BE(value & 0xffff, at * 2);
        else written[at] = value;
      }
  return written;
}

/** Writes a file of one image as MIL-STD-2500C has it, byte by byte, by no code of the product. */
export function writeNitf(fields: NitfFields = {}): Buffer {
  const header = fields.header ?? { clas: "U" };
  const parts: { place: string; subheader: string; data: Buffer }[] = [];
  const counts = { image: 1, graphic: 0, text: 0, extension: 0, reserved: 0 };
  const lengths: Record<keyof typeof counts, string> = {
    image: "",
    graphic: "",
    text: "",
    extension: "",
    reserved: "",
  };
  const add = (place: keyof typeof counts, subheader: string, data: Buffer, of: readonly [number, number]): void => {
    counts[place] = 1;
    lengths[place] = digits(subheader.length, of[0]) + digits(data.length, of[1]);
    parts.push({ place, subheader, data });
  };
  add("image", imageSubheader(fields, fields.image ?? header), pixels(fields), [6, 10]);
  if (fields.graphic)
    add("graphic", `SY${fill("", 30)}${group(fields.graphic)}0C${digits(0, 56)}`, Buffer.from("cgm"), [4, 6]);
  if (fields.text)
    add("text", `TE${fill("note", 7)}000${fill("", 94)}${group(fields.text)}0STA00000`, Buffer.from("words"), [4, 5]);
  if (fields.extension)
    add(
      "extension",
      `DE${fill(fields.extensionName ?? "TEST_DES", 25)}01${group(fields.extension)}0000`,
      Buffer.from("data"),
      [4, 9],
    );
  if (fields.reserved)
    add("reserved", `RE${fill("TEST_RES", 25)}01${group(fields.reserved)}0000`, Buffer.from("r"), [4, 7]);
  const lists = [
    `${digits(counts.image, 3)}${lengths.image}`,
    `${digits(counts.graphic, 3)}${lengths.graphic}`,
    "000",
    `${digits(counts.text, 3)}${lengths.text}`,
    `${digits(counts.extension, 3)}${lengths.extension}`,
    `${digits(counts.reserved, 3)}${lengths.reserved}`,
    "0000000000",
  ].join("");
  const headerLength = 360 + lists.length;
  const all = headerLength + parts.reduce((sum, { subheader, data }) => sum + subheader.length + data.length, 0);
  const text = [
    `${fields.form ?? "NITF02.10"}03BF01${fill("TEST", 10)}20260101000000${fill("a scene", 80)}`,
    group(header),
    "0000000000",
    "0",
    "\0\0\0",
    fill("", 42),
    digits(all, 12),
    digits(headerLength, 6),
    lists,
  ].join("");
  const written: Buffer[] = [Buffer.from(text, "latin1")];
  for (const { subheader, data } of parts) written.push(Buffer.from(subheader, "latin1"), data);
  return Buffer.concat(written);
}

/** Where the security group of the header and of the image begin, in a file with one image. */
export const HEADER_GROUP = 119;
export const IMAGE_GROUP_IN_SUBHEADER = 123;
/** Bytes of a security group. */
export const GROUP_BYTES = 167;
