import type { Form, Marking } from "../../src/markings/marking.ts";
import type { Answer } from "./answer.ts";
import { answererOf } from "./answer.ts";
import { mutantsOf } from "./mutants.ts";
import { register, registerFiles } from "../markings/register-data.ts";

/** The closed list of A.2; a code outside it is a fault. */
const CODES: ReadonlySet<string> = new Set(
  (
    "EMPTY CASE PAREN SPACE CLASS FORM UNKNOWN CATEGORY_ORDER CATEGORY_TWICE ORDER DUPLICATE SEPARATOR SYNTAX LEVEL " +
    "REQUIRES CONFLICT PRECEDENCE COUNTRY REL_USA_FIRST REL_USA_ALONE REL_CONTEXT FGI JOINT NATO NATO_NOFORN AEA " +
    "DISPLAY RETIRED"
  )
    .split(" ")
    .map((code) => `E_${code}`),
);

/** Every name of a marking that somebody chose: compartments, sub-compartments, words of programs. */
const namesIn = ({ sci, sar }: Marking): readonly string[] => [
  ...sar.flatMap(({ program }) => program.split(" ")),
  ...[...sci, ...sar].flatMap(({ compartments }) => compartments.flatMap(({ id, subs }) => [id, ...subs])),
];

const titlesBelow = (rules: typeof register.sci): readonly string[] =>
  rules.flatMap(({ titles, below }) => [...titles, ...titlesBelow(below)]);

/** Words that are read but not written: a text with one of them is printed with the abbreviation. */
const LONG_WORDS: readonly string[] = [
  ...titlesBelow(register.sci),
  ...[...register.dissemination, ...register.nonIc, ...register.aea].flatMap(({ titles }) => titles),
  "SPECIAL ACCESS REQUIRED",
  "FOREIGN GOVERNMENT INFORMATION",
  "CRITICAL NUCLEAR WEAPON DESIGN INFORMATION",
  "CONTROLLED",
];

/** What a campaign did. */
export interface FuzzReport {
  readonly seed: number;
  readonly mutants: number;
  readonly accepted: number;
  /** How many accepted texts are of each kind, `CUI` among them. */
  readonly kinds: Readonly<Record<string, number>>;
  readonly codes: Readonly<Record<string, number>>;
  /** What went wrong, each with the text that shows it; empty when all is well. */
  readonly faults: readonly string[];
}

const faultOf = (text: string, answer: Answer, again: (text: string) => Answer): string | null => {
  if (!answer.ok || answer.marking === null || answer.rendered === null)
    return CODES.has(answer.code ?? "") ? null : `the code ${answer.code} is not one of A.2`;
  const name = namesIn(answer.marking).find((word) => register.reserved.has(word));
  if (name !== undefined && !isRegistered(name)) return `the reserved word ${name} became a name`;
  const second = again(answer.rendered);
  if (JSON.stringify(second.marking) !== JSON.stringify(answer.marking)) return "printed, it reads as something else";
  if (second.rendered !== answer.rendered) return "printed twice, it differs";
  const long = LONG_WORDS.some((word) => text.includes(word));
  return answer.rendered === text || long ? null : "something of the text is dropped";
};

/** A listed compartment may have a name that is also a word elsewhere; no `any` entry may take one. */
const isRegistered = (name: string): boolean =>
  register.sci.some((rule) => rule.below.some(({ names }) => !names.any && names.list.includes(name)));

/**
 * Mutated markings against src/markings and, when given, its bundle: no crash, codes of the closed list, no reserved word
 * becomes a name, nothing is dropped, printed text reads back, and both say the same of each text.
 */
export const fuzz = (
  seed: number,
  mutants: number,
  browser: ((text: string, form: Form) => string) | null,
): FuzzReport => {
  const server = answererOf(registerFiles());
  const second = answererOf(registerFiles());
  const codes: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  const faults: string[] = [];
  let accepted = 0;
  const source = mutantsOf(seed);
  for (let i = 0; i < mutants && faults.length < 20; i += 1) {
    const { text, form } = source.next().value;
    const shown = `mutant ${i} of seed ${seed}, ${form} ${JSON.stringify(text)}`;
    try {
      const written = server(text, form);
      const answer = JSON.parse(written) as Answer;
      if (browser !== null && browser(text, form) !== written) faults.push(`${shown}: server and browser differ`);
      if (answer.ok) accepted += 1;
      else codes[answer.code ?? ""] = (codes[answer.code ?? ""] ?? 0) + 1;
      const kind = answer.marking === null ? null : answer.marking.cui === undefined ? answer.marking.kind : "CUI";
      if (kind !== null) kinds[kind] = (kinds[kind] ?? 0) + 1;
      const fault = faultOf(text, answer, (again) => JSON.parse(second(again, form)) as Answer);
      if (fault !== null) faults.push(`${shown}: ${fault}`);
    } catch (error) {
      faults.push(`${shown}: crash ${String(error)}`);
    }
  }
  return { seed, mutants, accepted, kinds, codes, faults };
};
