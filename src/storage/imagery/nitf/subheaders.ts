import type { NitfSecurity } from "../../../markings/index.ts";
import { ImageError } from "../image-error.ts";
import { Fields } from "./fields.ts";
import type { SegmentKind } from "./file-header.ts";
import { readSecurity, refuseEncrypted } from "./security-group.ts";

/** Bytes of a subheader up to its security group, and what it begins with (MIL-STD-2500C tables ). */
const BEGINNINGS: Readonly<Record<SegmentKind, { readonly begins: string; readonly before: number }>> = {
  image: { begins: "IM", before: 123 },
  graphic: { begins: "SY", before: 32 },
  text: { begins: "TE", before: 106 },
  data: { begins: "DE", before: 29 },
  reserved: { begins: "RE", before: 29 },
};

/** Bytes of any subheader in which its security group lies. */
export const SUBHEADER_FRONT = 291;

/** Data extensions that may hold a label of their own (an IC-ISM body), which is not read. */
const LABELLED: ReadonlySet<string> = new Set(["XML_DATA_CONTENT"]);

/** What a subheader of any kind says of its marking. */
export interface SegmentMarking {
  readonly security: NitfSecurity;
  readonly labelled: boolean;
}

/** Reads the front of a subheader. Throws NITF_DAMAGED, NITF_ENCRYPTED, NITF_STREAMING. */
export function readSubheader(kind: SegmentKind, bytes: Uint8Array): SegmentMarking {
  const { begins, before } = BEGINNINGS[kind];
  const fields = new Fields(bytes);
  fields.literally(begins);
  const name = fields.text(25);
  // Where a file was streamed, a second header stands in a data extension.
  if (kind === "data" && name === "STREAMING_FILE_HEADER") throw new ImageError("NITF_STREAMING");
  fields.skip(before - fields.at);
  const security = readSecurity(fields);
  // A data extension or reserved segment has no such field.
  if (kind !== "data" && kind !== "reserved") refuseEncrypted(fields);
  return { security, labelled: kind === "data" && LABELLED.has(name) };
}

/** Where an image says that it lies: ICORDS and the four corners of IGEOLO, as they stand there. */
export interface ImageLocation {
  readonly notation: string;
  readonly corners: string;
}

/** The pixels of an image segment, as its subheader tells of them. */
export interface ImageSegment {
  readonly width: number;
  readonly height: number;
  readonly bands: number;
  /** Bits of a sample as it is stored. */
  readonly bits: number;
  readonly signed: boolean;
  /** IREP: MONO, RGB, RGB/LUT, YCbCr601, MULTI and others. */
  readonly representation: string;
  /** Null where it says nothing of it. */
  readonly location: ImageLocation | null;
}

/** IC: what is decoded. C8 and M8 are JPEG 2000. */
const COMPRESSIONS: ReadonlySet<string> = new Set(["NC", "NM", "C1", "M1", "C3", "M3", "C4", "M4", "I1"]);
const LOOKUP_TABLES = 4;

/**
 * Reads an image subheader (MIL-STD-2500C table A-3) of which the front was read. Throws NITF_JPEG2000 and NITF_COMPRESSION for
 * what is not decoded, NITF_PIXELS for samples that are no whole numbers of up to 16 bits, NITF_DAMAGED.
 */
export function readImage(bytes: Uint8Array): ImageSegment {
  const fields = new Fields(bytes);
  fields.skip(333);
  const [height, width] = [fields.number(8), fields.number(8)];
  const pixelType = fields.text(3);
  const representation = fields.text(8);
  // Category, bits in use, justification.
  fields.skip(11);
  const notation = fields.text(1);
  const location = notation === "" ? null : { notation, corners: fields.text(60) };
  fields.skip(80 * fields.number(1));
  const compression = fields.text(2);
  if (compression === "C8" || compression === "M8") throw new ImageError("NITF_JPEG2000");
  if (!COMPRESSIONS.has(compression)) throw new ImageError("NITF_COMPRESSION");
  if (compression !== "NC" && compression !== "NM") fields.skip(4);
  const few = fields.number(1);
  const bands = few === 0 ? fields.number(5) : few;
  for (let band = 0; band < bands; band += 1) {
    // Representation, significance, filter condition and code.
    fields.skip(12);
    const tables = fields.number(1);
    if (tables > LOOKUP_TABLES) throw new ImageError("NITF_DAMAGED");
    if (tables > 0) fields.skip(fields.number(5) * tables);
  }
  // Synchronization, mode, blocks in a row and in a column, pixels of a block.
  fields.skip(18);
  const bits = fields.number(2);
  if (width === 0 || height === 0 || bands === 0 || bits === 0) throw new ImageError("NITF_DAMAGED");
  if (!["INT", "SI", "B"].includes(pixelType) || bits > 16) throw new ImageError("NITF_PIXELS");
  return { width, height, bands, bits, signed: pixelType === "SI", representation, location };
}
