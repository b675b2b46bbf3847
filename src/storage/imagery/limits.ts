/** Limits on what is decoded. All are checked on the header, before a single pixel is. */
export const IMAGE_LIMITS = {
  /** Longest side in pixels: that of the widest JPEG. */
  side: 65_535,
  /** Pixels of the whole picture. */
  pixels: 1_073_741_824,
  /** Bytes once decoded: pixels x bands x bytes of a sample. */
  decodedBytes: 6_442_450_944,
  /** Samples (pixels x bands) of what is decoded in the server itself; more in a process of its own. */
  samplesHere: 16_777_216,
  /** Bytes of memory that such a process may take. */
  memory: 2_147_483_648,
  /** The same for interlaced and progressive files, which decoders hold in memory whole. */
  interlacedBytes: 268_435_456,
  /** Bytes of a decoded NITF image, which is held in memory whole, file and samples both. */
  nitfBytes: 268_435_456,
  /** Decoded bytes to bytes of the file. Photographs stay below 50; what is drawn may reach several hundred. */
  expansion: 500,
  /** Pictures below this size once decoded are not asked about expansion: a blank page is no attack. */
  expansionFloor: 67_108_864,
  /** Bands of a picture. */
  bands: 16,
  /** Seconds that one decoding may take. */
  seconds: 300,
} as const;
