import type { Marking } from "./marking.ts";
import { NOFORN_FORMS, RELEASE_TOKENS } from "./marking.ts";
import { expandForAccess, expandForRollUp, sortCodes } from "./country.ts";
import type { Register } from "./register.ts";
import type { RollUpSettings } from "./rollup-settings.ts";

/** The foreign disclosure and release part of a rolled-up banner. */
export interface Release {
  readonly tokens: readonly string[];
  readonly relTo: readonly string[];
  readonly displayOnlyTo: readonly string[];
}

/** A portion that contributes to a banner, and the day on which its information was created, when that is known. */
export interface Contribution {
  readonly marking: Marking;
  /** YYYY-MM-DD; null when unknown, which is never taken for recent. */
  readonly createdOn: string | null;
}

/** What a portion without any FD&R mark leaves to the banner: nothing to say. */
const NONE: Release = { tokens: [], relTo: [], displayOnlyTo: [] };

/** NOFORN, the strictest. */
export const NOFORN: Release = { tokens: ["NF"], relTo: [], displayOnlyTo: [] };

const RELIDO: Release = { tokens: ["RELIDO"], relTo: [], displayOnlyTo: [] };

/** From this day on, classified information without caveats was marked RELIDO where nothing else was said (A.5 step 9e). */
const RELIDO_SINCE = "2010-06-28";

/** Any SAP, AEA, non-IC, CUI or dissemination control; SCI does not count (A.5 step 9d). */
const isCaveated = ({ sar, aea, nonIc, dissem, natoControls, cui }: Marking): boolean =>
  [sar, Object.keys(aea), nonIc, dissem, natoControls].some((list) => list.length > 0) || cui !== undefined;

/** Controls of others than the intelligence community, whose release follows their own source (A.5 table, R11). */
const isForeignToCommunity = ({ aea, nonIc, dissem, cui }: Marking): boolean =>
  Object.keys(aea).length > 0 || nonIc.length > 0 || dissem.includes("DSEN") || cui !== undefined;

/** A portion's effective FD&R set (A.5 step 9 a-e); null is a bare (U), which is ignored. */
const releaseOf = ({ marking, createdOn }: Contribution, settings: RollUpSettings): Release | null => {
  if (marking.nonIc.some((token) => NOFORN_FORMS.has(token))) return NOFORN;
  const tokens = marking.dissem.filter((token) => RELEASE_TOKENS.includes(token));
  if (tokens.length > 0) return { tokens, relTo: marking.relTo, displayOnlyTo: marking.displayOnlyTo };
  if (marking.kind !== "US" || marking.fgi !== null) return NOFORN;
  const caveated = isCaveated(marking);
  if (marking.level === "U") {
    if (!caveated) return null;
    const relido = settings.caveatedUnclassified === "RELIDO" && !isForeignToCommunity(marking);
    return relido ? RELIDO : NOFORN;
  }
  const recent = createdOn !== null && createdOn >= RELIDO_SINCE;
  return settings.relidoBesideUnmarked === "RELIDO" && recent && !caveated ? RELIDO : NOFORN;
};

/**
 * Codes common to every list (standards A.5 step 9): those written in all of them, and the countries common after
 * expanding decomposable tetragraphs, without the members of a tetragraph that stays. USA is left out.
 */
const commonCodes = (lists: readonly (readonly string[])[], register: Register): readonly string[] => {
  const [first = [], ...rest] = lists;
  const kept = first.filter((code) => rest.every((list) => list.includes(code)));
  const [firstCountries = new Set<string>(), ...others] = lists.map((list) => expandForRollUp(list, register));
  const countries = [...firstCountries].filter((country) => others.every((set) => set.has(country)));
  const groups = kept.filter((code) => register.groups.has(code));
  const inGroups = expandForRollUp(groups, register);
  // A member that every list writes beside its group is a common code itself; only what expansion adds is not listed again.
  const alone = countries.filter((country) => country !== "USA" && (kept.includes(country) || !inGroups.has(country)));
  return sortCodes([...groups, ...alone], register);
};

/**
 * FD&R of a banner from its portions (A.5 step 9).
 * @param portions at least one.
 * @param settings what the register chose where the sources conflict.
 * @param always true where an FD&R mark is required although no portion has one (disseminated analytic products).
 */
export const rollUpRelease = (
  portions: readonly Contribution[],
  register: Register,
  settings: RollUpSettings,
  always: boolean,
): Release => {
  if (!always && !portions.some(({ marking }) => hasMark(marking))) return NONE;
  const sets = portions.map((portion) => releaseOf(portion, settings)).filter((set) => set !== null);
  if (sets.length === 0) return NONE;
  if (sets.some(({ tokens }) => tokens.includes("NF"))) return NOFORN;
  const every = (token: string): boolean => sets.every(({ tokens }) => tokens.includes(token));
  const released = every("REL")
    ? commonCodes(
        sets.map(({ relTo }) => relTo),
        register,
      )
    : [];
  const seen = commonCodes(
    sets.map(({ relTo, displayOnlyTo }) => [...relTo, ...displayOnlyTo]),
    register,
  );
  const admitted = new Set(expandForAccess(released, register));
  const displayed = seen.filter((code) => !released.includes(code) && !admitted.has(code));
  const relido = every("RELIDO");
  if (released.length > 0) {
    const tokens = ["REL", ...(relido ? ["RELIDO"] : []), ...(displayed.length > 0 ? ["DISPLAYONLY"] : [])];
    return { tokens, relTo: ["USA", ...released], displayOnlyTo: displayed };
  }
  if (displayed.length > 0) return { tokens: ["DISPLAYONLY"], relTo: [], displayOnlyTo: displayed };
  // Lists that have no country in common are NOFORN whatever the register chose (manual, table 3 rule 9).
  if (!relido || every("REL")) return NOFORN;
  const bare = sets.every(({ tokens }) => tokens.length === 1);
  return bare || settings.relidoBesideRelease === "RELIDO" ? RELIDO : NOFORN;
};

/** True when the portion itself carries an FD&R mark, in category 8 or inside a non-IC control. */
export const hasMark = (portion: Marking): boolean =>
  portion.dissem.some((token) => RELEASE_TOKENS.includes(token)) ||
  portion.nonIc.some((token) => NOFORN_FORMS.has(token));
