/** Limits on what is decoded. All are checked on the header, before a single pixel is. */
export const IMAGE_LIMITS = {
  /** Longest side in pixels. */
  side: 32_768,
  /** Pixels of the whole picture (16,384 x 16,384). */
  pixels: 268_435_456,
  /** Bytes once decoded: pixels x bands x bytes of a sample. */
  decodedBytes: 1_610_612_736,
  /** The same for interlaced and progressive files, which decoders hold in memory whole. */
  interlacedBytes: 268_435_456,
  /** Decoded bytes to bytes of the file. Photographs stay below 50; what is drawn may reach several hundred. */
  expansion: 500,
  /** Pictures below this size once decoded are not asked about expansion: a blank page is no attack. */
  expansionFloor: 67_108_864,
  /** Bands of a picture. */
  bands: 16,
  /** Seconds that one decoding may take. */
  seconds: 60,
} as const;
