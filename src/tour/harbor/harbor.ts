import { rasterizeSvg } from "../../storage/imagery/rasterize.ts";
import type { HarborObject } from "./scene.ts";
import { harborScenes } from "./scenes.ts";

/** A picture that Caveat drew itself, with the truth of what is in it. */
export interface HarborImage {
  /** File name, such as `container-terminal.png`. */
  readonly name: string;
  readonly title: string;
  readonly width: number;
  readonly height: number;
  /** 8 bit RGB PNG without metadata. */
  readonly png: Uint8Array;
  readonly objects: readonly HarborObject[];
}

/**
 * Draws the six pictures of the tour's harbor (1024 x 768, 0.4 m a pixel, seen from above). Nothing in them is taken from
 * anywhere: they may be shown, shipped and marked as one likes. The same seed gives the same bytes on the same machine; the
 * truth of the objects is the same everywhere.
 */
export function drawHarbor(seed: number): Promise<readonly HarborImage[]> {
  return Promise.all(
    harborScenes(seed).map(async ({ name, title, width, height, svg, objects }) => ({
      name: `${name}.png`,
      title,
      width,
      height,
      png: await rasterizeSvg(svg, { width, height }),
      objects,
    })),
  );
}
