import type { Marking } from "./marking.ts";
import { MarkingError, RELEASE_TOKENS } from "./marking.ts";
import { cuiCategoriesText, cuiLanguageOf } from "./cui.ts";
import type { Register } from "./register.ts";
import { renderBanner } from "./render.ts";
import { cuiControlsOf, cuiOf } from "./rollup-cui.ts";

/** Distribution statements of technical documents (DoDI 5230.24): A is public, B to F narrow the audience. */
export const DISTRIBUTION_LETTERS = ["A", "B", "C", "D", "E", "F"] as const;

/** A distribution statement: a field of its own, never part of a banner (standards A.6). */
export interface DistributionStatement {
  readonly letter: (typeof DISTRIBUTION_LETTERS)[number];
  /** Why the audience is narrowed; empty for A. */
  readonly reason: string;
  /** Day of the determination, YYYY-MM-DD. */
  readonly date: string;
  readonly controllingOffice: string;
}

/** What the designation indicator block says beside categories and controls. */
export interface DesignationIndicator {
  readonly controlledBy: string;
  readonly office: string;
  readonly contact: string;
  readonly distribution: DistributionStatement | null;
}

const checkDistribution = ({ letter, reason, date, controllingOffice }: DistributionStatement): void => {
  if (letter === "A") throw new MarkingError("E_CONFLICT", "public release and CUI exclude one another");
  if ([reason, controllingOffice].some((text) => text.trim() === "") || !/^\d{4}-\d{2}-\d{2}$/.test(date))
    throw new MarkingError("E_REQUIRES", "a distribution statement has a reason, a date and a controlling office");
};

/**
 * The DoD form of CUI (DoDI 5200.48, standards A.6): the banner is the bare word, or the classified banner, which shows no
 * CUI; categories and limited dissemination controls stand in the designation indicator block.
 * @param banner the banner over the portions, classified or CUI.
 * @param portions the portions over which it stands; at least one is CUI.
 * @returns the banner and the lines of the block.
 * @throws MarkingError E_REQUIRES without CUI or with a blank field, E_CONFLICT for distribution statement A.
 */
export const dodFormOf = (
  banner: Marking,
  portions: readonly Marking[],
  indicator: DesignationIndicator,
  register: Register,
): { readonly banner: string; readonly block: readonly string[] } => {
  const cuiPortions = portions.filter(({ cui }) => cui !== undefined);
  if (cuiPortions.length === 0) throw new MarkingError("E_REQUIRES", "there is no CUI to designate");
  const { controlledBy, office, contact, distribution } = indicator;
  if ([controlledBy, office, contact].some((text) => text.trim() === ""))
    throw new MarkingError("E_REQUIRES", "a designation says who controls, which office and whom to ask");
  if (distribution !== null) checkDistribution(distribution);
  const controls = cuiControlsOf(cuiPortions);
  const released = banner.dissem.filter((token) => RELEASE_TOKENS.includes(token));
  const language = cuiLanguageOf(register);
  const words = language.dissemination
    .filter(({ token }) => controls.has(token) || released.includes(token))
    .map(({ token, banner: word }) => {
      if (token === "REL") return `${word} ${banner.relTo.join(", ")}`;
      return token === "DISPLAYONLY" ? `${word} ${banner.displayOnlyTo.join(", ")}` : word;
    });
  const categories = cuiCategoriesText(cuiOf(cuiPortions));
  return {
    banner: banner.cui === undefined ? renderBanner(banner, register) : "CUI",
    block: [
      `Controlled by: ${controlledBy}`,
      `Controlled by: ${office}`,
      `CUI Category: ${categories === "" ? "none shown" : categories}`,
      ...(distribution === null
        ? [`Limited Dissemination Control: ${words.length === 0 ? "none" : words.join("/")}`]
        : [
            `Distribution Statement: ${distribution.letter} (${distribution.reason}, ${distribution.date}, ${distribution.controllingOffice})`,
          ]),
      ...(distribution !== null && words.length > 0 ? [`Limited Dissemination Control: ${words.join("/")}`] : []),
      `POC: ${contact}`,
    ],
  };
};
