import { showBanner } from "./banner.ts";
import { awaitNext, element, say, show } from "./dom.ts";
import { TEXT } from "./text.ts";

/** What is on the screen takes nothing any more, and where the next is not there in a moment, leaves it with its banner. */
export function awaitScreen(): void {
  awaitNext(() => {
    showBanner(null);
    say("");
    show([element("p", { class: "coming", role: "status" }, [TEXT.coming])]);
  });
}
