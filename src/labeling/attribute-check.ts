import { isText, ONTOLOGY_LIMITS } from "./ontology-check.ts";
import type { AttributeDefinition, ClassDefinition } from "./ontology-check.ts";

/** A value of an attribute. */
export type AttributeValue = string | number | boolean;

/** Attributes of a label in canonical form: names sorted, texts in NFC, nothing that the class does not name. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Why a value does not fit the class. */
export type AttributeCode =
  /** Not an object. */
  | "ATTRIBUTE_SHAPE"
  /** An attribute that the class does not have. */
  | "ATTRIBUTE_UNKNOWN"
  /** A required attribute is not there. */
  | "ATTRIBUTE_REQUIRED"
  | "ATTRIBUTE_TYPE"
  /** Not one of the choices. */
  | "ATTRIBUTE_CHOICE"
  /** A number outside its range. */
  | "ATTRIBUTE_RANGE"
  /** A text that is too long. */
  | "ATTRIBUTE_LENGTH"
  /** A text with control characters or half a character. */
  | "ATTRIBUTE_TEXT";

/** Checked attributes, or why they are none; `at` is the key of the attribute. */
export type AttributesResult =
  | { readonly ok: true; readonly attributes: Attributes }
  | { readonly ok: false; readonly code: AttributeCode; readonly at: string };

type ValueResult =
  | { readonly ok: true; readonly value: AttributeValue }
  | { readonly ok: false; readonly code: AttributeCode };

/**
 * Checks an untrusted value against the attributes of a class and brings it into canonical form. `undefined` and `null`
 * count as "no attributes"; an attribute whose value is `null` counts as not there. Text without `maxLength` may have 4,000
 * UTF-16 code units; line breaks and other control characters are refused. Never throws.
 */
export function checkAttributes(definition: ClassDefinition, value: unknown): AttributesResult {
  const given = value ?? {};
  if (typeof given !== "object" || Array.isArray(given)) return { ok: false, code: "ATTRIBUTE_SHAPE", at: "" };
  const entries = new Map<string, unknown>(Object.entries(given));
  const known = new Set(definition.attributes.map((attribute) => attribute.key));
  for (const key of entries.keys()) {
    if (!known.has(key)) return { ok: false, code: "ATTRIBUTE_UNKNOWN", at: "" };
  }
  const found: [string, AttributeValue][] = [];
  for (const attribute of definition.attributes.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const entry = entries.get(attribute.key) ?? null;
    if (entry === null) {
      if (attribute.required) return { ok: false, code: "ATTRIBUTE_REQUIRED", at: attribute.key };
      continue;
    }
    const checked = checkValue(attribute, entry);
    if (!checked.ok) return { ok: false, code: checked.code, at: attribute.key };
    found.push([attribute.key, checked.value]);
  }
  return { ok: true, attributes: Object.fromEntries(found) };
}

function checkValue(attribute: AttributeDefinition, value: unknown): ValueResult {
  switch (attribute.type) {
    case "boolean":
      return typeof value === "boolean" ? { ok: true, value } : { ok: false, code: "ATTRIBUTE_TYPE" };
    case "number": {
      if (typeof value !== "number" || !Number.isFinite(value)) return { ok: false, code: "ATTRIBUTE_TYPE" };
      const { min = -Infinity, max = Infinity } = attribute;
      if (value < min || value > max) return { ok: false, code: "ATTRIBUTE_RANGE" };
      return { ok: true, value: value + 0 };
    }
    case "choice": {
      if (typeof value !== "string") return { ok: false, code: "ATTRIBUTE_TYPE" };
      const text = value.normalize("NFC");
      if (attribute.choices?.includes(text) !== true) return { ok: false, code: "ATTRIBUTE_CHOICE" };
      return { ok: true, value: text };
    }
    case "text": {
      if (typeof value !== "string") return { ok: false, code: "ATTRIBUTE_TYPE" };
      const most = attribute.maxLength ?? ONTOLOGY_LIMITS.text;
      // Before normalising: NFC of a long hostile text is work that nobody asked for.
      if (value.length > ONTOLOGY_LIMITS.text) return { ok: false, code: "ATTRIBUTE_LENGTH" };
      if (!isText(value)) return { ok: false, code: "ATTRIBUTE_TEXT" };
      const text = value.normalize("NFC");
      return text.length > most ? { ok: false, code: "ATTRIBUTE_LENGTH" } : { ok: true, value: text };
    }
  }
}
