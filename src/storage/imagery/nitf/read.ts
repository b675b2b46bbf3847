import type { NitfSecurity } from "../../../markings/index.ts";
import { ImageError } from "../image-error.ts";
import { FIXED_HEADER, headerLength, readFileHeader } from "./file-header.ts";
import type { SegmentKind } from "./file-header.ts";
import { SUBHEADER_FRONT, readImage, readSubheader } from "./subheaders.ts";
import type { ImageSegment } from "./subheaders.ts";

/** Bytes that are read here and there. A stretch beyond the end is shorter. */
export interface NitfSource {
  readonly bytes: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** What a NITF 2.1 or NSIF 1.0 file says of itself. */
export interface Nitf {
  /** Security groups of the header and of every segment, in this order. */
  readonly groups: readonly [NitfSecurity, ...NitfSecurity[]];
  /** Of what kind the segments are that the groups after the first are of. */
  readonly segments: readonly SegmentKind[];
  /** Whether a data extension may hold a label that is not read. */
  readonly labelled: boolean;
  /** The first image, which is the one that is shown. */
  readonly image: ImageSegment;
}

/**
 * Reads header and subheaders of an untrusted file, and no pixel. Throws ImageError alone: NITF_VERSION, NITF_STREAMING,
 * NITF_ENCRYPTED, NITF_JPEG2000, NITF_COMPRESSION, NITF_PIXELS (of any of its images), NITF_NO_IMAGE, NITF_DAMAGED.
 */
export async function readNitf(source: NitfSource): Promise<Nitf> {
  const exactly = async (offset: number, length: number): Promise<Uint8Array> => {
    if (offset + length > source.bytes) throw new ImageError("NITF_DAMAGED");
    const read = await source.read(offset, length);
    if (read.length !== length) throw new ImageError("NITF_DAMAGED");
    return read;
  };
  const length = headerLength(await exactly(0, Math.min(FIXED_HEADER, source.bytes)));
  const header = readFileHeader(await exactly(0, length), source.bytes);
  const groups: NitfSecurity[] = [];
  const images: ImageSegment[] = [];
  let labelled = false;
  for (const { kind, at, subheader } of header.segments) {
    const front = await exactly(at, Math.min(SUBHEADER_FRONT, subheader));
    const marking = readSubheader(kind, front);
    groups.push(marking.security);
    labelled ||= marking.labelled;
    if (kind === "image") images.push(readImage(await exactly(at, subheader)));
  }
  const [image] = images;
  if (image === undefined) throw new ImageError("NITF_NO_IMAGE");
  const segments = header.segments.map(({ kind }) => kind);
  return { groups: [header.security, ...groups], segments, labelled, image };
}
