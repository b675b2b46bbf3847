import { FormatError } from "./errors.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [member: string]: Json;
}

const MAX_DEPTH = 32;

/**
 * Canonical JSON (RFC 8785) of a value, restricted: integers with |n| < 2^53 only, strings in Unicode normal form C.
 * Throws JSON for a value outside the restriction.
 */
export function encodeCanonical(value: Json, depth = 0): string {
  if (depth > MAX_DEPTH) throw new FormatError("JSON", `nested deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return encodeNumber(value);
  if (typeof value === "string") return encodeString(value);
  if (isArray(value)) return `[${value.map((item) => encodeCanonical(item, depth + 1)).join(",")}]`;
  // RFC 8785 section 3.2.3 sorts names by UTF-16 code units, which is what the default sort does.
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${encodeString(name)}:${encodeCanonical(value[name] ?? null, depth + 1)}`);
  return `{${members.join(",")}}`;
}

/**
 * Parses JSON that came from somebody else and has to be in canonical form: a text equal to the one form of its value has
 * no repeated member, no odd number and no second spelling. Throws JSON, or JSON_NOT_CANONICAL.
 */
export function parseCanonical(text: string): Json {
  const value = parseJson(text);
  if (encodeCanonical(value) !== text) throw new FormatError("JSON_NOT_CANONICAL", "not in canonical form");
  return value;
}

/** The value of a JSON text as JSON.parse sees it, which keeps the last of repeated members. Throws JSON. */
export function parseJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw new FormatError("JSON", "not JSON");
  }
}

/** The value as an object with exactly these members. Throws MEMBERS, naming `what`. */
export function exactObject<Name extends string>(
  value: Json | undefined,
  names: readonly Name[],
  what: string,
): Readonly<Record<Name, Json>> {
  if (!isObject(value)) throw new FormatError("MEMBERS", `${what} is not an object`);
  const unknown = Object.keys(value).find((name) => !names.some((known) => known === name));
  if (unknown !== undefined)
    throw new FormatError("MEMBERS", `${what} has the unknown member ${JSON.stringify(unknown)}`);
  const missing = names.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw new FormatError("MEMBERS", `${what} lacks the member "${missing}"`);
  return value as Readonly<Record<Name, Json>>;
}

/** The value as a string of 1 to `max` UTF-16 units that matches `pattern`. Throws MEMBERS. */
export function stringOf(value: Json | undefined, what: string, pattern?: RegExp, max = 65_536): string {
  if (typeof value !== "string" || value.length === 0 || value.length > max || pattern?.test(value) === false) {
    throw new FormatError("MEMBERS", `${what} is not a string of the required form`);
  }
  return value;
}

/** The value as an integer from 0 to 2^53-1. Throws MEMBERS. */
export function countOf(value: Json | undefined, what: string): number {
  if (typeof value !== "number" || value < 0) throw new FormatError("MEMBERS", `${what} is not a count`);
  return value;
}

/** The value as an array of `min` to `max` items. Throws MEMBERS. */
export function arrayOf(value: Json | undefined, what: string, max: number, min = 0): readonly Json[] {
  if (!isArray(value) || value.length < min || value.length > max)
    throw new FormatError("MEMBERS", `${what} is not an array of ${min} to ${max}`);
  return value;
}

/** Whether the value is a JSON object (not null, not an array). */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !isArray(value);
}

function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function encodeNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new FormatError("JSON", `${value} is not an integer below 2^53`);
  return String(value === 0 ? 0 : value);
}

// Nothing in it is escaped, and it is in normal form C as it stands: what most texts of a log are.
const PLAIN = /^[ !#-[\]-~]*$/;

function encodeString(value: string): string {
  if (PLAIN.test(value)) return `"${value}"`;
  if (!value.isWellFormed() || value.normalize("NFC") !== value) {
    throw new FormatError("JSON", "a string is not well-formed Unicode in normal form C");
  }
  return JSON.stringify(value);
}
