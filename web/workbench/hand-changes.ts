import { TEXT } from "./text.ts";

/** What somebody who does not see the image has to know of what his hand does there. */
export interface AtHand {
  /** Corners of what is half drawn. */
  readonly corners: number;
  /** Labels that are drawn. */
  readonly labels: number;
  /** The selected label; null where none is. */
  readonly selected: string | null;
  /** As the list names it. */
  readonly name: string;
}

/** What is to be said when one became the other. */
export function changesTold(before: AtHand, now: AtHand): readonly string[] {
  const { hand } = TEXT;
  const told: string[] = [];
  if (now.labels !== before.labels) told.push(hand.labels(now.labels));
  else if (now.corners > before.corners) told.push(hand.set(now.corners));
  else if (now.corners < before.corners) told.push(hand.left(now.corners));
  // What is wrong with it is part of the name, and told by itself: only another label is news.
  if (now.selected !== before.selected)
    told.push(now.selected === null ? hand.nothingSelected : hand.selected(now.name));
  return told;
}
