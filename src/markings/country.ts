import { compareIdentifiers, sortedUnique } from "./marking.ts";

/** A tetragraph: several countries, or an organisation, under one code (standards A.1 "Tetragraphs"). */
export interface CountryGroup {
  readonly code: string;
  readonly version: string;
  /** First day on which this membership holds, YYYY-MM-DD. */
  readonly validFrom: string;
  /** Trigraphs; empty when no membership is published, and then the code grants nobody. */
  readonly members: readonly string[];
  /** Whether roll-up may write the members instead of the code; access expands every code. */
  readonly decomposable: boolean;
}

/** The loaded country table. */
export interface CountryTable {
  readonly trigraphs: ReadonlySet<string>;
  readonly groups: ReadonlyMap<string, CountryGroup>;
}

/** True for a trigraph or tetragraph of the loaded table; nothing else is a country code. */
export const isCode = (code: string, table: CountryTable): boolean =>
  table.trigraphs.has(code) || table.groups.has(code);

/** Order of country lists: trigraphs A-Z, then tetragraphs A-Z (standards A.1). */
export const compareCodes =
  (table: CountryTable) =>
  (a: string, b: string): number => {
    const group = Number(table.groups.has(a)) - Number(table.groups.has(b));
    return group === 0 ? compareIdentifiers(a, b) : group;
  };

/** Sorts codes in marking order without repetitions. */
export const sortCodes = (codes: Iterable<string>, table: CountryTable): readonly string[] =>
  sortedUnique(codes, compareCodes(table));

/** The countries that a list of codes admits: every tetragraph expanded (standards A.1, "for access"). */
export const expandForAccess = (codes: Iterable<string>, table: CountryTable): readonly string[] =>
  sortedUnique(
    [...codes].flatMap((code) => table.groups.get(code)?.members ?? (table.trigraphs.has(code) ? [code] : [])),
    compareIdentifiers,
  );

/** The countries that roll-up may write for a list of codes: only decomposable tetragraphs expanded. */
export const expandForRollUp = (codes: Iterable<string>, table: CountryTable): ReadonlySet<string> => {
  const countries = new Set<string>();
  for (const code of codes) {
    const group = table.groups.get(code);
    if (group === undefined) countries.add(code);
    else if (group.decomposable) for (const member of group.members) countries.add(member);
  }
  return countries;
};

/** True when `code` is within `codes`: listed itself, or every member (at least one) is admitted by them. */
export const covers = (codes: readonly string[], code: string, table: CountryTable): boolean => {
  if (codes.includes(code)) return true;
  const admitted = new Set(expandForAccess(codes, table));
  const members = expandForAccess([code], table);
  return members.length > 0 && members.every((member) => admitted.has(member));
};
