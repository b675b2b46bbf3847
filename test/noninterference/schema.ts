import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema } from "graphql";
import type { GraphQLSchema } from "graphql";
import { packageRoot } from "../../src/storage/package-root.ts";

/** The schema that the server prints: introspection may be off. */
export function printedSchema(): GraphQLSchema {
  return buildSchema(readFileSync(join(packageRoot(), "schema", "schema.graphql"), "utf8"));
}
