import {
  Kind,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredInputField,
  typeFromAST,
} from "graphql";
import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLCompositeType,
  GraphQLInputType,
  GraphQLNamedType,
  GraphQLObjectType,
  GraphQLOutputType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from "graphql";
import { isEach, refusal } from "./operation-rules.ts";
import type { Fragments, OperationText } from "./operation-text.ts";

/** Scalars as JSON has them. */
const SCALARS: Readonly<Record<string, string>> = {
  Boolean: "boolean",
  DateTime: "string",
  Float: "number",
  ID: "string",
  Int: "number",
  JSON: "unknown",
  String: "string",
};

const indented = (text: string): string => text.replaceAll("\n", "\n  ");
const block = (members: readonly string[]): string =>
  members.length === 0 ? "object" : `{\n${members.map((one) => `  ${indented(one)};\n`).join("")}}`;
const literal = (words: readonly string[]): string => words.map((word) => JSON.stringify(word)).join(" | ");
/** Whether types stand beside each other here, outside of all braces. */
function hasParts(type: string): boolean {
  let depth = 0;
  for (const sign of type) {
    depth += sign === "{" ? 1 : sign === "}" ? -1 : 0;
    if (depth === 0 && (sign === "|" || sign === "&")) return true;
  }
  return false;
}
/** In parentheses where what stands beside it would take a part of it away. */
const whole = (type: string): string => (hasParts(type) ? `(${type})` : type);
const nullable = (type: string): string => (type === "unknown" ? type : `${type} | null`);

/** Fields of an object by the names that the answer has them under, and fragments that are wholly in it. */
interface Selected {
  readonly fields: Map<string, FieldNode[]>;
  readonly fragments: Set<FragmentDefinitionNode>;
}

/** Writes TypeScript types for what operations take and answer, and notes which other types these are made of. */
export class OperationTypes {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Fragments;
  /** Enums and inputs that were written about. */
  readonly named = new Set<GraphQLNamedType>();
  /** Names of fragments and of types of the schema that were written since this was emptied. */
  readonly used = new Set<string>();

  constructor(schema: GraphQLSchema, fragments: Fragments) {
    this.#schema = schema;
    this.#fragments = fragments;
  }

  /** What an operation answers. Throws for a selection that cannot be told apart. */
  data(operation: OperationDefinitionNode): string {
    const root = this.#schema.getRootType(operation.operation);
    if (!root) throw new Error(`no ${operation.operation}`);
    return this.#selected([operation.selectionSet], root);
  }

  /** What a fragment answers. */
  fragment({ typeCondition, selectionSet }: FragmentDefinitionNode): string {
    return this.#selected([selectionSet], this.#composite(typeCondition.name.value));
  }

  /** The variables of an operation; those of what is asked for each of a list are a list by its name. */
  variables({ variableDefinitions = [] }: OperationDefinitionNode, each: OperationText["each"]): string {
    const own: string[] = [];
    const repeated: string[] = [];
    for (const { variable, type, defaultValue } of variableDefinitions) {
      const input = typeFromAST(this.#schema, type) as GraphQLInputType;
      const required = isNonNullType(input) && defaultValue === undefined;
      const member = `readonly ${variable.name.value}${required ? "" : "?"}: ${this.#input(input)}`;
      (each?.variables.has(variable.name.value) ? repeated : own).push(member);
    }
    const all = each ? [...own, `readonly ${each.name}: readonly ${block(repeated)}[]`] : own;
    return all.length === 0 ? "Record<string, never>" : block(all);
  }

  /** A type of the schema that was written about: words of an enum, or the members of an input. */
  ofSchema(type: GraphQLNamedType): string {
    if (isEnumType(type)) return literal(type.getValues().map(({ name }) => name));
    if (!isInputObjectType(type)) throw new Error(`${type.name} is neither enum nor input`);
    const members = Object.values(type.getFields()).map(
      (field) => `readonly ${field.name}${isRequiredInputField(field) ? "" : "?"}: ${this.#input(field.type)}`,
    );
    return block(members);
  }

  #composite(name: string): GraphQLCompositeType {
    const type = this.#schema.getType(name);
    if (!isCompositeType(type)) throw new Error(`${name} has no fields`);
    return type;
  }

  #leaf(type: GraphQLNamedType): string {
    const scalar = SCALARS[type.name];
    if (scalar !== undefined) return scalar;
    if (!isEnumType(type) && !isInputObjectType(type)) throw new Error(`no TypeScript type for ${type.name}`);
    this.named.add(type);
    this.used.add(type.name);
    return type.name;
  }

  #input(type: GraphQLInputType): string {
    if (!isNonNullType(type)) return nullable(this.#given(type));
    return this.#given(type.ofType);
  }

  #given(type: GraphQLInputType): string {
    return isListType(type) ? `readonly ${whole(this.#input(type.ofType))}[]` : this.#leaf(getNamedType(type));
  }

  #output(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): string {
    if (!isNonNullType(type)) return nullable(this.#answered(type, sets));
    return this.#answered(type.ofType, sets);
  }

  #answered(type: GraphQLOutputType, sets: readonly SelectionSetNode[]): string {
    if (isListType(type)) return `readonly ${whole(this.#output(type.ofType, sets))}[]`;
    const named = getNamedType(type);
    return isCompositeType(named) ? this.#selected(sets, named) : this.#leaf(named);
  }

  #selected(sets: readonly SelectionSetNode[], type: GraphQLCompositeType): string {
    if (isObjectType(type)) return this.#object(sets, type);
    // One shape for each type, and types of the same shape together.
    const shapes = new Map<string, string[]>();
    for (const possible of this.#schema.getPossibleTypes(type)) {
      const { fields } = this.#collected(sets, possible, true);
      const kind = [...fields].find(([, [node]]) => node?.name.value === "__typename")?.[0];
      const shape = this.#members(new Map([...fields].filter(([key]) => key !== kind)), possible);
      const text = JSON.stringify([kind, shape]);
      shapes.set(text, [...(shapes.get(text) ?? []), possible.name]);
    }
    const found = [...shapes].map(([text, names]) => {
      const [kind, shape] = JSON.parse(text) as [string | null, string[]];
      if (kind === null && shapes.size > 1)
        throw refusal(`__typename is asked for where fields differ by type, as they do of ${type.name}`, sets[0]);
      return block(kind === null ? shape : [`readonly ${kind}: ${literal(names.toSorted())}`, ...shape]);
    });
    return found.join(" | ");
  }

  #object(sets: readonly SelectionSetNode[], type: GraphQLObjectType): string {
    const { fields, fragments } = this.#collected(sets, type, false);
    const all = [...this.#collected(sets, type, true).fields];
    const spreads = [...fragments].map((one) => [...this.#collected([one.selectionSet], type, true).fields.keys()]);
    // A field with fields of its own that is asked twice has those of both: fragments are written out then.
    const twice = all.some(([key, [node]]) => {
      const times = (fields.has(key) ? 1 : 0) + spreads.filter((keys) => keys.includes(key)).length;
      return times > 1 && node?.selectionSet;
    });
    if (twice || fragments.size === 0) return block(this.#members(new Map(all), type));
    const names = [...fragments].map(({ name }) => name.value);
    for (const name of names) this.used.add(name);
    const members = this.#members(fields, type);
    return [...names, ...(members.length === 0 ? [] : [block(members)])].join(" & ");
  }

  #members(fields: ReadonlyMap<string, readonly FieldNode[]>, type: GraphQLObjectType): string[] {
    return [...fields].map(([key, nodes]) => {
      const [node] = nodes;
      if (!node || node.name.value === "__typename") return `readonly ${key}: ${literal([type.name])}`;
      const field = type.getFields()[node.name.value];
      if (!field) throw new Error(`no ${type.name}.${node.name.value}`);
      const sets = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      if (!isEach(node)) return `readonly ${key}: ${this.#output(field.type, sets)}`;
      return `readonly ${key}: readonly ${whole(this.#output(field.type, sets))}[]`;
    });
  }

  /** Fields of one type; fragments on just this type are fields, too, where they are wanted `flat`. */
  #collected(
    sets: readonly SelectionSetNode[],
    type: GraphQLObjectType,
    flat: boolean,
    found: Selected = { fields: new Map(), fragments: new Set() },
  ): Selected {
    for (const selection of sets.flatMap((set) => set.selections)) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        found.fields.set(key, [...(found.fields.get(key) ?? []), selection]);
        continue;
      }
      const named = selection.kind === Kind.FRAGMENT_SPREAD ? this.#fragments.get(selection.name.value) : undefined;
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : named;
      const condition = fragment?.typeCondition ? this.#composite(fragment.typeCondition.name.value) : type;
      if (!fragment || !(condition === type || (isAbstractType(condition) && this.#schema.isSubType(condition, type))))
        continue;
      if (named && !flat && condition === type) found.fragments.add(named);
      else this.#collected([fragment.selectionSet], type, flat, found);
    }
    return found;
  }
}
