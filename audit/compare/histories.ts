import type { ArchiveSlot } from "../core/archive.ts";
import { equal } from "../core/bytes.ts";
import type { Finding } from "../core/verdict.ts";
import { entriesText } from "../core/verdict.ts";

/** One entry as a side holds it. */
export interface HeldEntry {
  readonly index: number;
  readonly leaf: Uint8Array;
  /** What an archive carries of its sections; null where the side holds leaves only. */
  readonly slots: readonly (ArchiveSlot | null)[] | null;
}

/** One of two histories of a log: an archive or a folder of tiles, and what checking it by itself came to. */
export interface Side {
  readonly name: string;
  readonly verified: boolean;
  /** Entries that a signed root covers. */
  readonly signedSize: number;
  readonly findings: readonly Finding<string>[];
  /** Entries from the first on; may end early where the side is damaged. */
  readonly entries: AsyncIterable<HeldEntry>;
}

/** How two histories stand to each other. */
export type Relation = "same" | "first-is-older" | "second-is-older" | "parted";

/** The result of `compareHistories`. */
export interface DiffReport {
  /** Both verify, and neither contradicts the other. */
  readonly agree: boolean;
  readonly relation: Relation;
  /** How many entries they have in common from the first on. */
  readonly common: number;
  readonly sides: readonly {
    readonly name: string;
    readonly verified: boolean;
    readonly signedSize: number;
    readonly entries: number;
    readonly findings: readonly Finding<string>[];
  }[];
  /** Sections of common entries that are open on one side alone. */
  readonly openOnlyIn: { readonly first: number; readonly second: number };
  readonly sentence: string;
}

/** Compares two histories entry by entry, reading each once, in memory that does not grow with them. */
export async function compareHistories(first: Side, second: Side): Promise<DiffReport> {
  const [a, b] = [first.entries[Symbol.asyncIterator](), second.entries[Symbol.asyncIterator]()];
  const counts = [0, 0] as [number, number];
  const openOnlyIn = { first: 0, second: 0 };
  let common = 0;
  let parted = false;
  for (;;) {
    const [left, right] = await Promise.all([a.next(), b.next()]);
    if (left.done !== true) counts[0] += 1;
    if (right.done !== true) counts[1] += 1;
    if (left.done === true && right.done === true) break;
    if (parted || left.done === true || right.done === true) continue;
    if (left.value.index !== right.value.index || !equal(left.value.leaf, right.value.leaf)) {
      parted = true;
      continue;
    }
    common += 1;
    countOpen(left.value, right.value, openOnlyIn);
  }
  const relation = parted
    ? "parted"
    : counts[0] === counts[1]
      ? "same"
      : counts[0] < counts[1]
        ? "first-is-older"
        : "second-is-older";
  const sides = [first, second].map(({ name, verified, signedSize, findings }, at) => ({
    name,
    verified,
    signedSize,
    findings,
    entries: counts[at] ?? 0,
  }));
  const agree = first.verified && second.verified && !parted;
  return {
    agree,
    relation,
    common,
    sides,
    openOnlyIn,
    sentence: sentenceOf(relation, common, [first, second], counts),
  };
}

function countOpen(left: HeldEntry, right: HeldEntry, counts: { first: number; second: number }): void {
  if (!left.slots || !right.slots) return;
  for (const [at, slot] of left.slots.entries()) {
    const [here, there] = [slot?.open ?? null, right.slots[at]?.open ?? null];
    if (here && !there) counts.first += 1;
    if (there && !here) counts.second += 1;
  }
}

function sentenceOf(
  relation: Relation,
  common: number,
  [first, second]: readonly [Side, Side],
  [left, right]: readonly [number, number],
): string {
  if (relation === "same") return `Both hold the same ${common} entries.`;
  if (relation !== "parted") {
    const [older, newer, more] = left < right ? ["first", "second", right] : ["second", "first", left];
    return `The ${newer} begins with the ${common} entries of the ${older} and goes on with ${entriesText(common, more - 1)}.`;
  }
  const where = `They part at entry ${common}`;
  if (first.signedSize > common && second.signedSize > common)
    return `${where}, and the log's key has signed both histories beyond it: only the holder of the signing key can have done this. Keep both files, together they are the evidence.`;
  if (first.signedSize <= common && second.signedSize <= common)
    return `${where}, and no signed root covers it on either side: which of them is the log cannot be told.`;
  const [right_, wrong] = first.signedSize > common ? ["first", "second"] : ["second", "first"];
  return `${where}. The ${right_} leads to a root that the log's key has signed there and the ${wrong} does not: the ${wrong} was changed by whoever can write or carried it; the signing key was not needed.`;
}
