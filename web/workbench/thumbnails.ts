import { openView, tile } from "./api.ts";
import { element } from "./dom.ts";
import { TEXT } from "./text.ts";

const SIDE = 48;

/**
 * Thumbnails of images on a list: of each the tile that has it whole, which the server derived with the others and keeps sealed
 * under its marking. Each comes through a view of its own like any look at an image, one after another and only where it is on
 * the screen.
 */
export class Thumbnails {
  readonly #wanted = new Map<Element, string>();
  readonly #seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) this.#queue.push(target);
    if (!this.#drawing) void this.#draw();
  });
  #queue: Element[] = [];
  #drawing = false;
  #over = false;

  /** A place for the picture of an image. */
  place(name: string, assetId: string): HTMLCanvasElement {
    const canvas = element("canvas", {
      class: "thumbnail",
      width: String(SIDE),
      height: String(SIDE),
      role: "img",
      "aria-label": TEXT.thumbnail(name),
    });
    this.#wanted.set(canvas, assetId);
    this.#seen.observe(canvas);
    return canvas;
  }

  /** Draws nothing more. */
  end(): void {
    this.#over = true;
    this.#seen.disconnect();
    this.#wanted.clear();
  }

  async #draw(): Promise<void> {
    this.#drawing = true;
    for (let place = this.#queue.shift(); place && !this.#over; place = this.#queue.shift()) {
      const assetId = this.#wanted.get(place);
      if (assetId === undefined || !(place instanceof HTMLCanvasElement)) continue;
      this.#wanted.delete(place);
      this.#seen.unobserve(place);
      // Without a picture its row says all that there is to say.
      await this.#show(place, assetId).catch(() => place.remove());
    }
    this.#drawing = false;
  }

  async #show(canvas: HTMLCanvasElement, assetId: string): Promise<void> {
    const view = await openView(assetId);
    const picture = await tile(view, view.thumbnail, 0, 0);
    if (!picture) throw new Error("no tile");
    const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width * scale, picture.height * scale];
    if (!this.#over)
      canvas.getContext("2d")?.drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
    picture.close();
  }
}
