/**
 * Which samples of an original are shown black and white, where it has more than 256 values: what is below `low` is black, what
 * is above `high` white, and what is between them lies on a straight line. Labels refer to the original all the same.
 */
export interface Stretch {
  readonly low: number;
  readonly high: number;
}

/** Of all samples so many (in thousands) are left out at either end: single bright or dead ones would make all else grey. */
const LEFT_OUT = 5;

/** The stretch that shows all samples but the darkest and the brightest half percent. Samples are 16 bits. */
export function stretchOf(samples: Uint16Array | Int16Array): Stretch {
  const counts = new Float64Array(65_536);
  const offset = samples instanceof Int16Array ? 32_768 : 0;
  for (const sample of samples) counts[sample + offset] = (counts[sample + offset] ?? 0) + 1;
  const enough = (samples.length * LEFT_OUT) / 1_000;
  const first = (order: 1 | -1): number => {
    let at = order === 1 ? 0 : 65_535;
    for (let passed = counts[at] ?? 0; passed <= enough && at + order >= 0 && at + order < 65_536;)
      passed += counts[(at += order)] ?? 0;
    return at - offset;
  };
  const [low, high] = [first(1), first(-1)];
  return high > low ? { low, high } : { low, high: low + 1 };
}

/** Samples as they are shown, 8 bits each. */
export function stretched(samples: Uint16Array | Int16Array | Uint8Array, { low, high }: Stretch): Uint8Array {
  const shown = new Uint8ClampedArray(samples.length);
  const scale = 255 / (high - low);
  for (let at = 0; at < samples.length; at += 1) shown[at] = ((samples[at] ?? 0) - low) * scale;
  return new Uint8Array(shown.buffer);
}
