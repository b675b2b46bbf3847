import { types } from "pg";

/** Parses the text form of one type. */
export type Parse = (text: string) => unknown;

const TIMESTAMPTZ = 1184;
const UTC = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d{1,3})?)\+00$/;
const usual = types.getTypeParser as (oid: number) => Parse;

/** Moments as the session writes them (UTC); what has another form, or more than milliseconds, is left to the driver. */
export const moment: Parse = (text) => {
  const match = UTC.exec(text);
  return match ? new Date(`${match[1]}T${match[2]}Z`) : usual(TIMESTAMPTZ)(text);
};

/** The parser of a type by its PostgreSQL oid. */
export function parserOf(oid: number): Parse {
  return oid === TIMESTAMPTZ ? moment : usual(oid);
}
