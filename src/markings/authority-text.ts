import { linesOf, readAuthority } from "./authority.ts";
import type { AuthorityBlock } from "./authority.ts";
import { readSource, sourceText } from "./authority-source.ts";
import type { AuthoritySource } from "./authority-source.ts";
import { AuthorityError } from "./declassify.ts";

/** Lines of a printed block in their order; `Source` repeats. */
const FIELDS = [
  "Classified By",
  "Reason",
  "Derived From",
  "Source",
  "Downgrade To",
  "Downgrade On",
  "Declassify On",
] as const;

type Field = (typeof FIELDS)[number];

/** A block as it is printed: one line for each field, in the order of standards A.7, the source list after `Derived From`. */
export const printAuthority = (block: AuthorityBlock): string => {
  const lines = linesOf(block);
  const values: Readonly<Record<Field, readonly string[]>> = {
    "Classified By": [lines.classifiedBy],
    Reason: lines.reasons.length === 0 ? [] : [lines.reasons.join(", ")],
    "Derived From": lines.derivedFrom === null ? [] : [lines.derivedFrom],
    Source: lines.sources.map(sourceText),
    "Downgrade To": lines.downgradeTo === null ? [] : [lines.downgradeTo],
    "Downgrade On": lines.downgradeOn === null ? [] : [lines.downgradeOn],
    "Declassify On": [lines.declassifyOn],
  };
  return FIELDS.flatMap((field) => values[field].map((value) => `${field}: ${value}`)).join("\n");
};

/** More than any block needs, in UTF-16 code units. */
const LONGEST = 300_000;

/**
 * Reads a printed block: every field once (`Source` as often as there are sources), in order, nothing else. The text may
 * come from an attacker.
 * @throws {AuthorityError}
 */
export const parseAuthority = (text: string): AuthorityBlock => {
  if (text === "") throw new AuthorityError("E_EMPTY", "the block is empty");
  if (text.length > LONGEST) throw new AuthorityError("E_SYNTAX", "the block is too long");
  const values = new Map<Field, string>();
  const sources: AuthoritySource[] = [];
  let last = 0;
  for (const line of text.split("\n")) {
    const colon = line.indexOf(": ");
    const place = FIELDS.findIndex((name) => name === line.slice(0, Math.max(0, colon)));
    const field = FIELDS[place];
    if (field === undefined) throw new AuthorityError("E_SYNTAX", "a line is not one of a block");
    if (place < last) throw new AuthorityError("E_ORDER", "the lines are not in order");
    last = place;
    const value = line.slice(colon + 2);
    if (field === "Source") sources.push(readSource(value));
    else if (values.has(field)) throw new AuthorityError("E_DUPLICATE", "a line stands twice");
    else values.set(field, value);
  }
  const [classifiedBy, declassifyOn] = [values.get("Classified By"), values.get("Declassify On")];
  if (classifiedBy === undefined || declassifyOn === undefined)
    throw new AuthorityError("E_REQUIRES", "who classified and when it is declassified are always there");
  return readAuthority({
    classifiedBy,
    reasons: values.get("Reason")?.split(", ") ?? [],
    derivedFrom: values.get("Derived From") ?? null,
    sources,
    declassifyOn,
    downgradeTo: values.get("Downgrade To") ?? null,
    downgradeOn: values.get("Downgrade On") ?? null,
  });
};
