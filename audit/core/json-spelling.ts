import { FormatError } from "./errors.ts";
import { encodeCanonical, isObject, parseJson, type Json } from "./jcs.ts";

/**
 * Parses JSON in any spelling that came from somebody else. Refuses repeated member names (JSON_DUPLICATE), numbers that are
 * not plain integers below 2^53, strings that are not NFC and deep nesting (JSON).
 */
export function parseAnySpelling(text: string): Json {
  const value = parseJson(text);
  if (encodeCanonical(value) === text) return value;
  // JSON.parse keeps the last of two members with one name, so the value then has fewer members than the text.
  const bare = text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""');
  if ((bare.match(/:/g)?.length ?? 0) !== countMembers(value)) {
    throw new FormatError("JSON_DUPLICATE", "a member name occurs twice");
  }
  const odd = bare.match(/-?[0-9][-+.0-9eE]*/g)?.find((number) => !/^(?:0|-?[1-9][0-9]{0,15})$/.test(number));
  if (odd !== undefined) throw new FormatError("JSON", `${odd} is not a plain integer`);
  return value;
}

function countMembers(value: Json): number {
  if (Array.isArray(value))
    return (value as readonly Json[]).reduce((sum: number, item) => sum + countMembers(item), 0);
  if (!isObject(value)) return 0;
  const members = Object.values(value);
  return members.reduce((sum: number, item) => sum + countMembers(item), members.length);
}
