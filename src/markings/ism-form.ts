import { readXml, XmlError } from "../xml/reader.ts";
import { escapeXml, resolveNames } from "../xml/names.ts";
import type { NamedElement } from "../xml/names.ts";
import type { IsmAuthority, IsmAuthorityName } from "./authority-ism.ts";
import { authorityOfIsm, ISM_AUTHORITY_NAMES, ismOfAuthority } from "./authority-ism.ts";
import type { AuthorityBlock } from "./authority.ts";
import { checkAuthority } from "./authority.ts";
import type { AuthorityErrorCode } from "./declassify.ts";
import { AuthorityError } from "./declassify.ts";
import type { IsmMarking, IsmMarkingName } from "./ism.ts";
import { ISM_MARKING_NAMES, ISM_NAMESPACE, ismOf } from "./ism.ts";
import { isCuiCompliance, plainCompliance } from "./ism-compliance.ts";
import { plainPrograms } from "./ism-programs.ts";
import { markingOfIsm } from "./ism-read.ts";
import { isAboutCui, isAboutResource, isFlagAttribute, RESOURCE_NAMES, toldOf } from "./ism-resource.ts";
import type { Marking, MarkingErrorCode } from "./marking.ts";
import { MarkingError } from "./marking.ts";
import type { Register } from "./register.ts";

/** Codes with which a label of another form is refused; those of markings, and what the form itself adds. */
export type LabelErrorCode = MarkingErrorCode | AuthorityErrorCode | "E_INPUT" | "E_XML" | "E_ATTRIBUTE" | "E_MAPPING";

/** A label of another form was refused. The message is public text. */
export class LabelError extends Error {
  readonly code: LabelErrorCode;
  constructor(code: LabelErrorCode, message: string) {
    super(message);
    this.name = "LabelError";
    this.code = code;
  }
}

/** A label of more characters is refused unread. */
const LONGEST_LABEL = 65_536;

/** The element that carries a marking of its own (IC-ARH); any other element's attributes are read as well. */
const ARH_NAMESPACE = "urn:us:gov:ic:arh";

/** Attributes of one value. */
const SINGLE: readonly string[] = ["classification", "joint", "highWaterNATO"];

/** Attributes about the resource that are read beside those of the marking and of its authority. */
export const ISM_RESOURCE_NAMES: readonly string[] = RESOURCE_NAMES.filter(
  (name) => !ISM_MARKING_NAMES.some((known) => known === name),
);

/** What ISM attributes say: a marking, and the classification authority block where there is one. */
export interface IsmLabel {
  readonly marking: Marking;
  readonly authority: AuthorityBlock | null;
  /** SARIdentifier as it was read, where it says more of programs than the marking: another authority than DOD, a level. */
  readonly programs?: readonly string[] | null;
  /** compliesWith as it was read, where CUI stands under other rules too. */
  readonly compliesWith?: readonly string[] | null;
}

/** A label that was read, with what it says beside a marking and its authority that restricts nobody, as `name: value`. */
export interface ReadIsmLabel extends IsmLabel {
  readonly informative: readonly string[];
}

const isAuthorityName = (name: string): name is IsmAuthorityName => ISM_AUTHORITY_NAMES.some((known) => known === name);

const isMarkingName = (name: string): name is IsmMarkingName => ISM_MARKING_NAMES.some((known) => known === name);

/** Reads attributes as written: one text each, tokens separated by one space. */
const readAttributes = (attributes: readonly (readonly [string, string])[], register: Register): ReadIsmLabel => {
  const ism: Partial<Record<IsmMarkingName, readonly string[]>> = {};
  const block: Partial<Record<IsmAuthorityName, string>> = {};
  const informative: string[] = [];
  for (const [name, text] of attributes) {
    // On everything but CUI, compliesWith is about the resource.
    if (isMarkingName(name) && (name !== "compliesWith" || isCuiCompliance(text)))
      ism[name] = text === "" ? [] : text.split(" ");
    else if (isAuthorityName(name)) block[name] = text;
    else if (isAboutResource(name, text)) informative.push(...[toldOf(name, text)].filter((told) => told !== null));
    else throw new LabelError("E_ATTRIBUTE", "an attribute, or a value of it, is not one that is read here");
  }
  const compliance = plainCompliance(ism);
  const { plain, asRead } = plainPrograms(compliance.plain);
  const marking = markingOfIsm(plain, register);
  if (marking.cui === undefined && attributes.some(([name]) => isAboutCui(name)))
    throw new LabelError("E_REQUIRES", "who controls CUI, and until when, stands on CUI");
  const authority = Object.keys(block).length === 0 ? null : authorityOfIsm(block);
  if (authority !== null) checkAuthority(authority, marking);
  return { marking, authority, programs: asRead, compliesWith: compliance.asRead, informative };
};

const textOf = (name: string, value: unknown): string => {
  if (name === "joint" && value === true) return "true";
  if (typeof value === "boolean" && isFlagAttribute(name)) return String(value);
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((item) => typeof item === "string" && !item.includes(" ")))
    return value.join(" ");
  throw new LabelError("E_INPUT", "an attribute is a text or a list of tokens");
};

/**
 * What a JSON object of ISM attributes says: attribute names as members, a list of tokens or their text with one
 * space between tokens (standards A.8). The object comes from an attacker; doubles in the text are the caller's to refuse.
 * @throws {MarkingError}, {AuthorityError} or {LabelError}.
 */
export const readIsmJson = (json: unknown, register: Register): ReadIsmLabel => {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new LabelError("E_INPUT", "not an object of ISM attributes");
  return readAttributes(
    Object.entries(json).map(([name, value]) => [name, textOf(name, value)] as const),
    register,
  );
};

const authorityAttributes = (authority: AuthorityBlock | null): IsmAuthority =>
  authority === null ? {} : ismOfAuthority(authority);

/** The attributes of the marking, with programs and compliesWith as they were read. */
const markingAttributes = ({ marking, programs = null, compliesWith = null }: IsmLabel): IsmMarking => ({
  ...ismOf(marking),
  ...(programs === null ? {} : { SARIdentifier: programs }),
  ...(compliesWith === null ? {} : { compliesWith }),
});

/** The JSON form of ISM attributes: lists of tokens, but a text for attributes of one value and true for joint. */
export const ismJsonOf = (label: IsmLabel): Readonly<Record<string, string | true | readonly string[]>> => ({
  ...Object.fromEntries(
    Object.entries(markingAttributes(label)).map(([name, tokens]) => [
      name,
      name === "joint" ? true : SINGLE.includes(name) ? tokens.join(" ") : tokens,
    ]),
  ),
  ...authorityAttributes(label.authority),
});

/** Reads a label's XML. @throws {LabelError} E_XML for everything that the hardened reader does not read. */
export const readLabelXml = (text: string): NamedElement => {
  if (text.length > LONGEST_LABEL) throw new LabelError("E_XML", "a label is not longer than 65,536 characters");
  try {
    return resolveNames(readXml(text));
  } catch (error) {
    if (error instanceof XmlError) throw new LabelError("E_XML", error.code);
    throw error;
  }
};

/**
 * What the ISM attributes of one empty XML element say. Its name does not matter, because the attributes may
 * stand on any; attributes of other namespaces, text and children are refused: they would be something that is marked, and
 * this is a marking alone. The text comes from an attacker.
 * @throws {MarkingError}, {AuthorityError} or {LabelError}.
 */
export const readIsmXml = (text: string, register: Register): ReadIsmLabel => {
  const element = readLabelXml(text);
  if (element.text !== "" || element.children.length > 0)
    throw new LabelError("E_XML", "the element of a marking is empty");
  return readAttributes(
    element.attributes.map(({ namespace, local, value }) => {
      if (namespace !== ISM_NAMESPACE) throw new LabelError("E_ATTRIBUTE", "an attribute of another namespace");
      return [local, value] as const;
    }),
    register,
  );
};

/** The same attributes on an element `arh:Security`. */
export const ismXmlOf = (label: IsmLabel): string => {
  const ism = markingAttributes(label);
  const texts = [
    ...Object.entries(ism).map(([name, tokens]) => [name, tokens.join(" ")] as const),
    ...Object.entries(authorityAttributes(label.authority)),
  ];
  const attributes = texts.map(([name, text]) => ` ism:${name}="${escapeXml(text)}"`).join("");
  return `<arh:Security xmlns:arh="${ARH_NAMESPACE}" xmlns:ism="${ISM_NAMESPACE}"${attributes}/>`;
};

/** Runs a reading; what it refuses becomes a code. */
export const attemptLabel = <T>(
  reading: () => T,
):
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: LabelErrorCode; readonly message: string } => {
  try {
    return { ok: true, value: reading() };
  } catch (error) {
    if (error instanceof MarkingError || error instanceof AuthorityError || error instanceof LabelError)
      return { ok: false, code: error.code, message: error.message };
    throw error;
  }
};
