import { fixIn } from "./drawing.ts";
import type { TaskPart } from "./generated/schema.ts";
import type { Pin } from "./pin.ts";

/** In which way a task is on the screen: labels are drawn, judged, or set right by who judges them. */
export interface Way {
  readonly doing: "label" | "judge" | "fix";
  /** The opinion that is looked at, or that a fix begins with. */
  readonly opinion: number;
  /** What was said before, where the task was on the screen in another way; elsewhere it is in the draft. */
  readonly said?: { readonly pins: readonly Pin[]; readonly remark: string };
}

/** In which way a task is shown at first: whoever judges goes on with the fix that he was at. */
export const firstWay = (part: TaskPart, draft: unknown): Way => ({
  doing: part === "LABEL" ? "label" : fixIn(draft) === "open" ? "fix" : "judge",
  opinion: 0,
});

/** What follows when a task was ended in one way or another: the next one, the list of projects, or a reason. */
export interface Then {
  readonly next: () => void;
  /** The same task in another way. */
  readonly instead: (way: Way) => void;
  readonly leave: (said: string) => void;
  readonly refused: (error: unknown) => void;
}
