import { generateKeyPairSync, randomBytes, verify } from "node:crypto";
import { expect, test } from "vitest";
import { statedSignature } from "./stated-signature.ts";

test("a signature with a stated number is one that node:crypto accepts, and the same every time", () => {
  for (let round = 0; round < 20; round += 1) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" });
    const [message, nonce] = [randomBytes(round), randomBytes(64)];
    const signature = statedSignature(message, privateKey, nonce);
    expect(verify("sha384", message, publicKey, signature)).toBe(true);
    expect(statedSignature(message, privateKey, nonce)).toEqual(signature);
  }
});
