import { toBase64 } from "./base64-writer.ts";
import { concat, toHex, uintBE, utf8 } from "./bytes.ts";
import { parseCheckpointBody, type Checkpoint } from "./checkpoint.ts";
import { FormatError } from "./errors.ts";
import { ED25519, parseNote, type NoteSignature, type VerifierKey } from "./note.ts";

/** `name+hex(id)+base64(0x01 ‖ public key)` (C2SP signed-note, "Verifier keys"). */
export function formatVkey(key: VerifierKey): string {
  return `${key.name}+${toHex(uintBE(key.id, 4))}+${toBase64(concat(Uint8Array.of(ED25519), key.publicKey))}`;
}

/**
 * Writes a signed note. `text` must end in a newline; each signature is over its UTF-8 bytes.
 * Throws NOTE when the result would not be read back by `parseNote`.
 */
export function formatNote(text: string, signatures: readonly NoteSignature[]): string {
  const lines = signatures.map(
    ({ name, id, signature }) => `— ${name} ${toBase64(concat(uintBE(id, 4), signature))}\n`,
  );
  const note = `${text}\n${lines.join("")}`;
  if (parseNote(utf8(note)).unverifiedText !== text) throw new FormatError("NOTE", "the text cannot be a note");
  return note;
}

/** The text that the log's key signs: origin, size and base64 root, each on a line (C2SP tlog-checkpoint). Throws CHECKPOINT. */
export function checkpointBody(checkpoint: Checkpoint): string {
  const body = `${checkpoint.origin}\n${checkpoint.size}\n${toBase64(checkpoint.root)}\n`;
  parseCheckpointBody(body);
  return body;
}

/** The signed note of a checkpoint; `signature` is Ed25519 over the bytes of `checkpointBody`. Throws CHECKPOINT or NOTE. */
export function formatCheckpoint(checkpoint: Checkpoint, key: VerifierKey, signature: Uint8Array): string {
  if (key.name !== checkpoint.origin) throw new FormatError("CHECKPOINT", "the key name is not the origin");
  return formatNote(checkpointBody(checkpoint), [{ name: key.name, id: key.id, signature }]);
}
