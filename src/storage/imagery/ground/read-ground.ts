import { noGround } from "../../../geodesy/ground.ts";
import type { Ground } from "../../../geodesy/ground.ts";
import type { ImageHeader } from "../probe.ts";
import { groundOfTiff } from "./geotiff.ts";
import { groundOfCorners } from "./nitf-corners.ts";

/**
 * Where the pixels of an untrusted original (all of its bytes, with what `probeImage` says of it) lie on the ground, as the file
 * itself states it. An orientation of EXIF moves nothing, for the stored grid is not turned; positions of a camera
 * are no transform and are not read. Throws nothing: a file whose position cannot be read is shown all the same.
 */
export function readGround(bytes: Uint8Array, header: ImageHeader): Ground {
  const { mediaType, width, height, nitf } = header;
  if (nitf) return groundOfCorners(nitf.image.location, width, height);
  if (mediaType !== "image/tiff") return noGround("NONE");
  return groundOfTiff(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), width, height);
}
