import { GraphQLError, Kind, Source, extendSchema, getLocation, parse, specifiedRules, validate } from "graphql";
import type {
  ASTNode,
  ASTVisitor,
  DefinitionNode,
  DocumentNode,
  FieldNode,
  GraphQLSchema,
  OperationDefinitionNode,
  ValidationContext,
} from "graphql";

/** A file with operations. */
export interface OperationSource {
  /** Relative to the repository, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** Operations that are not what they must be: each fault as `file:line what`. */
export class OperationsRefused extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

const EACH = "each";

/** Whether a field is asked once for each of a list. It is for the page alone: the server is never sent it. */
export const isEach = ({ directives }: FieldNode): boolean =>
  directives?.some(({ name }) => name.value === EACH) ?? false;

/** A fault with its place. */
const placed = ({ message, nodes, source, locations }: GraphQLError): string => {
  const loc = nodes?.[0]?.loc;
  const line = loc ? getLocation(loc.source, loc.start).line : locations?.[0]?.line;
  return `${(loc?.source ?? source)?.name ?? ""}:${line ?? 1} ${message}`;
};

/** Refuses a part of an operation, with its place. */
export const refusal = (message: string, at: ASTNode | undefined): OperationsRefused =>
  new OperationsRefused([placed(new GraphQLError(message, { nodes: at ?? null }))]);

/** An operation has a name, which the log repeats, and asks for each of one list only. */
function checkOperation(node: OperationDefinitionNode, refuse: (message: string, at: ASTNode) => void): void {
  if (!node.name) refuse("an operation has a name", node);
  const fields = node.selectionSet.selections.filter((one) => one.kind === Kind.FIELD);
  const [each, ...more] = fields.filter(isEach);
  if (!each) return;
  for (const field of more) refuse("@each stands at one field of an operation", field);
  if (!each.alias) refuse("a field with @each has an alias", each);
}

/** What the server's schema does not say, and the page's operations keep to. */
function houseRule(context: ValidationContext): ASTVisitor {
  const refuse = (message: string, at: ASTNode): void => context.reportError(new GraphQLError(message, { nodes: at }));
  const roots = new Set<ASTNode>();
  return {
    OperationDefinition(node) {
      for (const selection of node.selectionSet.selections) roots.add(selection);
      checkOperation(node, refuse);
    },
    // The server keeps no document with texts in it, and they may not come into the log by a document.
    StringValue: (node) => refuse("a text is given as a variable", node),
    Directive(node, _key, _parent, _path, ancestors) {
      const field = ancestors.findLast((one): one is ASTNode => "kind" in one);
      if (node.name.value !== EACH) refuse("the log tells of what a document asks, be it skipped or not", node);
      else if (!field || !roots.has(field)) refuse("@each stands at a field of an operation itself", node);
    },
    InlineFragment(node) {
      if (!node.typeCondition) refuse("a fragment in place has a type", node);
    },
  };
}

function definitionsOf({ path, text }: OperationSource, faults: string[]): readonly DefinitionNode[] {
  try {
    return parse(new Source(text, path)).definitions;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    faults.push(placed(error));
    return [];
  }
}

/** All files as one document, which the schema and the rules of the house allow. Throws OperationsRefused. */
export function readOperations(schema: GraphQLSchema, sources: readonly OperationSource[]): DocumentNode {
  const faults: string[] = [];
  const definitions = sources.flatMap((source) => definitionsOf(source, faults));
  if (faults.length > 0) throw new OperationsRefused(faults);
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions };
  const known = extendSchema(schema, parse(`directive @${EACH} on FIELD`));
  const errors = validate(known, document, [...specifiedRules, houseRule], { maxErrors: 1_000 });
  if (errors.length > 0) throw new OperationsRefused(errors.map(placed));
  return document;
}
