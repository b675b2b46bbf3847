import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  getArgumentValues,
  getNamedType,
  getNullableType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isListType,
  isObjectType,
} from "graphql";
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from "graphql";
import { CaveatError } from "../../errors.ts";
import { parseGlobalId } from "../global-id.ts";
import type { KnownDocuments } from "./known-documents.ts";
import { LIMITS, pageSize } from "./limits.ts";
import { holds, reads } from "./price.ts";

/** A GraphQL request as it comes: text and values of anybody. */
export interface GraphQLInput {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: { readonly [name: string]: unknown };
}

/** A root field with the ids that it names. */
export interface PlannedField {
  readonly name: string;
  readonly ids: readonly string[];
}

/** A request that is valid, within the limits and priced, before anything runs. */
export interface Plan {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  readonly input: GraphQLInput;
  /** Type and name of the operation. */
  readonly operation: string;
  readonly fields: readonly PlannedField[];
  readonly cost: number;
}

const MEMBERS = ["query", "variables", "operationName"];
const MAX_IDS = 20;

function refuse(detail: string, cause?: unknown): CaveatError {
  return new CaveatError("INVALID_REQUEST", detail, { cause });
}

/** Reads the members of a request: `query`, `variables`, `operationName` and nothing else. Throws INVALID_REQUEST. */
export function readInput(value: unknown): GraphQLInput {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw refuse("request is not an object");
  if (Object.keys(value).some((name) => !MEMBERS.includes(name))) throw refuse("request member");
  const {
    query,
    variables = null,
    operationName = null,
  } = value as { query?: unknown; variables?: unknown; operationName?: unknown };
  if (typeof query !== "string") throw refuse("query");
  if (operationName !== null && typeof operationName !== "string") throw refuse("operationName");
  if (typeof variables !== "object" || Array.isArray(variables)) throw refuse("variables");
  return { query, operationName, variables: { ...variables } };
}

/** Ids among coerced arguments: texts under a name that ends in `id`, `Id`, `ids` or `Ids`. */
function idsOf(value: unknown, name: string, found: string[]): void {
  if (typeof value === "string" && /(^i|I)ds?$/.test(name)) {
    const named = parseGlobalId(value);
    found.push(named ? `${named.noun}:${named.id}` : value);
  } else if (Array.isArray(value)) {
    for (const item of value) idsOf(item, name, found);
  } else if (value !== null && typeof value === "object") {
    for (const [member, inner] of Object.entries(value)) idsOf(inner, member, found);
  }
}

/**
 * Walks the operation with fragments spread and arguments coerced, summing what it may cost: each field that reads, as often
 * as it can occur.
 */
class Walk {
  readonly #schema: GraphQLSchema;
  readonly #variables: { readonly [name: string]: unknown };
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #goesOn: boolean;
  readonly #lists = new Set<string>();
  readonly roots: PlannedField[] = [];
  cost = 0;
  #fields = 0;

  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: { readonly [name: string]: unknown },
    goesOn: boolean,
  ) {
    this.#schema = schema;
    this.#goesOn = goesOn;
    this.#variables = variables;
    this.#fragments = new Map(
      document.definitions.flatMap((d) => (d.kind === Kind.FRAGMENT_DEFINITION ? [[d.name.value, d]] : [])),
    );
  }

  selections(set: SelectionSetNode, parent: GraphQLCompositeType, depth: number, pages: number): void {
    for (const selection of set.selections) {
      // Counted for spreads too: nested fragments double what they hold at every level.
      this.#fields += 1;
      if (this.#fields > LIMITS.fields) throw refuse("too many fields");
      if (selection.kind === Kind.FIELD) this.#field(selection, parent, depth + 1, pages);
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        this.selections(selection.selectionSet, this.#typed(selection.typeCondition?.name.value, parent), depth, pages);
      else {
        const fragment = this.#fragments.get(selection.name.value);
        if (!fragment) throw refuse("fragment");
        this.selections(fragment.selectionSet, this.#typed(fragment.typeCondition.name.value, parent), depth, pages);
      }
    }
  }

  #typed(name: string | undefined, parent: GraphQLCompositeType): GraphQLCompositeType {
    const type = name === undefined ? parent : this.#schema.getType(name);
    if (!isCompositeType(type)) throw refuse("type condition");
    return type;
  }

  #field(node: FieldNode, parent: GraphQLCompositeType, depth: number, pages: number): void {
    const name = node.name.value;
    if (depth > LIMITS.depth) throw refuse("too deep");
    if (depth === 1) this.roots.push({ name, ids: [] });
    if (this.roots.length > LIMITS.rootFields) throw refuse("too many root fields");
    if (name === "__typename") return;
    if (name === "__schema" || name === "__type") return this.#introspection(node.selectionSet, depth);
    const field = definition(parent, name);
    const args = getArgumentValues(field, node, this.#variables);
    if (depth === 1) {
      const ids: string[] = [];
      idsOf(args, "", ids);
      this.roots[this.roots.length - 1] = { name, ids: ids.slice(0, MAX_IDS) };
    }
    const size = pages * ("first" in args ? pageSize(args["first"]) : holds(field));
    if (depth === 1 || "first" in args || reads(field)) this.cost += size;
    if (this.cost > LIMITS.cost) throw refuse("too expensive");
    // What goes on shows lists of no stated size: each is priced by being there once.
    if (this.#goesOn && isListType(getNullableType(field.type))) {
      const list = `${parent.name}.${name}`;
      if (this.#lists.has(list)) throw refuse("a list twice");
      this.#lists.add(list);
    }
    const type = getNamedType(field.type);
    if (node.selectionSet && isCompositeType(type)) this.selections(node.selectionSet, type, depth, size);
  }

  /** The schema about itself holds no data: depth and number of fields are bounded, pages do not count. */
  #introspection(set: SelectionSetNode | undefined, depth: number): void {
    for (const selection of set?.selections ?? []) {
      this.#fields += 1;
      if (this.#fields > LIMITS.fields) throw refuse("too many fields");
      if (depth > LIMITS.introspectionDepth) throw refuse("too deep");
      if (selection.kind === Kind.FRAGMENT_SPREAD)
        this.#introspection(this.#fragments.get(selection.name.value)?.selectionSet, depth);
      else this.#introspection(selection.selectionSet, selection.kind === Kind.FIELD ? depth + 1 : depth);
    }
  }
}

function definition(parent: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> {
  const field =
    isObjectType(parent) || (isAbstractType(parent) && "getFields" in parent) ? parent.getFields()[name] : undefined;
  if (!field) throw refuse("field");
  return field;
}

/**
 * Checks a request of anybody against the limits and the schema and prices it, before the door is opened. Throws
 * INVALID_REQUEST, whatever is wrong; nothing of what the schema would say about it leaves.
 *
 * @param goesOn whether it comes on a way for subscriptions, which takes nothing else; on all others there are none
 */
export function planOperation(schema: GraphQLSchema, documents: KnownDocuments, value: unknown, goesOn = false): Plan {
  const input = readInput(value);
  try {
    const document = documents.valid(input.query);
    const operation = getOperationAST(document, input.operationName);
    const root = operation && schema.getRootType(operation.operation);
    if (!operation || !root || (operation.operation === OperationTypeNode.SUBSCRIPTION) !== goesOn)
      throw refuse("operation");
    const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], input.variables, {
      maxErrors: 1,
    });
    if (!coerced) throw refuse("variables");
    const walk = new Walk(schema, document, coerced, goesOn);
    walk.selections(operation.selectionSet, root, 0, 1);
    const name = operation.name ? ` ${operation.name.value}` : "";
    return {
      document,
      definition: operation,
      input,
      operation: `${operation.operation}${name}`,
      fields: walk.roots,
      cost: walk.cost,
    };
  } catch (thrown) {
    if (thrown instanceof GraphQLError) throw refuse("argument", thrown);
    throw thrown;
  }
}
