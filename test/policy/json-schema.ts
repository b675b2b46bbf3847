import { isDeepStrictEqual } from "node:util";
import type { JsonSchema } from "../../src/policy/schema.ts";

/** Whether a value satisfies a part of a schema. Knows the keywords that accessSchema uses and throws on any other. */
export function schemaAccepts(root: JsonSchema, schema: JsonSchema, value: unknown): boolean {
  return Object.entries(schema).every(([keyword, operand]) => {
    switch (keyword) {
      case "title":
      case "description":
        return true;
      case "$ref":
        return schemaAccepts(
          root,
          (root["$defs"] as Record<string, JsonSchema>)[String(operand).replace("#/$defs/", "")] ??
            fail(String(operand)),
          value,
        );
      case "enum":
        return (operand as unknown[]).some((item) => isDeepStrictEqual(item, value));
      case "type":
        return typeOf(value) === operand;
      case "pattern":
        return typeof value !== "string" || new RegExp(String(operand), "u").test(value);
      case "required":
        return !isObject(value) || (operand as string[]).every((name) => Object.hasOwn(value, name));
      case "additionalProperties":
        return (
          !isObject(value) || Object.keys(value).every((name) => Object.hasOwn(schema["properties"] as object, name))
        );
      case "properties":
        return (
          !isObject(value) ||
          Object.entries(operand as Record<string, JsonSchema>).every(
            ([name, part]) => !Object.hasOwn(value, name) || schemaAccepts(root, part, value[name]),
          )
        );
      case "items":
        return !Array.isArray(value) || value.every((item) => schemaAccepts(root, operand as JsonSchema, item));
      case "uniqueItems":
        return !Array.isArray(value) || new Set(value.map((item) => JSON.stringify(item))).size === value.length;
      case "maxItems":
        return !Array.isArray(value) || value.length <= Number(operand);
      default:
        return fail(keyword);
    }
  });
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeOf(value) === "object";
}

function fail(what: string): never {
  throw new Error(`schema: ${what}`);
}
