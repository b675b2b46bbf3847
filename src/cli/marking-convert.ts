import {
  attemptLabel,
  ismJsonOf,
  ismXmlOf,
  LabelError,
  markingOfIsmJson,
  markingOfIsmXml,
} from "../markings/ism-form.ts";
import type { Marking } from "../markings/marking.ts";
import { MarkingError } from "../markings/marking.ts";
import { parseBanner, parsePortion } from "../markings/parse.ts";
import type { Register } from "../markings/register.ts";
import { renderBanner, renderPortion } from "../markings/render.ts";
import { readStanag, writeStanag } from "../markings/stanag.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { parseStrictJson } from "../policy/strict-json.ts";

/** The forms that a marking is converted between. */
export const FORMS = ["banner", "portion", "ism", "ism-xml", "stanag4774"] as const;

/** One of the forms. */
export type LabelForm = (typeof FORMS)[number];

/** Whether a word names a form. */
export const isForm = (word: string | undefined): word is LabelForm => FORMS.some((form) => form === word);

const jsonOf = (line: string): unknown => {
  try {
    return parseStrictJson(line);
  } catch (error) {
    if (error instanceof PolicyError) throw new LabelError("E_INPUT", "not JSON, or a member stands twice");
    throw error;
  }
};

/** XML has line ends; where they matter a line holds the text as a JSON string. */
const xmlOf = (line: string): string => {
  const text = line.startsWith('"') ? jsonOf(line) : line;
  if (typeof text !== "string") throw new LabelError("E_INPUT", "not a text");
  return text;
};

const parsed = (result: ReturnType<typeof parseBanner>): Marking => {
  if (!result.ok) throw new MarkingError(result.code, result.message);
  return result.marking;
};

/** What conversions are made with; times are ISO 8601 with an offset, for labels that carry them. */
export interface ConvertContext {
  readonly register: Register;
  readonly createdAt: string;
  readonly reviewAt: string;
}

interface Read {
  readonly marking: Marking;
  /** What the label says beside the marking and its new form cannot hold. */
  readonly informative: readonly string[];
}

const READERS: Readonly<Record<LabelForm, (line: string, register: Register) => Marking | Read>> = {
  banner: (line, register) => parsed(parseBanner(line, register)),
  portion: (line, register) => parsed(parsePortion(line, register)),
  ism: (line, register) => markingOfIsmJson(jsonOf(line), register),
  "ism-xml": (line, register) => markingOfIsmXml(xmlOf(line), register),
  stanag4774: (line, register) => readStanag(xmlOf(line), register),
};

const read = (line: string, from: LabelForm, register: Register): Read => {
  const result = READERS[from](line, register);
  return "marking" in result ? result : { marking: result, informative: [] };
};

const WRITERS: Readonly<Record<LabelForm, (marking: Marking, context: ConvertContext) => unknown>> = {
  banner: (marking, { register }) => renderBanner(marking, register),
  portion: (marking, { register }) => renderPortion(marking, register),
  ism: ismJsonOf,
  "ism-xml": ismXmlOf,
  stanag4774: (marking, { register, createdAt, reviewAt }) =>
    writeStanag(marking, { originator: null, createdAt, reviewAt }, register),
};

/**
 * One line of `caveat marking convert`: a marking in one form, answered in another.
 * @returns one JSON line: {"input","ok":true,"output"}, with "informative" where a label says what restricts nobody, or
 *   {"input","ok":false,"code","message"}.
 */
export const convertLine = (line: string, from: LabelForm, to: LabelForm, context: ConvertContext): string => {
  const result = attemptLabel(() => {
    const { marking, informative } = read(line, from, context.register);
    return { output: WRITERS[to](marking, context), ...(informative.length === 0 ? {} : { informative }) };
  });
  return JSON.stringify(
    result.ok
      ? { input: line, ok: true, ...result.value }
      : { input: line, ok: false, code: result.code, message: result.message },
  );
};
