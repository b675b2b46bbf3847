import type { Pin } from "./pins.ts";

/** In which way a task is on the screen: labels are drawn, judged, or set right by who judges them. */
export interface Way {
  readonly doing: "label" | "judge" | "fix";
  /** The opinion that is looked at, or that a fix begins with. */
  readonly opinion: number;
  readonly pins: readonly Pin[];
  /** What was said before, where the task was on the screen in another way. */
  readonly remark?: string;
}

/** What follows when a task was ended in one way or another: the next one, the list of projects, or a reason. */
export interface Then {
  readonly next: () => void;
  /** The same task in another way. */
  readonly instead: (way: Way) => void;
  readonly leave: (said: string) => void;
  readonly refused: (error: unknown) => void;
}
