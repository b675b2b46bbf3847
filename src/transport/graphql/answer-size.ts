import { CaveatError } from "../../errors.ts";

/** Most that an answer may say, in characters. A page of a hundred labels of as many corners as a shape may have is below it. */
const MOST = 32 * 1024 * 1024;
/** What a number is taken to be, so that none needs to be written for that: hardly one has twice as many digits. */
const NUMBER = 12;

/** What is left after a value was written; below zero there is no need to go on. */
function after(value: unknown, left: number): number {
  if (left < 0) return left;
  if (typeof value === "string") return left - value.length - 3;
  if (typeof value !== "object" || value === null) return left - NUMBER;
  let rest = left - 3;
  if (Array.isArray(value)) {
    for (const one of value as readonly unknown[]) if ((rest = after(one, rest)) < 0) return rest;
    return rest;
  }
  for (const name in value) {
    rest = after((value as Readonly<Record<string, unknown>>)[name], rest - name.length - 3);
    if (rest < 0) return rest;
  }
  return rest;
}

/**
 * The data of an answer that is not longer than an answer may be. What is asked for under many names is written as often, and
 * all of an answer is held in memory until it has left. Throws TOO_LARGE.
 */
export function answerable<T>(data: T): T {
  if (after(data, MOST) < 0) throw new CaveatError("TOO_LARGE", "answer");
  return data;
}
