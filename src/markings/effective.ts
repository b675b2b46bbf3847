import type { Compartment, Level, Marking } from "./marking.ts";
import {
  compareIdentifiers,
  higherLevel,
  LEVELS,
  NOFORN_FORMS,
  rankOf,
  RELEASE_TOKENS,
  saysNoforn,
  sortedUnique,
} from "./marking.ts";
import { expandForAccess } from "./country.ts";
import { unlistedTokens } from "./lists.ts";
import type { Register } from "./register.ts";

/**
 * The effective marking: an element of the lattice of standards B.1, which decides access. It is not the banner, which
 * drops controls (A.5 step 11). Canonical: every list is sorted and without repetitions, so that equal elements have
 * equal JSON.
 */
export interface Effective {
  readonly level: Level;
  /** SCI tokens with their parents: SI, SI-G, SI-G-ABCD. */
  readonly sci: readonly string[];
  /** SAP tokens with their parents, without the prefix: BP, BP-123. */
  readonly sar: readonly string[];
  /** RD, RD-CNWDI, RD-SG-14, FRD, FRD-SG-14, TFNI, DCNI, UCNI. */
  readonly aea: readonly string[];
  /** For NATO information its level and every lower one (NATO-C, NATO-R, NATO-U), and ATOMAL, BALK, BOHEMIA. */
  readonly nato: readonly string[];
  /** Foreign sources and owners; `*` for a concealed one. */
  readonly fgi: readonly string[];
  /** Dissemination, non-IC and CUI controls (CUI, CUI-SP-CTI, CUI-PRVCY, FED_ONLY) that are not FD&R. RELIDO is FD&R: it restricts nobody and stands nowhere here. */
  readonly controls: readonly string[];
  readonly noforn: boolean;
  /**
   * Countries to which it is released, groups expanded, with USA, which stands in every REL TO; `["*"]` (only BOTTOM) is
   * every country. USA stands here for US persons and organisations that are no agency's (standards B.1 #7).
   */
  readonly relTo: readonly string[];
  /** Foreign countries that may view it: always a superset of the foreign ones in relTo. */
  readonly displayTo: readonly string[];
  /** Countries that own a JOINT marking, with USA, groups expanded; null when it is not JOINT. */
  readonly jointOwners: readonly string[] | null;
  /** Lists that must name the reader, all of them (lists.ts): `OC:id`, `NTK:id|id`; `OC:-` for ORCON without a list. */
  readonly lists: readonly string[];
}

/** Stands for every country in BOTTOM; no country has this code, so a membership test that ignores it denies. */
const EVERY: readonly string[] = ["*"];

/** The least element: unclassified, no control, released to all. join(BOTTOM, a) = a. No marking has this value. */
export const BOTTOM: Effective = {
  level: "U",
  sci: [],
  sar: [],
  aea: [],
  nato: [],
  fgi: [],
  controls: [],
  noforn: false,
  relTo: EVERY,
  displayTo: EVERY,
  jointOwners: null,
  lists: [],
};

const canonical = (values: Iterable<string>): readonly string[] => sortedUnique(values, compareIdentifiers);

const withParents = (name: string, compartments: readonly Compartment[]): readonly string[] => [
  name,
  ...compartments.flatMap(({ id, subs }) => [`${name}-${id}`, ...subs.map((sub) => `${name}-${id}-${sub}`)]),
];

const aeaTokens = ({ aea }: Marking): readonly string[] => [
  ...Object.keys(aea),
  ...(aea.RD?.cnwdi === true ? ["RD-CNWDI"] : []),
  ...(aea.RD?.sigma ?? []).map((number) => `RD-SG-${number}`),
  ...(aea.FRD?.sigma ?? []).map((number) => `FRD-SG-${number}`),
];

/** With the lower ones, so that raising NATO information raises it in the lattice, whose order is that of sets. */
const natoLevels = (level: Level): readonly string[] =>
  LEVELS.filter((lower) => rankOf(lower) <= rankOf(level)).map((lower) => `NATO-${lower}`);

const cuiTokens = ({ cui }: Marking): readonly string[] =>
  cui === undefined ? [] : ["CUI", ...cui.specified.map((id) => `CUI-SP-${id}`), ...cui.basic.map((id) => `CUI-${id}`)];

const foreignSources = ({ kind, owners, fgi }: Marking): readonly string[] => {
  const named =
    kind === "US" ? [] : owners.filter((owner) => owner !== "USA").map((owner) => (owner === "FGI" ? "*" : owner));
  return [...named, ...(fgi === null ? [] : fgi.concealed ? ["*"] : fgi.sources)];
};

/**
 * The effective marking of one marking (standards B.1). A marking without any FD&R mark is released to nobody. A control
 * that needs a list has none yet (`underLists` names it), so that nobody reads.
 * @param marking a marking that parsed under `register`.
 */
export const effectiveOf = (marking: Marking, register: Register): Effective => {
  const sources = foreignSources(marking);
  const relTo = expandForAccess(marking.relTo, register);
  const seeing = expandForAccess([...marking.relTo, ...marking.displayOnlyTo], register);
  const controls = [
    ...marking.dissem.filter((token) => !RELEASE_TOKENS.includes(token)),
    ...marking.nonIc.map((token) => NOFORN_FORMS.get(token) ?? token),
    ...cuiTokens(marking),
  ];
  return {
    level: marking.level,
    sci: canonical(marking.sci.flatMap(({ system, compartments }) => withParents(system, compartments))),
    sar: canonical(marking.sar.flatMap(({ program, compartments }) => withParents(program, compartments))),
    aea: canonical(aeaTokens(marking)),
    nato: canonical([...(sources.includes("NATO") ? natoLevels(marking.level) : []), ...marking.natoControls]),
    fgi: canonical(sources),
    controls: canonical(controls),
    noforn: saysNoforn(marking),
    relTo,
    displayTo: seeing.filter((code) => code !== "USA"),
    jointOwners: marking.kind === "JOINT" ? expandForAccess(marking.owners, register) : null,
    lists: canonical(unlistedTokens(controls)),
  };
};

const union = (a: readonly string[], b: readonly string[]): readonly string[] => canonical([...a, ...b]);
const common = (a: readonly string[], b: readonly string[]): readonly string[] => a.filter((item) => b.includes(item));
const within = (a: readonly string[], b: readonly string[]): boolean => a.every((item) => b.includes(item));
const isEvery = (countries: readonly string[]): boolean => countries[0] === "*";
const fewer = (a: readonly string[], b: readonly string[]): readonly string[] =>
  isEvery(a) ? b : isEvery(b) ? a : common(a, b);
const more = (a: readonly string[], b: readonly string[]): readonly string[] =>
  isEvery(a) || isEvery(b) ? EVERY : union(a, b);

/** Least upper bound: what an aggregate or a derived object carries (standards B.1). */
export const joinEffective = (a: Effective, b: Effective): Effective => ({
  level: higherLevel(a.level, b.level),
  sci: union(a.sci, b.sci),
  sar: union(a.sar, b.sar),
  aea: union(a.aea, b.aea),
  nato: union(a.nato, b.nato),
  fgi: union(a.fgi, b.fgi),
  controls: union(a.controls, b.controls),
  noforn: a.noforn || b.noforn,
  relTo: fewer(a.relTo, b.relTo),
  displayTo: fewer(a.displayTo, b.displayTo),
  jointOwners:
    a.jointOwners === null
      ? b.jointOwners
      : b.jointOwners === null
        ? a.jointOwners
        : common(a.jointOwners, b.jointOwners),
  lists: union(a.lists, b.lists),
});

/** Greatest lower bound: a ceiling made of several ceilings. */
export const meetEffective = (a: Effective, b: Effective): Effective => ({
  level: rankOf(a.level) <= rankOf(b.level) ? a.level : b.level,
  sci: common(a.sci, b.sci),
  sar: common(a.sar, b.sar),
  aea: common(a.aea, b.aea),
  nato: common(a.nato, b.nato),
  fgi: common(a.fgi, b.fgi),
  controls: common(a.controls, b.controls),
  noforn: a.noforn && b.noforn,
  relTo: more(a.relTo, b.relTo),
  displayTo: more(a.displayTo, b.displayTo),
  jointOwners: a.jointOwners === null || b.jointOwners === null ? null : union(a.jointOwners, b.jointOwners),
  lists: common(a.lists, b.lists),
});

/** True when `a` is at least as restrictive as `b` in every part; two markings may dominate each other neither way. */
export const dominates = (a: Effective, b: Effective): boolean =>
  rankOf(a.level) >= rankOf(b.level) &&
  within(b.sci, a.sci) &&
  within(b.sar, a.sar) &&
  within(b.aea, a.aea) &&
  within(b.nato, a.nato) &&
  within(b.fgi, a.fgi) &&
  within(b.controls, a.controls) &&
  (a.noforn || !b.noforn) &&
  (isEvery(b.relTo) || within(a.relTo, b.relTo)) &&
  (isEvery(b.displayTo) || within(a.displayTo, b.displayTo)) &&
  (b.jointOwners === null || (a.jointOwners !== null && within(a.jointOwners, b.jointOwners))) &&
  within(b.lists, a.lists);
