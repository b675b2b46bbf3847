import { equal } from "./bytes.ts";
import type { OpenedCheckpoint } from "./checkpoint.ts";
import { entriesAt, entriesText, type At, type FindingList, type LogCode } from "./verdict.ts";

/** A root that the log's key has signed, and where it was found: a line of the archive, or the checker's own file. */
export interface SignedRoot {
  readonly size: number;
  readonly root: Uint8Array;
  readonly line: number;
  readonly known: boolean;
}

const MAX_SUSPECTS = 1_000;
const KEY_HOLDER = "only the holder of the signing key can have done this";

/**
 * Holds the roots that were signed against those that the entries give. One that differs is only a suspect: if a later
 * signed root agrees, the key has signed two histories; if none does, the entries were changed and chained anew.
 */
export class SignedRoots {
  readonly #found: FindingList<LogCode>;
  readonly #suspects: (SignedRoot & { readonly misplaced: boolean })[] = [];
  #known: SignedRoot | null = null;
  #ahead: SignedRoot | null = null;
  #confirmed = -1;
  knownAgreed: number | null = null;

  constructor(found: FindingList<LogCode>) {
    this.#found = found;
  }

  /** The checkpoint that the checker kept: compared when the archive reaches its size. */
  keep(root: SignedRoot): void {
    this.#known = root;
  }

  /** Compares the kept checkpoint when the entries have come to its size; true when it agrees. */
  compareKnown(size: number, root: () => Uint8Array): boolean {
    if (this.#known?.size !== size || !this.#compare(this.#known, root())) return false;
    this.knownAgreed = size;
    return true;
  }

  /** A checkpoint line found when the entries give `root` at `size`; true when it agrees. */
  compareLine(line: SignedRoot, size: number, root: Uint8Array): boolean {
    if (line.size === size) return this.#compare(line, root);
    if (line.size < size) this.#suspect(line, true);
    else if (this.#ahead === null || line.size > this.#ahead.size) this.#ahead = line;
    return false;
  }

  /** An entry follows. If none was skipped, a checkpoint of a larger size stands too early or counts entries that are gone. */
  entryFollows(skipped: boolean): void {
    if (this.#ahead !== null && !skipped) this.#suspect(this.#ahead, true);
    this.#ahead = null;
  }

  /** The input is over with `size` entries; the end line counts `counted`. `explained`: the chain already shows the fault. */
  finish(size: number, counted: number, explained: (from: number) => boolean): void {
    const claimed = Math.max(counted, this.#ahead?.size ?? 0);
    if (claimed > size) {
      const sentence = `The archive lacks ${entriesText(size, claimed - 1)} at its end, though it counts them itself: left out by whoever made or carried the file.`;
      this.#found.add("TRUNCATED", entriesAt(size, claimed - 1), sentence);
    } else if (this.#known !== null && this.#known.size > size) {
      const sentence = `The archive ends after ${size} entries, while the log had signed ${this.#known.size} when the kept checkpoint was made: the newest were left out by whoever made or carried the file, or the database was set back.`;
      this.#found.add("TRUNCATED", entriesAt(size, this.#known.size - 1), sentence);
    }
    const from = Math.max(this.#confirmed, 0);
    if (this.#suspects.length === 0 || explained(from)) return;
    const first = this.#suspects.reduce((least, suspect) => (suspect.size < least.size ? suspect : least));
    const [low, high] = [Math.min(from, first.size - 1), first.size - 1];
    if (this.#suspects.every((suspect) => suspect.known)) {
      const sentence = `The kept checkpoint of size ${first.size} was signed over other entries than those in the archive; they part in ${entriesText(low, high)}: the archive was changed and chained anew, or the holder of the signing key keeps two histories.`;
      this.#found.add("FORK", entriesAt(low, high), sentence);
      return;
    }
    const sentence = `In ${entriesText(low, high)} entries were changed, added or removed and the chain was recomputed over them: it is whole but does not lead to the root that was signed at size ${first.size}. Whoever can write the archive or the database can have done this without the signing key.`;
    this.#found.add("CHAIN_RECOMPUTED", entriesAt(low, high), sentence);
  }

  #compare(signed: SignedRoot, root: Uint8Array): boolean {
    if (!equal(signed.root, root)) {
      if (this.#confirmed === signed.size) this.#sayFork(signed);
      else this.#suspect(signed, false);
      return false;
    }
    for (const suspect of this.#suspects.splice(0)) {
      if (!suspect.misplaced) {
        this.#sayFork(suspect);
        continue;
      }
      const sentence = `The checkpoint on line ${suspect.line} covers ${suspect.size} entries but does not stand directly after them: the line was moved by whoever made or carried the file.`;
      this.#found.add("ARCHIVE_MALFORMED", { what: "line", line: suspect.line }, sentence);
    }
    this.#confirmed = signed.size;
    return true;
  }

  #suspect(root: SignedRoot, misplaced: boolean): void {
    if (this.#suspects.length < MAX_SUSPECTS) this.#suspects.push({ ...root, misplaced });
  }

  #sayFork(root: SignedRoot): void {
    const at: At = root.known ? { what: "known" } : { what: "checkpoint", size: root.size, line: root.line };
    const which = root.known ? "the kept checkpoint" : `the checkpoint on line ${root.line}`;
    const sentence = `Two histories were signed: ${which} has another root at size ${root.size} than the entries, which another signed checkpoint confirms; ${KEY_HOLDER}.`;
    this.#found.add("FORK", at, sentence);
  }
}

/** Says why a checkpoint is not accepted. `which` begins the sentence. */
export function sayNotVerified(
  found: Pick<FindingList<LogCode>, "add">,
  opened: Exclude<OpenedCheckpoint, { outcome: "verified" }>,
  at: At,
  which: string,
): void {
  const foreign = "you hold the wrong key, or somebody without the key made it";
  const [code, why] = ((): readonly [LogCode, string] => {
    if (opened.outcome === "malformed")
      return ["CHECKPOINT_BAD", `is not a checkpoint (${opened.why}): it was damaged or made up`];
    if (opened.outcome === "wrong-key")
      return ["WRONG_KEY", `is signed in the log's name but by another key: ${foreign}`];
    if (opened.outcome === "other-origin") {
      const of = `is of the log ${JSON.stringify(opened.origin)}, though the key of this one signed it`;
      return ["ORIGIN_MISMATCH", `${of}: ${KEY_HOLDER}`];
    }
    if (opened.outcome === "unknown-key") {
      const names = opened.names.map((name) => JSON.stringify(name)).join(", ");
      return ["UNKNOWN_KEY", `is signed by ${names} and not by the log's key: ${foreign}`];
    }
    const changed = "it was changed after it was signed, by whoever carried it";
    return ["CHECKPOINT_BAD", `bears a signature that the log's key did not make over it: ${changed}`];
  })();
  found.add(code, at, `${which} ${why}.`);
}
