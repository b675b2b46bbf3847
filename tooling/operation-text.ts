import { Kind, TypeInfo, print, stripIgnoredCharacters, visit, visitWithTypeInfo } from "graphql";
import type {
  ASTNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionNode,
} from "graphql";
import { isEach, refusal } from "./operation-rules.ts";

/** Fragments by their names. */
export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** What is sent of an operation, and the field of it that is asked for each of a list. */
export interface OperationText {
  /** Between `<` and `>` stands what is written once for each, with `#` for its number. */
  readonly text: string;
  readonly each: { readonly name: string; readonly variables: ReadonlySet<string> } | null;
}

/** Stands for the number in names of what is asked for each of a list, while the text is made. */
const NUMBER = "__NUMBER__";

function spread(selections: readonly SelectionNode[], parent: string, fragments: Fragments): readonly SelectionNode[] {
  return selections.flatMap((selection): readonly SelectionNode[] => {
    if (selection.kind === Kind.FIELD) return [selection];
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (!fragment?.typeCondition) return [];
    const { selectionSet, typeCondition } = fragment;
    if (typeCondition.name.value === parent) return spread(selectionSet.selections, parent, fragments);
    return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet }];
  });
}

/** An operation with its fragments in place: no document has one then that it does not use, and the server reads them so. */
function inPlace(schema: GraphQLSchema, node: OperationDefinitionNode, fragments: Fragments): OperationDefinitionNode {
  const types = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(types, {
    SelectionSet: (set) => ({
      ...set,
      selections: spread(set.selections, types.getParentType()?.name ?? "", fragments),
    }),
  });
  return visit(node, visitor);
}

/** Names of the variables in a part of a document, each once. */
function variablesIn(node: ASTNode): ReadonlySet<string> {
  const found = new Set<string>();
  visit(node, { Variable: ({ name }) => void found.add(name.value) });
  return found;
}

/** Variables of a field that is asked for each of a list: it has some, and no other field has them. Throws OperationsRefused. */
function variablesOf(each: FieldNode, others: readonly SelectionNode[]): ReadonlySet<string> {
  const variables = variablesIn(each);
  if (variables.size === 0) throw refusal("a field with @each takes a variable", each);
  for (const name of variables)
    if (others.some((one) => variablesIn(one).has(name)))
      throw refusal(`$${name} is of @each, and not of another field`, each);
  return variables;
}

const short = (nodes: readonly ASTNode[]): string => stripIgnoredCharacters(nodes.map(print).join(" "));

/** Nodes as they are written once for each, with other names of their variables each time. */
function repeated(nodes: readonly ASTNode[], variables: ReadonlySet<string>): string {
  const numbered = nodes.map((node) =>
    visit(node, {
      Variable: (one) =>
        variables.has(one.name.value)
          ? { ...one, name: { kind: Kind.NAME, value: `${one.name.value}${NUMBER}` } }
          : undefined,
    }),
  );
  return nodes.length === 0 ? "" : `<${short(numbered).replaceAll(NUMBER, "_#")}>`;
}

/** What an operation sends to the server, in as few characters as it takes. Throws OperationsRefused. */
export function operationText(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Fragments,
): OperationText {
  const { name, variableDefinitions = [], selectionSet } = inPlace(schema, operation, fragments);
  const each = selectionSet.selections.find((one): one is FieldNode => one.kind === Kind.FIELD && isEach(one));
  const alias = each?.alias?.value ?? "";
  const others = selectionSet.selections.filter((one) => one !== each);
  const variables = each ? variablesOf(each, others) : new Set<string>();
  const own = variableDefinitions.filter(({ variable }) => !variables.has(variable.name.value));
  const ofEach = variableDefinitions.filter((one) => !own.includes(one));
  const defined = `${short(own)}${repeated(ofEach, variables)}`;
  const numbered: FieldNode | undefined = each && {
    ...each,
    directives: [],
    alias: { kind: Kind.NAME, value: `${alias}${NUMBER}` },
  };
  return {
    text: [
      `${operation.operation} ${name?.value ?? ""}`,
      defined === "" ? "" : `(${defined})`,
      `{${short(others)}${repeated(numbered ? [numbered] : [], variables)}}`,
    ].join(""),
    each: each ? { name: alias, variables } : null,
  };
}
