import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { setFlagsFromString } from "node:v8";
import init from "gdal3.js/node.js";
import { ImageError } from "../image-error.ts";
import { stretchOf, stretched } from "../stretch.ts";
import type { Stretch } from "../stretch.ts";
import type { ImageSegment } from "./subheaders.ts";

/** An image of 8 bits, line by line, one or three samples for each pixel. */
export interface Picture {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  /** Null where the original has no more than 256 values, shown as they are. */
  readonly stretch: Stretch | null;
}

const ORIGINAL = "/input/original";
const COLOURS: ReadonlySet<string> = new Set(["RGB", "YCbCr601"]);

/** Its own file system is in memory: it reaches neither the disk nor the network, whatever a file names. */
async function gdal(): ReturnType<typeof init> {
  // Compiled once and used for one picture: to compile it better takes more time than it saves.
  setFlagsFromString("--no-wasm-tier-up");
  const folder = join(dirname(createRequire(import.meta.url).resolve("gdal3.js/node.js")), "dist/package");
  return init({ path: relative(resolve(), folder), logHandler: () => undefined, errorHandler: () => undefined });
}

/**
 * Decodes the first image of an untrusted NITF file with GDAL (WebAssembly), in memory. `image` is what its subheader says;
 * another reader that sees another picture there is refused. To be called in a process that can be ended.
 * @throws ImageError IMAGE_DAMAGED
 */
export async function decodeNitf(source: string | Uint8Array, image: ImageSegment): Promise<Picture> {
  const { width, height } = image;
  const decoder = await gdal();
  const { FS } = decoder.Module;
  try {
    FS.writeFile(ORIGINAL, typeof source === "string" ? await readFile(source) : source);
    const [dataset] = (await decoder.open(ORIGINAL)).datasets;
    if (!dataset) throw new ImageError("IMAGE_DAMAGED");
    const { driverShortName, size, bands = [] } = await decoder.gdalinfo(dataset, []);
    const [first] = bands;
    if (driverShortName !== "NITF" || size?.[0] !== width || size[1] !== height || !first)
      throw new ImageError("IMAGE_DAMAGED");
    const palette = first.colorInterpretation === "Palette";
    const colours = !palette && bands.length >= 3 && COLOURS.has(image.representation);
    const which = palette ? ["-expand", "rgb"] : (colours ? ["1", "2", "3"] : ["1"]).flatMap((band) => ["-b", band]);
    const options = ["-of", "ENVI", "-co", "INTERLEAVE=BIP", ...which];
    const written = await decoder.gdal_translate(dataset, options, "samples");
    const [raw] = written.all;
    if (!raw) throw new ImageError("IMAGE_DAMAGED");
    await decoder.close(dataset);
    FS.unlink(ORIGINAL);
    const channels = palette || colours ? 3 : 1;
    const samples = FS.readFile(raw.local);
    // What was read is held once from here on: what is made of it needs the memory.
    FS.unlink(raw.local);
    return shown(samples, first.type ?? "", { ...image, palette }, channels);
  } catch (thrown) {
    // What GDAL says may hold text of the file.
    throw thrown instanceof ImageError ? thrown : new ImageError("IMAGE_DAMAGED", { cause: thrown });
  }
}

function shown(
  bytes: Uint8Array,
  type: string,
  { width, height, bits, palette }: ImageSegment & { readonly palette: boolean },
  channels: 1 | 3,
): Picture {
  const count = width * height * channels;
  const size = type === "Byte" ? 1 : 2;
  if (!["Byte", "UInt16", "Int16"].includes(type) || bytes.length !== count * size)
    throw new ImageError("IMAGE_DAMAGED");
  const picture = { width, height, channels } as const;
  if (size === 1) {
    if (palette || bits >= 8) return { ...picture, pixels: bytes, stretch: null };
    const all = { low: 0, high: 2 ** bits - 1 };
    return { ...picture, pixels: stretched(bytes, all), stretch: null };
  }
  const { buffer, byteOffset } = bytes;
  const samples =
    type === "Int16" ? new Int16Array(buffer, byteOffset, count) : new Uint16Array(buffer, byteOffset, count);
  const stretch = stretchOf(samples);
  return { ...picture, pixels: stretched(samples, stretch), stretch };
}
