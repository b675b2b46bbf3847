/** Why a file is not taken as an image. */
export type ImageCode =
  /** Its first bytes are not those of PNG, JPEG, TIFF or WebP, whatever its name says; or it is not what they say. */
  | "IMAGE_TYPE"
  /** More pixels, or more memory once decoded, than `IMAGE_LIMITS` allow. */
  | "IMAGE_TOO_LARGE"
  /** A small file that would become a very large picture: a decompression bomb. */
  | "IMAGE_EXPANDS"
  /** Cut short, or its contents do not decode. */
  | "IMAGE_DAMAGED"
  /** Decoding took longer than it may. */
  | "IMAGE_TIMEOUT";

/** A file refused as an image. The message is the code: what a decoder says may hold text from the file. */
export class ImageError extends Error {
  readonly code: ImageCode;
  constructor(code: ImageCode, options?: { cause?: unknown }) {
    super(code, options);
    this.name = "ImageError";
    this.code = code;
  }
}
