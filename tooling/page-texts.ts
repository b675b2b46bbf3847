import { parseSync } from "vite";
import { walk } from "./source-imports.ts";
import type { Node } from "./source-imports.ts";

/** Attributes that are read or read out. */
const SAYING = [
  "alt",
  "aria-description",
  "aria-label",
  "aria-roledescription",
  "aria-valuetext",
  "label",
  "placeholder",
  "title",
];
/** Properties of elements that are shown, or stand for such an attribute. */
const SHOWN: ReadonlySet<unknown> = new Set([
  "alt",
  "ariaDescription",
  "ariaLabel",
  "ariaRoleDescription",
  "ariaValueText",
  "innerText",
  "label",
  "nodeValue",
  "placeholder",
  "textContent",
  "title",
]);
/** Functions and methods by which a text comes onto the page, and which of their arguments are shown. */
const SAYS: Readonly<Record<string, readonly number[]>> = {
  after: [0, 1, 2, 3],
  append: [0, 1, 2, 3],
  /** The dialog, of four; what asks the server is called so in places, too, and takes a field. */
  ask: [2, 3],
  before: [0, 1, 2, 3],
  button: [0],
  createTextNode: [0],
  element: [2],
  fillText: [0],
  Option: [0],
  prepend: [0, 1, 2, 3],
  replaceChildren: [0, 1, 2, 3],
  replaceWith: [0, 1, 2, 3],
  say: [0],
  strokeText: [0],
  svg: [2],
  Text: [0],
};

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null && "type" in value;
const nodesOf = (value: unknown): readonly Node[] => (Array.isArray(value) ? value : [value]).filter(isNode);

/** What an expression may come to, as far as it is written out in it. */
function writtenIn(node: Node): readonly string[] {
  switch (node.type) {
    case "Literal":
      return typeof node["value"] === "string" ? [node["value"]] : [];
    case "TemplateLiteral":
      return nodesOf(node["quasis"])
        .map(({ value }) => (value as { readonly cooked?: string }).cooked ?? "")
        .concat(nodesOf(node["expressions"]).flatMap(writtenIn));
    case "ConditionalExpression":
      return [...nodesOf(node["consequent"]), ...nodesOf(node["alternate"])].flatMap(writtenIn);
    case "LogicalExpression":
    case "BinaryExpression":
      return [...nodesOf(node["left"]), ...nodesOf(node["right"])].flatMap(writtenIn);
    case "ArrayExpression":
      return nodesOf(node["elements"]).flatMap(writtenIn);
    case "SpreadElement":
    case "ParenthesizedExpression":
      return [...nodesOf(node["argument"]), ...nodesOf(node["expression"])].flatMap(writtenIn);
    default:
      return [];
  }
}

/** The name of a function, method, property or key. */
function nameOf(node: unknown): unknown {
  if (!isNode(node)) return null;
  if (node.type === "MemberExpression") return nameOf(node["property"]);
  return node.type === "Identifier" ? node["name"] : node.type === "Literal" ? node["value"] : null;
}

/** The expressions that a part of a program puts onto the page. */
function shownBy(node: Node): readonly Node[] {
  const given = nodesOf(node["arguments"]);
  switch (node.type) {
    case "CallExpression":
    case "NewExpression": {
      const name = nameOf(node["callee"]);
      if (name === "setAttribute") return SAYING.includes(String(nameOf(given[0]))) ? given.slice(1) : [];
      const which = typeof name === "string" && Object.hasOwn(SAYS, name) ? (SAYS[name] ?? []) : [];
      return given.filter((_one, at) => which.includes(at));
    }
    case "AssignmentExpression":
      return SHOWN.has(nameOf(node["left"])) ? nodesOf(node["right"]) : [];
    case "Property":
      return node["kind"] === "init" && SAYING.includes(String(nameOf(node["key"]))) ? nodesOf(node["value"]) : [];
    default:
      return [];
  }
}

/** Words: two letters together. What has none is a sign or a number. */
const WORDS = /\p{L}{2}/u;

/**
 * The lines of a script of the page on which it puts words onto the page that are written there and not in the catalogue. Throws
 * where it does not parse.
 */
export function wordsInScript(path: string, text: string): readonly number[] {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? "does not parse"}`);
  const lines = new Set<number>();
  walk(program, (node) => {
    for (const shown of shownBy(node))
      if (writtenIn(shown).some((written) => WORDS.test(written)))
        lines.add(text.slice(0, shown.start).split("\n").length);
  });
  return [...lines];
}

/** The words of a page of markup that are written there; places of the catalogue's texts and code are none. */
export function wordsInMarkup(text: string): readonly string[] {
  const bare = text
    .replaceAll(/<!--.*?-->/gs, "")
    .replaceAll(/<code\b[^>]*>.*?<\/code>/gs, "")
    .replaceAll(/\{\{[\w.]+\}\}/g, "");
  const read = [...bare.matchAll(/\s([\w-]+)="([^"]*)"/g)].flatMap(([, name = "", value = ""]) =>
    SAYING.includes(name) ? [value] : [],
  );
  return [...read, ...bare.split(/<[^>]*>/)].map((one) => one.trim()).filter((one) => WORDS.test(one));
}
