import { GraphQLError, parseValue, valueFromAST } from "graphql";
import { expect, test } from "vitest";
import { NO_ID, globalId, localId, parseGlobalId } from "../../src/transport/global-id.ts";
import { Batch } from "../../src/transport/graphql/batch.ts";
import { JsonScalar } from "../../src/transport/graphql/scalars.ts";

const ID = "33333333-3333-4333-8333-333333333333";

test("a global id names its noun and row, and has one spelling", () => {
  const id = globalId("asset", ID);
  expect(parseGlobalId(id)).toEqual({ noun: "asset", id: ID });
  for (const text of [
    "",
    ID,
    `asset:${ID}`,
    `${id}=`,
    ` ${id}`,
    id.slice(1),
    Buffer.from(`secret:${ID}`).toString("base64url"),
    Buffer.from(`asset:${ID.toUpperCase().replace("3", "A")}`).toString("base64url"),
  ]) {
    expect(parseGlobalId(text)).toBeNull();
  }
});

test("I2 an id of another noun or of none is the same as an id of nothing", () => {
  expect(localId("asset", globalId("asset", ID))).toBe(ID);
  expect(localId("label", globalId("asset", ID))).toBe(NO_ID);
  expect(localId("label", "nonsense")).toBe(NO_ID);
});

test("a JSON value is copied as plain data", () => {
  const value = { kind: "box", list: [1, 2.5, null, true, "é"], inner: { a: [] } };
  expect(JsonScalar.parseValue(value)).toEqual(value);
  expect(JsonScalar.parseValue(value)).not.toBe(value);
});

test.each([
  ["a number that is none", Number.NaN],
  ["infinity", Number.POSITIVE_INFINITY],
  ["half a character", "\ud800"],
  ["a member name with half a character", { "\ud800": 1 }],
  ["a function", () => 1],
  ["a big integer", 1n],
  ["nothing", undefined],
  ["a list too long", Array.from({ length: 20_001 }, () => 0)],
  ["a member named __proto__", JSON.parse('{"__proto__":{"polluted":1}}')],
])("refuses %s as a JSON value", (_name, value) => {
  expect(() => JsonScalar.parseValue(value)).toThrow(GraphQLError);
});

test("refuses a JSON value that is too deep", () => {
  let value: unknown = 1;
  for (let depth = 0; depth < 17; depth += 1) value = [value];
  expect(() => JsonScalar.parseValue(value)).toThrow(GraphQLError);
});

test("a JSON value in the document itself is read the same, enum words are refused", () => {
  expect(valueFromAST(parseValue('{kind: "box", x: [1, 2.5, $x]}'), JsonScalar, { x: 7 })).toEqual({
    kind: "box",
    x: [1, 2.5, 7],
  });
  expect(valueFromAST(parseValue("{kind: BOX}"), JsonScalar)).toBeUndefined();
  expect(valueFromAST(parseValue("1e999"), JsonScalar)).toBeUndefined();
});

test("what is asked for side by side is loaded at once, and once", async () => {
  const loads: (readonly string[])[] = [];
  const batch = new Batch<string>((keys) => {
    loads.push(keys);
    return Promise.resolve(new Map(keys.filter((key) => key !== "none").map((key) => [key, `${key}!`])));
  });
  expect(await Promise.all(["a", "b", "a", "none"].map((key) => batch.get(key)))).toEqual(["a!", "b!", "a!", null]);
  expect(await batch.get("a")).toBe("a!");
  expect(loads).toEqual([["a", "b", "none"]]);
  batch.clear();
  expect(await batch.get("a")).toBe("a!");
  expect(loads).toEqual([["a", "b", "none"], ["a"]]);
});
