import { expandForAccess, sortCodes } from "./country.ts";
import type { Marking } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import type { Register } from "./register.ts";
import type { Contribution } from "./release.ts";
import { renderBanner } from "./render.ts";
import { rollUpDocument } from "./rollup.ts";

/**
 * Whether two lists admit the same countries: FVEY and AUS, CAN, GBR, NZL do. A code that roll-up may not expand is said
 * by nothing but itself, whoever is behind it (standards A.1, "Tetragraphs").
 */
const admitSame = (a: readonly string[], b: readonly string[], register: Register): boolean => {
  const closed = (codes: readonly string[]): readonly string[] =>
    codes.filter((code) => register.groups.get(code)?.decomposable === false);
  const said = (codes: readonly string[]): string =>
    JSON.stringify([expandForAccess([...codes, "USA"], register), sortCodes(closed(codes), register)]);
  return said(a) === said(b);
};

/** Whether two banners say the same, apart from the spelling of their lists of countries. */
const saysSame = (a: Marking, b: Marking, register: Register): boolean =>
  admitSame(a.relTo, b.relTo, register) &&
  admitSame(a.displayOnlyTo, b.displayOnlyTo, register) &&
  renderBanner({ ...a, relTo: b.relTo, displayOnlyTo: b.displayOnlyTo }, register) === renderBanner(b, register);

/**
 * What a stated banner is beside the roll-up of its portions: the same, be it in another spelling of its countries; higher,
 * with the reason that classification by compilation needs (EO 13526 1.7(e), standards A.5 step 10); higher without it; or
 * lower somewhere, which never is legal.
 */
export type StatedBanner = "same" | "compilation" | "reasonMissing" | "lower";

/**
 * Judges a banner that a person states over portions. It is at least the roll-up when it absorbs the portions: rolled up
 * together with them it stays what it is.
 * @param reason why the whole is more than its parts; null or blank is no reason.
 * @throws MarkingError when the portions themselves have no legal banner.
 */
export const judgeStatedBanner = (
  stated: Marking,
  portions: readonly Contribution[],
  reason: string | null,
  register: Register,
  analyticProduct = false,
): StatedBanner => {
  const saysAll = (contributions: readonly Contribution[]): boolean =>
    saysSame(stated, rollUpDocument(contributions, register, analyticProduct).banner, register);
  if (saysAll(portions)) return "same";
  try {
    if (!saysAll([...portions, { marking: stated, createdOn: null }])) return "lower";
  } catch (error) {
    if (error instanceof MarkingError) return "lower";
    throw error;
  }
  return reason === null || reason.trim() === "" ? "reasonMissing" : "compilation";
};
