import { describe, expect, test } from "vitest";
import { closedObject, flag, oneOf, stringSet, text } from "../../src/policy/closed-object.ts";
import { parseStrictJson } from "../../src/policy/strict-json.ts";
import { refusalOf } from "./planted-rules.ts";

class Looks {
  readonly a = 1;
}

describe("an object from outside", () => {
  const read = (value: unknown): unknown => closedObject(value, ["a"], "x", ["b"]);

  test("is taken with what is asked for, with or without what may be there", () => {
    for (const value of [{ a: 1 }, { a: undefined }, { a: 1, b: 2 }]) expect(read(value)).toBe(value);
    const bare: unknown = Object.assign(Object.create(null), { a: 1 });
    expect(read(bare)).toBe(bare);
  });

  test.each([
    ["undefined", undefined],
    ["null", null],
    ["a text", "a"],
    ["a number", 1],
    ["a boolean", true],
    ["a symbol", Symbol("a")],
    ["a function", Object.assign(() => undefined, { a: 1 })],
    ["an array", Object.assign([], { a: 1 })],
    ["an instance of a class", new Looks()],
    ["a map", Object.assign(new Map(), { a: 1 })],
    ["an object with a prototype of its own", Object.assign(Object.create({}), { a: 1 })],
  ])("I9 is not %s", (_, value) => {
    expect(refusalOf(() => read(value))).toEqual(["input-value", "x"]);
  });

  test("I9 is refused with a member that nobody knows, whose name is repeated only where it is a plain word", () => {
    const hidden = Object.defineProperty({ a: 1 }, "hidden", { value: 1, enumerable: false });
    for (const [value, at] of [
      [{ a: 1, more: 1 }, "x.more"],
      [{ a: 1, "a b": 1 }, "x.?"],
      [{ a: 1, [Symbol("b")]: 1 }, "x.?"],
      [{ a: 1, toString: 1 }, "x.toString"],
      [hidden, "x.hidden"],
    ] as const)
      expect(refusalOf(() => read(value))).toEqual(["input-unknown", at]);
  });

  test("I9 is refused without a member that must be there of its own", () => {
    expect(refusalOf(() => read({}))).toEqual(["input-missing", "x.a"]);
    expect(refusalOf(() => read({ b: 1 }))).toEqual(["input-missing", "x.a"]);
    expect(refusalOf(() => closedObject({}, ["toString"], "x"))).toEqual(["input-missing", "x.toString"]);
    expect(refusalOf(() => closedObject({ a: 1 }, [], "x"))).toEqual(["input-unknown", "x.a"]);
  });
});

describe("a value from outside", () => {
  const REFUSED = ["input-value", "x"];
  const word = (value: unknown) => text(value, /^[a-z]+$/, "x");
  const words = (value: unknown) => stringSet(value, (item, at) => text(item, /^[a-z]+$/, at), 3, "x");

  test("I9 is a boolean and nothing that only looks like one", () => {
    expect([flag(true, "x"), flag(false, "x")]).toEqual([true, false]);
    for (const value of ["true", 1, 0, null, undefined, [true], Object(true)])
      expect(refusalOf(() => flag(value, "x"))).toEqual(REFUSED);
  });

  test("I9 is one of the list and nothing that only reads like it", () => {
    expect(oneOf("b", ["a", "b"], "x")).toBe("b");
    for (const value of ["c", "A", "", ["a"], Object("a"), 0, null, undefined])
      expect(refusalOf(() => oneOf(value, ["a", "b"], "x"))).toEqual(REFUSED);
  });

  test("I9 is a text that matches and nothing that becomes one", () => {
    expect(word("abc")).toBe("abc");
    for (const value of ["", "A", "a b", ["abc"], { toString: () => "abc" }, Object("abc"), null, undefined, true])
      expect(refusalOf(() => word(value))).toEqual(REFUSED);
  });

  test("is a set, which comes back sorted and frozen", () => {
    const given = ["c", "a", "b"];
    expect(words(given)).toEqual(["a", "b", "c"]);
    expect(given).toEqual(["c", "a", "b"]);
    expect([words([]), Object.isFrozen(words(given))]).toEqual([[], true]);
  });

  test("I9 is no set that is none, too long, of other items or with one twice", () => {
    for (const value of ["abc", { 0: "a", length: 1, map: () => ["a"] }, new Set(["a"]), null, undefined])
      expect(refusalOf(() => words(value))).toEqual(REFUSED);
    for (const value of [["a", "b", "c", "d"], ["a", 1], ["a", ["b"]], ["A"], ["a", "a"]])
      expect(refusalOf(() => words(value))).toEqual(REFUSED);
  });
});

describe("JSON text from outside", () => {
  test.each([
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"a":{"b":1,"b":2}}',
    '[[{"a":1,"a":1}]]',
    '{"a":[1,{"b":[]},2],"a":3}',
    '{"a":{"a":1},"b":[{"a":1}],"a":2}',
    '{"":1,"":2}',
    '{"{":1,"x":"}","{":2}',
    '{ "a" : ":", "b" : [ "," ] , "a" : "" }',
    '{"__proto__":1,"__proto__":2}',
  ])("I9 is refused with a member named twice in one object: %s", (source) => {
    expect(refusalOf(() => parseStrictJson(source))).toEqual(["input-duplicate", "duplicate-member"]);
  });

  test.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":["b","b","a"],"b":[["a","a"],"a","a"]}',
    '["a","a",["a","a"],{"a":"a"},"a"]',
    '{"a":"{\\"b\\":1,\\"b\\":2}"}',
    '{"a":"\\\\","b":"\\"","c":","}',
    '{"a":{},"b":[],"c":{}}',
    '{"toString":1,"constructor":2}',
    '"a"',
    "1",
    "null",
    " [ true , false ] ",
  ])("is taken as it is, where no object names a member twice: %s", (source) => {
    expect(parseStrictJson(source)).toEqual(JSON.parse(source));
  });

  test.each(["", "{", "{}}", '{"a":1,}', "[1,]", "{a:1}", "{'a':1}", "01", "NaN", "\uFEFF{}", '"a\nb"', "{} // no"])(
    "I9 is refused where it is no JSON: %j",
    (source) => {
      expect(refusalOf(() => parseStrictJson(source))).toEqual(["input-json", "json"]);
    },
  );
});
