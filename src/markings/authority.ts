import { MULTIPLE_SOURCES, readSource, sourceOf, sourceText } from "./authority-source.ts";
import type { AuthoritySource } from "./authority-source.ts";
import { AuthorityError, lineOf, printDeclassifyOn, readDeclassifyOn } from "./declassify.ts";
import type { DeclassifyOn, NotApplicable } from "./declassify.ts";
import type { Level, Marking } from "./marking.ts";
import { rankOf } from "./marking.ts";

/** A lower level from a day or an event on; a reminder for people, never an act of its own. */
export interface Downgrade {
  readonly to: Level;
  readonly on: string;
}

/** Who classified originally and for which reasons, or who classified derivatively and from what. Never both. */
export type Classifier =
  | { readonly kind: "original"; readonly by: string; readonly reasons: readonly string[] }
  | { readonly kind: "derivative"; readonly by: string; readonly sources: readonly AuthoritySource[] };

/** A classification authority block (EO 13526, 32 CFR 2001.21 and 2001.22; standards A.7). */
export interface AuthorityBlock {
  readonly classifier: Classifier;
  readonly declassifyOn: DeclassifyOn;
  readonly downgrade: Downgrade | null;
}

/** A block as people write and read it: the texts of its lines; null for a line that is not there. */
export interface AuthorityLines {
  /** Name and position, or a unique id. */
  readonly classifiedBy: string;
  /** `1.4(a)` to `1.4(h)`; empty on derived information. */
  readonly reasons: readonly string[];
  /** Title of the source, with its day where it has one, or `Multiple Sources`. */
  readonly derivedFrom: string | null;
  /** The list behind `Multiple Sources`; empty otherwise. */
  readonly sources: readonly AuthoritySource[];
  readonly declassifyOn: string;
  readonly downgradeTo: string | null;
  readonly downgradeOn: string | null;
}

/** More sources than a product has; the rest is a list of its own. */
const MOST_SOURCES = 1_000;

const LEVEL_WORDS: readonly (readonly [string, Level])[] = [
  ["SECRET", "S"],
  ["CONFIDENTIAL", "C"],
  ["UNCLASSIFIED", "U"],
];

const classifierOf = (lines: AuthorityLines): Classifier => {
  const by = lineOf(lines.classifiedBy);
  const { reasons, derivedFrom } = lines;
  if (derivedFrom === null) {
    if (reasons.length === 0) throw new AuthorityError("E_REQUIRES", "neither a reason nor a source");
    if (lines.sources.length > 0) throw new AuthorityError("E_CONFLICT", "sources stand on original classification");
    if (!reasons.every((reason) => /^1\.4\([a-h]\)$/.test(reason)))
      throw new AuthorityError("E_REASON", "a reason is 1.4(a) to 1.4(h)");
    if (new Set(reasons).size !== reasons.length) throw new AuthorityError("E_DUPLICATE", "a reason stands twice");
    if (reasons.some((reason, i) => i > 0 && reason < (reasons[i - 1] ?? "")))
      throw new AuthorityError("E_ORDER", "the reasons are not in order");
    return { kind: "original", by, reasons };
  }
  if (reasons.length > 0) throw new AuthorityError("E_CONFLICT", "a reason stands on derived information");
  if (derivedFrom !== MULTIPLE_SOURCES) {
    if (lines.sources.length > 0) throw new AuthorityError("E_SOURCES", "a list stands beside a single source");
    return { kind: "derivative", by, sources: [readSource(derivedFrom)] };
  }
  const sources = lines.sources.map(sourceOf);
  if (sources.length < 2 || sources.length > MOST_SOURCES)
    throw new AuthorityError("E_SOURCES", "multiple sources are listed, 2 to 1,000");
  if (new Set(sources.map(sourceText)).size !== sources.length)
    throw new AuthorityError("E_DUPLICATE", "a source stands twice");
  return { kind: "derivative", by, sources };
};

const downgradeOf = (to: string | null, on: string | null): Downgrade | null => {
  if (to === null && on === null) return null;
  if (to === null || on === null) throw new AuthorityError("E_REQUIRES", "a downgrade has a level and a time");
  const level = LEVEL_WORDS.find(([word]) => word === to)?.[1];
  if (level === undefined) throw new AuthorityError("E_LEVEL", "not a level to downgrade to");
  const time = readDeclassifyOn(on);
  if (time.kind !== "date" && time.kind !== "event")
    throw new AuthorityError("E_DATE", "a downgrade is on a day or an event");
  return { to: level, on: time.kind === "date" ? time.date : time.event };
};

/**
 * Reads the lines of a block strictly (standards A.7): a reason only on original classification, a source only on derived,
 * the list behind `Multiple Sources`, and "Declassify On" in one of its forms. The texts may come from an attacker.
 * @throws {AuthorityError}
 */
export const readAuthority = (lines: AuthorityLines): AuthorityBlock => ({
  classifier: classifierOf(lines),
  declassifyOn: readDeclassifyOn(lines.declassifyOn),
  downgrade: downgradeOf(lines.downgradeTo, lines.downgradeOn),
});

/** The lines of a block; reading them gives the block. */
export const linesOf = ({ classifier, declassifyOn, downgrade }: AuthorityBlock): AuthorityLines => {
  const sources = classifier.kind === "derivative" ? classifier.sources : [];
  const [first] = sources;
  return {
    classifiedBy: classifier.by,
    reasons: classifier.kind === "original" ? classifier.reasons : [],
    derivedFrom: first === undefined ? null : sources.length > 1 ? MULTIPLE_SOURCES : sourceText(first),
    sources: sources.length > 1 ? sources : [],
    declassifyOn: printDeclassifyOn(declassifyOn),
    downgradeTo: downgrade === null ? null : (LEVEL_WORDS.find(([, level]) => level === downgrade.to)?.[0] ?? null),
    downgradeOn: downgrade?.on ?? null,
  };
};

/** Information of the marking to which no date belongs, or null (standards A.7; the Atomic Energy Act is not EO 13526). */
export const notApplicableTo = ({ aea, owners, fgi }: Marking): NotApplicable | null => {
  const nuclear = aea.RD !== undefined || aea.FRD !== undefined || aea.TFNI !== undefined;
  const nato = owners.includes("NATO") || fgi?.sources.includes("NATO") === true;
  return nato ? (nuclear ? "NATO-AEA" : "NATO") : nuclear ? "AEA" : null;
};

/**
 * Whether a block may stand on a marking: what is unclassified has none, a downgrade goes below the level, and RD, FRD,
 * TFNI and NATO information has no date.
 * @throws {AuthorityError} E_LEVEL or E_CONFLICT
 */
export const checkAuthority = ({ downgrade, declassifyOn }: AuthorityBlock, marking: Marking): void => {
  if (marking.level === "U")
    throw new AuthorityError("E_LEVEL", "unclassified information has no classification authority");
  if (downgrade !== null && rankOf(downgrade.to) >= rankOf(marking.level))
    throw new AuthorityError("E_LEVEL", "a downgrade goes below the level");
  const needed = notApplicableTo(marking)?.split("-") ?? [];
  const said = declassifyOn.kind === "none" ? declassifyOn.because.split("-") : [];
  if (!needed.every((word) => said.includes(word)))
    throw new AuthorityError("E_CONFLICT", "information of the Atomic Energy Act or of NATO has no date");
};
