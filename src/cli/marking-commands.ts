import type { Effective } from "../markings/effective.ts";
import { effectiveOf, joinEffective } from "../markings/effective.ts";
import type { Form, Marking } from "../markings/marking.ts";
import { MarkingError } from "../markings/marking.ts";
import { parseBanner, parsePortion } from "../markings/parse.ts";
import type { Register } from "../markings/register.ts";
import { renderBanner, renderPortion } from "../markings/render.ts";
import { rollUp } from "../markings/rollup.ts";

const refusal = (code: string, message: string): string => JSON.stringify({ ok: false, code, message });

/**
 * One line of `caveat marking check`: a marking, never trimmed; an empty line is answered too.
 * @returns one JSON line: {"input","ok":true,"marking","rendered"} or {"input","ok":false,"code","message"}.
 */
export const checkLine = (line: string, form: Form, register: Register): string => {
  const result = form === "banner" ? parseBanner(line, register) : parsePortion(line, register);
  if (!result.ok) return JSON.stringify({ input: line, ok: false, code: result.code, message: result.message });
  const rendered = (form === "banner" ? renderBanner : renderPortion)(result.marking, register);
  return JSON.stringify({ input: line, ok: true, marking: result.marking, rendered });
};

const portionsOf = (line: string): readonly string[] | null => {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return null;
  }
  return Array.isArray(json) && json.every((item) => typeof item === "string") ? json : null;
};

/**
 * One line of `caveat marking rollup`: a JSON list of portions.
 * @returns one JSON line: {"banner","effective"}, banner being the roll-up (A.5) and effective the join (B.1), or
 *   {"ok":false,"code","message"}; E_INPUT for a line that is no JSON list of texts. Portions count from 0.
 */
export const rollupLine = (line: string, register: Register): string => {
  const texts = portionsOf(line);
  if (texts === null) return refusal("E_INPUT", "not a JSON list of portion texts");
  const portions: Marking[] = [];
  for (const [index, text] of texts.entries()) {
    const result = parsePortion(text, register);
    if (!result.ok) return refusal(result.code, `portion ${index}: ${result.message}`);
    portions.push(result.marking);
  }
  try {
    const banner = renderBanner(rollUp(portions, register), register);
    const effective: Effective = portions.map((portion) => effectiveOf(portion, register)).reduce(joinEffective);
    return JSON.stringify({ banner, effective });
  } catch (error) {
    if (error instanceof MarkingError) return refusal(error.code, error.message);
    throw error;
  }
};
