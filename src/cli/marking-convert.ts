import { printAuthority } from "../markings/authority-text.ts";
import type { IsmLabel, ReadIsmLabel } from "../markings/ism-form.ts";
import { attemptLabel, ismJsonOf, ismXmlOf, LabelError, readIsmJson, readIsmXml } from "../markings/ism-form.ts";
import type { Marking } from "../markings/marking.ts";
import { MarkingError } from "../markings/marking.ts";
import type { Register } from "../markings/register.ts";
import { renderBanner, renderPortion } from "../markings/render.ts";
import { readStanag, writeStanag } from "../markings/stanag.ts";
import { readLine } from "./marking-commands.ts";
import { jsonOf } from "./marking-input.ts";

/** The forms that a marking is converted between. */
export const FORMS = ["banner", "portion", "ism", "ism-xml", "stanag4774"] as const;

/** One of the forms. */
export type LabelForm = (typeof FORMS)[number];

/** Whether a word names a form. */
export const isForm = (word: string | undefined): word is LabelForm => FORMS.some((form) => form === word);

/** XML has line ends; where they matter a line holds the text as a JSON string. */
const xmlOf = (line: string): string => {
  const text = line.startsWith('"') ? jsonOf(line) : line;
  if (typeof text !== "string") throw new LabelError("E_INPUT", "not a text");
  return text;
};

/** What conversions are made with; times are ISO 8601 with an offset, for labels that carry them. */
export interface ConvertContext {
  readonly register: Register;
  /** The document's banner, for portions that leave out its list; a line of JSON may state its own. */
  readonly bannerContext: string | null;
  readonly createdAt: string;
  readonly reviewAt: string;
}

const only = (marking: Marking): ReadIsmLabel => ({ marking, authority: null, informative: [] });

const printed =
  (form: "banner" | "portion") =>
  (line: string, { register, bannerContext }: ConvertContext): ReadIsmLabel => {
    const { result } = readLine(line, form, register, bannerContext);
    if (!result.ok) throw new MarkingError(result.code, result.message);
    return only(result.marking);
  };

const READERS: Readonly<Record<LabelForm, (line: string, context: ConvertContext) => ReadIsmLabel>> = {
  banner: printed("banner"),
  portion: printed("portion"),
  ism: (line, { register }) => readIsmJson(jsonOf(line), register),
  "ism-xml": (line, { register }) => readIsmXml(xmlOf(line), register),
  stanag4774: (line, { register }) => {
    const { marking, informative } = readStanag(xmlOf(line), register);
    return { marking, authority: null, informative };
  },
};

const WRITERS: Readonly<Record<LabelForm, (label: IsmLabel, context: ConvertContext) => unknown>> = {
  banner: ({ marking }, { register }) => renderBanner(marking, register),
  portion: ({ marking }, { register }) => renderPortion(marking, register),
  ism: ismJsonOf,
  "ism-xml": ismXmlOf,
  stanag4774: ({ marking, programs = null }, { register, createdAt, reviewAt }) => {
    // The table writes programs under SAR-DOD: of another authority's that would be untrue.
    if (programs !== null) throw new LabelError("E_MAPPING", "a program's authority is not in the mapping table");
    return writeStanag(marking, { originator: null, createdAt, reviewAt }, register);
  },
};

/** Forms that carry a classification authority block, authorities and levels of programs, and what CUI complies with. */
const WITH_AUTHORITY: readonly LabelForm[] = ["ism", "ism-xml"];

/**
 * One line of `caveat marking convert`: a marking in one form, answered in another.
 * @returns one JSON line: {"input","ok":true,"output"}, or {"input","ok":false,"code","message"}. What the new form cannot
 *   hold stands beside it: "authority", the classification authority block as it is printed, and "informative", what a
 *   label says that restricts nobody.
 */
export const convertLine = (line: string, from: LabelForm, to: LabelForm, context: ConvertContext): string => {
  const result = attemptLabel(() => {
    const label = READERS[from](line, context);
    const { authority, programs = null, compliesWith = null } = label;
    const asRead = [
      ...(programs === null ? [] : [`SARIdentifier: ${programs.join(" ")}`]),
      ...(compliesWith === null ? [] : [`compliesWith: ${compliesWith.join(" ")}`]),
    ];
    const informative = [...label.informative, ...(WITH_AUTHORITY.includes(to) ? [] : asRead)];
    return {
      output: WRITERS[to](label, context),
      ...(authority === null || WITH_AUTHORITY.includes(to) ? {} : { authority: printAuthority(authority) }),
      ...(informative.length === 0 ? {} : { informative }),
    };
  });
  return JSON.stringify(
    result.ok
      ? { input: line, ok: true, ...result.value }
      : { input: line, ok: false, code: result.code, message: result.message },
  );
};
