import type { Form } from "./marking.ts";
import { MarkingError } from "./marking.ts";

/** A marking cut into its `//` segments; nothing in it is understood yet. */
export interface Scanned {
  /** True when the marking starts with `//`: foreign or JOINT classification. */
  readonly foreign: boolean;
  readonly classification: string;
  readonly tail: readonly string[];
}

/** More than any legal marking needs: all trigraphs in two lists are below 3,000 characters. */
const MAX_CHARACTERS = 4096;

const withoutParentheses = (text: string, form: Form): string => {
  const body = form === "portion" ? text.slice(1, -1) : text;
  const framed = form === "banner" || (text.length > 1 && text.startsWith("(") && text.endsWith(")"));
  if (!framed || /[()]/.test(body)) {
    throw new MarkingError(
      "E_PAREN",
      form === "portion" ? "a portion stands in one pair of parentheses" : "a banner has no parentheses",
    );
  }
  return body;
};

/**
 * First three checks of A.2: case, parentheses, spacing; then cuts at `//`. The text comes from an attacker: it is
 * bounded, and every pattern here is linear in its length.
 * @throws MarkingError E_EMPTY, E_SYNTAX (too long), E_CASE, E_PAREN or E_SPACE.
 */
export const scan = (text: string, form: Form): Scanned => {
  if (text === "") throw new MarkingError("E_EMPTY", "the marking is empty");
  if (text.length > MAX_CHARACTERS)
    throw new MarkingError("E_SYNTAX", `the marking is longer than ${MAX_CHARACTERS} characters`);
  if (/[a-z\u0080-\uffff]/.test(text)) throw new MarkingError("E_CASE", "a marking is upper-case ASCII");
  const body = withoutParentheses(text, form);
  // Apart from U+0020 no white space or control character exists in a marking.
  if (/[^ -~]|^ | $| {2}| [-/,]|[-/] /.test(body)) {
    throw new MarkingError("E_SPACE", "a space stands where none belongs");
  }
  const foreign = body.startsWith("//");
  const [classification = "", ...tail] = (foreign ? body.slice(2) : body).split("//");
  if (classification === "") throw new MarkingError("E_EMPTY", "the classification is empty");
  return { foreign, classification, tail };
};
