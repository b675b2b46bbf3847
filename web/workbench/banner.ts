import { levelOf } from "./banner-level.ts";
import { fixed } from "./dom.ts";
import { TEXT } from "./text.ts";

let shown: string | null = null;

/** The banner that is shown now; null where nothing marked is. */
export const shownBanner = (): string | null => shown;

/** Puts the server's banner over what is shown above and below it, in a dialog too; the color repeats what the text says. */
export function showBanner(marking: string | null): void {
  shown = marking;
  const inDialogs = document.querySelectorAll<HTMLElement>("dialog .banner");
  for (const banner of [fixed("banner-top"), fixed("banner-bottom"), ...inDialogs]) {
    banner.textContent = marking ?? TEXT.nothingShown;
    banner.dataset["level"] = marking === null ? "none" : levelOf(marking);
  }
}
