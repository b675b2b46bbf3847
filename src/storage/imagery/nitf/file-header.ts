import type { NitfSecurity } from "../../../markings/index.ts";
import { ImageError } from "../image-error.ts";
import { Fields } from "./fields.ts";
import { readSecurity, refuseEncrypted } from "./security-group.ts";

/** Bytes of a header before its lists of segments: with them it says how long it is. */
export const FIXED_HEADER = 360;
const STREAMED = "999999999999";

/** The kinds of segments that carry a security group, in the order in which they lie in a file. */
const SEGMENTS = [
  { kind: "image", subheader: 6, data: 10 },
  { kind: "graphic", subheader: 4, data: 6 },
  { kind: "text", subheader: 4, data: 5 },
  { kind: "data", subheader: 4, data: 9 },
  { kind: "reserved", subheader: 4, data: 7 },
] as const;

/** A kind of segment; `data` are data extension segments, `reserved` reserved ones. */
export type SegmentKind = (typeof SEGMENTS)[number]["kind"];

/** Where a segment lies in its file. */
export interface Segment {
  readonly kind: SegmentKind;
  /** Where its subheader begins. */
  readonly at: number;
  readonly subheader: number;
}

/** The header of a file. */
export interface FileHeader {
  readonly security: NitfSecurity;
  readonly segments: readonly Segment[];
}

function begin(bytes: Uint8Array): Fields {
  const fields = new Fields(bytes);
  const form = fields.text(9);
  // NITF 2.0 and 1.1 have another security group: nothing of them is read by this table.
  if (form !== "NITF02.10" && form !== "NSIF01.00") throw new ImageError("NITF_VERSION");
  return fields;
}

/** How long a header is, from its first {@link FIXED_HEADER} bytes. Throws NITF_VERSION, NITF_STREAMING, NITF_DAMAGED. */
export function headerLength(bytes: Uint8Array): number {
  const fields = begin(bytes);
  fields.skip(333);
  if (fields.text(12) === STREAMED) throw new ImageError("NITF_STREAMING");
  return fields.number(6);
}

/**
 * Reads the header of a NITF 2.1 or NSIF 1.0 file (MIL-STD-2500C table A-1) of `fileBytes` bytes. Header, subheaders and data
 * must make up the whole file: what lies between them would be read by nobody, or by another reader alone. Throws NITF_VERSION,
 * NITF_STREAMING, NITF_ENCRYPTED, NITF_DAMAGED.
 */
export function readFileHeader(bytes: Uint8Array, fileBytes: number): FileHeader {
  const fields = begin(bytes);
  // Complexity, type, station, date and title.
  fields.skip(110);
  const security = readSecurity(fields);
  // Copy number and number of copies.
  fields.skip(10);
  refuseEncrypted(fields);
  // Background colour (three bytes of any value), originator and telephone.
  fields.skip(45);
  if (fields.number(12) !== fileBytes) throw new ImageError("NITF_DAMAGED");
  const length = fields.number(6);
  const found: { kind: SegmentKind; subheader: number; data: number }[] = [];
  for (const { kind, subheader, data } of SEGMENTS) {
    const count = fields.number(3);
    for (let nth = 0; nth < count; nth += 1)
      found.push({ kind, subheader: fields.number(subheader), data: fields.number(data) });
    // Between graphics and texts a number that is reserved for future use.
    if (kind === "graphic") fields.literally("000");
  }
  for (let extension = 0; extension < 2; extension += 1) fields.skip(fields.number(5));
  if (fields.at !== length || bytes.length !== length) throw new ImageError("NITF_DAMAGED");
  const segments: Segment[] = [];
  let at = length;
  for (const { kind, subheader, data } of found) {
    segments.push({ kind, at, subheader });
    at += subheader + data;
  }
  if (at !== fileBytes) throw new ImageError("NITF_DAMAGED");
  return { security, segments };
}
