import type { GraphQLSchema } from "graphql";
import { Extensions } from "type-graphql";
import { isAction } from "../../policy/actions.ts";
import type { Action } from "../../policy/actions.ts";

/** States the actions that a root field may do. A root field without one keeps the server from starting. */
export function Does(...actions: [Action, ...Action[]]): MethodDecorator {
  return Extensions({ actions });
}

/** Refuses a schema in which a field of a root type states no action of the closed list. */
export function requireActions(schema: GraphQLSchema): void {
  const [query, mutation] = [schema.getQueryType(), schema.getMutationType()];
  if (!query || !mutation) throw new Error("the schema lacks a root type");
  for (const root of [query, mutation, schema.getSubscriptionType() ?? null]) {
    if (!root) continue;
    for (const field of Object.values(root.getFields())) {
      const actions = field.extensions["actions"];
      if (!Array.isArray(actions) || actions.length === 0 || !actions.every(isAction)) {
        throw new Error(`the field ${root.name}.${field.name} states no action`);
      }
    }
  }
}
