import type { Form, ParseResult, Register } from "../markings/index.ts";
import { parseBanner, parsePortion, renderBanner, renderPortion } from "../markings/index.ts";
import { attemptLabel, LabelError } from "../markings/ism-form.ts";
import { jsonOf, membersOf } from "./marking-input.ts";

/** A marking to check: its text, its form, and the document's banner for what a portion leaves out. */
interface CheckInput {
  readonly text: string;
  readonly form: Form;
  readonly bannerContext: string | null;
}

/**
 * No marking begins with a brace, so that a JSON object may stand where a marking stands; any other line is a marking.
 * @throws {LabelError} E_INPUT for what begins with a brace and is no such object
 */
const inputOf = (line: string, form: Form): CheckInput => {
  if (!line.startsWith("{")) return { text: line, form, bannerContext: null };
  const fields = membersOf(jsonOf(line), ["marking"], ["form", "bannerContext"], "line");
  const { marking, form: stated = form, bannerContext = null } = fields;
  if (typeof marking !== "string") throw new LabelError("E_INPUT", "marking is no text");
  if (stated !== "banner" && stated !== "portion") throw new LabelError("E_INPUT", "form is banner or portion");
  if (bannerContext !== null && typeof bannerContext !== "string")
    throw new LabelError("E_INPUT", "bannerContext is no text");
  return { text: marking, form: stated, bannerContext };
};

const parsed = ({ text, form, bannerContext }: CheckInput, register: Register): ParseResult => {
  if (form === "banner") return parseBanner(text, register);
  if (bannerContext === null) return parsePortion(text, register);
  const context = parseBanner(bannerContext, register);
  return context.ok ? parsePortion(text, register, context.marking) : context;
};

/**
 * What a line that holds a marking, or a JSON object with one, is read as; its form is the one that was read.
 * @throws {LabelError} E_INPUT for an object of another form
 */
export const readLine = (
  line: string,
  form: Form,
  register: Register,
  bannerContext: string | null,
): { readonly form: Form; readonly result: ParseResult } => {
  const stated = inputOf(line, form);
  const input = { ...stated, bannerContext: stated.bannerContext ?? bannerContext };
  return { form: input.form, result: parsed(input, register) };
};

/**
 * One line of `caveat marking check`: a marking, never trimmed; an empty line is answered too. A line may also be a JSON
 * object {"marking","form","bannerContext"}; one with another member, or with one twice, is E_INPUT.
 * @param bannerContext the document's banner, for lines that do not state one; a bare REL takes its list.
 * @returns one JSON line: {"input","ok":true,"marking","rendered"} or {"input","ok":false,"code","message"}; input is the
 *   line as it came.
 */
export const checkLine = (
  line: string,
  form: Form,
  register: Register,
  bannerContext: string | null = null,
): string => {
  const read = attemptLabel(() => readLine(line, form, register, bannerContext));
  const refused = ({ code, message }: { readonly code: string; readonly message: string }): string =>
    JSON.stringify({ input: line, ok: false, code, message });
  if (!read.ok) return refused(read);
  const { result } = read.value;
  if (!result.ok) return refused(result);
  const rendered = (read.value.form === "banner" ? renderBanner : renderPortion)(result.marking, register);
  return JSON.stringify({ input: line, ok: true, marking: result.marking, rendered });
};
