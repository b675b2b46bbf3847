import { createHmac, createSecretKey } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MacKey } from "../../src/signing/mac-key.ts";

const SEED = { seed: 20261130, numRuns: 400 };
// A block of SHA-256 has 64 bytes and one of SHA-384 has 128.
const key = fc.uint8Array({ minLength: 0, maxLength: 200 });
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme-ascii", maxLength: 3_000 }),
);
const algorithm = fc.constantFrom("sha256" as const, "sha384" as const);

describe("a key for HMACs", () => {
  test("makes what HMAC makes of each of several texts, in every form", () => {
    fc.assert(
      fc.property(algorithm, key, fc.array(text, { minLength: 1, maxLength: 5 }), (by, bytes, texts) => {
        const mac = new MacKey(by, Buffer.from(bytes));
        for (const one of texts) {
          const expected = createHmac(by, bytes).update(one).digest();
          expect(mac.hex(one)).toBe(expected.toString("hex"));
          expect(mac.bytes(one).equals(expected)).toBe(true);
          const some = Buffer.alloc(32, 1);
          mac.write(one, some);
          expect(some.equals(expected.subarray(0, 32))).toBe(true);
        }
      }),
      SEED,
    );
  });

  test("takes what it was given as its own, from bytes and from a key object", () => {
    const bytes = Buffer.alloc(48, 7);
    const expected = createHmac("sha384", Buffer.alloc(48, 7)).update("a").digest("hex");
    const mac = new MacKey("sha384", bytes);
    bytes.fill(0);
    expect(mac.hex("a")).toBe(expected);
    const object = createSecretKey(Buffer.alloc(48, 7));
    expect([MacKey.of("sha384", object).hex("a"), MacKey.of("sha384", object).hex("a")]).toEqual([expected, expected]);
  });
});
