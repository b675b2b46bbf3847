import { toHex, utf8 } from "./bytes.ts";
import { FormatError } from "./errors.ts";
import { countOf, encodeCanonical, stringOf } from "./jcs.ts";
import { HEX_16, ID, LEAF_KINDS, REPLICA, timeOf, type LeafHeader, type LeafSlot } from "./leaf.ts";

/**
 * The bytes of a leaf: canonical JSON in UTF-8, stored and hashed as they are.
 * Throws LEAF, MEMBERS, JSON or RANGE when the header would not be accepted by `parseLeaf`.
 */
export function encodeLeaf(header: LeafHeader): Uint8Array {
  const { id, kind, producer, slots, time, salt } = header;
  const { boot, counter, replica } = producer;
  // Every entry of the log passes here: the text is canonical as it is put together, and each part is checked alone.
  stringOf(id, "the id", ID);
  stringOf(boot, "the boot id", HEX_16);
  stringOf(replica, "the replica name", REPLICA);
  stringOf(salt, "the salt", HEX_16);
  timeOf(time, "the time");
  countOf(counter, "the producer counter");
  if (!LEAF_KINDS.includes(kind)) throw new FormatError("LEAF", "a leaf of an unknown kind");
  if (slots.some(({ commitment, sealedHash }) => commitment.length !== 48 || sealedHash.length !== 48)) {
    throw new FormatError("RANGE", "a slot has two values of 48 bytes");
  }
  const slot = ({ commitment, sealedHash }: LeafSlot): string =>
    `{"c":"${toHex(commitment)}","h":"${toHex(sealedHash)}"}`;
  return utf8(
    `{"id":"${id}","k":"${kind}","p":{"b":"${boot}","q":${counter},"r":${encodeCanonical(replica)}},"s":[${slots.map(slot).join(",")}],"t":"${time}","v":1,"z":"${salt}"}`,
  );
}
