import type { Form, ParseResult, Register } from "../markings/index.ts";
import { parseBanner, parsePortion, renderBanner, renderPortion } from "../markings/index.ts";

/** A marking to check: its text, its form, and the document's banner for what a portion leaves out. */
interface CheckInput {
  readonly text: string;
  readonly form: Form;
  readonly bannerContext: string | null;
}

/** No marking begins with a brace, so that a JSON object may stand where a marking stands; any other line is a marking. */
const inputOf = (line: string, form: Form): CheckInput => {
  const raw: CheckInput = { text: line, form, bannerContext: null };
  if (!line.startsWith("{")) return raw;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return raw;
  }
  const fields: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(json ?? {}));
  const { marking, form: stated = form, bannerContext = null } = fields;
  if (typeof marking !== "string" || (stated !== "banner" && stated !== "portion")) return raw;
  if (bannerContext !== null && typeof bannerContext !== "string") return raw;
  return { text: marking, form: stated, bannerContext };
};

const parsed = ({ text, form, bannerContext }: CheckInput, register: Register): ParseResult => {
  if (form === "banner") return parseBanner(text, register);
  if (bannerContext === null) return parsePortion(text, register);
  const context = parseBanner(bannerContext, register);
  return context.ok ? parsePortion(text, register, context.marking) : context;
};

/** What a line that holds a marking, or a JSON object with one, is read as; its form is the one that was read. */
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
 * object {"marking","form","bannerContext"}.
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
  const { form: read, result } = readLine(line, form, register, bannerContext);
  if (!result.ok) return JSON.stringify({ input: line, ok: false, code: result.code, message: result.message });
  const rendered = (read === "banner" ? renderBanner : renderPortion)(result.marking, register);
  return JSON.stringify({ input: line, ok: true, marking: result.marking, rendered });
};
