import { openDrawing } from "./decoder.ts";

/**
 * Draws an SVG that Caveat itself wrote (never one from outside: SVG can name files) and returns an 8 bit RGB PNG of the
 * given size in pixels, without metadata. The same text gives the same bytes on the same machine. Throws the decoder's error
 * when the text is not SVG, and when the drawing has another size than asked for.
 */
export async function rasterizeSvg(
  svg: string,
  size: { readonly width: number; readonly height: number },
): Promise<Uint8Array> {
  const { data, info } = await openDrawing(svg)
    .flatten({ background: "#000000" })
    .removeAlpha()
    .png({ compressionLevel: 6, adaptiveFiltering: true, palette: false })
    .toBuffer({ resolveWithObject: true });
  if (info.width !== size.width || info.height !== size.height) throw new RangeError("drawing has another size");
  return data;
}
