import { createPublicKey } from "node:crypto";
import { utf8 } from "../../audit/core/bytes.ts";
import type { Checkpoint } from "../../audit/core/checkpoint.ts";
import { checkpointBody, formatCheckpoint } from "../../audit/core/note-writer.ts";
import { verifierKey } from "../../audit/core/note-key.ts";
import type { VerifierKey } from "../../audit/core/note.ts";
import { nodeCrypto } from "../../audit/node-crypto.ts";
import { SigningError } from "./errors.ts";
import type { Signer } from "./signer.ts";

/** An Ed25519 SubjectPublicKeyInfo (RFC 8410) ends in the 32 bytes of the key. */
const ED25519_KEY_BYTES = 32;

/**
 * The C2SP verifier key of a log: its origin is the name of the key.
 *
 * @throws {SigningError} `KEY_WRONG_ALGORITHM` for another key than Ed25519; {FormatError} for an origin that cannot be a key name.
 */
export const logVerifierKey = (origin: string, signer: Pick<Signer, "publicKeyPem">): VerifierKey => {
  const key = createPublicKey(signer.publicKeyPem());
  if (key.asymmetricKeyType !== "ed25519") throw new SigningError("KEY_WRONG_ALGORITHM", "the key of a log is Ed25519");
  const raw = key.export({ type: "spki", format: "der" }).subarray(-ED25519_KEY_BYTES);
  return verifierKey(nodeCrypto, origin, new Uint8Array(raw));
};

/** The signed note of a tree head (C2SP tlog-checkpoint). Whether the head may be signed is for the caller to know. */
export const signCheckpoint = async (checkpoint: Checkpoint, signer: Signer): Promise<string> =>
  formatCheckpoint(
    checkpoint,
    logVerifierKey(checkpoint.origin, signer),
    await signer.sign(utf8(checkpointBody(checkpoint))),
  );
