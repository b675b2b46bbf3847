/** Why a text is not the XML that is read here. */
export type XmlErrorCode = "XML_SYNTAX" | "XML_DOCTYPE" | "XML_NAMESPACE";

/** A text was refused as XML. */
export class XmlError extends Error {
  readonly code: XmlErrorCode;
  constructor(code: XmlErrorCode) {
    super(code);
    this.name = "XmlError";
    this.code = code;
  }
}

/** An element: its name as written, its attributes, its child elements in order, and its text without the blanks around it. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
  commented: boolean;
}

/** Elements inside elements; VOC needs five. */
const DEEPEST = 16;
/** Elements of one file. */
const MOST_ELEMENTS = 4_000_000;
/** Longest text of one element, in UTF-16 code units. */
const LONGEST_TEXT = 4_000;

const PLAIN = "[A-Za-z_][A-Za-z0-9_.-]{0,63}";
const NAME = `${PLAIN}(?::${PLAIN})?`;
// Every repetition is bounded: an endless list of attributes would exhaust the matcher's stack instead of being refused.
const VALUE = `(?:"[^"<]{0,4000}"|'[^'<]{0,4000}')`;
const START = new RegExp(`<(${NAME})((?:\\s{1,100}${NAME}\\s{0,9}=\\s{0,9}${VALUE}){0,32})\\s{0,100}(/?)>`, "uy");
const ATTRIBUTE = new RegExp(`(${NAME})\\s{0,9}=\\s{0,9}(${VALUE})`, "ug");
const END = new RegExp(`</(${NAME})\\s{0,100}>`, "uy");
const DECLARATION =
  /^<\?xml\s+version=["']1\.[01]["'](?:\s+encoding=["'](?:utf-8|us-ascii)["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>/iu;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/**
 * Reads the small part of XML 1.0 that annotation files and labels use: elements, attributes, text, comments between
 * elements, the five predefined entities and character references, UTF-8. Everything else is refused, above all a document
 * type declaration (XML_DOCTYPE: entities and external subsets come with it), but also CDATA, processing instructions, other
 * entities, an attribute that stands twice, and a comment inside a value, of which readers make different values
 * (XML_SYNTAX). The text is untrusted: work is linear in its length and nothing outside it is ever read.
 * @throws {XmlError}
 */
export function readXml(text: string): XmlElement {
  const root: Open = { name: "", attributes: NO_ATTRIBUTES, children: [], text: "", commented: false };
  const stack: Open[] = [root];
  let elements = 0;
  let at = DECLARATION.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    const top = stack.at(-1);
    if (top === undefined) throw new XmlError("XML_SYNTAX");
    if (text[at] !== "<") {
      const end = text.indexOf("<", at);
      const stop = end < 0 ? text.length : end;
      addText(top, text.slice(at, stop));
      at = stop;
    } else if (text.startsWith("<!--", at)) {
      const end = text.indexOf("--", at + 4);
      if (end < 0 || text[end + 2] !== ">") throw new XmlError("XML_SYNTAX");
      top.commented = true;
      at = end + 3;
    } else if (text[at + 1] === "/") {
      at = match(END, text, at, ([, name]) => {
        if (stack.length < 2 || top.name !== name) throw new XmlError("XML_SYNTAX");
        stack.pop();
        stack.at(-1)?.children.push(closed(top));
      });
    } else {
      if (/^<!doctype/iu.test(text.slice(at, at + 9))) throw new XmlError("XML_DOCTYPE");
      elements += 1;
      if (elements > MOST_ELEMENTS || stack.length > DEEPEST) throw new XmlError("XML_SYNTAX");
      at = match(START, text, at, ([, name = "", list = "", empty]) => {
        const attributes = list === "" ? NO_ATTRIBUTES : attributesOf(list);
        if (empty === "/") top.children.push({ name, attributes, children: [], text: "" });
        else stack.push({ name, attributes, children: [], text: "", commented: false });
      });
    }
  }
  const [document, ...others] = root.children;
  const complete = stack.length === 1 && root.text.trim() === "" && others.length === 0;
  if (document === undefined || !complete) throw new XmlError("XML_SYNTAX");
  return document;
}

function closed({ name, attributes, children, text, commented }: Open): XmlElement {
  const value = text.trim();
  if (commented && value !== "") throw new XmlError("XML_SYNTAX");
  return { name, attributes, children, text: value };
}

function match(pattern: RegExp, text: string, at: number, use: (found: RegExpExecArray) => void): number {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null) throw new XmlError("XML_SYNTAX");
  use(found);
  return at + found[0].length;
}

function attributesOf(list: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", quoted = ""] of list.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) throw new XmlError("XML_SYNTAX");
    attributes.set(name, decoded(quoted.slice(1, -1).replaceAll(/[\t\n\r]/gu, " ")));
  }
  return attributes;
}

function addText(element: Open, raw: string): void {
  // Blanks between elements are the bulk of a file; they are not kept.
  if (raw.trim() === "") return;
  // Before anything is replaced in it; a character may be written with up to ten others.
  if (raw.length > 10 * LONGEST_TEXT) throw new XmlError("XML_SYNTAX");
  element.text += decoded(raw);
  if (element.text.length > LONGEST_TEXT) throw new XmlError("XML_SYNTAX");
}

function decoded(raw: string): string {
  return raw.replaceAll(/&([^;&]{0,12})(;?)/gu, (_whole, name: string, end: string) => {
    if (end !== ";") throw new XmlError("XML_SYNTAX");
    return ENTITIES[name] ?? character(name);
  });
}

function character(name: string): string {
  const found = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/u.exec(name);
  if (found === null) throw new XmlError("XML_SYNTAX");
  const code = found[1] === undefined ? Number(found[2]) : Number.parseInt(found[1], 16);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < 0x20 || surrogate || code > 0x10ffff) throw new XmlError("XML_SYNTAX");
  return String.fromCodePoint(code);
}
