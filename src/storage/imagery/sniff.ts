/** The image types that Caveat takes. */
export type ImageMediaType = "image/png" | "image/jpeg" | "image/tiff" | "image/webp" | "image/nitf";

/** Bytes from the start of a file that {@link sniffImage} looks at. */
export const SNIFF_BYTES = 12;

/**
 * Says what a file is from its first bytes, never from its name (which an attacker chooses): PNG signature (ISO 15948 5.2),
 * JPEG SOI, TIFF 6.0 or BigTIFF in either byte order, RIFF/WEBP, NITF or NSIF of whatever version. `null` for anything else.
 */
export function sniffImage(prefix: Uint8Array): ImageMediaType | null {
  const starts = (bytes: readonly number[], offset = 0): boolean =>
    bytes.every((byte, index) => prefix[offset + index] === byte);
  if (starts([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return "image/png";
  if (starts([0xff, 0xd8, 0xff])) return "image/jpeg";
  if (starts([0x49, 0x49, 0x2a, 0x00]) || starts([0x4d, 0x4d, 0x00, 0x2a])) return "image/tiff";
  if (starts([0x49, 0x49, 0x2b, 0x00]) || starts([0x4d, 0x4d, 0x00, 0x2b])) return "image/tiff";
  if (starts([0x52, 0x49, 0x46, 0x46]) && starts([0x57, 0x45, 0x42, 0x50], 8)) return "image/webp";
  // "NITF0", "NSIF0"
  if (starts([0x4e, 0x49, 0x54, 0x46, 0x30]) || starts([0x4e, 0x53, 0x49, 0x46, 0x30])) return "image/nitf";
  return null;
}
