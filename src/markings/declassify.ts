import { isCalendarDay, isLeap } from "./calendar.ts";
import { isToldInWords } from "./declassify-event.ts";

/** Codes with which a classification authority block is refused. */
export type AuthorityErrorCode =
  | "E_EMPTY"
  | "E_SYNTAX"
  | "E_ORDER"
  | "E_DUPLICATE"
  | "E_REQUIRES"
  | "E_CONFLICT"
  | "E_LEVEL"
  | "E_REASON"
  | "E_DATE"
  | "E_EXEMPTION"
  | "E_RETIRED"
  | "E_SOURCES";

/** A classification authority block was refused. The message is public text. */
export class AuthorityError extends Error {
  readonly code: AuthorityErrorCode;
  constructor(code: AuthorityErrorCode, message: string) {
    super(message);
    this.name = "AuthorityError";
    this.code = code;
  }
}

/** Exemptions that never have a date (ISM rule 00133). */
export const UNDATED = ["25X1-EO-12951", "50X1-HUM", "50X2-WMD", "75X"] as const;

/** Information to which no date belongs: Atomic Energy Act and NATO (standards A.7). */
export const NOT_APPLICABLE = ["AEA", "NATO", "NATO-AEA"] as const;

/** Why information has no date of declassification. */
export type NotApplicable = (typeof NOT_APPLICABLE)[number];

/** When information is declassified (standards A.7). Dates are days of the calendar, YYYYMMDD. */
export type DeclassifyOn =
  | { readonly kind: "date"; readonly date: string }
  | { readonly kind: "event"; readonly event: string }
  /** `25X1` to `25X9` and `50X1` to `50X9` with a date or without one; those of UNDATED without. */
  | { readonly kind: "exemption"; readonly exemption: string; readonly date: string | null }
  | { readonly kind: "none"; readonly because: NotApplicable };

const SENTENCES: Readonly<Record<NotApplicable, string>> = {
  AEA: "N/A to RD/FRD/TFNI portions. See source list for NSI portions.",
  NATO: "N/A to NATO portions. See source list for NSI portions.",
  "NATO-AEA": "N/A to NATO and RD/FRD/TFNI portions. See source list for NSI portions.",
};

/** How the one exemption by another order is printed. */
const EO_12951 = "25X1, EO 12951";

/** Words of former orders: a source that has one is counted from its own date (standards A.7). */
const RETIRED = /^(?:OADR|MR|X[1-8]|DNI Only|DCI Only|Subject to treaty(?: or international agreement)?)$/i;

/** Whether a text is an instruction of a former order. */
export const isRetired = (text: string): boolean => RETIRED.test(text);

/** A day of the calendar from 1900 to 2999, YYYYMMDD. @throws {AuthorityError} E_DATE */
export const dayOf = (text: string): string => {
  if (!/^\d{8}$/.test(text) || !isCalendarDay(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`))
    throw new AuthorityError("E_DATE", "not a day YYYYMMDD");
  return text;
};

/** The same day `years` later; of 29 February, where there is none, the day after: never earlier. */
export const yearsLater = (day: string, years: number): string => {
  const year = Number(day.slice(0, 4)) + years;
  const rest = day.slice(4);
  return `${year}${rest === "0229" && !isLeap(year) ? "0301" : rest}`;
};

const isUndated = (exemption: string): boolean => UNDATED.some((known) => known === exemption);

/** A text of a block: printable, on one line, without blanks at its ends. @throws {AuthorityError} E_EMPTY or E_SYNTAX */
export const lineOf = (text: string): string => {
  if (text === "") throw new AuthorityError("E_EMPTY", "a text is empty");
  if (text.length > 200 || /[\p{C}\p{Zl}\p{Zp}]/u.test(text) || text.trim() !== text || text.normalize("NFC") !== text)
    throw new AuthorityError("E_SYNTAX", "a text is 1 to 200 printable characters in normal form C");
  return text;
};

const exemptionOf = (text: string): DeclassifyOn => {
  const [exemption = "", date, ...more] = text.split(", ");
  if (!/^(?:25X[1-9]|50X[1-9]|50X1-HUM|50X2-WMD|75X)$/.test(exemption) || more.length > 0)
    throw new AuthorityError("E_EXEMPTION", "not an exemption of the order");
  if (date !== undefined && isUndated(exemption)) throw new AuthorityError("E_EXEMPTION", "this exemption has no date");
  return { kind: "exemption", exemption, date: date === undefined ? null : dayOf(date) };
};

/**
 * Reads "Declassify On" (standards A.7): a day YYYYMMDD, an exemption with a day or without one, one of the sentences for
 * information without a date, or the words of an event.
 * @throws {AuthorityError} E_RETIRED for a word of former orders, E_DATE, E_EXEMPTION, E_EMPTY or E_SYNTAX.
 */
export const readDeclassifyOn = (text: string): DeclassifyOn => {
  if (isRetired(text)) throw new AuthorityError("E_RETIRED", "an instruction of a former order");
  const because = NOT_APPLICABLE.find((reason) => SENTENCES[reason] === text);
  if (because !== undefined) return { kind: "none", because };
  if (/^\d+$/.test(text)) return { kind: "date", date: dayOf(text) };
  if (text === EO_12951) return { kind: "exemption", exemption: "25X1-EO-12951", date: null };
  if (/^\d+X/i.test(text)) return exemptionOf(text);
  const event = lineOf(text);
  if (!isToldInWords(event)) throw new AuthorityError("E_DATE", "neither a day nor an event in words");
  return { kind: "event", event };
};

/** "Declassify On" as it is printed in a block; what is printed is read back. */
export const printDeclassifyOn = (on: DeclassifyOn): string => {
  if (on.kind === "date") return on.date;
  if (on.kind === "event") return on.event;
  if (on.kind === "none") return SENTENCES[on.because];
  if (on.exemption === "25X1-EO-12951") return EO_12951;
  return on.date === null ? on.exemption : `${on.exemption}, ${on.date}`;
};
