import { PolicyError } from "./policy-error.ts";

/**
 * Readers for values that come from outside. Each returns the value with its type or throws a PolicyError; none of them
 * fills in a default, because a default is an access decision that nobody took.
 */

/** The object at `at` with exactly the members `required` (plus any of `optional`); throws on a missing or unknown one. */
export function closedObject(
  value: unknown,
  required: readonly string[],
  at: string,
  optional: readonly string[] = [],
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new PolicyError("input-value", at);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new PolicyError("input-value", at);
  const members = value as Readonly<Record<string, unknown>>;
  for (const name of Reflect.ownKeys(members)) {
    if (typeof name !== "string" || !(required.includes(name) || optional.includes(name))) {
      throw new PolicyError("input-unknown", `${at}.${memberName(name)}`);
    }
  }
  for (const name of required) {
    if (!Object.hasOwn(members, name)) throw new PolicyError("input-missing", `${at}.${name}`);
  }
  return members;
}

// The name of an unknown member comes from outside: it is echoed only when it is short and plain.
function memberName(name: string | symbol): string {
  return typeof name === "string" && /^[A-Za-z][A-Za-z0-9_-]{0,39}$/.test(name) ? name : "?";
}

/** A boolean; strings and numbers that look like one are refused. */
export function flag(value: unknown, at: string): boolean {
  if (typeof value !== "boolean") throw new PolicyError("input-value", at);
  return value;
}

/** A string that is one of `allowed`. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[], at: string): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw new PolicyError("input-value", at);
  return found;
}

/** A string that matches `pattern`, which must be anchored. */
export function text(value: unknown, pattern: RegExp, at: string): string {
  if (typeof value !== "string" || !pattern.test(value)) throw new PolicyError("input-value", at);
  return value;
}

/** An array in which every item passes `read`; at most `limit` items, none of them twice; sorted by code unit. */
export function stringSet<T extends string>(
  value: unknown,
  read: (item: unknown, at: string) => T,
  limit: number,
  at: string,
): readonly T[] {
  if (!Array.isArray(value) || value.length > limit) throw new PolicyError("input-value", at);
  const items = value.map((item: unknown) => read(item, at));
  if (new Set(items).size !== items.length) throw new PolicyError("input-value", at);
  return Object.freeze(items.toSorted());
}
