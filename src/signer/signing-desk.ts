import { equal } from "../../audit/core/bytes.ts";
import { openCheckpoint } from "../../audit/core/checkpoint.ts";
import { FormatError } from "../../audit/core/errors.ts";
import { verifierKey } from "../../audit/core/note-key.ts";
import { treeSize } from "../../audit/core/numbers.ts";
import type { TreeSize } from "../../audit/core/numbers.ts";
import { checkConsistency } from "../../audit/core/tree-consistency.ts";
import { nodeCrypto } from "../../audit/node-crypto.ts";
import { SignerError } from "../signing/checkpoint-signer.ts";
import type { CheckpointSigner, HeadToSign, OpenedLog, SignedHead } from "../signing/checkpoint-signer.ts";
import { SigningError } from "../signing/errors.ts";
import { ensureKeyDirectory } from "../signing/key-files.ts";
import { loadLogKey, loadOrCreateLogKey } from "../signing/log-key-file.ts";
import { logVerifierKey, signCheckpoint } from "../signing/log-key.ts";
import type { Signer } from "../signing/signer.ts";
import { SignedHeads } from "./signed-heads.ts";
import type { RecordedHead } from "./signed-heads.ts";

const ROUNDS = 8;
const EMPTY: SignedHead = { size: treeSize(0), root: nodeCrypto.sha256(new Uint8Array(0)), note: null };

/** Where a desk finds its keys and keeps its records. Two folders, because keys are restored from backups and records must not be. */
export interface DeskFolders {
  readonly keys: string;
  readonly records: string;
}

/**
 * The rule of the signer, without the process around it: it signs a tree only when it is shown that the tree begins with the
 * one that it signed last, and remembers it on the disk before anybody gets the note.
 */
export class SigningDesk implements CheckpointSigner {
  readonly #folders: DeskFolders;
  readonly #heads: SignedHeads;
  readonly #keys = new Map<string, Signer>();
  #broken = false;

  constructor(folders: DeskFolders) {
    this.#folders = folders;
    this.#heads = new SignedHeads(folders.records);
  }

  /** A record was written of which nobody knows whether the disk has it. Nothing is signed any more; a new process looks again. */
  get broken(): boolean {
    return this.#broken;
  }

  async open(origin: string): Promise<OpenedLog> {
    const { signer, last } = await this.#known(origin, true);
    return { keys: [{ from: treeSize(0), key: logVerifierKey(origin, signer) }], last: last.head };
  }

  async logs(): Promise<readonly { readonly origin: string; readonly size: TreeSize }[]> {
    return this.#refusing(async () => {
      const logs: { origin: string; size: TreeSize }[] = [];
      for (const origin of await this.#heads.origins()) {
        const last = await this.#heads.last(origin);
        if (last) logs.push({ origin, size: last.head.size });
      }
      return logs;
    });
  }

  async sign(wanted: HeadToSign): Promise<string> {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { signer, last } = await this.#known(wanted.origin, false);
      const again = judge(wanted, last.head);
      if (again !== null) return again;
      const { origin, size, root } = wanted;
      const note = await signCheckpoint({ origin, size, root }, signer);
      const next = { sequence: last.sequence + 1, head: { size, root, note } };
      if (await this.#refusing(() => this.#record(origin, next))) return note;
      // Another signer on the same folder came first: judged once more, against what that one signed.
    }
    throw new SignerError("UNAVAILABLE", "other signers on this folder always come first");
  }

  /**
   * A person says what a key signed last, where there is no record of it or an older one: a note of the log's own key. What is
   * on record is never set back.
   *
   * @returns the size. Throws SignerError UNKNOWN_LOG, MALFORMED for a note that the key did not sign, REGRESSION, FORK.
   */
  async adopt(origin: string, note: string): Promise<number> {
    return this.#refusing(async () => {
      const signer = await loadLogKey(this.#folders.keys, origin);
      if (!signer) throw new SignerError("UNKNOWN_LOG", `there is no key of ${origin}`);
      const opened = openCheckpoint(nodeCrypto, note, logVerifierKey(origin, signer));
      if (opened.outcome !== "verified")
        throw new SignerError("MALFORMED", `the key of ${origin} did not sign this (${opened.outcome})`);
      const { size, root } = opened.checkpoint;
      const last = await this.#heads.last(origin);
      if (last && size < last.head.size)
        throw new SignerError("REGRESSION", `${origin} is on record with size ${last.head.size}, not ${size}`);
      if (last?.head.size === size && !equal(root, last.head.root))
        throw new SignerError("FORK", `${origin} is on record with another root at size ${size}`);
      const sequence = (last?.sequence ?? 0) + 1;
      if (!(await this.#heads.add(origin, { sequence, head: { size, root, note } })))
        throw new SignerError("STALE", `${origin} is being signed just now`);
      return size;
    });
  }

  async #record(origin: string, next: RecordedHead): Promise<boolean> {
    try {
      return await this.#heads.add(origin, next);
    } catch (error) {
      // A failed flush is never tried again: the second one may succeed without having written anything.
      this.#broken = true;
      throw error;
    }
  }

  /** Key and last record of a log; `introduce` makes both where there is neither. */
  async #known(origin: string, introduce: boolean): Promise<{ signer: Signer; last: RecordedHead }> {
    return this.#refusing(async () => {
      const { keys } = this.#folders;
      // The key is looked for first: a new log's record is written before its key, so a key without a record has lost it.
      let signer = this.#keys.get(origin) ?? (await loadLogKey(keys, origin));
      let last = await this.#heads.last(origin);
      if (!last && signer)
        throw new SignerError(
          "STATE_MISSING",
          `there is a key of ${origin} and no record of what it signed: caveat signer adopt CHECKPOINT, with the last one that it signed`,
        );
      if (!last) {
        if (!introduce) throw new SignerError("UNKNOWN_LOG", `there is no log ${origin}`);
        // Refuses what cannot be the name of a note's key, before anything is made for it.
        verifierKey(nodeCrypto, origin, new Uint8Array(32));
        await this.#heads.add(origin, { sequence: 1, head: EMPTY });
        last = await this.#heads.last(origin);
      }
      if (!last) throw new SignerError("STATE_MISSING", `the record of ${origin} vanished while it was made`);
      if (!signer && last.head.note !== null)
        throw new SignerError("KEY_MISSING", `${origin} was signed up to size ${last.head.size}, and its key is gone`);
      signer ??= await loadOrCreateLogKey(keys, origin);
      this.#keys.set(origin, signer);
      requireOwn(origin, signer, last.head);
      return { signer, last };
    });
  }

  /** Gives every refusal a code of the closed list. */
  async #refusing<T>(act: () => Promise<T>): Promise<T> {
    try {
      if (this.#broken) throw new SignerError("UNAVAILABLE", "a record of what was signed could not be written");
      await ensureKeyDirectory(this.#folders.keys);
      await ensureKeyDirectory(this.#folders.records);
      return await act();
    } catch (error) {
      if (error instanceof SignerError) throw error;
      if (error instanceof FormatError) throw new SignerError("MALFORMED", error.message, { cause: error });
      if (error instanceof SigningError) {
        const code = error.code === "KEY_NAME_REFUSED" ? "MALFORMED" : "KEY_UNUSABLE";
        throw new SignerError(code, error.message, { cause: error });
      }
      throw new SignerError("UNAVAILABLE", error instanceof Error ? error.message : "failed", { cause: error });
    }
  }
}

/** The note to give again, or null where the tree may be signed. Throws SignerError. The request comes from the server. */
function judge(wanted: HeadToSign, last: SignedHead): string | null {
  const { size, root } = wanted;
  if (size < last.size)
    throw new SignerError("REGRESSION", `size ${size} is smaller than size ${last.size}, which was signed`);
  if (size === last.size && !equal(root, last.root))
    throw new SignerError("FORK", `size ${size} was signed with another root`);
  if (size === last.size && last.note !== null) return last.note;
  if (wanted.from !== last.size)
    throw new SignerError("STALE", `size ${last.size} was signed last, not ${wanted.from}`);
  // Every tree begins with the empty one; there is nothing to prove.
  const holds =
    last.size === 0
      ? wanted.proof.length === 0
      : checkConsistency(nodeCrypto, {
          size1: last.size,
          root1: last.root,
          size2: size,
          root2: root,
          proof: wanted.proof,
        });
  if (!holds)
    throw new SignerError("PROOF_BAD", `size ${size} is not shown to continue size ${last.size}, which was signed`);
  return null;
}

/** Records are written by whoever may write their folder: one counts only when the log's key signed it. */
function requireOwn(origin: string, signer: Signer, { size, root, note }: SignedHead): void {
  if (note === null && size === 0 && equal(root, EMPTY.root)) return;
  const opened = note === null ? null : openCheckpoint(nodeCrypto, note, logVerifierKey(origin, signer));
  const { checkpoint } = opened?.outcome === "verified" ? opened : { checkpoint: null };
  if (checkpoint?.size !== size || !equal(checkpoint.root, root))
    throw new SignerError("STATE_DAMAGED", `the key of ${origin} did not sign what its record says`);
}
