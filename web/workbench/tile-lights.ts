/** How tiles are shown: of the view only, labels and the stored image stay as they are. */
export interface Lights {
  /** Added, -1 to 1. */
  readonly brightness: number;
  /** Times this around the middle, 0 to 4. */
  readonly contrast: number;
  /** Above 1 dark places become lighter, 0.2 to 5. */
  readonly gamma: number;
}

/** As the image is stored. */
export const AS_STORED: Lights = { brightness: 0, contrast: 1, gamma: 1 };

/** What each value of a channel becomes: gamma first, then contrast around the middle, then brightness. */
export function lightTable({ brightness, contrast, gamma }: Lights): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => {
    const lit = (value / 255) ** (1 / gamma);
    return Math.round(((lit - 0.5) * contrast + 0.5 + brightness) * 255);
  });
}
