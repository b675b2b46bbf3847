import { toBase64 } from "../../audit/core/base64-writer.ts";
import { fromBase64, fromUtf8 } from "../../audit/core/bytes.ts";
import { FormatError } from "../../audit/core/errors.ts";
import {
  arrayOf,
  countOf,
  encodeCanonical,
  exactObject,
  isObject,
  parseCanonical,
  stringOf,
} from "../../audit/core/jcs.ts";
import type { Json } from "../../audit/core/jcs.ts";
import { formatVkey } from "../../audit/core/note-writer.ts";
import { parseVkey } from "../../audit/core/note-key.ts";
import { treeSize } from "../../audit/core/numbers.ts";
import type { TreeSize } from "../../audit/core/numbers.ts";
import { nodeCrypto } from "../../audit/node-crypto.ts";
import { SIGNER_REFUSALS, SignerError } from "../signing/checkpoint-signer.ts";
import type { CheckpointSigner, HeadToSign, OpenedLog } from "../signing/checkpoint-signer.ts";

/*
 * One line is one message: canonical JSON (RFC 8785) with exactly the members shown, ending in 0x0A, answered in order.
 *
 *   {"do":"logs","id":n}                                      {"id":n,"logs":[{"origin":…,"size":n}, …]}
 *   {"do":"open","id":n,"origin":…}                           {"id":n,"keys":[{"from":n,"vkey":…}, …],"last":{"note":…,"root":…,"size":n}}
 *   {"do":"sign","from":n,"id":n,"origin":…,"proof":[…],"root":…,"size":n}      {"id":n,"note":…}
 *                                                             {"id":n or null,"refused":{"code":…,"why":…}}
 *
 * Hashes are base64. `note` is a whole note, whose signatures nobody here counts; `keys` says from which size on each signs.
 */

/** A request has an origin and at most 106 hashes of a proof. */
export const MAX_REQUEST_BYTES = 16_384;
/** An answer may list every log. */
export const MAX_ANSWER_BYTES = 4_194_304;
/** Two for each level of a tree of 2^53 entries. */
const MAX_PROOF = 106;
const MAX_WHY = 600;

/** What the signer can be asked. */
export type SignerRequest =
  | { readonly do: "logs" }
  | { readonly do: "open"; readonly origin: string }
  | { readonly do: "sign"; readonly head: HeadToSign };

/** A request as a line without its end. */
export function formatRequest(id: number, request: SignerRequest): string {
  if (request.do !== "sign") return encodeCanonical({ ...request, id });
  const { from, origin, proof, root, size } = request.head;
  return encodeCanonical({ do: "sign", from, id, origin, proof: proof.map(toBase64), root: toBase64(root), size });
}

function hashOf(value: Json | undefined): Uint8Array {
  const hash = fromBase64(stringOf(value, "a hash", undefined, 44));
  if (hash.length !== 32) throw new FormatError("MEMBERS", "a hash has 32 bytes");
  return hash;
}

/** Reads a request. Throws FormatError for anything that is not exactly one. The bytes are taken to be hostile. */
export function parseRequest(line: Uint8Array): { readonly id: number; readonly request: SignerRequest } {
  const value = parseCanonical(fromUtf8(line));
  const kind = isObject(value) ? value["do"] : undefined;
  if (kind === "logs") {
    const { id } = exactObject(value, ["do", "id"], "a request");
    return { id: countOf(id, "an id"), request: { do: kind } };
  }
  if (kind === "open") {
    const { id, origin } = exactObject(value, ["do", "id", "origin"], "a request");
    return { id: countOf(id, "an id"), request: { do: kind, origin: stringOf(origin, "an origin", undefined, 180) } };
  }
  if (kind !== "sign") throw new FormatError("MEMBERS", "a request is to open, to sign or for the logs");
  const asked = exactObject(value, ["do", "from", "id", "origin", "proof", "root", "size"], "a request");
  return {
    id: countOf(asked.id, "an id"),
    request: {
      do: kind,
      head: {
        origin: stringOf(asked.origin, "an origin", undefined, 180),
        from: treeSize(countOf(asked.from, "a size")),
        size: treeSize(countOf(asked.size, "a size")),
        root: hashOf(asked.root),
        proof: arrayOf(asked.proof, "a proof", MAX_PROOF).map(hashOf),
      },
    },
  };
}

/** Has a signer do what a line asks; the answer as a line without its end. Never throws. */
export async function answer(signer: CheckpointSigner, line: Uint8Array): Promise<string> {
  let asked: ReturnType<typeof parseRequest> | null = null;
  try {
    asked = parseRequest(line);
    const { id, request } = asked;
    if (request.do === "logs") return encodeCanonical({ id, logs: (await signer.logs()).map((log) => ({ ...log })) });
    if (request.do === "sign") return encodeCanonical({ id, note: await signer.sign(request.head) });
    const { keys, last } = await signer.open(request.origin);
    return encodeCanonical({
      id,
      keys: keys.map(({ from, key }) => ({ from, vkey: formatVkey(key) })),
      last: { note: last.note, root: toBase64(last.root), size: last.size },
    });
  } catch (error) {
    return formatRefusal(asked?.id ?? null, error);
  }
}

/** A refusal as a line without its end. */
export function formatRefusal(id: number | null, error: unknown): string {
  const code = error instanceof SignerError ? error.code : error instanceof FormatError ? "MALFORMED" : "UNAVAILABLE";
  const message = error instanceof Error && error.message !== "" ? error.message : "failed";
  const why = message.replaceAll(/[^ -~]/g, "?").slice(0, MAX_WHY);
  return encodeCanonical({ id, refused: { code, why } });
}

/** The id that an answer names; null for one to a line that was none. Throws FormatError. */
export function parseAnswer(line: Uint8Array): { readonly id: number | null; readonly value: Json } {
  const value = parseCanonical(fromUtf8(line));
  const id = isObject(value) ? value["id"] : undefined;
  return { id: id === null ? null : countOf(id, "an id"), value };
}

/** Throws what an answer refuses with. */
function notRefused(value: Json): Json {
  if (!isObject(value) || !Object.hasOwn(value, "refused")) return value;
  const { refused } = exactObject(value, ["id", "refused"], "an answer");
  const { code, why } = exactObject(refused, ["code", "why"], "a refusal");
  const known = SIGNER_REFUSALS.find((refusal) => refusal === code);
  throw new SignerError(known ?? "UNAVAILABLE", stringOf(why, "a reason"));
}

/** The answer to `logs`. Throws SignerError, or FormatError for what is none. */
export function readLogs(answered: Json): readonly { readonly origin: string; readonly size: TreeSize }[] {
  const { logs } = exactObject(notRefused(answered), ["id", "logs"], "an answer");
  return arrayOf(logs, "the logs", 100_000).map((item) => {
    const { origin, size } = exactObject(item, ["origin", "size"], "a log");
    return { origin: stringOf(origin, "an origin"), size: treeSize(countOf(size, "a size")) };
  });
}

/** The answer to `open`. Throws SignerError, or FormatError for what is none. */
export function readOpened(answered: Json): OpenedLog {
  const { keys, last } = exactObject(notRefused(answered), ["id", "keys", "last"], "an answer");
  const { note, root, size } = exactObject(last, ["note", "root", "size"], "the last head");
  return {
    keys: arrayOf(keys, "the keys", 100).map((item) => {
      const { from, vkey } = exactObject(item, ["from", "vkey"], "a key");
      return { from: treeSize(countOf(from, "a size")), key: parseVkey(nodeCrypto, stringOf(vkey, "a vkey")) };
    }),
    last: {
      size: treeSize(countOf(size, "a size")),
      root: hashOf(root),
      note: note === null ? null : stringOf(note, "a note"),
    },
  };
}

/** The answer to `sign`. Throws SignerError, or FormatError for what is none. */
export function readNote(answered: Json): string {
  return stringOf(exactObject(notRefused(answered), ["id", "note"], "an answer").note, "a note", undefined, 1_000_000);
}
