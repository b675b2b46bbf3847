import { equal } from "./bytes.ts";
import { chainStep } from "./chain.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { leafIndex } from "./numbers.ts";
import { entriesAt, entriesText, type FindingList, type LogCode } from "./verdict.ts";

/** An entry whose recorded chain value does not follow from its leaf and the value recorded before it. */
interface Fault {
  readonly index: number;
  readonly previous: Uint8Array;
  readonly recorded: Uint8Array;
  readonly leaf384: Uint8Array;
  /** The value that would follow. */
  readonly expected: Uint8Array;
  /** The next entry follows from `expected`: the leaf is right and only the recorded value was changed. */
  valueOnly: boolean;
}

const MAX_FAULTS = 64;
const MAX_SHIFT = 256;
const MAX_TRIALS = 32;
const WITHOUT_KEY = "whoever can write the archive or the database it came from; the signing key was not needed";

/**
 * Checks each entry against the chain values recorded beside it and its predecessor. Checking each link by itself, not
 * one running value, is what tells a changed leaf from a missing and from a moved one.
 */
export class ChainWatch {
  readonly #crypto: CryptoPort;
  readonly #origin: string;
  readonly #found: FindingList<LogCode>;
  #faults: Fault[] = [];
  /** The latest fault, also when a signed root has settled what it means. */
  #latest: Fault | null = null;
  #unlisted = 0;
  #trials = MAX_TRIALS;
  /** By how much the entries' numbers are smaller than those that their chain values were computed with. */
  shift = 0;

  constructor(crypto: CryptoPort, origin: string, found: FindingList<LogCode>) {
    this.#crypto = crypto;
    this.#origin = origin;
    this.#found = found;
  }

  /** Looks at one link; `previous` is null when the entry before is not there. Returns whether the entry follows. */
  check(index: number, previous: Uint8Array | null, recorded: Uint8Array, leaf384: Uint8Array): boolean {
    if (previous === null) return true;
    const expected = this.#step(index + this.shift, previous, leaf384);
    if (equal(expected, recorded)) return true;
    const before = this.#latest;
    if (before?.index === index - 1) {
      if (equal(this.#step(index + this.shift, before.expected, leaf384), recorded)) {
        before.valueOnly = true;
        return true;
      }
      if (this.#findShift(index, previous, recorded, leaf384)) return true;
    }
    this.#latest = { index, previous, recorded, leaf384, expected, valueOnly: false };
    if (this.#faults.length < MAX_FAULTS) this.#faults.push(this.#latest);
    else this.#unlisted += 1;
    return false;
  }

  /** Whether any link from this entry on is broken. */
  brokenFrom(index: number): boolean {
    return this.#unlisted > 0 || this.#faults.some((fault) => fault.index >= index);
  }

  /** A signed root has confirmed every leaf so far: whatever does not follow is a changed chain value. */
  confirmLeaves(): void {
    for (const fault of this.#faults) this.#sayValueChanged(fault.index);
    this.#faults = [];
    this.#unlisted = 0;
  }

  /** The input is over: says what the broken links mean. */
  finish(): void {
    for (const fault of this.#faults) {
      if (fault.valueOnly) {
        this.#sayValueChanged(fault.index);
        continue;
      }
      const home = this.#homeOf(fault);
      if (home === fault.index) continue; // only its predecessor is wrong, and that is said of the predecessor
      if (home === null) {
        const sentence = `The leaf of entry ${fault.index} is not the one that its chain value was made from: it was changed, or the chain was recomputed up to the entry before it; done by ${WITHOUT_KEY}.`;
        this.#found.add("LEAF_CHANGED", { what: "entry", index: fault.index }, sentence);
      } else {
        const sentence = `Entry ${home} stands at position ${fault.index}: entries were put in another order by ${WITHOUT_KEY}.`;
        this.#found.add("LEAF_REORDERED", { what: "entry", index: fault.index }, sentence);
      }
    }
    if (this.#unlisted > 0) {
      const sentence = `${this.#unlisted} further entries do not follow from the chain values recorded beside them either.`;
      this.#found.add("LEAF_CHANGED", { what: "input" }, sentence);
    }
  }

  /** Where an entry belongs by its chain value, among the places that are broken; null when nowhere. */
  #homeOf(entry: Fault): number | null {
    const fits = (place: Fault, previous: Uint8Array): boolean => {
      const value = this.#step(place.index + this.shift, previous, entry.leaf384);
      return equal(value, entry.recorded) || (equal(value, place.recorded) && previous === place.previous);
    };
    const place = this.#faults.find(
      (candidate) =>
        fits(candidate, candidate.previous) || this.#faults.some((other) => fits(candidate, other.recorded)),
    );
    return place?.index ?? null;
  }

  /** Whether the entries from the one before this on were computed with other numbers: some were taken out or put in. */
  #findShift(index: number, previous: Uint8Array, recorded: Uint8Array, leaf384: Uint8Array): boolean {
    if (this.#trials === 0) return false;
    this.#trials -= 1;
    for (let distance = 1; distance <= MAX_SHIFT; distance += 1) {
      for (const shift of [this.shift + distance, this.shift - distance]) {
        if (index + shift < 0 || !equal(this.#step(index + shift, previous, leaf384), recorded)) continue;
        this.#forget(index - 1);
        if (shift > this.shift) {
          const [first, last] = [index - 1 + this.shift, index - 2 + shift];
          const sentence = `The leaves of ${entriesText(first, last)} are missing and the entries after them were renumbered; done by ${WITHOUT_KEY}.`;
          this.#found.add("LEAF_MISSING", entriesAt(first, last), sentence);
        } else {
          const [first, last] = [index - 1 - distance, index - 2];
          const sentence = `At ${entriesText(first, last)} foreign leaves were put in and the entries after them renumbered; done by ${WITHOUT_KEY}.`;
          this.#found.add("LEAF_INSERTED", entriesAt(first, last), sentence);
          this.#forget(last);
        }
        this.shift = shift;
        return true;
      }
    }
    return false;
  }

  #forget(index: number): void {
    if (this.#faults.at(-1)?.index === index) this.#faults.pop();
  }

  #sayValueChanged(index: number): void {
    const sentence = `The chain value recorded with entry ${index} was changed, while the leaves around it are those that the chain was made from; done by ${WITHOUT_KEY}.`;
    this.#found.add("CHAIN_CHANGED", { what: "entry", index }, sentence);
  }

  #step(index: number, previous: Uint8Array, leaf384: Uint8Array): Uint8Array {
    return chainStep(this.#crypto, this.#origin, leafIndex(index), previous, leaf384);
  }
}
