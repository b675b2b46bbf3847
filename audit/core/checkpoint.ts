import { fromBase64, utf8 } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError, formOf } from "./errors.ts";
import { openNote, parseNote, type UnverifiedNote, type VerifierKey } from "./note.ts";
import { parseDecimal, treeSize, type TreeSize } from "./numbers.ts";

/** A tree head: which log, how many entries, and the RFC 6962 root over them (32 bytes). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: TreeSize;
  readonly root: Uint8Array;
}

declare const verified: unique symbol;

/** A checkpoint that the log's key has signed. Only `openCheckpoint` makes one. */
export type VerifiedCheckpoint = Checkpoint & { readonly [verified]: true };

/** What opening a checkpoint found. `wrong-key`: signed under the log's name, but by another key. */
export type OpenedCheckpoint =
  | { readonly outcome: "verified"; readonly checkpoint: VerifiedCheckpoint }
  | { readonly outcome: "malformed"; readonly why: string }
  | { readonly outcome: "invalid-signature" }
  | { readonly outcome: "wrong-key" }
  | { readonly outcome: "unknown-key"; readonly names: readonly string[] }
  | { readonly outcome: "other-origin"; readonly origin: string };

/** Reads a checkpoint's text. Extension lines are refused: this format writes none. Throws CHECKPOINT. */
export function parseCheckpointBody(text: string): Checkpoint {
  const [origin = "", size = "", root = "", end, ...surplus] = text.split("\n");
  if (origin === "" || end !== "" || surplus.length > 0)
    throw new FormatError("CHECKPOINT", "a checkpoint has three lines: origin, size and root");
  const [count, hash] = [formOf(() => treeSize(parseDecimal(size))), formOf(() => fromBase64(root))];
  if (count instanceof FormatError || hash instanceof FormatError || hash.length !== 32)
    throw new FormatError("CHECKPOINT", "the size or the root of the checkpoint is malformed");
  return { origin, size: count, root: hash };
}

/**
 * Opens a checkpoint note with the log's key, whose name must be the origin. The note comes from whoever carries it.
 * Signatures of other keys (witnesses) are ignored, as C2SP signed-note demands.
 */
export function openCheckpoint(crypto: CryptoPort, note: string, key: VerifierKey): OpenedCheckpoint {
  if (!note.isWellFormed()) return { outcome: "malformed", why: "the note is not UTF-8" };
  const opened = openNote(crypto, utf8(note), [key]);
  if (opened.outcome === "verified") return openText(opened.note.text, key);
  if (opened.outcome === "no-known-key") return blame(opened.unverified, key);
  return opened.outcome === "malformed" ? opened : { outcome: "invalid-signature" };
}

/** The checkpoint in a note whose signatures nobody has checked: for finding one's place, never for trusting. Throws NOTE or CHECKPOINT. */
export function readUnverifiedCheckpoint(note: string): Checkpoint {
  return parseCheckpointBody(parseNote(utf8(note)).unverifiedText);
}

function openText(text: string, key: VerifierKey): OpenedCheckpoint {
  const checkpoint = formOf(() => parseCheckpointBody(text));
  if (checkpoint instanceof FormatError) return { outcome: "malformed", why: checkpoint.message };
  if (checkpoint.origin !== key.name) return { outcome: "other-origin", origin: checkpoint.origin };
  return { outcome: "verified", checkpoint: checkpoint as VerifiedCheckpoint };
}

function blame(note: UnverifiedNote, key: VerifierKey): OpenedCheckpoint {
  const names = note.signatures.map((signature) => signature.name);
  return names.includes(key.name) ? { outcome: "wrong-key" } : { outcome: "unknown-key", names };
}
