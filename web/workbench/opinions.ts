import { button } from "./dom.ts";
import type { Drawing } from "./drawing.ts";
import type { TaskOpinion } from "./generated/tasks.ts";
import { drawnOf } from "./task.ts";
import { TEXT } from "./text.ts";

/** What can be done with an opinion on a task's screen. */
interface Offers {
  /** Whether labels of it are taken over; it is looked at otherwise. */
  readonly isFix: boolean;
  /** A button that shows what is chosen. */
  readonly choice: (name: string, text: string, act: () => void) => HTMLButtonElement;
  readonly look: (at: number) => void;
  readonly drawing: () => Drawing;
  readonly changed: () => void;
}

/** One of the opinions: to look at, or, in a fix, to take its labels over. */
export function offeredOpinion(
  act: TaskOpinion,
  at: number,
  { isFix, choice, look, drawing, changed }: Offers,
): HTMLElement {
  if (isFix)
    return button(TEXT.judging.takeFrom(at + 1), () => {
      drawing().addAll(drawnOf(act).filter(({ id }) => !drawing().get(id)));
      changed();
    });
  const { marking, labels, activeMs, comment } = act;
  const text = TEXT.judging.opinion(marking.portion, at + 1, labels.length, TEXT.judging.time(activeMs), comment);
  return choice(`opinion ${at}`, text, () => look(at));
}
