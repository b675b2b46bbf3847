import type { Marking } from "./marking.ts";
import { NOFORN_FORMS, RELEASE_TOKENS } from "./marking.ts";
import { expandForAccess, expandForRollUp, sortCodes } from "./country.ts";
import type { Register } from "./register.ts";

/** The foreign disclosure and release part of a rolled-up banner. */
export interface Release {
  readonly tokens: readonly string[];
  readonly relTo: readonly string[];
  readonly displayOnlyTo: readonly string[];
}

/** What a portion without any FD&R mark leaves to the banner: nothing to say. */
const NONE: Release = { tokens: [], relTo: [], displayOnlyTo: [] };

/** NOFORN, the strictest. */
export const NOFORN: Release = { tokens: ["NF"], relTo: [], displayOnlyTo: [] };

const isBareUnclassified = (marking: Marking): boolean =>
  marking.kind === "US" &&
  marking.level === "U" &&
  marking.fgi === null &&
  [marking.dissem, marking.nonIc, marking.sar, marking.sci, Object.keys(marking.aea)].every(
    (list) => list.length === 0,
  );

/** A portion's effective FD&R set (A.5 step 9 a-e); null is a bare (U), which is ignored. */
const releaseOf = (marking: Marking): Release | null => {
  if (marking.nonIc.some((token) => NOFORN_FORMS.has(token))) return NOFORN;
  const tokens = marking.dissem.filter((token) => RELEASE_TOKENS.includes(token));
  if (tokens.length > 0) return { tokens, relTo: marking.relTo, displayOnlyTo: marking.displayOnlyTo };
  // Foreign, caveated, or classified without FD&R: NF. The manual reads the last as RELIDO after 28 June 2010, but a
  // portion's date is not known here and ISM refuses RELIDO then (source conflict R16): the stricter holds.
  return isBareUnclassified(marking) ? null : NOFORN;
};

/**
 * Codes common to every list: those written in all of them, and the countries common after expanding decomposable
 * tetragraphs, without the members of a tetragraph that stays. USA is left out.
 */
const commonCodes = (lists: readonly (readonly string[])[], register: Register): readonly string[] => {
  const [first = [], ...rest] = lists;
  const kept = first.filter((code) => rest.every((list) => list.includes(code)));
  const [firstCountries = new Set<string>(), ...others] = lists.map((list) => expandForRollUp(list, register));
  const countries = [...firstCountries].filter((country) => others.every((set) => set.has(country)));
  const groups = kept.filter((code) => register.groups.has(code));
  const inGroups = expandForRollUp(groups, register);
  const alone = countries.filter((country) => country !== "USA" && !inGroups.has(country));
  return sortCodes([...groups, ...alone], register);
};

/**
 * FD&R of a banner from its portions (A.5 step 9), the stricter reading wherever the sources conflict.
 * @param portions at least one.
 */
export const rollUpRelease = (portions: readonly Marking[], register: Register): Release => {
  if (!portions.some(hasMark)) return NONE;
  const sets = portions.map(releaseOf).filter((set) => set !== null);
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
  // RELIDO beside REL TO without a common country: ISM refuses a bare RELIDO there (source conflict R15).
  return relido && sets.every(({ tokens }) => tokens.length === 1)
    ? { tokens: ["RELIDO"], relTo: [], displayOnlyTo: [] }
    : NOFORN;
};

/** True when the portion itself carries an FD&R mark, in category 8 or inside a non-IC control. */
export const hasMark = (portion: Marking): boolean =>
  portion.dissem.some((token) => RELEASE_TOKENS.includes(token)) ||
  portion.nonIc.some((token) => NOFORN_FORMS.has(token));
