import type { Effective, Level } from "../markings/index.ts";
import { LEVELS, rankOf, readListToken } from "../markings/index.ts";
import type { AccessProfile } from "./profile.ts";

/** Whether the reader holds the token and every parent of it: SI-G-ABCD needs SI, SI-G and SI-G-ABCD. */
export function holdsWithParents(reader: AccessProfile, token: string): boolean {
  const parts = token.split("-");
  // The prefix 'SAR' alone is no read-in.
  const first = parts[0] === "SAR" ? 2 : 1;
  for (let length = first; length <= parts.length; length += 1) {
    if (!reader.fineAccessControls.includes(parts.slice(0, length).join("-"))) return false;
  }
  return parts.length >= first;
}

/** The country of the reader's organisation, written before a point ('GBR.MOD'); null when it is not written: unknown. */
function organizationCountry(reader: AccessProfile): string | null {
  return /^([A-Z]{3})\./.exec(reader.dutyOrganization)?.[1] ?? null;
}

/** Whether the reader works for a US federal, state or local agency. A claim with another country's name is not believed. */
export function worksForUsAgency(reader: AccessProfile): boolean {
  const written = organizationCountry(reader);
  return reader.usGovernmentAgency && (written === null || written === "USA");
}

/** A US person of a US agency: the only reader to whom release to foreign countries does not matter (standards B.1 #6, #7). */
export function isUsReader(reader: AccessProfile): boolean {
  return reader.countryOfAffiliation === "USA" && worksForUsAgency(reader);
}

/**
 * A US person in government or a contractor to it (standards B.1 #10): a contractor of a company counts where the company
 * is written to be of the USA, because one of another or of no country is another government's, or nobody knows whose.
 */
export function isUsGovernmentOrContractor(reader: AccessProfile): boolean {
  if (reader.countryOfAffiliation !== "USA") return false;
  return worksForUsAgency(reader) || (reader.entityType === "CTR" && organizationCountry(reader) === "USA");
}

/**
 * Whether a list of countries takes in both the reader and his organisation (standards B.1 #7). A US person outside the
 * agencies is a reader like any other here: a REL TO names USA, and his organisation's country is to be in it too.
 */
export function listTakesIn(countries: readonly string[], reader: AccessProfile): boolean {
  if (!countries.includes(reader.countryOfAffiliation)) return false;
  const country = organizationCountry(reader);
  return worksForUsAgency(reader) || (country !== null && countries.includes(country));
}

/** Atomic energy information (standards B.1 #4): RD, FRD and TFNI need Q; CNWDI and SIGMA n need Q and the read-in. */
export function mayReadAtomic(reader: AccessProfile, token: string): boolean {
  if (token === "DCNI" || token === "UCNI") return true; // condition mac.ucni
  const held = (needed: string) => reader.fineAccessControls.includes(needed);
  if (token === "RD" || token === "FRD" || token === "TFNI") return held("Q");
  if (token === "RD-CNWDI") return held("Q") && held("CNWDI");
  const sigma = /^F?RD-SG-(14|15|18|20)$/.exec(token)?.[1];
  return sigma !== undefined && held("Q") && held(`SIGMA-${sigma}`);
}

/** NATO information (standards B.1 #5): a read-on for that level or a higher one; the special ones by name. */
export function mayReadNato(reader: AccessProfile, token: string): boolean {
  if (token === "ATOMAL" || token === "BALK" || token === "BOHEMIA") return reader.fineAccessControls.includes(token);
  const needed = LEVELS.find((level) => token === `NATO-${level}`);
  if (needed === undefined) return false;
  return LEVELS.some((level) => rankOf(level) >= rankOf(needed) && reader.fineAccessControls.includes(`NATO-${level}`));
}

/** Whether the level of the object is at or below the ceiling; an unknown level is below nothing. */
export function within(ceiling: Level, object: Effective): boolean {
  return rankOf(ceiling) >= rankOf(object.level) && rankOf(object.level) >= 0;
}

/** Whether one of the lists of the token names the reader; false for a token whose rule is not stated, and for no list. */
function listNames(reader: AccessProfile, token: string): boolean {
  const read = readListToken(token);
  return read !== null && read.anyOf.some((id) => reader.lists.includes(`${read.kind}:${id}`));
}

const listsFor = (object: Effective, control: string): readonly string[] =>
  object.lists.filter((token) => token.startsWith(`${control}:`));

/**
 * Whether every list that stands behind the control names the reader (standards B.1 #9, #10). A control without a list
 * refuses everybody; a list without its control still binds.
 */
export function isListed(reader: AccessProfile, object: Effective, control: string): boolean {
  const lists = listsFor(object, control);
  if (lists.length === 0) return !object.controls.includes(control);
  return lists.every((token) => listNames(reader, token));
}

/** Whether every need-to-know profile names the reader, and no token is of a kind whose rule is not stated (B.1 #11). */
export function hasNeedToKnow(reader: AccessProfile, object: Effective): boolean {
  return object.lists.every((token) => readListToken(token) !== null) && isListed(reader, object, "NTK");
}
