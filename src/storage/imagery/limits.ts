/** Limits on what is decoded. All but memory and seconds are checked on the header, before a single pixel is. */
export interface ImageLimits {
  /** Longest side in pixels: that of the widest JPEG. */
  readonly side: number;
  /** Pixels of the whole picture. */
  readonly pixels: number;
  /** Bytes once decoded: pixels x bands x bytes of a sample. */
  readonly decodedBytes: number;
  /** The same for interlaced and progressive files, which decoders hold in memory whole, some as twice as many bytes. */
  readonly interlacedBytes: number;
  /** Bytes of a decoded NITF image, which is held in memory whole and more than once: as file, as samples and as what is shown. */
  readonly nitfBytes: number;
  /** Bytes of a file that is decoded in the server itself; more in a process of its own. */
  readonly bytesHere: number;
  /** Samples (pixels x bands) of what is decoded there. */
  readonly samplesHere: number;
  /** Bytes of memory that such a process may take beside the file that it decodes. */
  readonly memory: number;
  /** Decoded bytes to bytes of the file. Photographs stay below 50; what is drawn may reach several hundred. */
  readonly expansion: number;
  /** Pictures below this size once decoded are not asked about expansion: a blank page is no attack. */
  readonly expansionFloor: number;
  /** Bands of a picture. */
  readonly bands: number;
  /** Seconds that one decoding may take. */
  readonly seconds: number;
}

/** The limits where no setting says otherwise. */
export const IMAGE_LIMITS: ImageLimits = {
  side: 65_535,
  pixels: 1_073_741_824,
  decodedBytes: 6_442_450_944,
  bytesHere: 16_777_216,
  samplesHere: 16_777_216,
  memory: 2_147_483_648,
  interlacedBytes: 536_870_912,
  nitfBytes: 402_653_184,
  expansion: 500,
  expansionFloor: 67_108_864,
  bands: 16,
  seconds: 300,
};

/**
 * The limits where a picture may have so many pixels. Who lets larger ones in lets them take as much more memory and time, and
 * those that are held in memory whole be as much larger: they fit into it as before.
 */
export function limitsOf(pixels: number): ImageLimits {
  const larger = Math.max(1, pixels / IMAGE_LIMITS.pixels);
  const { decodedBytes, interlacedBytes, nitfBytes, memory, seconds } = IMAGE_LIMITS;
  return {
    ...IMAGE_LIMITS,
    pixels,
    decodedBytes: decodedBytes * larger,
    interlacedBytes: interlacedBytes * larger,
    nitfBytes: nitfBytes * larger,
    memory: memory * larger,
    seconds: seconds * larger,
  };
}
