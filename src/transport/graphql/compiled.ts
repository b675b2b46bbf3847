import {
  GraphQLID,
  GraphQLString,
  Kind,
  OperationTypeNode,
  getArgumentValues,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  getVariableValues,
} from "graphql";
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from "graphql";
import { CaveatError } from "../../errors.ts";
import type { Ahead, Names } from "./ahead.ts";
import type { Context } from "./context.ts";
import type { Direct } from "./direct.ts";

type Field = ReturnType<GraphQLObjectType["getFields"]>[string];

/** One execution of a compiled operation. */
interface Run {
  readonly context: Context;
  readonly variables: { readonly [name: string]: unknown };
  /** Arguments by field, coerced once: they do not depend on the row. */
  readonly args: (Record<string, unknown> | undefined)[];
  /** What was thrown. There are no partial answers, so whatever is in here fails the whole. */
  readonly errors: unknown[];
}

/** Sends what fields below one are going to read. */
type Send = (args: Record<string, unknown>, run: Run) => void;

/** Makes the answer's value from a resolved one; may be a promise, never rejects. */
type Complete = (value: unknown, run: Run) => unknown;
type Step = (row: unknown, run: Run) => unknown;

/** A query as functions. Resolves to its data; what was thrown on the way is pushed to `context.thrown`. */
export type Compiled = (context: Context, variables: { readonly [name: string]: unknown }) => Promise<object | null>;

/** Thrown while compiling: the document has something that only the general executor does. */
class General extends Error {}

// Resolvers of this schema give promises of the language's own, and every value of a page is asked.
const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

// Functions of their own, so that what they close over costs nothing where nothing is waited for.

function put(made: Record<string, unknown>, key: string, value: Promise<unknown>): Promise<void> {
  return value.then((settled) => {
    made[key] = settled;
  });
}

function filled<T>(made: T, pending: readonly Promise<void>[]): Promise<T> {
  return Promise.all(pending).then(() => made);
}

function failed(run: Run, thrown: unknown): null {
  run.errors.push(thrown);
  return null;
}

function completed(value: Promise<unknown>, complete: Complete, run: Run): Promise<unknown> {
  return value.then((settled) => complete(settled, run)).catch((thrown: unknown) => failed(run, thrown));
}

const absent = (what: string): CaveatError => new CaveatError("UNAVAILABLE", what);

class Compiler {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  #withArguments = 0;

  constructor(document: DocumentNode) {
    this.#fragments = new Map(
      document.definitions.flatMap((d) => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d]] : [])),
    );
  }

  /** Fields by response key, fragments spread, in the order of the document (GraphQL October 2021, section 6.3.2). */
  #collect(sets: readonly SelectionSetNode[], type: GraphQLObjectType, found = new Map<string, FieldNode[]>()) {
    for (const selection of sets.flatMap((set) => set.selections)) {
      if ((selection.directives?.length ?? 0) > 0) throw new General();
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        if (key === "__proto__") throw new General();
        found.set(key, [...(found.get(key) ?? []), selection]);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value ?? type.name;
      if (!fragment || condition !== type.name) throw new General();
      this.#collect([fragment.selectionSet], type, found);
    }
    return found;
  }

  /** The selections of an object type as one function of its row. */
  object(type: GraphQLObjectType, sets: readonly SelectionSetNode[]): Complete {
    const fields = [...this.#collect(sets, type)].map(([key, nodes]) => ({ key, step: this.#field(type, nodes) }));
    return (row, run) => {
      const made: Record<string, unknown> = {};
      let pending: Promise<void>[] | null = null;
      for (const { key, step } of fields) {
        const value = step(row, run);
        made[key] = value;
        if (isPromise(value)) {
          pending ??= [];
          pending.push(put(made, key, value));
        }
      }
      return pending === null ? made : filled(made, pending);
    };
  }

  #field(parent: GraphQLObjectType, nodes: readonly FieldNode[]): Step {
    const [node] = nodes;
    const name = node?.name.value ?? "";
    if (name === "__typename") return () => parent.name;
    const field = parent.getFields()[name];
    if (!node || !field) throw new General();
    const sets = nodes.flatMap((one) => (one.selectionSet ? [one.selectionSet] : []));
    const complete = this.#complete(field.type, sets);
    const resolve = this.#resolver(field, node, this.#ahead(field, sets));
    return (row, run) => {
      try {
        const value = resolve(row, run);
        return isPromise(value) ? completed(value, complete, run) : complete(value, run);
      } catch (thrown) {
        return failed(run, thrown);
      }
    };
  }

  /** What is sent with the statement of a field that names its object; null where nothing below can be. */
  #ahead(field: Field, sets: readonly SelectionSetNode[]): Send | null {
    const names = field.extensions["names"] as Names | undefined;
    if (!names || !isObjectType(field.type)) return null;
    const type = field.type;
    const below = [...this.#collect(sets, type).values()].flatMap(([node]) => {
      const child = node && type.getFields()[node.name.value];
      const ahead = child?.extensions["ahead"] as Ahead | undefined;
      return node && child && ahead ? [{ node, child, ahead }] : [];
    });
    if (below.length === 0) return null;
    return (args, { context, variables }) => {
      // What is wrong with these arguments is told when the field itself is asked.
      try {
        const id = names(args);
        for (const { node, child, ahead } of below) ahead(context, id, getArgumentValues(child, node, variables));
      } catch {}
    };
  }

  #resolver(field: Field, node: FieldNode, ahead: Send | null): Step {
    const { name, resolve } = field;
    if (!resolve) return (row) => (row as Readonly<Record<string, unknown>>)[name];
    const direct = field.extensions["direct"] as Direct | undefined;
    if (direct) return (row, run) => direct(row, run.context);
    const at = this.#withArguments;
    this.#withArguments += 1;
    return (row, run) => {
      const args = (run.args[at] ??= getArgumentValues(field, node, run.variables));
      ahead?.(args, run);
      return resolve(row, args, run.context, NO_INFO);
    };
  }

  #complete(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Complete {
    if (isNonNullType(type)) {
      const inner = this.#complete(type.ofType, sets);
      return (value, run) => {
        if (value === null || value === undefined) throw absent("null where there is none");
        return inner(value, run);
      };
    }
    const complete = this.#present(type, sets);
    return (value, run) => (value === null || value === undefined ? null : complete(value, run));
  }

  /** Of a value that is there. */
  #present(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): Complete {
    if (isListType(type)) {
      const item = this.#complete(type.ofType, sets);
      return (value, run) => {
        if (!Array.isArray(value)) throw absent("not a list");
        const made: unknown[] = [];
        let pending = false;
        for (const one of value as readonly unknown[]) {
          const written = item(one, run);
          if (isPromise(written)) pending = true;
          made.push(written);
        }
        return pending ? Promise.all(made) : made;
      };
    }
    if (isLeafType(type)) {
      // What these make of a text is that text.
      const isText = type === GraphQLString || type === GraphQLID;
      return (value) => {
        if (isText && typeof value === "string") return value;
        const written: unknown = type.serialize(value);
        if (written === null || written === undefined) throw absent("not of its type");
        return written;
      };
    }
    if (isObjectType(type)) return this.object(type, sets);
    throw new General();
  }
}

// Resolvers of this schema do not look at it; a test holds that.
const NO_INFO = Object.freeze({}) as never;

/**
 * Compiles a valid query to functions that are made once and run for each request. Null for what only the general executor
 * does: mutations, directives, the schema about itself, and types that are known only when the row is.
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): Compiled | null {
  const root = schema.getQueryType();
  if (operation.operation !== OperationTypeNode.QUERY || !root || (operation.directives?.length ?? 0) > 0) return null;
  try {
    const top = new Compiler(document).object(root, [operation.selectionSet]);
    return async (context, given) => {
      const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given, { maxErrors: 1 });
      if (!coerced) throw new CaveatError("INVALID_REQUEST", "variables");
      const run: Run = { context, variables: coerced, args: [], errors: [] };
      const data = await top(undefined, run);
      context.thrown.push(...run.errors);
      return run.errors.length > 0 ? null : (data as object);
    };
  } catch (thrown) {
    if (thrown instanceof General) return null;
    throw thrown;
  }
}
