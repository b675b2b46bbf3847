/** What can be wrong with a log's archive. */
export type LogCode =
  | "LEAF_CHANGED"
  | "LEAF_MISSING"
  | "LEAF_INSERTED"
  | "LEAF_REORDERED"
  | "TRUNCATED"
  | "FORK"
  | "CHAIN_CHANGED" // a recorded chain value differs; the leaves are right
  | "CHAIN_RECOMPUTED" // the chain is whole but does not lead to the signed root
  | "SECTION_MISSING" // the archive carries nothing of a section that this kind of entry has
  | "SECTION_DAMAGED" // the sealed bytes differ from their hash in the leaf
  | "SECTION_MISMATCH" // the opening differs from its commitment in the leaf
  | "POLICY_MISMATCH" // rule files that the archive carries are not those of the version they stand under
  | "UNSIGNED_SUFFIX" // the last entries are covered by no signed checkpoint
  | "UNKNOWN_KEY"
  | "WRONG_KEY"
  | "CHECKPOINT_BAD"
  | "ARCHIVE_MALFORMED"
  | "ARCHIVE_CUT_SHORT"
  | "ORIGIN_MISMATCH"
  | "PROOF_BAD"; // a leaf or its inclusion proof does not lead to the signed root

/** What is worth knowing about an archive but refuses nothing. */
export type LogWarning = "PRODUCER_GAP" | "PRODUCER_REPEAT" | "CLOCK_BACK";

/** Where it is wrong. Lines count from 1, entries from 0; ranges include both ends. */
export type At =
  /** The whole input. */
  | { readonly what: "input" }
  | { readonly what: "line"; readonly line: number }
  | { readonly what: "entry"; readonly index: number }
  | { readonly what: "entries"; readonly first: number; readonly last: number }
  | { readonly what: "section"; readonly index: number; readonly slot: string }
  | { readonly what: "checkpoint"; readonly size: number; readonly line: number }
  | { readonly what: "known" }
  | { readonly what: "file"; readonly path: string };

/** One thing found: a code for programs, the place, and one English sentence that says what differs and who can have done it. */
export interface Finding<Code extends string> {
  readonly code: Code;
  readonly at: At;
  readonly sentence: string;
}

const MAX_PER_CODE = 100;

/** Gathers findings in bounded memory: of each code the first hundred, and how many more there were. */
export class FindingList<Code extends string> {
  readonly #found: Finding<Code>[] = [];
  readonly #counts = new Map<Code, number>();

  add(code: Code, at: At, sentence: string): void {
    const count = (this.#counts.get(code) ?? 0) + 1;
    this.#counts.set(code, count);
    if (count <= MAX_PER_CODE) this.#found.push({ code, at, sentence });
  }

  get empty(): boolean {
    return this.#found.length === 0;
  }

  /** In the order in which they were found, each code's overflow said in a last sentence of its own. */
  all(): readonly Finding<Code>[] {
    const more = [...this.#counts].flatMap(([code, count]): Finding<Code>[] => {
      const sentence = `There are ${count - MAX_PER_CODE} more findings of this kind, which are not listed.`;
      return count > MAX_PER_CODE ? [{ code, at: { what: "input" }, sentence }] : [];
    });
    return [...this.#found, ...more];
  }
}

/** "entry 4" or "entries 4 to 7". */
export function entriesText(first: number, last: number): string {
  return first === last ? `entry ${first}` : `entries ${first} to ${last}`;
}

/** The place of one entry or of a range of them. */
export function entriesAt(first: number, last: number): At {
  return first === last ? { what: "entry", index: first } : { what: "entries", first, last };
}
