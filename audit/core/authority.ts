import { FormatError } from "./errors.ts";
import { arrayOf, exactObject, stringOf, type Json } from "./jcs.ts";

/** One source of a delivery's classification. */
export interface ManifestSource {
  readonly title: string;
  /** YYYYMMDD; null where it is cited without a day. */
  readonly date: string | null;
}

/** The classification authority block of a delivery, which is always derived (32 CFR 2001.22). */
export interface ManifestAuthority {
  readonly classifiedBy: string;
  readonly derivedFrom: string;
  /** The list behind `Multiple Sources`; empty beside a single source. */
  readonly sources: readonly ManifestSource[];
  readonly declassifyOn: string;
}

const DAY = /^(?:19|2[0-9])[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$/;
const LINE = /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u;
const NOT_APPLICABLE =
  /^N\/A to (NATO|RD\/FRD\/TFNI|NATO and RD\/FRD\/TFNI) portions\. See source list for NSI portions\.$/;

/** What "Declassify On" says, as far as two of them are compared: its rung, most restrictive first, and its day. */
interface Instruction {
  readonly rung: number;
  readonly day: string | null;
  /** Kinds of information without a day. */
  readonly without: readonly string[];
}

const RUNGS: readonly RegExp[] = [
  NOT_APPLICABLE,
  /^75X$/,
  /^(?:50X1-HUM|50X2-WMD)$/,
  /^50X[1-9](?:, (\d{8}))?$/,
  /^25X1, EO 12951$/,
  /^25X[1-9](?:, (\d{8}))?$/,
  /^(\d{8})$/,
  /^(?:\p{L}.*\p{Ll}|(?!\d+X)[\p{L}\d]\S* .*\p{L}{2})/u,
];

/** Titles that without a day would be taken for something else. */
const NEEDS_A_DAY = /^multiple sources?$|,\s*dated\b|\bdated\s+\S*\d/iu;

/** Whether the days of sources are days, and a title without one is a title. */
const isSource = (title: string, date: string | null): boolean =>
  date === null ? !NEEDS_A_DAY.test(title) : DAY.test(date);

function instructionOf(text: string): Instruction {
  for (const [rung, form] of RUNGS.entries()) {
    const found = form.exec(text);
    if (found === null) continue;
    if (rung === 0) return { rung, day: null, without: (found[1] ?? "").split(" and ") };
    const day = found[1] ?? null;
    if (day !== null && !DAY.test(day)) break;
    return { rung, day, without: [] };
  }
  throw new FormatError("MANIFEST", "a time of declassification that is none");
}

/** "Declassify On" of a file; null when it is unclassified. Throws FormatError. */
export function parseDeclassifyOn(value: Json | undefined, level: Json | undefined): string | null {
  if ((value === null) !== (level === "U"))
    throw new FormatError("MANIFEST", "classified, and unclassified alone, is what has a time of declassification");
  if (value === null) return null;
  const text = stringOf(value, "a time of declassification", LINE);
  instructionOf(text);
  return text;
}

/** The block of the whole; null when it is unclassified. Throws FormatError. */
export function parseAuthority(value: Json | undefined, level: Json | undefined): ManifestAuthority | null {
  if ((value === null) !== (level === "U"))
    throw new FormatError("MANIFEST", "classified, and unclassified alone, is what has a classification authority");
  if (value === null) return null;
  const block = exactObject(value, ["classifiedBy", "declassifyOn", "derivedFrom", "sources"], "the authority");
  const sources = arrayOf(block.sources, "the sources", 1_000).map((item) => {
    const source = exactObject(item, ["date", "title"], "a source");
    const title = stringOf(source.title, "the title of a source", LINE);
    const date = source.date === null ? null : stringOf(source.date, "the day of a source", DAY);
    if (!isSource(title, date)) throw new FormatError("MANIFEST", "a source whose day is not told");
    return { title, date };
  });
  const derivedFrom = stringOf(block.derivedFrom, "what it is derived from", LINE, 250);
  const [, title = derivedFrom, day = null] = /^(.+), dated (\d{8})$/.exec(derivedFrom) ?? [];
  const complete =
    derivedFrom === "Multiple Sources" ? sources.length > 1 : sources.length === 0 && isSource(title, day);
  if (!complete)
    throw new FormatError("MANIFEST", "a single source is a title, with its day or without, several are listed");
  const declassifyOn = stringOf(block.declassifyOn, "the time of declassification", LINE);
  instructionOf(declassifyOn);
  return { classifiedBy: stringOf(block.classifiedBy, "who classified", LINE), derivedFrom, sources, declassifyOn };
}

/**
 * Whether the whole is declassified no earlier than a part: no less restrictive by the hierarchy, every kind without a day
 * kept, and a day no earlier than the part's.
 */
export function declassifiesNoEarlier(whole: string, part: string): boolean {
  const [above, below] = [instructionOf(whole), instructionOf(part)];
  if (above.rung > below.rung) return false;
  if (!below.without.every((kind) => above.without.includes(kind))) return false;
  if (above.day === null) return above.rung < 7 || whole === part;
  // An exemption at 50 years without a day reaches further than any day.
  return below.day === null ? below.rung !== 3 : above.day >= below.day;
}
