import { execute, isIntrospectionType, isObjectType } from "graphql";
import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from "graphql";
import type { Context } from "./context.ts";

/** What resolvers of one operation are still about, and what they threw. */
type Noted = Pick<Context, "thrown" | "underWay">;

/**
 * Has every resolver note in the context that it is under way, and what it throws, where the context asks for that. The
 * general executor answers as soon as one error has made the answer null, and what other resolvers throw after it is lost:
 * which error is told would depend on which came first.
 */
export function noteResolvers(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (!resolve) continue;
      field.resolve = (row, args, context: Noted | undefined, info) => {
        if (!context?.underWay) return resolve(row, args, context, info);
        const { thrown, underWay } = context;
        try {
          const value: unknown = resolve(row, args, context, info);
          if (value instanceof Promise) {
            underWay.add(value);
            value
              .catch((error: unknown) => thrown.push(error))
              .finally(() => {
                underWay.delete(value);
              });
          }
          return value;
        } catch (error) {
          thrown.push(error);
          throw error;
        }
      };
    }
  }
}

/** Runs an operation by the general executor, and resolves when no resolver is under way any more. */
export async function executeWhole(args: ExecutionArgs & { readonly contextValue: Noted }): Promise<ExecutionResult> {
  const underWay = new Set<Promise<unknown>>();
  args.contextValue.underWay = underWay;
  const result = await execute(args);
  // What one resolver leads to begins in the turn of the event loop in which that one ends.
  while (underWay.size > 0) {
    await Promise.allSettled(underWay);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return result;
}
