import { types } from "pg";

/** Parses the text form of one type. */
export type Parse = (text: string) => unknown;

const TIMESTAMPTZ = 1184;
const UTC = /^[1-9]\d{3}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,3})?\+00$/;
const usual = types.getTypeParser as (oid: number) => Parse;

const ZERO = 48;
const two = (text: string, at: number): number => (text.charCodeAt(at) - ZERO) * 10 + text.charCodeAt(at + 1) - ZERO;

/** Milliseconds after the point at 19; digits that are not there are zero. */
function milliseconds(text: string): number {
  const end = text.length - 3;
  let value = 0;
  for (let at = 20; at < 23; at += 1) value = value * 10 + (at < end ? text.charCodeAt(at) - ZERO : 0);
  return value;
}

/**
 * Moments as the session writes them (UTC); what has another form, or more than milliseconds, is left to the driver. Its
 * digits are taken one by one: each row of a page has a moment, and a text of another form for Date costs three times as much.
 */
export const moment: Parse = (text) =>
  UTC.test(text)
    ? new Date(
        Date.UTC(
          two(text, 0) * 100 + two(text, 2),
          two(text, 5) - 1,
          two(text, 8),
          two(text, 11),
          two(text, 14),
          two(text, 17),
          milliseconds(text),
        ),
      )
    : usual(TIMESTAMPTZ)(text);

/** What the driver takes for types that it does not know: the text itself. */
const TEXT = usual(0);

/** The parser of a type by its PostgreSQL oid; null where a value is its text. */
export function parserOf(oid: number): Parse | null {
  if (oid === TIMESTAMPTZ) return moment;
  const parse = usual(oid);
  return parse === TEXT ? null : parse;
}
