/** Whether a value, which may come from anybody, has a form. Never throws. */
export type Check = (value: unknown) => boolean;

/** Any value: its form is judged elsewhere. */
export const anything: Check = () => true;

/** true or false; nothing that looks like one. */
export const isFlag: Check = (value) => typeof value === "boolean";

/** Text of at least one character. */
export const isText: Check = (value) => typeof value === "string" && value.length > 0;

/** An integer from 0 on. */
export const isCount: Check = (value) => Number.isSafeInteger(value) && Number(value) >= 0;

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Check {
  return (value) => typeof value === "string" && texts.includes(value);
}

/** Text of a form; the expression is anchored at both ends. */
export function matching(pattern: RegExp): Check {
  return (value) => typeof value === "string" && pattern.test(value);
}

/** null, or what passes the check. */
export function orNull(check: Check): Check {
  return (value) => value === null || check(value);
}

/** An array in which every item passes the check. */
export function listOf(item: Check): Check {
  return (value) => Array.isArray(value) && value.every(item);
}

/** An array of at least `least` and at most `most` texts that pass the check, none of them twice. */
export function setOf(item: Check, most: number, least = 0): Check {
  return (value) =>
    Array.isArray(value) &&
    value.length >= least &&
    value.length <= most &&
    value.every((one) => typeof one === "string" && item(one)) &&
    new Set(value).size === value.length;
}

/** An object that has every member of `required`, perhaps some of `optional`, and no other; each passes its check. */
export function record(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  const known = new Map([...Object.entries(optional), ...Object.entries(required)]);
  const needed = Object.keys(required);
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
    const members = Object.entries(value);
    // Entries are own members only, so that nothing is taken from a prototype.
    const names = new Set(members.map(([name]) => name));
    return needed.every((name) => names.has(name)) && members.every(([name, member]) => known.get(name)?.(member));
  };
}
