import type { Marking } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import type { Register } from "./register.ts";
import type { Contribution } from "./release.ts";
import { renderBanner } from "./render.ts";
import { rollUpDocument } from "./rollup.ts";

/**
 * What a stated banner is beside the roll-up of its portions: the same; higher, with the reason that classification by
 * compilation needs (EO 13526 1.7(e), standards A.5 step 10); higher without it; or lower somewhere, which never is legal.
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
  const textOver = (contributions: readonly Contribution[]): string =>
    renderBanner(rollUpDocument(contributions, register, analyticProduct).banner, register);
  const text = renderBanner(stated, register);
  if (textOver(portions) === text) return "same";
  try {
    if (textOver([...portions, { marking: stated, createdOn: null }]) !== text) return "lower";
  } catch (error) {
    if (error instanceof MarkingError) return "lower";
    throw error;
  }
  return reason === null || reason.trim() === "" ? "reasonMissing" : "compilation";
};
