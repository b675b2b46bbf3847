import { posix } from "node:path";
import { parseSync } from "vite";

/** Something that a source file reaches for: another file, a package, a Node module, or a part of `process`. */
export interface Reach {
  /** `src/…/file.ts`, `npm:package`, `node:module`, `use:process.env`, `use:process.exit`, or `unknown:…`. */
  readonly target: string;
  /** True when only types are taken, so that nothing is loaded. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** A part of a program as the parser gives it. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

/**
 * Reads what a TypeScript file imports, in every form the language has, and where it uses `process`.
 *
 * @param path the file, relative to the repository; relative imports are resolved against it
 * @throws Error when the text does not parse
 */
export function readReaches(path: string, text: string): readonly Reach[] {
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? "does not parse"}`);
  const reaches: Reach[] = [];
  const add = (node: Node, target: string, typeOnly = false): void => {
    reaches.push({ target, typeOnly, line: text.slice(0, node.start).split("\n").length });
  };
  walk(program, (node) => {
    switch (node.type) {
      case "ImportDeclaration":
      case "ExportNamedDeclaration":
      case "ExportAllDeclaration":
        if (isNode(node["source"])) add(node, resolve(path, node["source"]["value"]), takesTypesOnly(node));
        break;
      case "ImportExpression":
      case "TSImportType":
        add(node, resolve(path, literalOf(node["source"])), node.type === "TSImportType");
        break;
      case "TSExternalModuleReference":
        add(node, resolve(path, literalOf(node["expression"])));
        break;
      case "MemberExpression":
        if (isProcess(node["object"])) addPart(node["property"]);
        break;
      case "VariableDeclarator":
        if (isProcess(node["init"]) && isNode(node["id"]))
          walk(node["id"], (part) => part.type === "Property" && addPart(part["key"]));
        break;
      default:
    }
  });
  return reaches;

  function addPart(property: unknown): void {
    if (!isNode(property)) return;
    const name = property.type === "Identifier" ? property["name"] : property["value"];
    if (name === "env" || name === "exit") add(property, `use:process.${name}`);
  }
}

function takesTypesOnly(node: Node): boolean {
  if (node["importKind"] === "type" || node["exportKind"] === "type") return true;
  const specifiers = node["specifiers"];
  if (!Array.isArray(specifiers) || specifiers.length === 0) return false;
  return (specifiers as readonly Node[]).every((one) => one["importKind"] === "type" || one["exportKind"] === "type");
}

function resolve(path: string, specifier: unknown): string {
  if (typeof specifier !== "string") return "unknown:computed";
  if (/^\.\.?\//.test(specifier)) return posix.join(posix.dirname(path), specifier);
  if (specifier.startsWith("node:")) return specifier;
  const name = /^(@[\w.-]+\/[\w.-]+|[\w][\w.-]*)(\/.*)?$/.exec(specifier)?.[1];
  return name === undefined ? `unknown:${specifier}` : `npm:${name}`;
}

function literalOf(node: unknown): unknown {
  if (!isNode(node)) return undefined;
  if (node.type === "TSLiteralType") return literalOf(node["literal"]);
  return node.type === "Literal" ? node["value"] : undefined;
}

function isProcess(node: unknown): boolean {
  if (!isNode(node)) return false;
  if (node.type === "Identifier") return node["name"] === "process";
  return node.type === "MemberExpression" && isNode(node["property"]) && node["property"]["name"] === "process";
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** Visits a part of a program and everything in it. */
export function walk(value: unknown, visit: (node: Node) => unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
  } else if (isNode(value)) {
    visit(value);
    for (const key of Object.keys(value)) if (key !== "parent") walk(value[key], visit);
  }
}
