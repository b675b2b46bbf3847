import { isCalendarDay } from "./calendar.ts";
import type { Level } from "./marking.ts";
import { LEVELS } from "./marking.ts";

/** The register data is not what it must be; `code` is always E_REGISTER and the message says where. */
export class RegisterError extends Error {
  readonly code = "E_REGISTER";
  constructor(where: string, what: string) {
    super(`markings register, ${where}: ${what}`);
    this.name = "RegisterError";
  }
}

/** The members of one JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** The members of an object that has no member but the `known` ones and `note`. Throws RegisterError. */
export const fieldsOf = (value: unknown, where: string, known: readonly string[]): Fields => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new RegisterError(where, "not an object");
  const fields = Object.fromEntries(Object.entries(value));
  // An unknown member could be a misspelled restriction: refusing it is the only safe reading.
  for (const key of Object.keys(fields)) {
    if (key !== "note" && !known.includes(key)) throw new RegisterError(where, `unknown member ${JSON.stringify(key)}`);
  }
  return fields;
};

/** A list of anything. Throws RegisterError. */
export const listOf = (value: unknown, where: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw new RegisterError(where, "not a list");
  return value;
};

/** A text that is not empty. Throws RegisterError. */
export const textOf = (value: unknown, where: string): string => {
  if (typeof value !== "string" || value === "") throw new RegisterError(where, "not a text");
  return value;
};

/** true or false. Throws RegisterError. */
export const flagOf = (value: unknown, where: string): boolean => {
  if (typeof value !== "boolean") throw new RegisterError(where, "not true or false");
  return value;
};

/** A whole number above 0. Throws RegisterError. */
export const numberOf = (value: unknown, where: string): number => {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1)
    throw new RegisterError(where, "not a whole number above 0");
  return value;
};

/** The same list, when no value stands twice in it. Throws RegisterError. */
export const distinct = <T>(values: readonly T[], where: string): readonly T[] => {
  if (new Set(values).size !== values.length) throw new RegisterError(where, "a value stands twice");
  return values;
};

/** A list of different texts. Throws RegisterError. */
export const textsOf = (value: unknown, where: string): readonly string[] =>
  distinct(
    listOf(value, where).map((item, i) => textOf(item, `${where}[${i}]`)),
    where,
  );

/** A list of at least one level. Throws RegisterError. */
export const levelsOf = (value: unknown, where: string): readonly Level[] => {
  const levels = textsOf(value, where).map((text) => LEVELS.find((level) => level === text));
  const known = levels.filter((level) => level !== undefined);
  if (known.length !== levels.length || known.length === 0) throw new RegisterError(where, "not a list of levels");
  return known;
};

/** A calendar day YYYY-MM-DD. Throws RegisterError. */
export const dateOf = (value: unknown, where: string): string => {
  const text = textOf(value, where);
  if (!isCalendarDay(text)) throw new RegisterError(where, "not a date YYYY-MM-DD");
  return text;
};
