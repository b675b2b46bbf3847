import type { Effective } from "../markings/index.ts";
import {
  effectiveOf,
  joinEffective,
  judgeStatedBanner,
  MarkingError,
  parseBanner,
  parsePortion,
  renderBanner,
  rollUpDocument,
} from "../markings/index.ts";
import type { Contribution, Marking, ParseResult, Register } from "../markings/index.ts";

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

class InputError extends Error {}

const MEMBERS = ["portions", "bannerContext", "analyticProduct", "banner", "compilationReason"];

const membersOf = (value: unknown, known: readonly string[], what: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new InputError(`${what} is no object`);
  const stray = Object.keys(value).find((key) => !known.includes(key));
  if (stray !== undefined) throw new InputError(`${what} has the unknown member ${JSON.stringify(stray)}`);
  return Object.fromEntries(Object.entries(value));
};

const textOf = (value: unknown, what: string): string => {
  if (typeof value !== "string") throw new InputError(`${what} is no text`);
  return value;
};

const optionalTextOf = (value: unknown, what: string): string | null =>
  value === undefined || value === null ? null : textOf(value, what);

const flagOf = (value: unknown, what: string): boolean => {
  if (value !== undefined && typeof value !== "boolean") throw new InputError(`${what} is neither true nor false`);
  return value === true;
};

const dayOf = (value: unknown, what: string): string | null => {
  const day = optionalTextOf(value, what);
  if (day !== null && !/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new InputError(`${what} is no day YYYY-MM-DD`);
  return day;
};

const portionOf = (value: unknown, index: number): PortionInput => {
  if (typeof value === "string") return { marking: value, createdOn: null, exclude: false };
  const what = `portion ${index}`;
  const fields = membersOf(value, ["marking", "createdOn", "exclude"], what);
  return {
    marking: textOf(fields["marking"], `${what}.marking`),
    createdOn: dayOf(fields["createdOn"], `${what}.createdOn`),
    exclude: flagOf(fields["exclude"], `${what}.exclude`),
  };
};

const inputOf = (line: string): RollUpInput => {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    throw new InputError("not JSON");
  }
  const fields = Array.isArray(json) ? { portions: json } : membersOf(json, MEMBERS, "the document");
  const portions: unknown = fields["portions"];
  if (!Array.isArray(portions)) throw new InputError("not a JSON list of portions");
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
 *   allows, effective the join (B.1); or {"ok":false,"code","message"}: a code of A.2, E_INPUT for a line of another form,
 *   E_COMPILATION for a stated banner that is lower than its portions, or higher without a reason.
 */
export const rollupLine = (line: string, register: Register): string => {
  try {
    return JSON.stringify(answer(inputOf(line), register));
  } catch (error) {
    if (error instanceof MarkingError) return JSON.stringify({ ok: false, code: error.code, message: error.message });
    if (error instanceof InputError) return JSON.stringify({ ok: false, code: "E_INPUT", message: error.message });
    throw error;
  }
};
