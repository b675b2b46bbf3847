import { Kind, parse, visit } from "graphql";
import type { DocumentNode } from "graphql";
import { CaveatError } from "../../errors.ts";

/** What a document may hold. Told to nobody in an answer; stated in the documentation. */
export const LIMITS = {
  tokens: 2_000,
  /** Field selections written in the document: validation compares them pairwise. */
  selections: 400,
  /** Fields after fragments are spread. */
  fields: 1_000,
  depth: 16,
  /** The introspection query of common tools nests deeper than any question about data. */
  introspectionDepth: 16,
  aliases: 30,
  rootFields: 20,
  directives: 20,
  fragments: 20,
  /** Sum over all fields that read, of the product of the sizes of the lists on the path to them. */
  cost: 10_000,
  pageSize: 100,
} as const;

function refuse(detail: string, cause?: unknown): CaveatError {
  return new CaveatError("INVALID_REQUEST", detail, { cause });
}

/** The size of a page that a caller asks for. Throws INVALID_REQUEST outside of 1 to 100. */
export function pageSize(first: unknown): number {
  if (typeof first !== "number" || !Number.isInteger(first) || first < 1 || first > LIMITS.pageSize)
    throw refuse("first");
  return first;
}

/**
 * Parses a document that comes from anybody and refuses floods before validation, whose cost grows with the square of what
 * it is given: tokens in the parser, then selections, aliases, fragments and directives. Throws INVALID_REQUEST.
 */
export function parseDocument(source: string): DocumentNode {
  const document = parseWithin(source);
  const counted = { selections: 0, aliases: 0, directives: 0, fragments: 0 };
  const count = (what: keyof typeof counted): void => {
    counted[what] += 1;
    if (counted[what] > LIMITS[what]) throw refuse(`too many ${what}`);
  };
  visit(document, {
    enter(node) {
      if (node.kind === Kind.FIELD) {
        count("selections");
        if (node.alias) count("aliases");
      }
      if (node.kind === Kind.FRAGMENT_SPREAD || node.kind === Kind.INLINE_FRAGMENT) count("selections");
      if (node.kind === Kind.FRAGMENT_DEFINITION) count("fragments");
      if (node.kind === Kind.DIRECTIVE) {
        count("directives");
        if (node.name.value !== "include" && node.name.value !== "skip") throw refuse("directive");
      }
    },
  });
  return document;
}

function parseWithin(source: string): DocumentNode {
  try {
    return parse(source, { maxLexicalTokens: LIMITS.tokens });
  } catch (cause) {
    throw refuse("syntax", cause);
  }
}
