import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCrypto, verifyLog } from "../../audit/index.ts";
import { browserCrypto } from "../../web/workbench/browser-crypto.ts";
import { SIGNER, bytesOf, makeArchive } from "../audit/archive-fixture.ts";
import { flipBit, noteSigner } from "../audit/seeded.ts";

const BYTES = fc.uint8Array({ maxLength: 300 });
/** Order of the group of Ed25519 (RFC 8032, section 5.1), little-endian. */
const ORDER = Buffer.from("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010", "hex");

function plusOrder(scalar: Uint8Array): Uint8Array {
  let carry = 0;
  return Uint8Array.from(scalar, (byte, at) => {
    const sum = byte + (ORDER[at] ?? 0) + carry;
    carry = sum >> 8;
    return sum & 255;
  });
}

describe("the browser's port of the verifier", () => {
  test("hashes as OpenSSL does, in whatever parts", () => {
    fc.assert(
      fc.property(fc.array(BYTES, { maxLength: 5 }), (parts) => {
        expect(browserCrypto.sha256(...parts)).toEqual(nodeCrypto.sha256(...parts));
        expect(browserCrypto.sha384(...parts)).toEqual(nodeCrypto.sha384(...parts));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test("takes a signature that OpenSSL takes, and none with a bit flipped in key, message or signature", () => {
    const both = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean[] =>
      [browserCrypto, nodeCrypto].map((port) => port.verifyEd25519(key, message, signature));
    fc.assert(
      fc.property(fc.nat(255), fc.string({ maxLength: 60 }), fc.nat(511), (fill, text, bit) => {
        const signer = noteSigner("caveat.example/one", fill);
        const { key } = signer;
        const [message, signature] = [Buffer.from(text), signer.sign(text)];
        expect(both(key.publicKey, message, signature)).toEqual([true, true]);
        expect(both(key.publicKey, message, flipBit(signature, bit))).toEqual([false, false]);
        expect(both(flipBit(key.publicKey, bit % 256), message, signature)).toEqual([false, false]);
        expect(both(key.publicKey, Buffer.from(`${text}.`), signature)).toEqual([false, false]);
      }),
      { seed: 12, numRuns: 40 },
    );
  });

  test("takes neither a second spelling of a signature, nor what is no key or signature at all", () => {
    const signer = noteSigner("caveat.example/one", 3);
    const { key } = signer;
    const [message, signature] = [Buffer.from("text"), signer.sign("text")];
    const second = Buffer.concat([signature.subarray(0, 32), plusOrder(signature.subarray(32))]);
    for (const [publicKey, given] of [
      [key.publicKey, second],
      [key.publicKey, signature.subarray(1)],
      [key.publicKey, new Uint8Array(0)],
      [key.publicKey, new Uint8Array(64).fill(255)],
      [key.publicKey.subarray(1), signature],
      [new Uint8Array(32).fill(255), signature],
      [new Uint8Array(0), signature],
    ] as const)
      for (const port of [browserCrypto, nodeCrypto]) expect(port.verifyEd25519(publicKey, message, given)).toBe(false);
  });

  test("the whole verifier says of an archive, whole or changed at any place, the same with either", async () => {
    const whole = bytesOf(makeArchive(9, [3, 9]));
    const said = (archive: Uint8Array) =>
      Promise.all(
        [browserCrypto, nodeCrypto].map((crypto) => verifyLog({ crypto, key: SIGNER.key, archive: [archive] })),
      );
    const [here, there] = await said(whole);
    expect(here).toEqual(there);
    expect(here?.verified).toBe(true);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(8 * whole.length - 1), async (bit) => {
        const [browser, node] = await said(flipBit(whole, bit));
        expect(browser).toEqual(node);
        refused += browser?.verified === false ? 1 : 0;
      }),
      { seed: 13, numRuns: 60 },
    );
    // When the archive was made, nothing signs.
    expect(refused).toBeGreaterThan(55);
  });
});
