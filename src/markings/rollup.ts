import type { Marking } from "./marking.ts";
import { compareIdentifiers, higherLevel, MarkingError, NOFORN_FORMS, sortedUnique } from "./marking.ts";
import type { Register } from "./register.ts";
import type { TokenRule } from "./register-entry.ts";
import { placeOf } from "./register-entry.ts";
import type { Contribution, Release } from "./release.ts";
import { NOFORN, rollUpRelease } from "./release.ts";
import { aeaOf, controlsOf, fgiOf, nonIcOf, sarOf, sciOf } from "./rollup-categories.ts";
import { checkCuiAlone, cuiControlsOf, cuiForcesNoforn, cuiOf } from "./rollup-cui.ts";
import type { RollUpSettings, SourceConflict } from "./rollup-settings.ts";
import { otherChoice, SOURCE_CONFLICTS } from "./rollup-settings.ts";
import { validate } from "./validate.ts";

/** Why a banner is what it is, where that is a choice: a source conflict, or a stricter line because no legal one is literal. */
export type RollUpReason = SourceConflict | "literalIsNoBanner" | "cuiIsNotShown";

/** A banner and the choices that made it. */
export interface RollUp {
  readonly banner: Marking;
  readonly reasons: readonly RollUpReason[];
}

type Owned = Pick<Marking, "kind" | "owners">;
const US: Owned = { kind: "US", owners: ["USA"] };

/** What all attempts at one banner share. */
interface Document {
  readonly portions: readonly Contribution[];
  readonly analyticProduct: boolean;
  readonly settings: RollUpSettings;
  readonly register: Register;
}

/** A.5 step 2: one JOINT or foreign owner list for all stays; a concealed owner has no banner of its own (A.2). */
const ownersOf = (portions: readonly Marking[]): Owned => {
  const [first, ...rest] = portions;
  if (first === undefined || first.kind === "US" || first.owners.includes("FGI")) return US;
  const same = rest.every(({ kind, owners }) => kind === first.kind && owners.join(" ") === first.owners.join(" "));
  return same ? { kind: first.kind, owners: first.owners } : US;
};

const levelOf = (portions: readonly Marking[], owned: Owned, settings: RollUpSettings): Marking["level"] => {
  const highest = portions.map(({ level }) => level).reduce(higherLevel);
  if (owned.kind === "NONUS" || highest !== "R") return highest;
  if (settings.foreignRestricted === "REFUSED")
    throw new MarkingError("E_LEVEL", "foreign RESTRICTED has no level of its own in a US banner");
  return "C";
};

const inOrder = (words: Iterable<string>, rules: readonly TokenRule[]): readonly string[] =>
  sortedUnique(words, (a, b) => placeOf(a, rules) - placeOf(b, rules));

/** The banner of unclassified parts of which at least one is CUI (standards A.6). */
const cuiBannerOf = ({ portions: parts, settings, register }: Document, forced: Release | null): Marking => {
  const portions = parts.map(({ marking }) => marking);
  checkCuiAlone(portions);
  const { tokens, relTo, displayOnlyTo } = forced ?? rollUpRelease(parts, register, settings, false);
  return {
    ...US,
    level: "U",
    sci: [],
    sar: [],
    aea: {},
    natoControls: [],
    fgi: null,
    dissem: inOrder([...cuiControlsOf(portions), ...tokens], register.cui.controls),
    relTo,
    displayOnlyTo,
    nonIc: [],
    cui: cuiOf(portions),
  };
};

const bannerOf = (document: Document, owned: Owned, release: Release | null): Marking => {
  const { settings, register } = document;
  const portions = document.portions.map(({ marking }) => marking);
  const level = levelOf(portions, owned, settings);
  const classified = level !== "U";
  const hasCui = portions.some(({ cui }) => cui !== undefined);
  if (hasCui && !classified) return cuiBannerOf(document, release);
  const aea = aeaOf(portions, classified);
  const nonIc = nonIcOf(portions, classified, settings);
  const older = portions.filter(({ cui }) => cui === undefined);
  const controls = controlsOf(older, classified || nonIc.tokens.size > 0 || Object.keys(aea).length > 0);
  const joined = [...nonIc.tokens].some((token) => NOFORN_FORMS.has(token));
  const rolled = (): Release => {
    if (nonIc.forcesNoforn || (hasCui && cuiForcesNoforn(portions))) return NOFORN;
    if (joined) return { tokens: [], relTo: [], displayOnlyTo: [] };
    return rollUpRelease(document.portions, register, settings, document.analyticProduct && classified);
  };
  const { tokens, relTo, displayOnlyTo } = release ?? rolled();
  return {
    ...owned,
    level,
    sci: sciOf(portions),
    sar: sarOf(portions),
    aea,
    natoControls: sortedUnique(
      portions.flatMap(({ natoControls }) => natoControls),
      compareIdentifiers,
    ),
    fgi: fgiOf(portions, owned.kind, register),
    dissem: inOrder([...controls, ...tokens], register.dissemination),
    relTo,
    displayOnlyTo,
    nonIc: inOrder(nonIc.tokens, register.nonIc),
  };
};

/** The first legal line of: the literal one, the same with NOFORN, a US line with NOFORN. */
const legalBannerOf = (document: Document): { readonly banner: Marking; readonly literal: boolean } => {
  const owned = ownersOf(document.portions.map(({ marking }) => marking));
  let refusal: MarkingError | undefined;
  for (const [attempt, [owners, release]] of (
    [
      [owned, null],
      [owned, NOFORN],
      [US, NOFORN],
    ] as const
  ).entries()) {
    try {
      const banner = bannerOf(document, owners, release);
      validate(banner, document.register);
      return { banner, literal: attempt === 0 };
    } catch (error) {
      if (!(error instanceof MarkingError)) throw error;
      refusal = error;
    }
  }
  throw new MarkingError(refusal?.code ?? "E_CONFLICT", "no legal banner holds this combination");
};

/**
 * Roll-up of a document: the banner over its contributing portions (standards A.5) and the reasons for it. Never use it
 * for access: it drops controls; that is what joinEffective is for. Where the sources conflict the register's settings
 * decide. A combination whose literal result is no legal banner becomes stricter: first NOFORN, then a US line with NOFORN.
 * @param portions the portions that contribute; titles of other documents and excluded ones are left out by the caller.
 * @param analyticProduct true for a disseminated analytic product, whose classified banner always has an FD&R mark.
 * @throws MarkingError E_EMPTY without portions, and the code of `validate` when no legal banner holds the combination.
 */
export const rollUpDocument = (
  portions: readonly Contribution[],
  register: Register,
  analyticProduct = false,
): RollUp => {
  if (portions.length === 0) throw new MarkingError("E_EMPTY", "nothing to roll up");
  const document = { portions, analyticProduct, settings: register.rollUp, register };
  const { banner, literal } = legalBannerOf(document);
  const text = JSON.stringify(banner);
  // A conflict is a reason when the other choice would have given another banner, or none.
  const decided = SOURCE_CONFLICTS.filter((conflict) => {
    try {
      const settings = otherChoice(register.rollUp, conflict);
      return JSON.stringify(legalBannerOf({ ...document, settings }).banner) !== text;
    } catch (error) {
      if (error instanceof MarkingError) return true;
      throw error;
    }
  });
  // A classified banner shows no CUI: its portions and the designation indicator block do (standards A.6).
  const hidden = banner.cui === undefined && portions.some(({ marking }) => marking.cui !== undefined);
  return {
    banner,
    reasons: [
      ...decided,
      ...(literal ? [] : (["literalIsNoBanner"] as const)),
      ...(hidden ? (["cuiIsNotShown"] as const) : []),
    ],
  };
};

/** The banner of rollUpDocument for portions whose dates are not known. @throws MarkingError as it does. */
export const rollUp = (portions: readonly Marking[], register: Register): Marking => {
  if (portions.length === 0) throw new MarkingError("E_EMPTY", "nothing to roll up");
  const contributions = portions.map((marking) => ({ marking, createdOn: null }));
  return legalBannerOf({ portions: contributions, analyticProduct: false, settings: register.rollUp, register }).banner;
};
