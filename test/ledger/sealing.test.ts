import { createDecipheriv, createSecretKey, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nodeCrypto, sectionCommitment, toHex } from "../../audit/index.ts";
import { sectionBytes } from "../../src/ledger/section-bytes.ts";
import { SectionSealer } from "../../src/ledger/sealing.ts";
import type { PlainSection } from "../../src/ledger/sealing.ts";
import { unwrapKey } from "../../src/signing/key-wrap.ts";
import type { LedgerStore, StoredKey } from "../../src/storage/ledger-store.ts";

const SEED = { seed: 20261130, numRuns: 100 };
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.integer({ min: 20_000, max: 30_000 }).map((length) => "aé".repeat(length / 2)),
);
const marking = fc.constantFrom("{}", '{"banner":"SECRET//NOFORN"}', '{"banner":"Ünï"}');
const names = ["actor", "request", "outcome", "detail"] as const;
const sections = fc.uniqueArray(
  fc.tuple(fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const), marking, text),
  {
    minLength: 1,
    selector: ([slot]) => slot,
  },
);
const plain = (slot: 0 | 1 | 2 | 3, of: string, plaintext: string): PlainSection => ({
  slot,
  name: names[slot],
  marking: of,
  plaintext,
});

/** A sealer above keys that stand nowhere else. */
function sealerWithKeys(): {
  sealer: SectionSealer;
  kek: ReturnType<typeof createSecretKey>;
  stored: Map<string, StoredKey>;
} {
  const stored = new Map<string, StoredKey>();
  const ids = new Map<string, string>();
  const kek = createSecretKey(randomBytes(32));
  const sectionKey: LedgerStore["sectionKey"] = async (scope, offer) => {
    const id = ids.get(scope.digest.toString("hex")) ?? randomUUID();
    ids.set(scope.digest.toString("hex"), id);
    const key = stored.get(id) ?? { id, marking: scope.marking, wrapped: offer() };
    stored.set(id, key as StoredKey);
    return { id, wrapped: key.wrapped };
  };
  return { sealer: new SectionSealer({ sectionKey } as LedgerStore, kek), kek, stored };
}

const scope = { subject: Buffer.alloc(32, 3), month: "2026-11" };

describe("sealing", () => {
  test("keeps to its format: what HKDF-SHA-384 and AES-256-GCM open, and the verifier commits to", async () => {
    const { sealer, kek, stored } = sealerWithKeys();
    await fc.assert(
      fc.asyncProperty(sections, async (drawn) => {
        const id = randomUUID();
        const made = drawn.map(([slot, of, plaintext]) => plain(slot, of, plaintext));
        const sealed = await sealer.seal(id, made, scope, () => randomBytes(12));
        expect(sealed.map(({ slot }) => slot)).toEqual(made.map(({ slot }) => slot));
        for (const [at, { slot, keyId, sealed: bytes, commitment, sealedHash }] of sealed.entries()) {
          const key = stored.get(keyId);
          const section = made[at];
          if (!key?.wrapped || !section) throw new Error("no key");
          const dataKey = unwrapKey(kek, key.wrapped);
          const derived = (purpose: string): Buffer =>
            Buffer.from(hkdfSync("sha384", dataKey, "caveat/audit/section", `${purpose}|${id}|${slot}`, 32));
          const decipher = createDecipheriv("aes-256-gcm", derived("seal"), bytes.subarray(0, 12));
          decipher.setAuthTag(bytes.subarray(-16));
          const opened = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
          expect(opened).toBe(section.plaintext);
          const opening = { marking: section.marking, name: section.name, salt: derived("salt"), plaintext: opened };
          expect(commitment).toBe(toHex(sectionCommitment(nodeCrypto, opening)));
          expect(sealedHash).toBe(toHex(nodeCrypto.sha384(bytes)));
          expect(sealer.open(id, { slot, keyId, sealed: bytes }, key)).toEqual(opening);
        }
      }),
      { ...SEED, numRuns: 40 },
    );
  });

  test("hashes what the verifier hashes, also of texts that are too long for the place that is kept", () => {
    const salt = randomBytes(32);
    fc.assert(
      fc.property(marking, text, (of, plaintext) => {
        const opening = { marking: of, name: "outcome", salt, plaintext };
        const bytes = sectionBytes(opening);
        expect(nodeCrypto.sha384(bytes.committed)).toEqual(sectionCommitment(nodeCrypto, opening));
        expect(bytes.plaintext.toString("utf8")).toBe(plaintext);
      }),
      SEED,
    );
  });

  test("refuses a salt of another length and a lone surrogate", () => {
    const opening = { marking: "{}", name: "outcome", salt: randomBytes(32), plaintext: "a" };
    const codeOf = (change: Partial<typeof opening>): string | undefined => {
      try {
        sectionBytes({ ...opening, ...change });
        return undefined;
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect([
      codeOf({}),
      codeOf({ salt: randomBytes(31) }),
      codeOf({ plaintext: "\ud800" }),
      codeOf({ marking: "\udfff" }),
    ]).toEqual([undefined, "RANGE", "ENCODING", "ENCODING"]);
  });

  test("a list is sealed and opened under its entry and place, and under no other", async () => {
    const { sealer, stored } = sealerWithKeys();
    const id = randomUUID();
    const list = await sealer.sealList(id, { place: 12, marking: "{}", text: "label:ü\nlabel:b" }, scope);
    const key = stored.get(list.keyId);
    if (!key) throw new Error("no key");
    expect(sealer.openList(id, list, key)).toBe("label:ü\nlabel:b");
    expect(sealer.openList(id, { ...list, place: 1 }, key)).toBeNull();
    expect(sealer.openList(randomUUID(), list, key)).toBeNull();
  });
});
