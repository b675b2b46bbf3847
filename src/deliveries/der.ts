import forge from "node-forge";

/**
 * The narrow bridge to node-forge, which lays out ASN.1 and does nothing else here: it makes no random number, computes no
 * digest that is kept, holds no private key and verifies nothing. Its byte strings (one character a byte) end at this file.
 */

/** Bytes to forge's one-character-a-byte string. */
export const toBinary = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** DER encoding (X.690) of a tree. */
export const derOf = (node: forge.asn1.Asn1): Uint8Array =>
  new Uint8Array(Buffer.from(forge.asn1.toDer(node).getBytes(), "latin1"));

/**
 * The descendant at `path`; a negative index counts from the end.
 *
 * @throws {TypeError} when the tree has no such node: the layout of the library changed, which is a bug and never bad input,
 * since we only walk trees that we built.
 */
export const descend = (node: forge.asn1.Asn1, ...path: readonly number[]): forge.asn1.Asn1 => {
  let here = node;
  for (const index of path) {
    const next = typeof here.value === "string" ? undefined : here.value.at(index);
    if (next === undefined) throw new TypeError(`no ASN.1 node at ${path.join(".")}`);
    here = next;
  }
  return here;
};

const { Class, Type } = forge.asn1;

/** An OCTET STRING. */
export const octetString = (bytes: Uint8Array): forge.asn1.Asn1 =>
  forge.asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, toBinary(bytes));

/** A SEQUENCE of `children`. */
export const sequence = (children: forge.asn1.Asn1[]): forge.asn1.Asn1 =>
  forge.asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, children);

/** A context-specific primitive element `[tag]`. */
export const contextPrimitive = (tag: number, bytes: Uint8Array): forge.asn1.Asn1 =>
  forge.asn1.create(Class.CONTEXT_SPECIFIC, tag, false, toBinary(bytes));

/** Puts the elements of a SET OF into the order that DER demands (X.690 section 11.6): ascending by their encodings. */
export const sortSetOf = (set: forge.asn1.Asn1): void => {
  if (typeof set.value === "string") throw new TypeError("not a SET");
  const encoded = set.value.map((node) => ({ node, der: Buffer.from(derOf(node)) }));
  set.value = encoded.toSorted((a, b) => Buffer.compare(a.der, b.der)).map(({ node }) => node);
};
