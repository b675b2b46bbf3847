import type { AttributeValue, Drawn } from "./drawing.ts";
import { crossesItself, refusalOf } from "./shape-check.ts";
import type { Grid } from "./shapes.ts";

/** One attribute that labels of a class carry. */
export interface AttributeDefinition {
  readonly key: string;
  readonly type: "text" | "number" | "boolean" | "choice";
  readonly required: boolean;
  readonly choices: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly maxLength: number;
}

/** A class as the server tells of it. */
export interface LabelClass {
  readonly key: string;
  readonly name: string;
  readonly shapes?: readonly string[];
  readonly attributes?: unknown;
}

const MOST_TEXT = 4_000;

/** What the server would say of an attribute of a label. */
export type AttributeProblem =
  | "ATTRIBUTE_REQUIRED"
  | "ATTRIBUTE_TYPE"
  | "ATTRIBUTE_CHOICE"
  | "ATTRIBUTE_RANGE"
  | "ATTRIBUTE_LENGTH"
  | "ATTRIBUTE_TEXT";

function definitionOf(value: unknown): AttributeDefinition[] {
  const { key, type, required, choices, min, max, maxLength } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof key !== "string" || (type !== "text" && type !== "number" && type !== "boolean" && type !== "choice"))
    return [];
  return [
    {
      key,
      type,
      required: required === true,
      choices: Array.isArray(choices) ? choices.filter((one) => typeof one === "string") : [],
      ...(typeof min === "number" ? { min } : {}),
      ...(typeof max === "number" ? { max } : {}),
      maxLength: typeof maxLength === "number" ? maxLength : MOST_TEXT,
    },
  ];
}

/** Why the server would refuse a value of an attribute, or null. It decides by itself; a test compares both. */
export function attributeProblem(
  { type, required, choices, min = -Infinity, max = Infinity, maxLength }: AttributeDefinition,
  value: AttributeValue | undefined,
): AttributeProblem | null {
  if (value === undefined) return required ? "ATTRIBUTE_REQUIRED" : null;
  switch (type) {
    case "boolean":
      return typeof value === "boolean" ? null : "ATTRIBUTE_TYPE";
    case "number":
      if (typeof value !== "number" || !Number.isFinite(value)) return "ATTRIBUTE_TYPE";
      return value < min || value > max ? "ATTRIBUTE_RANGE" : null;
    case "choice":
      if (typeof value !== "string") return "ATTRIBUTE_TYPE";
      return choices.includes(value.normalize("NFC")) ? null : "ATTRIBUTE_CHOICE";
    case "text":
      if (typeof value !== "string") return "ATTRIBUTE_TYPE";
      if (value.length > MOST_TEXT) return "ATTRIBUTE_LENGTH";
      if (!value.isWellFormed() || /[\p{Cc}\u2028\u2029]/u.test(value)) return "ATTRIBUTE_TEXT";
      return value.normalize("NFC").length > maxLength ? "ATTRIBUTE_LENGTH" : null;
  }
}

/** An attribute of a label. A key such as `constructor` is a name like any other, and nothing that every object has. */
export const attributeOf = ({ attributes }: Pick<Drawn, "attributes">, key: string): AttributeValue | undefined =>
  Object.hasOwn(attributes, key) ? attributes[key] : undefined;

/** What the server would not take of a label, or what is unusual about it: a code, and the attribute that it is about. */
export interface LabelProblem {
  readonly code: string;
  readonly at: string;
  readonly refused: boolean;
}

/** The classes of a task: which shapes draw them and which attributes they carry. */
export class LabelClasses {
  readonly all: readonly LabelClass[];
  readonly #definitions: ReadonlyMap<string, readonly AttributeDefinition[]>;
  readonly #shapes: ReadonlyMap<string, readonly string[] | undefined>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #problems = new WeakMap<Drawn, readonly LabelProblem[]>();

  constructor(all: readonly LabelClass[]) {
    this.all = all;
    this.#definitions = new Map(
      all.map(({ key, attributes }) => [key, Array.isArray(attributes) ? attributes.flatMap(definitionOf) : []]),
    );
    this.#shapes = new Map(all.map(({ key, shapes }) => [key, Array.isArray(shapes) ? shapes : undefined]));
    this.#names = new Map(all.map(({ key, name }) => [key, name]));
  }

  /** What people call a class; its key where it has no name here. */
  readonly nameOf = (classKey: string): string => this.#names.get(classKey) ?? classKey;

  attributesOf(classKey: string): readonly AttributeDefinition[] {
    return this.#definitions.get(classKey) ?? [];
  }

  /** Whether a class may be drawn with this kind of shape. */
  allows(classKey: string, kind: string): boolean {
    return this.#shapes.get(classKey)?.includes(kind) ?? true;
  }

  /** A label as one of another class, with those of its attributes that fit there. */
  reclassified(drawn: Drawn, classKey: string): Drawn {
    const kept = this.attributesOf(classKey).flatMap((definition) => {
      const value = attributeOf(drawn, definition.key);
      return value !== undefined && attributeProblem(definition, value) === null
        ? [[definition.key, value] as const]
        : [];
    });
    return { ...drawn, classKey, attributes: Object.fromEntries(kept) };
  }

  /** What is wrong with a label, refusals first. */
  problemsOf(drawn: Drawn, grid: Grid | null): readonly LabelProblem[] {
    const known = this.#problems.get(drawn);
    if (known || !grid) return known ?? [];
    const { shape, classKey } = drawn;
    const refusal = refusalOf(shape, grid);
    const found: LabelProblem[] = [
      ...(refusal ? [{ code: refusal, at: "", refused: true }] : []),
      ...(this.allows(classKey, shape.kind) ? [] : [{ code: "SHAPE_OF_CLASS", at: "", refused: true }]),
      ...this.attributesOf(classKey).flatMap((definition) => {
        const code = attributeProblem(definition, attributeOf(drawn, definition.key));
        return code ? [{ code, at: definition.key, refused: true }] : [];
      }),
      ...(crossesItself(shape) ? [{ code: "SHAPE_SELF_CROSSING", at: "", refused: false }] : []),
    ];
    this.#problems.set(drawn, found);
    return found;
  }
}
