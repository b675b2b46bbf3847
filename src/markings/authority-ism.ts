import { linesOf, readAuthority } from "./authority.ts";
import type { AuthorityBlock } from "./authority.ts";
import { AuthorityError, NOT_APPLICABLE, printDeclassifyOn } from "./declassify.ts";
import type { DeclassifyOn } from "./declassify.ts";

/** ISM attributes of a classification authority block (standards A.7 and A.8). */
export const ISM_AUTHORITY_NAMES = [
  "classifiedBy",
  "classificationReason",
  "derivativelyClassifiedBy",
  "derivedFrom",
  "declassDate",
  "declassEvent",
  "declassException",
] as const;

/** One of them. */
export type IsmAuthorityName = (typeof ISM_AUTHORITY_NAMES)[number];

/** The attributes that are there, as text. */
export type IsmAuthority = Readonly<Partial<Record<IsmAuthorityName, string>>>;

const xmlDate = (day: string): string => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;

const declassAttributes = (on: DeclassifyOn): IsmAuthority => {
  if (on.kind === "date") return { declassDate: xmlDate(on.date) };
  if (on.kind === "event") return { declassEvent: on.event };
  if (on.kind === "none") return { declassException: on.because };
  return { ...(on.date === null ? {} : { declassDate: xmlDate(on.date) }), declassException: on.exemption };
};

/**
 * The ISM attributes of a block. A downgrade and the list behind `Multiple Sources` have no attribute: they stay with the
 * product.
 */
export const ismOfAuthority = (block: AuthorityBlock): IsmAuthority => {
  const lines = linesOf(block);
  const who: IsmAuthority =
    lines.derivedFrom === null
      ? { classifiedBy: lines.classifiedBy, classificationReason: lines.reasons.join(" ") }
      : { derivativelyClassifiedBy: lines.classifiedBy, derivedFrom: lines.derivedFrom };
  return { ...who, ...declassAttributes(block.declassifyOn) };
};

const dayOf = (date: string): string => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new AuthorityError("E_DATE", "declassDate is YYYY-MM-DD");
  return date.replaceAll("-", "");
};

const declassifyText = ({ declassDate, declassEvent, declassException }: IsmAuthority): string => {
  const day = declassDate === undefined ? null : dayOf(declassDate);
  if (declassEvent !== undefined && (day !== null || declassException !== undefined))
    throw new AuthorityError("E_CONFLICT", "an event stands beside a date or an exemption");
  if (declassEvent !== undefined) return declassEvent;
  if (declassException === undefined) {
    if (day === null) throw new AuthorityError("E_REQUIRES", "no date, event or exemption");
    return day;
  }
  const because = NOT_APPLICABLE.find((reason) => reason === declassException);
  // These never have a date (ISM rule 00133).
  if (day !== null && (because !== undefined || declassException === "25X1-EO-12951"))
    throw new AuthorityError("E_EXEMPTION", "this exemption has no date");
  if (because !== undefined) return printDeclassifyOn({ kind: "none", because });
  if (declassException === "25X1-EO-12951")
    return printDeclassifyOn({ kind: "exemption", exemption: declassException, date: null });
  return day === null ? declassException : `${declassException}, ${day}`;
};

/**
 * The block that ISM attributes say. `Multiple Sources` is refused, because the list behind it is no attribute.
 * @throws {AuthorityError}
 */
export const authorityOfIsm = (ism: IsmAuthority): AuthorityBlock => {
  const original = ism.classifiedBy !== undefined || ism.classificationReason !== undefined;
  const derived = ism.derivativelyClassifiedBy !== undefined || ism.derivedFrom !== undefined;
  if (original && derived) throw new AuthorityError("E_CONFLICT", "original and derived at once");
  const by = original ? ism.classifiedBy : ism.derivativelyClassifiedBy;
  if (by === undefined || (derived && ism.derivedFrom === undefined))
    throw new AuthorityError("E_REQUIRES", "who classified, and why or from what, stand together");
  const block = readAuthority({
    classifiedBy: by,
    reasons: ism.classificationReason?.split(" ") ?? [],
    derivedFrom: ism.derivedFrom ?? null,
    sources: [],
    declassifyOn: declassifyText(ism),
    downgradeTo: null,
    downgradeOn: null,
  });
  const written = ismOfAuthority(block);
  // An event that reads as a day, or a day inside an exception, would be written as another attribute.
  if (!ISM_AUTHORITY_NAMES.every((name) => ism[name] === written[name]))
    throw new AuthorityError("E_SYNTAX", "the attributes are not those of one block");
  return block;
};
