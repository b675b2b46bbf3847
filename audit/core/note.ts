import { fromBase64, fromUtf8, toHex, utf8 } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError, formOf } from "./errors.ts";

/** Signature type byte of Ed25519. */
export const ED25519 = 0x01;
const MAX_NOTE_BYTES = 1_000_000;
const MAX_SIGNATURES = 100;
// The code points with Unicode property White_Space, and the plus sign: what a key name must not hold.
const NOT_IN_A_KEY_NAME = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000+]/;

/** A key that verifies notes: C2SP signed-note, signature type 0x01 (Ed25519). */
export interface VerifierKey {
  readonly name: string;
  /** First four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key), as an unsigned integer. */
  readonly id: number;
  /** 32 bytes, RFC 8032. */
  readonly publicKey: Uint8Array;
}

/** One signature line: who claims to have signed, and the bytes after the key id. */
export interface NoteSignature {
  readonly name: string;
  readonly id: number;
  readonly signature: Uint8Array;
}

/** A note that is well formed and nothing more. Its text must not be acted on. */
export interface UnverifiedNote {
  readonly unverifiedText: string;
  readonly signatures: readonly NoteSignature[];
}

declare const verified: unique symbol;

/** A note whose text was signed by at least one known key, and by no known key badly. Only `openNote` makes one. */
export interface VerifiedNote {
  readonly [verified]: true;
  readonly text: string;
  readonly signedBy: readonly VerifierKey[];
}

/** The four outcomes of opening a note, kept apart because they accuse different people. */
export type OpenedNote =
  | { readonly outcome: "verified"; readonly note: VerifiedNote }
  | { readonly outcome: "malformed"; readonly why: string }
  | { readonly outcome: "invalid-signature"; readonly key: VerifierKey }
  | { readonly outcome: "no-known-key"; readonly unverified: UnverifiedNote };

/** Reads the form of a note without looking at any key. Throws NOTE. The bytes come from whoever made the file. */
export function parseNote(bytes: Uint8Array): UnverifiedNote {
  if (bytes.length > MAX_NOTE_BYTES) throw new FormatError("NOTE", `a note of more than ${MAX_NOTE_BYTES} bytes`);
  const note = formOf(() => fromUtf8(bytes));
  if (note instanceof FormatError) throw new FormatError("NOTE", "the note is not UTF-8");
  if (/[^\n\u0020-\u{10ffff}]/u.test(note)) throw new FormatError("NOTE", "the note holds a control character");
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n")) throw new FormatError("NOTE", "the note has no signature block");
  const lines = note.slice(split + 2, -1).split("\n");
  if (split + 2 >= note.length || lines.length > MAX_SIGNATURES)
    throw new FormatError("NOTE", `the note has no signature or more than ${MAX_SIGNATURES}`);
  return { unverifiedText: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * Opens a note against known keys (C2SP signed-note, "Signatures"): signatures of unknown keys are ignored, a bad
 * signature of a known key refuses the whole note, and without a good one the text stays unverified.
 */
export function openNote(crypto: CryptoPort, bytes: Uint8Array, known: readonly VerifierKey[]): OpenedNote {
  const unverified = formOf(() => parseNote(bytes));
  if (unverified instanceof FormatError) return { outcome: "malformed", why: unverified.message };
  const message = utf8(unverified.unverifiedText);
  const signedBy: VerifierKey[] = [];
  for (const { name, id, signature } of unverified.signatures) {
    const key = known.find((candidate) => candidate.name === name && candidate.id === id);
    // Only the first signature of a key counts, so that a note cannot make the verifier work without end.
    if (key === undefined || signedBy.includes(key)) continue;
    if (!crypto.verifyEd25519(key.publicKey, message, signature)) return { outcome: "invalid-signature", key };
    signedBy.push(key);
  }
  if (signedBy.length === 0) return { outcome: "no-known-key", unverified };
  return { outcome: "verified", note: { text: unverified.unverifiedText, signedBy } as unknown as VerifiedNote };
}

function parseSignatureLine(line: string): NoteSignature {
  const [dash, name = "", encoded = "", ...surplus] = line.split(" ");
  if (dash !== "—" || surplus.length > 0 || !isKeyName(name)) throw new FormatError("NOTE", "a bad signature line");
  const bytes = formOf(() => fromBase64(encoded));
  if (bytes instanceof FormatError) throw new FormatError("NOTE", "a signature that is not base64");
  if (bytes.length < 5) throw new FormatError("NOTE", "a signature that is too short");
  return { name, id: Number.parseInt(toHex(bytes.slice(0, 4)), 16), signature: bytes.slice(4) };
}

/** Whether a text can be the name of a key (C2SP signed-note, "Signatures"). */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.isWellFormed() && !NOT_IN_A_KEY_NAME.test(name);
}
