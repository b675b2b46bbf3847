import { Kind, NoSchemaIntrospectionCustomRule, specifiedRules, validate, visit } from "graphql";
import type { DocumentNode, GraphQLSchema } from "graphql";
import { CaveatError } from "../../errors.ts";
import { parseDocument } from "./limits.ts";

const MOST = 256;
const LONGEST = 8_192;

/** Whether a document holds words of its sender: only what is made of the schema's own names and of numbers is kept. */
function holdsText(document: DocumentNode): boolean {
  let found = false;
  visit(document, {
    enter(node) {
      if (node.kind === Kind.STRING) found = true;
    },
  });
  return found;
}

/**
 * Documents that were parsed and found valid, so that clients which ask the same again and again pay for that once. Only of
 * documents without texts in them: nothing that anybody wrote about an object is kept between requests.
 */
export class KnownDocuments {
  readonly #schema: GraphQLSchema;
  readonly #rules: typeof specifiedRules;
  readonly #known = new Map<string, DocumentNode>();

  /** `introspection` says whether documents may ask for the schema itself. */
  constructor(schema: GraphQLSchema, introspection: boolean) {
    this.#schema = schema;
    this.#rules = introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  }

  /** The document of a text that comes from anybody, within the limits and valid. Throws INVALID_REQUEST. */
  valid(source: string): DocumentNode {
    const known = this.#known.get(source);
    if (known) return known;
    const document = parseDocument(source);
    if (validate(this.#schema, document, this.#rules, { maxErrors: 1 }).length > 0)
      throw new CaveatError("INVALID_REQUEST", "validation");
    if (source.length <= LONGEST && !holdsText(document)) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined && this.#known.size >= MOST) this.#known.delete(oldest);
      this.#known.set(source, document);
    }
    return document;
  }
}
