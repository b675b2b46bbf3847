import { SHAPE_KINDS } from "./shape.ts";
import type { ShapeKind } from "./shape.ts";

/** What an attribute's value may be. */
export type AttributeType = "text" | "number" | "boolean" | "choice";

/** One attribute of a class. `choices` stands with type choice only, `min`/`max` with number, `maxLength` with text. */
export interface AttributeDefinition {
  readonly key: string;
  readonly type: AttributeType;
  readonly required: boolean;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** In UTF-16 code units. */
  readonly maxLength?: number;
}

/** One class of objects: which shapes may draw it and which attributes it carries. */
export interface ClassDefinition {
  readonly key: string;
  readonly name: string;
  readonly shapes: readonly ShapeKind[];
  readonly attributes: readonly AttributeDefinition[];
}

/** What a version of an ontology says. */
export interface Ontology {
  readonly classes: readonly ClassDefinition[];
}

/** Why a value is not an ontology. */
export type OntologyCode =
  | "ONTOLOGY_MEMBER"
  | "ONTOLOGY_KEY"
  | "ONTOLOGY_NAME"
  | "ONTOLOGY_REPEATED"
  | "ONTOLOGY_SHAPES"
  | "ONTOLOGY_ATTRIBUTE_TYPE"
  | "ONTOLOGY_CHOICES"
  | "ONTOLOGY_RANGE"
  | "ONTOLOGY_SIZE";

/** An ontology that was checked, or why it is none; `at` names the place, such as `classes[2].attributes[0]`. */
export type OntologyResult =
  | { readonly ok: true; readonly ontology: Ontology }
  | { readonly ok: false; readonly code: OntologyCode; readonly at: string };

/** Limits of one ontology version. */
export const ONTOLOGY_LIMITS = { classes: 500, attributes: 50, choices: 200, name: 200, text: 4_000 } as const;

/** Keys are what files and programs say; anything that begins with an underscore (`__proto__`) is none. */
const KEY = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/u;

class Refusal extends Error {
  readonly code: OntologyCode;
  readonly at: string;
  constructor(code: OntologyCode, at: string) {
    super(code);
    this.code = code;
    this.at = at;
  }
}

/**
 * Reads an untrusted value as an ontology: exactly the known members, keys unique among their siblings, each class with one
 * or more shapes. The result is a new object with members in a fixed order, texts in NFC, and shapes in the order of
 * {@link SHAPE_KINDS}; the order of classes, attributes and choices is kept, because people see it. Never throws.
 */
export function parseOntology(value: unknown): OntologyResult {
  try {
    const { classes } = members(value, ["classes"], [], "");
    const read = list(classes, "classes", 1, ONTOLOGY_LIMITS.classes).map((item, index) =>
      readClass(item, `classes[${index}]`),
    );
    unique(read, "classes");
    return { ok: true, ontology: { classes: read } };
  } catch (thrown) {
    if (thrown instanceof Refusal) return { ok: false, code: thrown.code, at: thrown.at };
    throw thrown;
  }
}

function readClass(value: unknown, at: string): ClassDefinition {
  const { key, name, shapes, attributes } = members(value, ["key", "name", "shapes", "attributes"], [], at);
  const named = list(shapes, `${at}.shapes`, 1, SHAPE_KINDS.length);
  const kinds = SHAPE_KINDS.filter((kind) => named.includes(kind));
  if (kinds.length !== named.length) throw new Refusal("ONTOLOGY_SHAPES", `${at}.shapes`);
  const read = list(attributes, `${at}.attributes`, 0, ONTOLOGY_LIMITS.attributes).map((item, index) =>
    readAttribute(item, `${at}.attributes[${index}]`),
  );
  unique(read, `${at}.attributes`);
  return { key: readKey(key, at), name: readName(name, at), shapes: kinds, attributes: read };
}

function readAttribute(value: unknown, at: string): AttributeDefinition {
  const found = members(value, ["key", "type", "required"], ["choices", "min", "max", "maxLength"], at);
  const key = readKey(found["key"], at);
  const required = found["required"];
  if (typeof required !== "boolean") throw new Refusal("ONTOLOGY_MEMBER", at);
  const allow = (...names: readonly string[]): void => {
    for (const name of ["choices", "min", "max", "maxLength"]) {
      if (found[name] !== undefined && !names.includes(name)) throw new Refusal("ONTOLOGY_MEMBER", at);
    }
  };
  switch (found["type"]) {
    case "boolean":
      allow();
      return { key, type: "boolean", required };
    case "text": {
      allow("maxLength");
      const maxLength = found["maxLength"];
      if (maxLength === undefined) return { key, type: "text", required };
      const fits = typeof maxLength === "number" && Number.isInteger(maxLength) && maxLength >= 1;
      if (!fits || maxLength > ONTOLOGY_LIMITS.text) throw new Refusal("ONTOLOGY_RANGE", at);
      return { key, type: "text", required, maxLength };
    }
    case "number": {
      allow("min", "max");
      const min = readBound(found["min"], at);
      const max = readBound(found["max"], at);
      if (min !== undefined && max !== undefined && min > max) throw new Refusal("ONTOLOGY_RANGE", at);
      const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
      return { key, type: "number", required, ...bounds };
    }
    case "choice": {
      allow("choices");
      const choices = readChoices(found["choices"], at);
      return { key, type: "choice", required, choices };
    }
    default:
      throw new Refusal("ONTOLOGY_ATTRIBUTE_TYPE", at);
  }
}

function readChoices(value: unknown, at: string): readonly string[] {
  if (!Array.isArray(value) || value.length === 0) throw new Refusal("ONTOLOGY_CHOICES", at);
  const choices = list(value, at, 1, ONTOLOGY_LIMITS.choices).map((choice) => readName(choice, at));
  if (new Set(choices).size !== choices.length) throw new Refusal("ONTOLOGY_CHOICES", at);
  return choices;
}

function readBound(value: unknown, at: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !Number.isFinite(value)) throw new Refusal("ONTOLOGY_RANGE", at);
  return value + 0;
}

function readKey(value: unknown, at: string): string {
  if (typeof value !== "string" || !KEY.test(value)) throw new Refusal("ONTOLOGY_KEY", at);
  return value;
}

function readName(value: unknown, at: string): string {
  if (typeof value !== "string" || !isText(value)) throw new Refusal("ONTOLOGY_NAME", at);
  const name = value.normalize("NFC");
  if (name.trim() === "" || name.length > ONTOLOGY_LIMITS.name) throw new Refusal("ONTOLOGY_NAME", at);
  return name;
}

function unique(items: readonly { readonly key: string }[], at: string): void {
  if (new Set(items.map((item) => item.key)).size !== items.length) throw new Refusal("ONTOLOGY_REPEATED", at);
}

function list(value: unknown, at: string, least: number, most: number): readonly unknown[] {
  if (!Array.isArray(value)) throw new Refusal("ONTOLOGY_MEMBER", at);
  if (value.length < least || value.length > most) throw new Refusal("ONTOLOGY_SIZE", at);
  return Array.from(value as readonly unknown[]);
}

function members(
  value: unknown,
  required: readonly string[],
  optional: readonly string[],
  at: string,
): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Refusal("ONTOLOGY_MEMBER", at);
  const names = Object.keys(value);
  const known = names.every((name) => required.includes(name) || optional.includes(name));
  if (!known || !required.every((name) => names.includes(name))) throw new Refusal("ONTOLOGY_MEMBER", at);
  return value as Readonly<Record<string, unknown>>;
}

/** Whole Unicode text without control characters: what may be stored, hashed and shown on one line. */
export function isText(value: string): boolean {
  return value.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(value);
}
