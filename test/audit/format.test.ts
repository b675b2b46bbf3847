import { describe, expect, test } from "vitest";
import {
  FormatError,
  chainStep,
  encodeCanonical,
  encodeLeaf,
  fromBase64,
  fromHex,
  isSafePath,
  leafHash384,
  leafIndex,
  nodeCrypto,
  parseLeaf,
  parseAnySpelling,
  parseCanonical,
  parseTrust,
  preAuthEncoding,
  fromUtf8,
  sectionCommitment,
  toBase64,
  toHex,
  uintBE,
  utf8,
  zeroChain,
} from "../../audit/index.ts";
import type { LeafHeader, LeafSlot } from "../../audit/index.ts";
import { Seeded, flipBit } from "./seeded.ts";

const random = new Seeded(21);
const slot = (): LeafSlot => ({ commitment: random.bytes(48), sealedHash: random.bytes(48) });
const header: LeafHeader = {
  id: random.uuid(),
  kind: "operation.request",
  producer: { boot: random.hex(16), counter: 0, replica: "api-1" },
  slots: [slot(), slot(), slot(), slot()],
  time: "2026-09-20T12:34:56.789012Z",
  salt: random.hex(16),
};

describe("encodings", () => {
  test("base64 and hex read back what they write and refuse every other spelling", () => {
    for (let length = 0; length < 70; length += 1) {
      const bytes = random.bytes(length);
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
      expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      expect(fromHex(toHex(bytes))).toEqual(bytes);
    }
    for (const bad of [
      "A",
      "AA",
      "AAA",
      "AB==",
      "AAB=",
      "A===",
      "====",
      "AA=A",
      "AA-_",
      "AAA\n",
      "ÀAAA",
      "AAAA=",
      "=AAA",
    ]) {
      expect(() => fromBase64(bad), bad).toThrow(FormatError);
    }
    for (const bad of ["a", "AB", "0g", " 0", "0x"]) expect(() => fromHex(bad), bad).toThrow(FormatError);
    expect(() => fromHex("00", 2)).toThrow(FormatError);
  });
  test("numbers are big-endian and refuse what does not fit", () => {
    expect(toHex(uintBE(258, 4))).toBe("00000102");
    expect(toHex(uintBE(2 ** 53 - 1, 8))).toBe("001fffffffffffff");
    for (const bad of [-1, 256, 1.5, Number.NaN]) expect(() => uintBE(bad, 1)).toThrow(FormatError);
  });
  test("text that is not UTF-8 or holds a lone surrogate is refused", () => {
    expect(() => fromUtf8(Uint8Array.of(0xc3))).toThrow(FormatError);
    expect(() => fromUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toThrow(FormatError);
    expect(() => utf8("\ud800")).toThrow(FormatError);
    expect(fromUtf8(utf8("\ufeffé€😀"))).toBe("\ufeffé€😀");
  });
});

describe("canonical JSON", () => {
  test("sorts members by UTF-16 code units, writes no space, escapes as RFC 8785", () => {
    expect(encodeCanonical({ b: [1, null, true], a: '\u20ac\n\u0007"\\/', "\u{1f600}": 0, "\uff21": -0 })).toBe(
      '{"a":"€\\n\\u0007\\"\\\\/","b":[1,null,true],"😀":0,"\uff21":0}',
    );
  });
  test("refuses floats, large integers, lone surrogates, other normal forms and deep nesting", () => {
    for (const bad of [0.5, 2 ** 53, Number.NaN, Infinity, "\ud800", "e\u0301"])
      expect(() => encodeCanonical(bad)).toThrow(FormatError);
    const deep = "[".repeat(40) + "]".repeat(40);
    expect(() => parseAnySpelling(deep)).toThrow(FormatError);
    expect(() => parseAnySpelling("[".repeat(200_000) + "]".repeat(200_000))).toThrow(FormatError);
  });
  test.each([
    ['{"a":1,"a":2}', "JSON_DUPLICATE"],
    ['{"a":1,"\\u0061":2}', "JSON_DUPLICATE"],
    ['{"x":{"b":":","b":1}}', "JSON_DUPLICATE"],
    ['{"__proto__":1,"__proto__":2}', "JSON_DUPLICATE"],
    ["[1.0]", "JSON"],
    ["[1e2]", "JSON"],
    ["[-0]", "JSON"],
    ["[9007199254740993]", "JSON"],
    ["[01]", "JSON"],
    ['{"a":1,}', "JSON"],
    ["{a:1}", "JSON"],
    ["", "JSON"],
    ['"\\ud800"', "JSON"],
    ['"e\u0301"', "JSON"],
  ])("refuses %s with %s in any form", (text, code) => {
    expect(() => parseAnySpelling(text)).toThrow(expect.objectContaining({ code }));
    expect(() => parseCanonical(text)).toThrow(FormatError);
  });
  test.each(['{"b":1,"a":2}', '{ "a":1}', '["\\u0041"]', '["\\/"]', '{"a":1}\n'])(
    "refuses %s where canonical form is needed",
    (text) => {
      expect(() => parseCanonical(text)).toThrow(expect.objectContaining({ code: "JSON_NOT_CANONICAL" }));
      expect(parseAnySpelling(text)).toBeDefined();
    },
  );
  test("reads colons, digits and quotes inside strings as text", () => {
    const text = '{"a":"1.5:e2\\"x\\\\","b":[":"],"e1":"0.1"}';
    expect(encodeCanonical(parseCanonical(text))).toBe(text);
  });
});

describe("leaves", () => {
  test("are read back as they were written", () => {
    expect(parseLeaf(encodeLeaf(header))).toEqual(header);
  });
  test("with an unknown kind, a missing slot, a bad time or a surplus member are refused", () => {
    const text = fromUtf8(encodeLeaf(header));
    const bad = [
      text.replace("operation.request", "operation.other"),
      text.replace('"v":1', '"v":2'),
      text.replace("2026-09-20", "2026-02-30"),
      text.replace(".789012Z", ".789Z"),
      text.replace(/\{"c"[^}]+\},/, ""),
      text.replace('"v":1', '"v":1,"w":1'),
      text.replace(/"q":0,/, ""),
      text.replace('"q":0', '"q":-1'),
      text.replace("api-1", "api 1"),
      text.toUpperCase(),
      ` ${text}`,
    ];
    for (const each of bad) expect(() => parseLeaf(utf8(each)), each).toThrow(FormatError);
    expect(() => encodeLeaf({ ...header, producer: { ...header.producer, replica: "x".repeat(20_000) } })).toThrow(
      FormatError,
    );
    expect(() => parseLeaf(new Uint8Array(16_385))).toThrow(expect.objectContaining({ code: "LEAF" }));
  });
});

describe("chain and sections", () => {
  test("a chain value depends on the origin, the index, the value before and the leaf", () => {
    const leaf384 = leafHash384(nodeCrypto, encodeLeaf(header));
    const base = toHex(chainStep(nodeCrypto, "o", leafIndex(0), zeroChain(), leaf384));
    const others = [
      chainStep(nodeCrypto, "p", leafIndex(0), zeroChain(), leaf384),
      chainStep(nodeCrypto, "o", leafIndex(1), zeroChain(), leaf384),
      chainStep(nodeCrypto, "o", leafIndex(0), flipBit(zeroChain(), 1), leaf384),
      chainStep(nodeCrypto, "o", leafIndex(0), zeroChain(), flipBit(leaf384, 1)),
    ].map(toHex);
    expect(new Set([base, ...others]).size).toBe(5);
  });
  test("a section commitment keeps its parts apart", () => {
    const salt = random.bytes(32);
    const one = sectionCommitment(nodeCrypto, { marking: "a", name: "bc", salt, plaintext: "d" });
    const two = sectionCommitment(nodeCrypto, { marking: "ab", name: "c", salt, plaintext: "d" });
    expect(toHex(one)).not.toBe(toHex(two));
    expect(() =>
      sectionCommitment(nodeCrypto, { marking: "a", name: "b", salt: salt.slice(1), plaintext: "" }),
    ).toThrow(FormatError);
  });
});

describe("envelopes, trust files and paths", () => {
  test("the pre-authentication encoding is that of the DSSE specification", () => {
    expect(fromUtf8(preAuthEncoding("http://example.com/HelloWorld", utf8("hello world")))).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    );
    expect(fromUtf8(preAuthEncoding("é", utf8("€")))).toBe("DSSEv1 2 é 3 €");
  });
  test("a trust file may be spelled freely but has exactly its members", () => {
    const vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
    const good = {
      caveat: "trust/v1",
      logs: [{ origin: "example.com/foo", purpose: "activity", vkey }],
      keys: [],
      certificates: [],
    };
    expect(parseTrust(nodeCrypto, utf8(JSON.stringify(good, null, 2))).logs[0]).toMatchObject({
      origin: "example.com/foo",
    });
    const bad = [
      { ...good, more: 1 },
      { ...good, caveat: "trust/v2" },
      { ...good, logs: [{ ...good.logs[0], origin: "example.com/bar" }] },
      { ...good, logs: [{ ...good.logs[0], purpose: "other" }] },
      { ...good, keys: [{ alg: "rsa", keyid: "k", publicKey: "x", purpose: "delivery-statement" }] },
      { ...good, certificates: [{ certificate: "x", purpose: "delivery-cms-ca" }] },
    ];
    for (const each of bad) {
      expect(() => parseTrust(nodeCrypto, utf8(JSON.stringify(each)))).toThrow(
        expect.objectContaining({ code: "TRUST" }),
      );
    }
  });
  test("only paths that are safe on every system are accepted", () => {
    for (const good of ["data/images/a-1_b.png", "manifest.json", "data/labels.coco.json"])
      expect(isSafePath(good)).toBe(true);
    for (const bad of [
      "",
      "/etc/passwd",
      "../x",
      "a/../b",
      "./a",
      "a//b",
      "a/",
      "a\\b",
      "C:x",
      ".hidden",
      "a/.git",
      "a b",
      "é",
      "a\0b",
      "nul",
      "data/CON.txt",
      "a.",
      "~",
      "a\n",
      "x".repeat(201),
    ]) {
      expect(isSafePath(bad), bad).toBe(false);
    }
  });
});
