import type { Effective } from "./effective.ts";
import { compareIdentifiers, sortedUnique } from "./marking.ts";

/**
 * Kinds of lists that name readers (standards B.1 #9 to #11): ORCON, PROPIN, EXDIS and NODIS lists of an originator, and
 * need-to-know profiles. Closed: a token of any other kind is refused where access is decided.
 */
export const LIST_KINDS = ["NTK", "OC", "PR", "XD", "ND"] as const;

/** A kind of the closed list. */
export type ListKind = (typeof LIST_KINDS)[number];

/** The form of a list's id: a UUID here, any short name in tables. It never is the sign for no list. */
export const LIST_ID_PATTERN = /^[0-9a-z][0-9a-z-]{0,63}$/;

/** What a caller adds to a marking. */
export const LIST_DEMAND_PATTERN =
  /^(?:(?:OC|PR|XD|ND):[0-9a-z][0-9a-z-]{0,63}|NTK:[0-9a-z][0-9a-z-]{0,63}(?:\|[0-9a-z][0-9a-z-]{0,63})*)$/;

/** Controls that a list must stand behind, each with the kind of that list. */
const LISTED: ReadonlyMap<string, ListKind> = new Map<string, ListKind>([
  ["OC", "OC"],
  ["OC-USGOV", "OC"],
  ["PR", "PR"],
  ["XD", "XD"],
  ["ND", "ND"],
]);

/** Stands for a list that nobody made: no reader can hold it. */
const NO_LIST = "-";

/** What a marking asks of a reader: for a control (or NTK) one of the lists must name him. */
export interface ListToken {
  readonly control: string;
  readonly kind: ListKind;
  /** Ids of lists of which one must name the reader; empty when no list was made, so that none can. */
  readonly anyOf: readonly string[];
}

/** A demand that a caller adds to a marking: one of these lists, all of the same kind, must name the reader. */
export interface ListDemand {
  readonly kind: ListKind;
  readonly anyOf: readonly string[];
}

/** Whether somebody with this control must be in a list of its kind. */
export const needsList = (control: string): boolean => LISTED.has(control);

/** The tokens of a marking on which no list was named: each is satisfied by nobody. */
export const unlistedTokens = (controls: readonly string[]): readonly string[] =>
  controls.filter(needsList).map((control) => `${control}:${NO_LIST}`);

/** Reads a token of the axis `lists`: 'OC:id', 'OC-USGOV:id', 'NTK:id|id', 'ND:-'; null for one whose rule is not stated. */
export const readListToken = (token: string): ListToken | null => {
  const colon = token.indexOf(":");
  const control = token.slice(0, Math.max(colon, 0));
  const kind = control === "NTK" ? "NTK" : LISTED.get(control);
  const ids = token.slice(colon + 1);
  if (kind === undefined) return null;
  if (ids === NO_LIST) return kind === "NTK" ? null : { control, kind, anyOf: [] };
  const anyOf = ids.split("|");
  return anyOf.every((id) => LIST_ID_PATTERN.test(id)) ? { control, kind, anyOf } : null;
};

/** Reads what a caller adds to a marking: 'OC:id', 'ND:id', 'NTK:id|id' (one of them); null when it has another form. */
export const readListDemand = (text: string): ListDemand | null => {
  const kind = LIST_KINDS.find((known) => text.startsWith(`${known}:`));
  if (kind === undefined || !LIST_DEMAND_PATTERN.test(text)) return null;
  return { kind, anyOf: text.slice(kind.length + 1).split("|") };
};

/**
 * The marking under lists: each demand binds the controls of its kind, lists of `inherited` bind as they did before, and a
 * control with a list is no longer without one. Null when a demand has no control to bind, or several lists for one control
 * that is no need-to-know profile: a reader of ORCON is in the originator's list, not in one of several.
 */
export const underLists = (
  effective: Effective,
  demands: readonly ListDemand[],
  inherited: readonly string[] = [],
): Effective | null => {
  const added: string[] = [];
  for (const { kind, anyOf } of demands) {
    const ids = sortedUnique(anyOf, compareIdentifiers);
    const controls = kind === "NTK" ? ["NTK"] : effective.controls.filter((control) => LISTED.get(control) === kind);
    if (ids.length === 0 || controls.length === 0 || (kind !== "NTK" && ids.length > 1)) return null;
    added.push(...controls.map((control) => `${control}:${ids.join("|")}`));
  }
  const bound = [...added, ...inherited];
  const controlOf = (token: string): string => token.slice(0, token.indexOf(":"));
  const own = effective.lists.filter(
    (token) => !token.endsWith(`:${NO_LIST}`) || !bound.some((other) => controlOf(other) === controlOf(token)),
  );
  return { ...effective, lists: sortedUnique([...own, ...bound], compareIdentifiers) };
};
