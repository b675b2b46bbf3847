import type { Effective } from "../markings/index.ts";
import {
  effectiveOf,
  isCalendarDay,
  joinEffective,
  judgeStatedBanner,
  MarkingError,
  parseBanner,
  parsePortion,
  renderBanner,
  rollUpDocument,
} from "../markings/index.ts";
import type { Contribution, Marking, ParseResult, Register } from "../markings/index.ts";
import { attemptLabel, LabelError } from "../markings/ism-form.ts";
import { jsonOf, membersOf } from "./marking-input.ts";

/** A document as `caveat marking rollup` reads it; only `portions` is needed. */
interface RollUpInput {
  readonly portions: readonly PortionInput[];
  readonly bannerContext: string | null;
  readonly analyticProduct: boolean;
  readonly banner: string | null;
  readonly compilationReason: string | null;
}

interface PortionInput {
  readonly marking: string;
  readonly createdOn: string | null;
  readonly exclude: boolean;
}

const textOf = (value: unknown, what: string): string => {
  if (typeof value !== "string") throw new LabelError("E_INPUT", `${what} is no text`);
  return value;
};

const optionalTextOf = (value: unknown, what: string): string | null =>
  value === undefined || value === null ? null : textOf(value, what);

const flagOf = (value: unknown, what: string): boolean => {
  if (value !== undefined && typeof value !== "boolean")
    throw new LabelError("E_INPUT", `${what} is neither true nor false`);
  return value === true;
};

const dayOf = (value: unknown, what: string): string | null => {
  const day = optionalTextOf(value, what);
  if (day !== null && !isCalendarDay(day)) throw new LabelError("E_INPUT", `${what} is no day YYYY-MM-DD`);
  return day;
};

const portionOf = (value: unknown, index: number): PortionInput => {
  if (typeof value === "string") return { marking: value, createdOn: null, exclude: false };
  const what = `portion ${index}`;
  const fields = membersOf(value, ["marking"], ["createdOn", "exclude"], what);
  return {
    marking: textOf(fields["marking"], `${what}.marking`),
    createdOn: dayOf(fields["createdOn"], `${what}.createdOn`),
    exclude: flagOf(fields["exclude"], `${what}.exclude`),
  };
};

const OPTIONAL = ["bannerContext", "analyticProduct", "banner", "compilationReason"];

const inputOf = (line: string): RollUpInput => {
  const json = jsonOf(line);
  const fields = Array.isArray(json) ? { portions: json } : membersOf(json, ["portions"], OPTIONAL, "document");
  const portions: unknown = fields["portions"];
  if (!Array.isArray(portions)) throw new LabelError("E_INPUT", "not a JSON list of portions");
  return {
    portions: portions.map(portionOf),
    bannerContext: optionalTextOf(fields["bannerContext"], "bannerContext"),
    analyticProduct: flagOf(fields["analyticProduct"], "analyticProduct"),
    banner: optionalTextOf(fields["banner"], "banner"),
    compilationReason: optionalTextOf(fields["compilationReason"], "compilationReason"),
  };
};

const marked = (result: ParseResult, what: string): Marking => {
  if (!result.ok) throw new MarkingError(result.code, `${what}: ${result.message}`);
  return result.marking;
};

const COMPILATION = {
  lower: "the stated banner is lower than its portions",
  reasonMissing: "a banner above its portions needs a compilationReason",
} as const;

const answer = (input: RollUpInput, register: Register): unknown => {
  const context =
    input.bannerContext === null ? undefined : marked(parseBanner(input.bannerContext, register), "bannerContext");
  const read = input.portions.map(({ marking, createdOn, exclude }, index) => {
    const portion = marked(parsePortion(marking, register, context), `portion ${index}`);
    return { contribution: { marking: portion, createdOn }, exclude };
  });
  const portions: readonly Contribution[] = read.filter(({ exclude }) => !exclude).map((entry) => entry.contribution);
  const { banner, reasons } = rollUpDocument(portions, register, input.analyticProduct);
  const stated = input.banner === null ? null : marked(parseBanner(input.banner, register), "banner");
  if (stated !== null) {
    const verdict = judgeStatedBanner(stated, portions, input.compilationReason, register, input.analyticProduct);
    if (verdict === "lower" || verdict === "reasonMissing")
      return { ok: false, code: "E_COMPILATION", message: COMPILATION[verdict] };
  }
  // What is left out of the banner still decides access.
  const all = [...read.map((entry) => entry.contribution.marking), ...(stated === null ? [] : [stated])];
  const effective: Effective = all.map((marking) => effectiveOf(marking, register)).reduce(joinEffective);
  const rolledUp = renderBanner(banner, register);
  return stated === null
    ? { banner: rolledUp, effective, reasons }
    : { banner: renderBanner(stated, register), effective, reasons, rolledUp };
};

/**
 * One line of `caveat marking rollup`: a JSON list of portion texts, or a document with them. Portions count from 0.
 * @returns one JSON line: {"banner","effective","reasons"}, banner being the roll-up (A.5) or the stated banner that it
 *   allows, effective the join (B.1); or {"ok":false,"code","message"}: a code of A.2, E_INPUT for a line of another form
 *   (an unknown member, one that stands twice, a day of no calendar), E_COMPILATION for a stated banner that is lower than
 *   its portions, or higher without a reason.
 */
export const rollupLine = (line: string, register: Register): string => {
  const result = attemptLabel(() => answer(inputOf(line), register));
  return JSON.stringify(result.ok ? result.value : result);
};
