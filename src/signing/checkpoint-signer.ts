import type { VerifierKey } from "../../audit/core/note.ts";
import type { TreeSize } from "../../audit/core/numbers.ts";

/**
 * Why a checkpoint was not signed, or a log not opened. Closed: tests assert the codes, people read the message.
 *
 * - `MALFORMED`      the request is not one of the three that there are, or not in their form
 * - `UNKNOWN_LOG`    no key was ever made for this log
 * - `STALE`          the proof starts from another size than the one that was signed last
 * - `REGRESSION`     the tree is smaller than the one that was signed last
 * - `FORK`           the tree has the size that was signed last, and another root
 * - `PROOF_BAD`      the proof does not lead from the root that was signed last to this one
 * - `STATE_MISSING`  there is a key and no record of what it signed: a person has to say what that was (`caveat signer adopt`)
 * - `STATE_DAMAGED`  the record of what was signed cannot be read, or the log's key did not sign it
 * - `KEY_MISSING`    something was signed and the key is gone
 * - `KEY_UNUSABLE`   the key file can be read by others, or holds something else than its name says
 * - `UNAVAILABLE`    the signer does not answer, or its disk does not
 */
export const SIGNER_REFUSALS = [
  "MALFORMED",
  "UNKNOWN_LOG",
  "STALE",
  "REGRESSION",
  "FORK",
  "PROOF_BAD",
  "STATE_MISSING",
  "STATE_DAMAGED",
  "KEY_MISSING",
  "KEY_UNUSABLE",
  "UNAVAILABLE",
] as const;

/** A code of the closed list above. */
export type SignerRefusal = (typeof SIGNER_REFUSALS)[number];

/** A refusal of the signer. The message is for the operator; it names files and sizes, never anything of a key. */
export class SignerError extends Error {
  readonly code: SignerRefusal;

  constructor(code: SignerRefusal, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SignerError";
    this.code = code;
  }
}

/** The tree that a signer signed last. `note` is null for a log that was introduced and never signed: it is empty. */
export interface SignedHead {
  readonly size: TreeSize;
  /** RFC 6962 root, 32 bytes. */
  readonly root: Uint8Array;
  /** The signed note as it was given out, byte for byte, with however many signatures. */
  readonly note: string | null;
}

/** A verifier key and the tree size from which on it signs: keys change by size, because a time can be lied about. */
export interface LogKey {
  readonly from: TreeSize;
  readonly key: VerifierKey;
}

/** A log as its signer knows it. */
export interface OpenedLog {
  /** By ascending `from`, the first from 0. There is one until a log's key can be replaced. */
  readonly keys: readonly LogKey[];
  readonly last: SignedHead;
}

/** A tree to be signed, and what shows that it continues the one that was signed last. */
export interface HeadToSign {
  readonly origin: string;
  readonly size: TreeSize;
  readonly root: Uint8Array;
  /** The size that was signed last, as the caller believes. */
  readonly from: TreeSize;
  /** RFC 6962 consistency proof from `from` to `size`; empty from size 0, and where the size stays the same. */
  readonly proof: readonly Uint8Array[];
}

/** Whoever holds the keys of the logs and remembers what they signed: a process of its own, later a machine of its own. */
export interface CheckpointSigner {
  /** Opens a log, making its key where neither key nor record exists. Throws SignerError. */
  open(origin: string): Promise<OpenedLog>;
  /** Signs a checkpoint; the same tree again gives the same note. Throws SignerError. */
  sign(head: HeadToSign): Promise<string>;
  /** Every log that it knows, with the size signed last. Throws SignerError. */
  logs(): Promise<readonly { readonly origin: string; readonly size: TreeSize }[]>;
}
