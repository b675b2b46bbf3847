import { expect, test } from "vitest";
import { MAX_JSON_DEPTH, parseStrictJson } from "../../src/transport/strict-json.ts";

const read = (text: string): unknown => parseStrictJson(Buffer.from(text));

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (thrown) {
    return (thrown as { readonly code: string }).code;
  }
  return "none";
}

test("reads plain JSON as it is", () => {
  const text =
    '{"query":"{ a }","variables":{"n":[1,-2.5e3,true,null,"\\u00e9\\ud83d\\ude00"]},"a":{"x":1},"b":{"x":1}}';
  expect(read(text)).toEqual(JSON.parse(text));
});

test.each([
  ["a repeated member name", '{"query":"1","query":"2"}'],
  ["a repeated member name that is spelled otherwise", '{"query":"1","qu\\u0065ry":"2"}'],
  ["a repeated member name within a list", '[{"a":1,"b":[],"a":2}]'],
  ["a member named __proto__", '{"__proto__":{}}'],
  ["a comment", '{"a":1/* */}'],
  ["a line comment", '{"a":1}//'],
  ["a trailing comma", '{"a":1,}'],
  ["a trailing comma in a list", "[1,]"],
  ["nothing", ""],
  ["two values", "{} {}"],
  ["a byte order mark", "\ufeff{}"],
  ["half a character", '"\\ud800"'],
  ["a number beyond a double", "1e999"],
  ["a leading zero", "[01]"],
  ["NaN", "NaN"],
  ["single quotes", "{'a':1}"],
  ["a control character in a text", '"\u0001"'],
  ["depth beyond the limit", "[".repeat(MAX_JSON_DEPTH + 1) + "]".repeat(MAX_JSON_DEPTH + 1)],
  ["depth beyond the stack", "[".repeat(500_000)],
])("refuses %s", (_name, text) => {
  expect(codeOf(() => read(text))).toBe("INVALID_REQUEST");
});

test("reads as deep as the limit", () => {
  expect(codeOf(() => read("[".repeat(MAX_JSON_DEPTH) + "]".repeat(MAX_JSON_DEPTH)))).toBe("none");
});

test("refuses bytes that are not UTF-8", () => {
  expect(codeOf(() => parseStrictJson(Uint8Array.of(0x22, 0xc3, 0x28, 0x22)))).toBe("INVALID_REQUEST");
  expect(codeOf(() => parseStrictJson(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)))).toBe("INVALID_REQUEST");
});
