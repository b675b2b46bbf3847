import fc from "fast-check";
import type { Form } from "../../src/markings/marking.ts";
import { renderBanner, renderPortion } from "../../src/markings/render.ts";
import { allMarkings } from "../markings/arbitrary.ts";
import { ownVectors, register } from "../markings/register-data.ts";

/** A text to try, in the form in which it is read. */
export interface Mutant {
  readonly text: string;
  readonly form: Form;
}

/** Small repeatable generator (mulberry32); Math.random would not repeat a failure. */
export const randomOf = (seed: number): ((bound: number) => number) => {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
};

/** Valid texts to begin with: the vectors, and markings of every category in both forms. */
const parents = (seed: number): readonly Mutant[] => [
  ...ownVectors().valid.map(({ marking, form }) => ({ text: marking, form })),
  ...["CUI", "CONTROLLED//SP-CTI", "CUI//SP-CTI/PRVCY//FED ONLY/NOFORN"].map((text) => ({
    text,
    form: "banner" as const,
  })),
  ...fc.sample(allMarkings, { seed, numRuns: 400 }).flatMap((marking) => [
    { text: renderBanner(marking, register), form: "banner" as const },
    { text: renderPortion(marking, register), form: "portion" as const },
  ]),
];

/** Every word that means something, and some that look as if they did. */
const VOCABULARY: readonly string[] = [
  ...register.reserved,
  ...[...register.dissemination, ...register.nonIc, ...register.aea, ...register.cui.controls].flatMap((rule) => [
    rule.banner,
    rule.portion,
    ...rule.titles,
  ]),
  ..."TOP SECRET|SECRET|CONFIDENTIAL|UNCLASSIFIED|RESTRICTED|TS|S|C|R|U|CTS|NS|NC|NR|NU|JOINT|FGI|USA|GBR".split("|"),
  ..."DEU|NATO|FVEY|GFNX|UK|SI|G|ABCD|TK|HCS|P|RSV|A1B|BP|123|BUTTER POPCORN|SAR-|14|SIGMA|SG|CNWDI|SP-CTI".split("|"),
  ..."PRVCY|AFG|__proto__|constructor|EYES|COMINT|KDK|ECI|MR|X1|REL TO USA, GBR|DISPLAY ONLY AFG".split("|"),
];

const SEPARATORS: readonly string[] = ["//", "/", "-", " ", ", ", ",", "(", ")", "", "///", "  "];
const CHARACTERS: readonly string[] = [
  ..."/-, ()ASRETNOFUXD019az_".split(""),
  "\u0000",
  "\n",
  "\t",
  "\u00a0",
  "é",
  "\u2028",
  "\ud800",
  "😀",
];

const byteMutant = (text: string, random: (bound: number) => number): string => {
  const at = random(text.length + 1);
  const inserted = random(3) === 0 ? "" : (CHARACTERS[random(CHARACTERS.length)] ?? "");
  return text.slice(0, at) + inserted + text.slice(at + random(3));
};

const tokenMutant = (text: string, random: (bound: number) => number): string => {
  const tokens = text.split(/(\/\/|[/ ,()-])/);
  const at = random(tokens.length);
  const other = random(tokens.length);
  const word = VOCABULARY[random(VOCABULARY.length)] ?? "";
  const separator = SEPARATORS[random(SEPARATORS.length)] ?? "";
  const kind = random(6);
  if (kind === 0) tokens.splice(at, 1);
  else if (kind === 1) tokens.splice(at, 0, tokens[other] ?? "");
  else if (kind === 2) tokens[at] = word;
  else if (kind === 3) tokens.splice(at, 0, word, separator);
  else if (kind === 4) tokens[at] = separator;
  else [tokens[at], tokens[other]] = [tokens[other] ?? "", tokens[at] ?? ""];
  return tokens.join("");
};

/** Mutants without end, the same for the same seed: one to three steps from a valid text, by byte, by token or spliced. */
export function* mutantsOf(seed: number): Generator<Mutant, never> {
  const random = randomOf(seed);
  const pool = parents(seed);
  const parent = (): Mutant => pool[random(pool.length)] ?? { text: "", form: "banner" };
  for (;;) {
    const begun = parent();
    const { text: second, form: other } = parent();
    const kind = random(24);
    const form = kind === 0 ? other : begun.form;
    const spliced = begun.text.slice(0, random(begun.text.length + 1)) + second.slice(random(second.length + 1));
    let text = kind === 1 ? spliced : begun.text;
    for (let steps = random(3) === 0 ? 2 + random(2) : 1; steps > 0; steps -= 1) {
      text = random(3) === 0 ? byteMutant(text, random) : tokenMutant(text, random);
    }
    yield { text, form };
  }
}
