/** Why a file is not taken as an image. */
export type ImageCode =
  /** Its first bytes are not those of PNG, JPEG, TIFF, WebP or NITF, whatever its name says; or it is not what they say. */
  | "IMAGE_TYPE"
  /** More pixels, or more memory once decoded, than `IMAGE_LIMITS` allow. */
  | "IMAGE_TOO_LARGE"
  /** A small file that would become a very large picture: a decompression bomb. */
  | "IMAGE_EXPANDS"
  /** Cut short, or its contents do not decode. */
  | "IMAGE_DAMAGED"
  /** Decoding took longer than it may. */
  | "IMAGE_TIMEOUT"
  /** NITF of another version than 2.1 (or NSIF 1.0), whose security group is another. */
  | "NITF_VERSION"
  /** Cut short, with bytes that belong to nothing, or with a field that is not what it must be. */
  | "NITF_DAMAGED"
  /** Written while its length was not known: its real header stands at its end. */
  | "NITF_STREAMING"
  /** A header or a segment is encrypted. */
  | "NITF_ENCRYPTED"
  /** An image in JPEG 2000. */
  | "NITF_JPEG2000"
  /** An image in another compression that is not decoded. */
  | "NITF_COMPRESSION"
  /** Samples of more than 16 bits, or no whole numbers. */
  | "NITF_PIXELS"
  /** No image in it. */
  | "NITF_NO_IMAGE";

/** A file refused as an image. The message is the code: what a decoder says may hold text from the file. */
export class ImageError extends Error {
  readonly code: ImageCode;
  constructor(code: ImageCode, options?: { cause?: unknown }) {
    super(code, options);
    this.name = "ImageError";
    this.code = code;
  }
}
