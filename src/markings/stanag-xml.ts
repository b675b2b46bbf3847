import type { NamedElement } from "../xml/names.ts";
import { escapeXml } from "../xml/names.ts";
import { LabelError, readLabelXml } from "./ism-form.ts";

/** Namespace of STANAG 4774 labels (ADatP-4774 edition A version 1). */
export const STANAG_NAMESPACE = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0";

/** A category as it stands in a label. */
export interface WrittenCategory {
  readonly type: string;
  readonly tag: string;
  readonly uri: string | null;
  readonly values: readonly string[];
}

/** Who made a label. */
export interface Originator {
  readonly idType: string;
  readonly id: string;
}

/** A label as it stands in XML; nothing in it is mapped yet. */
export interface WrittenLabel {
  readonly policy: string;
  readonly policyUri: string | null;
  readonly classification: string;
  readonly categories: readonly WrittenCategory[];
  readonly originator: Originator | null;
  /** Times as written, with an offset or Z. */
  readonly createdAt: string;
  readonly reviewAt: string;
}

const refused = (message: string): LabelError => new LabelError("E_XML", message);

const attributesOf = (element: NamedElement, known: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    element.attributes.map(({ namespace, local, value }) => {
      if (namespace !== null || !known.includes(local)) throw refused("an attribute that a label does not have");
      return [local, value] as const;
    }),
  );

/** An element that holds text and nothing else. */
const valueOf = (element: NamedElement): string => {
  if (element.children.length > 0 || element.text === "") throw refused("a value is a text");
  return element.text;
};

/** The children of an element, each of the label's namespace, in the order of the schema. */
const childrenOf = (
  element: NamedElement,
  order: readonly string[],
  repeated: readonly string[],
): ReadonlyMap<string, readonly NamedElement[]> => {
  if (element.text !== "") throw refused("text between elements");
  const found = new Map<string, NamedElement[]>();
  let last = 0;
  for (const child of element.children) {
    const place = order.indexOf(child.local);
    if (child.namespace !== STANAG_NAMESPACE || place < 0) throw refused("an element that a label does not have");
    const list = found.get(child.local) ?? [];
    if (list.length > 0 && !repeated.includes(child.local))
      throw new LabelError("E_DUPLICATE", "an element stands twice");
    if (place < last) throw new LabelError("E_ORDER", "the elements are not in the order of the schema");
    last = place;
    found.set(child.local, [...list, child]);
  }
  return found;
};

const only = (children: ReadonlyMap<string, readonly NamedElement[]>, name: string): NamedElement => {
  const [element] = children.get(name) ?? [];
  if (element === undefined) throw new LabelError("E_REQUIRES", `${name} is missing`);
  return element;
};

const categoryOf = (element: NamedElement): WrittenCategory => {
  const attributes = attributesOf(element, ["Type", "TagName", "URI"]);
  const children = childrenOf(element, ["GenericValue"], ["GenericValue"]);
  const values = (children.get("GenericValue") ?? []).map((value) => {
    attributesOf(value, []);
    return valueOf(value);
  });
  if (values.length === 0) throw new LabelError("E_EMPTY", "a category without a value");
  if (new Set(values).size !== values.length) throw new LabelError("E_DUPLICATE", "a value stands twice");
  return {
    type: attributes.get("Type") ?? "",
    tag: attributes.get("TagName") ?? "",
    uri: attributes.get("URI") ?? null,
    values,
  };
};

const TIME = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** A time with an offset, which is on the calendar. */
const timeOf = (text: string): string => {
  const [, day = "", clock = ""] = TIME.exec(text) ?? [];
  const moment = new Date(`${day}T${clock}Z`);
  const real = !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(`${day}T${clock}`);
  if (!real || Number.isNaN(Date.parse(text))) throw new LabelError("E_SYNTAX", "not a time with an offset");
  return text;
};

const originatorOf = (element: NamedElement | undefined): Originator | null => {
  if (element === undefined) return null;
  const idType = attributesOf(element, ["IDType"]).get("IDType") ?? "";
  return { idType, id: valueOf(element) };
};

/** The review time, which is an element, or the attribute of that name that ADatP-4774's schema has; never both. */
const reviewOf = (attribute: string | undefined, element: NamedElement | undefined): string => {
  if (attribute !== undefined && element !== undefined)
    throw new LabelError("E_DUPLICATE", "ReviewDateTime stands twice");
  if (element !== undefined) attributesOf(element, []);
  const text = element === undefined ? attribute : valueOf(element);
  if (text === undefined) throw new LabelError("E_REQUIRES", "ReviewDateTime is missing");
  return timeOf(text);
};

const CHILDREN = [
  "ConfidentialityInformation",
  "OriginatorID",
  "CreationDateTime",
  "ReviewDateTime",
  "SuccessionHandling",
];

/**
 * Reads an originator's confidentiality label (STANAG 4774), which may come from an attacker, as it is written: structure,
 * namespace, order, doubles and times are checked, and nothing is looked up. Alternative and metadata labels are other
 * labels and refused. Succession is refused: a label that says when it becomes another would open by itself.
 * @throws {LabelError}
 */
export const readStanagXml = (text: string): WrittenLabel => {
  const root = readLabelXml(text);
  if (root.namespace !== STANAG_NAMESPACE || root.local !== "originatorConfidentialityLabel")
    throw refused("not an originator's confidentiality label");
  const attributes = attributesOf(root, ["ReviewDateTime", "ConfidentialityLabelVersion"]);
  if ((attributes.get("ConfidentialityLabelVersion") ?? "1") !== "1") throw refused("not a label of version 1");
  const parts = childrenOf(root, CHILDREN, []);
  if (parts.has("SuccessionHandling")) throw new LabelError("E_MAPPING", "succession is not taken over");
  const information = only(parts, "ConfidentialityInformation");
  attributesOf(information, []);
  const said = childrenOf(information, ["PolicyIdentifier", "Classification", "PrivacyMark", "Category"], ["Category"]);
  if (said.has("PrivacyMark")) throw new LabelError("E_MAPPING", "a privacy mark is not in the table");
  const policy = only(said, "PolicyIdentifier");
  const classification = only(said, "Classification");
  const created = only(parts, "CreationDateTime");
  for (const element of [classification, created]) attributesOf(element, []);
  const createdAt = timeOf(valueOf(created));
  const reviewAt = reviewOf(attributes.get("ReviewDateTime"), parts.get("ReviewDateTime")?.[0]);
  if (Date.parse(reviewAt) <= Date.parse(createdAt))
    throw new LabelError("E_CONFLICT", "the review is not after the creation");
  return {
    policy: valueOf(policy),
    policyUri: attributesOf(policy, ["URI"]).get("URI") ?? null,
    classification: valueOf(classification),
    categories: (said.get("Category") ?? []).map(categoryOf),
    originator: originatorOf(parts.get("OriginatorID")?.[0]),
    createdAt,
    reviewAt,
  };
};

const element = (
  name: string,
  text: string,
  attributes: readonly (readonly [string, string | null])[] = [],
): string => {
  const list = attributes.map(([key, value]) => (value === null ? "" : ` ${key}="${escapeXml(value)}"`)).join("");
  return `<s4774:${name}${list}>${text}</s4774:${name}>`;
};

/** The XML of a label, on one line, with the namespace's own prefix. */
export const writeStanagXml = (label: WrittenLabel): string => {
  const categories = label.categories.map(({ type, tag, uri, values }) =>
    element("Category", values.map((value) => element("GenericValue", escapeXml(value))).join(""), [
      ["Type", type],
      ["TagName", tag],
      ["URI", uri],
    ]),
  );
  const information = [
    element("PolicyIdentifier", escapeXml(label.policy), [["URI", label.policyUri]]),
    element("Classification", escapeXml(label.classification)),
    ...categories,
  ];
  const { originator } = label;
  const parts = [
    element("ConfidentialityInformation", information.join("")),
    ...(originator === null
      ? []
      : [element("OriginatorID", escapeXml(originator.id), [["IDType", originator.idType]])]),
    element("CreationDateTime", escapeXml(label.createdAt)),
    element("ReviewDateTime", escapeXml(label.reviewAt)),
  ];
  return element("originatorConfidentialityLabel", parts.join(""), [["xmlns:s4774", STANAG_NAMESPACE]]);
};
