import { toBase64 } from "./base64-writer.ts";
import { concat, fromBase64, fromUtf8, utf8 } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { arrayOf, encodeCanonical, exactObject, parseCanonical, stringOf } from "./jcs.ts";

/** A DSSE envelope as read, with no signature checked. This project signs with exactly one key. */
export interface ParsedEnvelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** A hint which key to try, named by whoever made the envelope. */
  readonly keyid: string;
  readonly signature: Uint8Array;
}

/** PAE(type, body) of DSSE v1.0.2: the bytes that are signed. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = utf8(payloadType);
  return concat(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload);
}

/** The canonical JSON of an envelope with one signature, without a newline at its end. */
export function formatEnvelope(envelope: ParsedEnvelope): string {
  return encodeCanonical({
    payload: toBase64(envelope.payload),
    payloadType: envelope.payloadType,
    signatures: [{ keyid: envelope.keyid, sig: toBase64(envelope.signature) }],
  });
}

/**
 * Reads an envelope that anybody may have written. DSSE tells consumers to ignore members that they do not know; this
 * reader refuses them, a second signature, and any spelling but the canonical one: nothing unauthenticated rides along.
 * Throws ENVELOPE.
 */
export function parseEnvelope(bytes: Uint8Array): ParsedEnvelope {
  try {
    const value = parseCanonical(fromUtf8(bytes));
    const envelope = exactObject(value, ["payload", "payloadType", "signatures"], "the envelope");
    const [first] = arrayOf(envelope.signatures, "the signatures", 1);
    const signature = exactObject(first, ["keyid", "sig"], "the signature");
    return {
      payloadType: stringOf(envelope.payloadType, "the payload type", undefined, 256),
      payload: fromBase64(stringOf(envelope.payload, "the payload", undefined, 1_048_576)),
      keyid: stringOf(signature.keyid, "the keyid", undefined, 256),
      signature: fromBase64(stringOf(signature.sig, "the signature", undefined, 1_024)),
    };
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError("ENVELOPE", error.message);
    throw error;
  }
}
