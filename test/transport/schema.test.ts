import { readFile } from "node:fs/promises";
import { isInterfaceType, isObjectType } from "graphql";
import { Query, Resolver } from "type-graphql";
import { expect, test } from "vitest";
import { ACTIONS } from "../../src/policy/actions.ts";
import { Does } from "../../src/transport/graphql/action.ts";
import { RESOLVERS, printedSchema, productSchema, schemaOf } from "../../src/transport/graphql/schema.ts";

/** Plants a root field: the decorators applied by hand. */
function plant(name: string, actions: readonly string[] | null): abstract new () => unknown {
  const Planted = class {
    [member: string]: unknown;
  };
  Object.defineProperty(Planted, "name", { value: `Planted${name}` });
  const descriptor = { value: () => "leak", configurable: true, enumerable: true, writable: true };
  Object.defineProperty(Planted.prototype, name, descriptor);
  Query(() => String)(Planted.prototype, name, descriptor);
  if (actions) Does(...(actions as [(typeof ACTIONS)[number]]))(Planted.prototype, name, descriptor);
  Resolver()(Planted);
  return Planted;
}

test("the printed schema is the one in schema/schema.graphql", async () => {
  const stored = await readFile(new URL("../../schema/schema.graphql", import.meta.url), "utf8");
  expect(printedSchema()).toBe(stored);
});

test("every root field states actions of the closed list", () => {
  const schema = productSchema();
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.values(type?.getFields() ?? {}),
  );
  expect(fields.length).toBeGreaterThan(20);
  for (const field of fields)
    for (const action of field.extensions["actions"] as string[]) expect(ACTIONS).toContain(action);
});

test("a root field without an action keeps the schema from being made", () => {
  expect(() => schemaOf([...RESOLVERS, plant("bare", null)] as never)).toThrow("Query.bare states no action");
});

test("a root field with an unknown action keeps the schema from being made", () => {
  expect(() => schemaOf([...RESOLVERS, plant("odd", ["label.steal"])] as never)).toThrow("Query.odd states no action");
});

test("a root field with an action is served", () => {
  expect(() => schemaOf([...RESOLVERS, plant("fine", ["label.read"])] as never)).not.toThrow();
});

test("every list that a caller may page has a required size, and a mutation one input with a key", () => {
  const schema = productSchema();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      if (!String(field.type).includes("Connection")) continue;
      // The question about the log whose answer this is takes them.
      if (type.name === "AuditAnswer") continue;
      expect([type.name, field.name, field.args.map((arg) => `${arg.name}: ${String(arg.type)}`)]).toEqual([
        type.name,
        field.name,
        expect.arrayContaining(["first: Int!", "after: String"]),
      ]);
    }
  }
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    expect(field.args.map((arg) => arg.name)).toEqual(["input"]);
    expect(printedSchema()).toMatch(
      new RegExp(`input ${String(field.args[0]?.type).replace("!", "")} \\{[^}]*idempotencyKey: String!`),
    );
  }
});
