import { UnreadableError } from "./reading.ts";

/** An element: its name, its child elements in order, and its text with the blanks around it removed. */
export interface XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly children: XmlElement[];
  text: string;
}

/** Elements inside elements; VOC needs five. */
const DEEPEST = 16;
/** Elements of one file. */
const MOST_ELEMENTS = 4_000_000;
/** Longest text of one element, in UTF-16 code units. */
const LONGEST_TEXT = 4_000;

const NAME = "[A-Za-z_][A-Za-z0-9_.-]{0,63}";
// Every repetition is bounded: an endless list of attributes would exhaust the matcher's stack instead of being refused.
const START = new RegExp(
  `<(${NAME})((?:\\s{1,100}${NAME}\\s{0,9}=\\s{0,9}(?:"[^"<&]{0,1000}"|'[^'<&]{0,1000}')){0,32})\\s{0,100}(/?)>`,
  "uy",
);
const END = new RegExp(`</(${NAME})\\s{0,100}>`, "uy");
const DECLARATION =
  /^<\?xml\s+version=["']1\.[01]["'](?:\s+encoding=["'](?:utf-8|us-ascii)["'])?(?:\s+standalone=["'](?:yes|no)["'])?\s*\?>/iu;
const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/**
 * Reads the small part of XML 1.0 that annotation files use: elements, text, comments, attributes (skipped), the five
 * predefined entities and character references, UTF-8. Everything else is refused, above all a document type declaration
 * (XML_DOCTYPE: entities and external subsets come with it), but also CDATA, processing instructions and other entities
 * (XML_SYNTAX). The text is untrusted: work is linear in its length and nothing outside it is ever read.
 */
export function readXml(text: string): XmlElement {
  const root: Open = { name: "", children: [], text: "" };
  const stack: Open[] = [root];
  let elements = 0;
  let at = DECLARATION.exec(text)?.[0].length ?? 0;
  while (at < text.length) {
    const top = stack.at(-1);
    if (top === undefined) throw new UnreadableError("XML_SYNTAX");
    if (text[at] !== "<") {
      const end = text.indexOf("<", at);
      const stop = end < 0 ? text.length : end;
      addText(top, text.slice(at, stop));
      at = stop;
    } else if (text.startsWith("<!--", at)) {
      const end = text.indexOf("--", at + 4);
      if (end < 0 || text[end + 2] !== ">") throw new UnreadableError("XML_SYNTAX");
      at = end + 3;
    } else if (text[at + 1] === "/") {
      at = match(END, text, at, ([, name]) => {
        if (stack.length < 2 || top.name !== name) throw new UnreadableError("XML_SYNTAX");
        stack.pop();
        stack.at(-1)?.children.push({ ...top, text: top.text.trim() });
      });
    } else {
      if (/^<!doctype/iu.test(text.slice(at, at + 9))) throw new UnreadableError("XML_DOCTYPE");
      elements += 1;
      if (elements > MOST_ELEMENTS || stack.length > DEEPEST) throw new UnreadableError("XML_SYNTAX");
      at = match(START, text, at, ([, name = "", , empty]) => {
        if (empty === "/") top.children.push({ name, children: [], text: "" });
        else stack.push({ name, children: [], text: "" });
      });
    }
  }
  const [document, ...others] = root.children;
  const complete = stack.length === 1 && root.text.trim() === "" && others.length === 0;
  if (document === undefined || !complete) throw new UnreadableError("XML_SYNTAX");
  return document;
}

function match(pattern: RegExp, text: string, at: number, use: (found: RegExpExecArray) => void): number {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (found === null) throw new UnreadableError("XML_SYNTAX");
  use(found);
  return at + found[0].length;
}

function addText(element: Open, raw: string): void {
  // Blanks between elements are the bulk of a file; they are not kept.
  if (raw.trim() === "") return;
  // Before anything is replaced in it; a character may be written with up to ten others.
  if (raw.length > 10 * LONGEST_TEXT) throw new UnreadableError("XML_SYNTAX");
  element.text += raw.replaceAll(/&([^;&]{0,12})(;?)/gu, (_whole, name: string, end: string) => {
    if (end !== ";") throw new UnreadableError("XML_SYNTAX");
    return ENTITIES[name] ?? character(name);
  });
  if (element.text.length > LONGEST_TEXT) throw new UnreadableError("XML_SYNTAX");
}

function character(name: string): string {
  const found = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/u.exec(name);
  if (found === null) throw new UnreadableError("XML_SYNTAX");
  const code = found[1] === undefined ? Number(found[2]) : Number.parseInt(found[1], 16);
  const surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < 0x20 || surrogate || code > 0x10ffff) throw new UnreadableError("XML_SYNTAX");
  return String.fromCodePoint(code);
}
