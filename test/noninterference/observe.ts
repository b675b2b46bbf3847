import type { WireAnswer } from "./wire.ts";

/**
 * Fresh random values that are renamed by the order in which they appear, before two answers are compared: of invariant
 * I2's list only cursors and receipts, where they stand and with the one length that they have. Ids are equal under the
 * campaign's own randomness, and so is every hash: one that differs was made of something hidden.
 */
const CURSOR = /(?<="[A-Za-z0-9]{1,40}":")[A-Za-z0-9_-]{123}(?=")/g;
const RECEIPT = /(?<="receipt":"|caveat-receipt: )[0-9a-f]{32}/g;
/** A value that a counter or a flag could hide in is not random: it is compared as it stands. */
const TELLING = /(.)\1{11}/;

function renamed(text: string, patterns: readonly RegExp[]): string {
  const names = new Map<string, string>();
  let left = text;
  for (const pattern of patterns) {
    left = left.replaceAll(pattern, (value) => {
      if (TELLING.test(value)) return value;
      const name = names.get(value) ?? `<${value.length} random ${names.size}>`;
      names.set(value, name);
      return name;
    });
  }
  return left;
}

/** An answer as text: status, every header in its order, length and bytes. */
export function textOf({ status, headers, body }: WireAnswer): string {
  const head = headers.map(([name, value]) => `${name}: ${value}`).join("\n");
  return `${status}\n${head}\n\n${body.length}\n${body.toString("latin1")}`;
}

/** How two answers compare. */
export type Comparison = "same" | "same but for fresh values" | "different";

/** Compares two answers byte for byte, and after cursors and receipts have been renamed where they are not the same. */
export function compare(a: WireAnswer, b: WireAnswer): Comparison {
  if (a.status === b.status && a.body.equals(b.body) && sameHeaders(a.headers, b.headers)) return "same";
  const patterns = [RECEIPT, CURSOR];
  return renamed(textOf(a), patterns) === renamed(textOf(b), patterns) ? "same but for fresh values" : "different";
}

function sameHeaders(a: WireAnswer["headers"], b: WireAnswer["headers"]): boolean {
  return a.length === b.length && a.every(([name, value], index) => name === b[index]?.[0] && value === b[index]?.[1]);
}

/** Where two answers part, with a little of what stands around it. */
export function firstDifference(a: WireAnswer, b: WireAnswer): string {
  const [one, other] = [textOf(a), textOf(b)];
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  const around = (text: string): string => JSON.stringify(text.slice(Math.max(0, at - 120), at + 160));
  return `at character ${at}\n  a: ${around(one)}\n  b: ${around(other)}`;
}
