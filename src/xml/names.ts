import { XmlError } from "./reader.ts";
import type { XmlElement } from "./reader.ts";

/** A name with the namespace that its prefix stands for; null for a name in no namespace. */
export interface XmlName {
  readonly namespace: string | null;
  readonly local: string;
}

/** An attribute with its name resolved. */
export interface NamedAttribute extends XmlName {
  readonly value: string;
}

/** An element whose names are resolved. */
export interface NamedElement extends XmlName {
  readonly attributes: readonly NamedAttribute[];
  readonly children: readonly NamedElement[];
  readonly text: string;
}

type Bindings = ReadonlyMap<string, string>;

const DEFAULT = "";

/** The bindings of an element: those around it and its own declarations. */
function bindingsOf(element: XmlElement, around: Bindings): Bindings {
  const bindings = new Map(around);
  for (const [name, value] of element.attributes) {
    const prefix = name === "xmlns" ? DEFAULT : name.startsWith("xmlns:") ? name.slice("xmlns:".length) : null;
    if (prefix === null) continue;
    const known = around.get(prefix);
    // A prefix that means one thing outside and another inside is how a reader is made to see another label.
    if (value === "" || prefix.startsWith("xml") || (known !== undefined && known !== value)) {
      throw new XmlError("XML_NAMESPACE");
    }
    bindings.set(prefix, value);
  }
  return bindings;
}

function nameOf(written: string, bindings: Bindings, bare: string | null): XmlName {
  const colon = written.indexOf(":");
  if (colon < 0) return { namespace: bare, local: written };
  const namespace = bindings.get(written.slice(0, colon));
  if (namespace === undefined) throw new XmlError("XML_NAMESPACE");
  return { namespace, local: written.slice(colon + 1) };
}

/**
 * Resolves the names of a document (Namespaces in XML 1.0). Stricter than that: a prefix that is bound once is not bound to
 * anything else below, no prefix that begins with `xml` is used, and no namespace is taken back.
 * @throws {XmlError} XML_NAMESPACE, also for two attributes of one element that are one name.
 */
export function resolveNames(element: XmlElement, around: Bindings = new Map()): NamedElement {
  const bindings = bindingsOf(element, around);
  const attributes: NamedAttribute[] = [];
  const seen = new Set<string>();
  for (const [written, value] of element.attributes) {
    if (written === "xmlns" || written.startsWith("xmlns:")) continue;
    const name = nameOf(written, bindings, null);
    const key = `${name.namespace ?? ""} ${name.local}`;
    if (seen.has(key)) throw new XmlError("XML_NAMESPACE");
    seen.add(key);
    attributes.push({ ...name, value });
  }
  return {
    ...nameOf(element.name, bindings, bindings.get(DEFAULT) ?? null),
    attributes,
    children: element.children.map((child) => resolveNames(child, bindings)),
    text: element.text,
  };
}

/** Text as it stands in an element or between double quotes. */
export const escapeXml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
