import type { Cui, Marking } from "./marking.ts";
import { compareIdentifiers, MarkingError, RELEASE_TOKENS, sortedUnique } from "./marking.ts";

/** Categories of all parts, each in the forms in which it stands. */
export const cuiOf = (portions: readonly Marking[]): Cui => {
  const all = portions.flatMap(({ cui }) => (cui === undefined ? [] : [cui]));
  const union = (lists: readonly (readonly string[])[]): readonly string[] =>
    sortedUnique(lists.flat(), compareIdentifiers);
  return { specified: union(all.map(({ specified }) => specified)), basic: union(all.map(({ basic }) => basic)) };
};

/**
 * Limited dissemination controls of several CUI parts together: those of all of them, and who is left in the middle where
 * two contradict: contractors only beside no contractors leaves federal employees.
 */
export const cuiControlsOf = (portions: readonly Marking[]): ReadonlySet<string> => {
  const tokens = new Set(portions.flatMap(({ dissem }) => dissem).filter((token) => !RELEASE_TOKENS.includes(token)));
  if (tokens.has("FEDCON") && tokens.has("NOCON")) tokens.add("FED_ONLY");
  if (tokens.has("FED_ONLY")) for (const wider of ["FEDCON", "NOCON"]) tokens.delete(wider);
  return tokens;
};

/** Controls that leave foreign readers out although they are not FD&R. */
const BARS_FOREIGNERS: readonly string[] = ["FED_ONLY", "FEDCON", "NOCON", "DL_ONLY"];

/**
 * True when the parts' CUI asks for NOFORN in a banner that cannot show its controls: a classified one never shows CUI
 * (standards A.6), and the controls that keep foreign readers out would be lost.
 */
export const cuiForcesNoforn = (portions: readonly Marking[]): boolean =>
  portions.some(({ cui, dissem }) => cui !== undefined && dissem.some((token) => BARS_FOREIGNERS.includes(token)));

/**
 * A CUI banner holds nothing of the older language: FOUO, SBU or LES beside CUI would have to be dropped or converted, and
 * conversion is an authorized holder's decision (standards A.6). @throws MarkingError E_CONFLICT
 */
export const checkCuiAlone = (portions: readonly Marking[]): void => {
  const mixed = portions.some(
    ({ cui, kind, fgi, aea, nonIc, dissem }) =>
      cui === undefined &&
      (kind !== "US" ||
        fgi !== null ||
        nonIc.length > 0 ||
        Object.keys(aea).length > 0 ||
        dissem.some((token) => !RELEASE_TOKENS.includes(token))),
  );
  if (mixed) throw new MarkingError("E_CONFLICT", "CUI and older unclassified controls have no common banner");
};
