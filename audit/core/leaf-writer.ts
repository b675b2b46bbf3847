import { toHex, utf8 } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { countOf, encodeCanonical, stringOf } from "./jcs.ts";
import { HEX_16, ID, LEAF_KINDS, REPLICA, timeOf, type LeafHeader } from "./leaf.ts";

/** The two values of a slot as a leaf spells them: 48 bytes each in lower-case hex. */
export interface SpelledSlot {
  readonly commitment: string;
  readonly sealedHash: string;
}

const HEX = /^[0-9a-f]*$/;

function isHex48(value: string): boolean {
  return value.length === 96 && HEX.test(value);
}

/**
 * The bytes of a leaf: canonical JSON in UTF-8, stored and hashed as they are.
 * Throws LEAF, MEMBERS, JSON or RANGE when the header would not be accepted by `parseLeaf`.
 */
export function encodeLeaf(header: LeafHeader): Uint8Array {
  const slots = header.slots.map((slot) => ({
    commitment: toHex(slot.commitment),
    sealedHash: toHex(slot.sealedHash),
  }));
  return utf8(leafText(header, slots));
}

/** The same as a text, which is ASCII, for whoever has the values of its slots in hex already. */
export function leafText(header: Omit<LeafHeader, "slots">, slots: readonly SpelledSlot[]): string {
  const { id, kind, producer, time, salt } = header;
  const { boot, counter, replica } = producer;
  // Every entry of the log passes here: the text is canonical as it is put together, and each part is checked alone.
  stringOf(id, "the id", ID);
  stringOf(boot, "the boot id", HEX_16);
  stringOf(replica, "the replica name", REPLICA);
  stringOf(salt, "the salt", HEX_16);
  timeOf(time, "the time");
  countOf(counter, "the producer counter");
  if (!LEAF_KINDS.includes(kind)) throw new FormatError("LEAF", "a leaf of an unknown kind");
  let spelled = "";
  for (const { commitment, sealedHash } of slots) {
    if (!isHex48(commitment) || !isHex48(sealedHash))
      throw new FormatError("RANGE", "a slot has two values of 48 bytes");
    spelled += `${spelled === "" ? "" : ","}{"c":"${commitment}","h":"${sealedHash}"}`;
  }
  return `{"id":"${id}","k":"${kind}","p":{"b":"${boot}","q":${counter},"r":${encodeCanonical(replica)}},"s":[${spelled}],"t":"${time}","v":1,"z":"${salt}"}`;
}
