import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  checkInclusion,
  encodeCanonical,
  fromHex,
  fsck,
  inclusionProof,
  leafHash256,
  leafIndex,
  nodeCrypto,
  openCheckpoint,
  parseAnySpelling,
  parseVkey,
  readBundle,
  readTile,
  readerOf,
  subtreesOf,
  toHex,
  treeRoot,
  treeSize,
  utf8,
} from "../../audit/index.ts";
import { folderSource } from "../../audit/compare/sides.ts";
import { shared } from "./vectors.ts";

const tessera = shared("data/tlog-tessera/testdata/log");
describe("a log written by Tessera", () => {
  const key = parseVkey(nodeCrypto, "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx");
  const words = "one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split(" ");
  const hashes = words.map((word) => leafHash256(nodeCrypto, utf8(word)));
  const checkpoint = (size: number) => {
    const opened = openCheckpoint(nodeCrypto, readFileSync(join(tessera.path, `checkpoint.${size}`), "utf8"), key);
    if (opened.outcome !== "verified") throw new Error(opened.outcome);
    return opened.checkpoint;
  };
  test.skipIf(tessera.absent)("has 16 checkpoints, which all verify and have the roots that we compute", async () => {
    for (let size = 0; size <= 15; size += 1) {
      const root = await treeRoot(nodeCrypto, readerOf(nodeCrypto, hashes), treeSize(size));
      expect(checkpoint(size)).toMatchObject({ size, root });
    }
  });
  test.skipIf(tessera.absent)(
    "has tiles and bundles at every size that we read, and that prove every leaf",
    async () => {
      const source = folderSource(tessera.path);
      for (let size = 1; size <= 15; size += 1) {
        expect(await readTile(source, 0, 0, size)).toEqual(hashes.slice(0, size));
        expect(await readBundle(source, 0, size)).toEqual(words.slice(0, size).map(utf8));
        const { root } = checkpoint(size);
        for (let index = 0; index < size; index += 1) {
          const reader = subtreesOf(nodeCrypto, source, size);
          const proof = await inclusionProof(nodeCrypto, reader, leafIndex(index), treeSize(size));
          const leafHash = await reader(0, index);
          const claim = { leafHash, index: leafIndex(index), size: treeSize(size), root, proof };
          expect(checkInclusion(nodeCrypto, claim)).toBe(true);
        }
      }
    },
  );
  test.skipIf(tessera.absent)("is refused by fsck for nothing but leaves that are not ours", async () => {
    const { verified, findings } = await fsck({ crypto: nodeCrypto, key, source: folderSource(tessera.path) });
    expect(verified).toBe(false);
    expect(findings.map(({ code, at }) => [code, at])).toEqual(
      words.map((_, index) => ["ARCHIVE_MALFORMED", { what: "entry", index }]),
    );
  });
});

interface Wycheproof {
  readonly numberOfTests: number;
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string };
    readonly publicKeyPem: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: "valid" | "invalid" | "acceptable";
    }[];
  }[];
}
type Group = Wycheproof["testGroups"][number];

describe("Wycheproof", () => {
  /** Numbers of the cases that are decided otherwise than they should be, and how many cases there are. */
  function judge(path: string, verify: (group: Group, message: Uint8Array, signature: Uint8Array) => boolean) {
    const { testGroups } = JSON.parse(readFileSync(path, "utf8")) as Wycheproof;
    const cases = testGroups.flatMap((group) =>
      group.tests.map(({ tcId, msg, sig, result }) => ({
        tcId,
        due: result === "valid",
        done: verify(group, fromHex(msg), fromHex(sig)),
      })),
    );
    return {
      valid: cases.filter(({ due }) => due).length,
      invalid: cases.filter(({ due }) => !due).length,
      acceptedInvalid: cases.filter(({ due, done }) => !due && done).map(({ tcId }) => tcId),
      rejectedValid: cases.filter(({ due, done }) => due && !done).map(({ tcId }) => tcId),
    };
  }
  const ed25519 = shared("data/crypto-wycheproof/ed25519_test.json");
  test.skipIf(ed25519.absent)(
    "has 151 Ed25519 cases, of which no invalid one is accepted and no valid one refused",
    () => {
      const found = judge(ed25519.path, ({ publicKey }, message, signature) =>
        nodeCrypto.verifyEd25519(fromHex(publicKey.pk), message, signature),
      );
      expect(found).toEqual({ valid: 88, invalid: 63, acceptedInvalid: [], rejectedValid: [] });
    },
  );
  const p384 = shared("data/crypto-wycheproof/ecdsa_secp384r1_sha384_test.json");
  test.skipIf(p384.absent)(
    "has 504 ECDSA P-384 cases, of which no invalid one is accepted and no valid one refused",
    () => {
      const found = judge(p384.path, ({ publicKeyPem }, message, signature) =>
        nodeCrypto.verifyEcdsaP384(publicKeyPem, message, signature),
      );
      expect(found).toEqual({ valid: 194, invalid: 310, acceptedInvalid: [], rejectedValid: [] });
    },
  );
});

describe("the vectors of RFC 8785's author", () => {
  const jcs = shared("data/jcs-cyberphone/testdata");
  const read = (kind: string, name: string): string => readFileSync(join(jcs.path, kind, name), "utf8");
  test.skipIf(jcs.absent).each(["arrays", "french"])("%s.json is written to the byte", (name) => {
    const written = utf8(encodeCanonical(parseAnySpelling(read("input", `${name}.json`))));
    expect(toHex(written)).toBe(read("outhex", `${name}.txt`).replaceAll(/\s/g, ""));
  });
  test.skipIf(jcs.absent).each([
    ["structures", "a number with a point"],
    ["values", "numbers with points and exponents"],
    ["unicode", "text that is not in normal form C"],
    ["weird", "a name that is not in normal form C"],
  ])("%s.json is refused for %s", (name) => {
    expect(() => parseAnySpelling(read("input", `${name}.json`))).toThrow(expect.objectContaining({ code: "JSON" }));
  });
  test.skipIf(jcs.absent)("weird.json is written to the byte without that name", () => {
    const input = read("input", "weird.json").replace(/ *"\\ufb33": .*\n/, "");
    const output = read("output", "weird.json").replace(/,"\ufb33":"[^"]*"/, "");
    expect(encodeCanonical(parseAnySpelling(input))).toBe(output);
    expect(input.length).toBeLessThan(read("input", "weird.json").length);
  });
});
