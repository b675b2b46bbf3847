import { DISPLAY_QUALITY } from "./display-copy.ts";
import { decodingError, openDrawing, openPixels } from "./decoder.ts";
import { ImageError } from "./image-error.ts";

// Seven rows of five dots each, as hexadecimal bytes. Drawn here because a machine without fonts would draw nothing at all.
const GLYPHS: Readonly<Record<string, string>> = {
  A: "0e11111f111111",
  B: "1e11111e11111e",
  C: "0e11101010110e",
  D: "1e11111111111e",
  E: "1f10101e10101f",
  F: "1f10101e101010",
  G: "0e11101711110f",
  H: "1111111f111111",
  I: "0e04040404040e",
  J: "0702020202120c",
  K: "11121418141211",
  L: "1010101010101f",
  M: "111b1515111111",
  N: "11191513111111",
  O: "0e11111111110e",
  P: "1e11111e101010",
  Q: "0e11111115120d",
  R: "1e11111e141211",
  S: "0f10100e01011e",
  T: "1f040404040404",
  U: "1111111111110e",
  V: "11111111110a04",
  W: "11111115151b11",
  X: "11110a040a1111",
  Y: "11110a04040404",
  Z: "1f01020408101f",
  "0": "0e11131519110e",
  "1": "040c040404040e",
  "2": "0e11010608101f",
  "3": "1f02040201110e",
  "4": "02060a121f0202",
  "5": "1f101e0101110e",
  "6": "0608101e11110e",
  "7": "1f010204080808",
  "8": "0e11110e11110e",
  "9": "0e11110f01020c",
  "-": "0000001f000000",
  ".": "00000000000c0c",
  ":": "000c0c000c0c00",
  _: "0000000000001f",
  "?": "0e110102040004",
  " ": "00000000000000",
};
const WIDTH = 6;
const HEIGHT = 9;
/** In a picture that takes less of a line, or no more than the lines, nobody would read the text. */
const LEAST = { width: 8 * WIDTH, height: HEIGHT } as const;

/** The dots of a text as a path; anything that has no glyph is drawn as a question mark. */
function dots(lines: readonly string[], dot: number): string {
  const path: string[] = [];
  lines.forEach((line, row) => {
    Array.from(line).forEach((character, column) => {
      const glyph = GLYPHS[character] ?? GLYPHS["?"] ?? "";
      for (let y = 0; y < 7; y += 1) {
        const bits = Number.parseInt(glyph.slice(2 * y, 2 * y + 2), 16);
        for (let x = 0; x < 5; x += 1) {
          if (((bits >> (4 - x)) & 1) === 0) continue;
          path.push(`M${(column * WIDTH + x + 1) * dot} ${(row * HEIGHT + y + 1) * dot}h${dot}v${dot}h${-dot}z`);
        }
      }
    });
  });
  return path.join("");
}

/** The text in lines of at most so many characters, broken anywhere. */
function wrapped(text: string, length: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += length) lines.push(text.slice(at, at + length));
  return lines;
}

/** A size in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Burns a text into a display copy, over and over across the whole picture, light with a dark edge so that it shows on any
 * ground. The picture keeps its size. Latin letters, digits and `- . : _ ?` are drawn. A piece at the edge of a larger picture may
 * be narrower than the text: `of` is then the size that the text is laid out for, and the piece has what falls on it.
 * @throws ImageError IMAGE_DAMAGED when the copy cannot be decoded, or is too small for the text to be read
 */
export async function burnWatermark(copy: Uint8Array, text: string, of?: Size): Promise<Uint8Array> {
  try {
    const picture = openPixels(copy);
    const own = await picture.metadata();
    const [width, height] = [Math.max(own.width, of?.width ?? 0), Math.max(own.height, of?.height ?? 0)];
    const dot = Math.max(1, Math.floor(Math.min(width, height) / 500));
    const line = text.toUpperCase();
    const lines = wrapped(line, Math.max(1, Math.min(line.length, Math.floor((width - 2 * dot) / (WIDTH * dot)))));
    const tile = {
      width: Math.min(width, ((lines[0]?.length ?? 0) * WIDTH + 12) * dot),
      height: Math.min(height, (lines.length * HEIGHT + 24) * dot),
    };
    if (width < LEAST.width || height < lines.length * HEIGHT * dot + LEAST.height)
      throw new ImageError("IMAGE_DAMAGED");
    const path = dots(lines, dot);
    const drawing = `<svg xmlns="http://www.w3.org/2000/svg" width="${tile.width}" height="${tile.height}">
<path d="${path}" fill="none" stroke="#000" stroke-opacity="0.45" stroke-width="${dot}"/><path d="${path}" fill="#fff" fill-opacity="0.6"/></svg>`;
    const overlay = await openDrawing(drawing)
      .extract({ left: 0, top: 0, width: Math.min(tile.width, own.width), height: Math.min(tile.height, own.height) })
      .png()
      .toBuffer();
    return await picture
      .composite([{ input: overlay, tile: true, blend: "over" }])
      .jpeg({ quality: DISPLAY_QUALITY, chromaSubsampling: "4:4:4" })
      .toBuffer();
  } catch (thrown) {
    throw decodingError(thrown);
  }
}
