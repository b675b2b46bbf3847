import { parse } from "graphql";
import { parseSync } from "vite";
import { walk } from "./source-imports.ts";
import type { Node } from "./source-imports.ts";

function parses(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a text is a GraphQL document or selections with a selection in them, or begins as one. */
function isDocument(text: string): boolean {
  if (!text.includes("{")) return false;
  return /\b(query|mutation|subscription|fragment)\b[^{}]*\{/.test(text) || parses(text) || parses(`{${text}}`);
}

/** What a literal says; what a template fills in is a word there. */
function textOf(node: Node): string | null {
  if (node.type === "Literal") return typeof node["value"] === "string" ? node["value"] : null;
  if (node.type !== "TemplateLiteral" || !Array.isArray(node["quasis"])) return null;
  const parts = (node["quasis"] as readonly Node[]).map(({ value }) => (value as { readonly cooked?: string }).cooked);
  return parts.join(" filled ");
}

/** The lines of a TypeScript file in which a GraphQL document, or a part of one, is written. Throws where it does not parse. */
export function inlineDocuments(path: string, text: string): readonly number[] {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? "does not parse"}`);
  const lines: number[] = [];
  walk(program, (node) => {
    const said = textOf(node);
    if (said !== null && isDocument(said)) lines.push(text.slice(0, node.start).split("\n").length);
  });
  return lines;
}
