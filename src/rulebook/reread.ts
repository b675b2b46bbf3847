import { isDeepStrictEqual } from "node:util";
import { dominates, effectiveOf, markingFromText } from "../markings/index.ts";
import type { Effective, MarkingErrorCode, Register } from "../markings/index.ts";

/** A marking that is kept: its portion, whole, and what decides about it. */
export interface KeptMarking {
  readonly portion: string;
  readonly effective: Effective;
}

/**
 * How the text of a kept marking is read under another register: refused, or as an effective marking that is higher or lower
 * than under the first one, or neither ("other").
 */
export interface Rereading<T extends KeptMarking> {
  readonly marking: T;
  readonly change: "refused" | "higher" | "lower" | "other";
  /** Why it is refused (standards A.2); null for the others. */
  readonly code: MarkingErrorCode | null;
}

const changeOf = (was: Effective, is: Effective): "higher" | "lower" | "other" =>
  dominates(is, was) ? "higher" : dominates(was, is) ? "lower" : "other";

/**
 * The kept markings whose text another register refuses or reads as another effective marking. What is kept stays as it is;
 * whoever states one of these anew gets something else. Both readings are of the text alone: lists, and what a join added to a
 * derived marking, are no part of it. Where the first register does not read a text (an older one did), what is kept is
 * compared.
 */
export function rereadings<T extends KeptMarking>(
  from: Register,
  to: Register,
  markings: readonly T[],
): readonly Rereading<T>[] {
  return markings.flatMap((marking): Rereading<T>[] => {
    const next = markingFromText(marking.portion, to);
    if (!next.ok) return [{ marking, change: "refused", code: next.code }];
    const before = markingFromText(marking.portion, from);
    const was = before.ok ? effectiveOf(before.marking, from) : marking.effective;
    const is = effectiveOf(next.marking, to);
    return isDeepStrictEqual(was, is) ? [] : [{ marking, change: changeOf(was, is), code: null }];
  });
}
