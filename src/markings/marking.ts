/** Classification level of a marking; R (RESTRICTED) exists only for foreign information. */
export type Level = "U" | "R" | "C" | "S" | "TS";

/** All levels, lowest first: the rank of a level is its place here. */
export const LEVELS: readonly Level[] = ["U", "R", "C", "S", "TS"];

/** A compartment and its sub-compartments, each list in marking order. */
export interface Compartment {
  readonly id: string;
  readonly subs: readonly string[];
}

/** One SCI control system (category 4). */
export interface SciControl {
  readonly system: string;
  readonly compartments: readonly Compartment[];
}

/** One special access program (category 5). */
export interface SarProgram {
  readonly program: string;
  readonly compartments: readonly Compartment[];
}

/** Restricted Data or Formerly Restricted Data with its subsets. */
export interface NuclearData {
  readonly cnwdi: boolean;
  readonly sigma: readonly number[];
}

/** Atomic Energy Act information (category 6); an absent key is an absent control. */
export interface Aea {
  readonly RD?: NuclearData;
  readonly FRD?: NuclearData;
  readonly TFNI?: true;
  readonly DCNI?: true;
  readonly UCNI?: true;
}

/** Foreign government information (category 7); concealed means that the source must not be named. */
export interface Fgi {
  readonly concealed: boolean;
  readonly sources: readonly string[];
}

/** Controlled unclassified information (standards A.6): category ids of the registry, specified ones without `SP-`. */
export interface Cui {
  readonly specified: readonly string[];
  readonly basic: readonly string[];
}

/**
 * A marking as structure (standards A.2). Every list is always present, so that a missing field is a fault and never
 * reads as "no restriction". Tokens of dissem and nonIc are the portion forms; `REL` and `DISPLAYONLY` have their
 * lists in relTo (USA first) and displayOnlyTo.
 */
export interface Marking {
  readonly kind: "US" | "NONUS" | "JOINT";
  readonly level: Level;
  readonly owners: readonly string[];
  readonly sci: readonly SciControl[];
  readonly sar: readonly SarProgram[];
  readonly aea: Aea;
  readonly natoControls: readonly string[];
  readonly fgi: Fgi | null;
  readonly dissem: readonly string[];
  readonly relTo: readonly string[];
  readonly displayOnlyTo: readonly string[];
  readonly nonIc: readonly string[];
  /**
   * Present exactly in CUI markings, which are US and UNCLASSIFIED and have no other category; their limited dissemination
   * controls stand in dissem, relTo and displayOnlyTo.
   */
  readonly cui?: Cui;
}

/** Which of the two printed forms a text has: spelled out, or abbreviated in parentheses. */
export type Form = "banner" | "portion";

/** The closed list of codes with which a marking is refused (standards A.2). */
export type MarkingErrorCode =
  | "E_EMPTY"
  | "E_CASE"
  | "E_PAREN"
  | "E_SPACE"
  | "E_CLASS"
  | "E_FORM"
  | "E_UNKNOWN"
  | "E_CATEGORY_ORDER"
  | "E_CATEGORY_TWICE"
  | "E_ORDER"
  | "E_DUPLICATE"
  | "E_SEPARATOR"
  | "E_SYNTAX"
  | "E_LEVEL"
  | "E_REQUIRES"
  | "E_CONFLICT"
  | "E_PRECEDENCE"
  | "E_COUNTRY"
  | "E_REL_USA_FIRST"
  | "E_REL_USA_ALONE"
  | "E_REL_CONTEXT"
  | "E_FGI"
  | "E_JOINT"
  | "E_NATO"
  | "E_NATO_NOFORN"
  | "E_AEA"
  | "E_DISPLAY"
  | "E_RETIRED";

/** A marking was refused. The message is public text and proposes nothing. */
export class MarkingError extends Error {
  readonly code: MarkingErrorCode;
  constructor(code: MarkingErrorCode, message: string) {
    super(message);
    this.name = "MarkingError";
    this.code = code;
  }
}

/** What reading a text gives: the structure, or why it was refused. */
export type ParseResult =
  | { readonly ok: true; readonly marking: Marking }
  | { readonly ok: false; readonly code: MarkingErrorCode; readonly message: string };

/** Foreign disclosure and release tokens (FD&R, standards A.1). */
export const RELEASE_TOKENS: readonly string[] = ["NF", "REL", "RELIDO", "DISPLAYONLY"];

/** Rank of a level, 0 (U) to 4 (TS). */
export const rankOf = (level: Level): number => LEVELS.indexOf(level);

/** The higher of two levels. */
export const higherLevel = (a: Level, b: Level): Level => (rankOf(a) >= rankOf(b) ? a : b);

/** Tokens of non-IC controls that carry NOFORN inside them (standards A.1, category 9). */
export const NOFORN_FORMS: ReadonlyMap<string, string> = new Map([
  ["SBU-NF", "SBU"],
  ["LES-NF", "LES"],
]);

/** True when the marking says NOFORN, in category 8 or inside a non-IC control. */
export const saysNoforn = (marking: Marking): boolean =>
  marking.dissem.includes("NF") || marking.nonIc.some((token) => NOFORN_FORMS.has(token));

/** Compares two identifiers in marking order: digits before letters, by ASCII (standards A.1). */
export const compareIdentifiers = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A copy sorted by `compare` and without repetitions. */
export const sortedUnique = <T>(values: Iterable<T>, compare: (a: T, b: T) => number): readonly T[] =>
  [...new Set(values)].sort(compare);
