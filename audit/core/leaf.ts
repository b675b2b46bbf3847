import { fromHex, fromUtf8 } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { arrayOf, countOf, exactObject, parseCanonical, stringOf, type Json } from "./jcs.ts";

/** Every kind of event there is. Closed, and none of them names a program. */
export const LEAF_KINDS = [
  "operation.request",
  "operation.outcome",
  "operation.part",
  "mutation.outcome",
  "refused",
  "log.boot",
  "log.shutdown",
  "log.heartbeat",
  "log.commitment",
  "log.checkpoint.released",
  "delivery.approval",
  "delivery.release",
  "proposal.request",
  "proposal.approval",
  "proposal.withdrawal",
  "authority.revocation",
  "marking.change",
  "policy.activation",
  "section.erasure",
] as const;
export type LeafKind = (typeof LEAF_KINDS)[number];

/** Kinds of the entries that say what somebody was answered, with the decisions that it rests on. */
export const ANSWER_KINDS: ReadonlySet<string> = new Set(["operation.outcome", "operation.part", "mutation.outcome"]);

/** What each of the four section slots holds, by position. */
export const SLOT_NAMES = ["actor", "request", "outcome", "detail"] as const;
export type SlotName = (typeof SLOT_NAMES)[number];
export const SLOT_COUNT = 4;

/** Whether entries of this kind use the slot; their archive carries at least its sealed bytes. */
export function usesSlot(kind: LeafKind, slot: SlotName): boolean {
  if (kind.startsWith("log.") || kind === "refused") return slot === "detail";
  if (/^(delivery|proposal|authority|marking|policy|section)\./.test(kind)) return slot === "outcome";
  if (kind === "operation.request") return slot === "actor" || slot === "request";
  return slot !== "request";
}

export const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const HEX_16 = /^[0-9a-f]{32}$/;
export const REPLICA = /^[\x21-\x7e]{1,64}$/;

/** Largest leaf in bytes. */
export const MAX_LEAF_BYTES = 16_384;

/** One section slot of a leaf: 48-byte commitment to its plaintext and 48-byte SHA-384 of its sealed bytes. */
export interface LeafSlot {
  readonly commitment: Uint8Array;
  readonly sealedHash: Uint8Array;
}

/** What a leaf says in clear. */
export interface LeafHeader {
  /** UUID, lower case. */
  readonly id: string;
  readonly kind: LeafKind;
  /** Who wrote the entry: 16-byte boot id as hex, counter of this boot in this log (from 0), replica name. */
  readonly producer: { readonly boot: string; readonly counter: number; readonly replica: string };
  /** Four, by position. */
  readonly slots: readonly LeafSlot[];
  /** UTC with microseconds, `2026-09-20T12:34:56.789012Z`. */
  readonly time: string;
  /** 16 random bytes as hex; makes the leaf's hash hiding. */
  readonly salt: string;
}

/** Reads a leaf strictly: canonical form, exactly the named members, a known kind. Throws FormatError. */
export function parseLeaf(bytes: Uint8Array): LeafHeader {
  if (bytes.length > MAX_LEAF_BYTES) throw new FormatError("LEAF", `a leaf of ${bytes.length} bytes`);
  const value = parseCanonical(fromUtf8(bytes));
  const leaf = exactObject(value, ["id", "k", "p", "s", "t", "v", "z"], "the leaf");
  const producer = exactObject(leaf.p, ["b", "q", "r"], "the producer");
  const kind = LEAF_KINDS.find((known) => known === leaf.k);
  if (kind === undefined) throw new FormatError("LEAF", "a leaf of an unknown kind");
  if (leaf.v !== 1) throw new FormatError("LEAF", "a leaf of an unknown version");
  return {
    id: stringOf(leaf.id, "the id", ID),
    kind,
    producer: {
      boot: stringOf(producer.b, "the boot id", HEX_16),
      counter: countOf(producer.q, "the producer counter"),
      replica: stringOf(producer.r, "the replica name", REPLICA),
    },
    slots: parseSlots(leaf.s),
    time: timeOf(leaf.t, "the time"),
    salt: stringOf(leaf.z, "the salt", HEX_16),
  };
}

/** The value as a UTC time with microseconds that names a real moment. Throws MEMBERS or LEAF. */
export function timeOf(value: Json | undefined, what: string): string {
  const time = stringOf(value, what, /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/);
  const parsed = new Date(`${time.slice(0, 23)}Z`);
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 23) !== time.slice(0, 23))
    throw new FormatError("LEAF", `${what} names no real moment`);
  return time;
}

function parseSlots(value: Json): readonly LeafSlot[] {
  return arrayOf(value, "the slots", SLOT_COUNT, SLOT_COUNT).map((item) => {
    const slot = exactObject(item, ["c", "h"], "a slot");
    return {
      commitment: fromHex(stringOf(slot.c, "a commitment"), 48),
      sealedHash: fromHex(stringOf(slot.h, "a sealed hash"), 48),
    };
  });
}
