import type { Aea, Compartment, Fgi, Marking, NuclearData, SarProgram, SciControl } from "./marking.ts";
import {
  compareIdentifiers,
  higherLevel,
  MarkingError,
  NOFORN_FORMS,
  RELEASE_TOKENS,
  sortedUnique,
} from "./marking.ts";
import { sortCodes } from "./country.ts";
import type { Register } from "./register.ts";
import { placeOf } from "./register-entry.ts";
import type { Release } from "./release.ts";
import { hasMark, NOFORN, rollUpRelease } from "./release.ts";
import { validate } from "./validate.ts";

type Tree = ReadonlyMap<string, readonly Compartment[]>;

const mergeCompartments = (compartments: readonly Compartment[]): readonly Compartment[] =>
  sortedUnique(
    compartments.map(({ id }) => id),
    compareIdentifiers,
  ).map((id) => ({
    id,
    subs: sortedUnique(
      compartments.filter((entry) => entry.id === id).flatMap(({ subs }) => subs),
      compareIdentifiers,
    ),
  }));

const mergeTree = (entries: readonly (readonly [string, readonly Compartment[]])[]): Tree =>
  new Map(
    sortedUnique(
      entries.map(([name]) => name),
      compareIdentifiers,
    ).map((name) => [
      name,
      mergeCompartments(entries.filter(([other]) => other === name).flatMap(([, compartments]) => compartments)),
    ]),
  );

const sciOf = (portions: readonly Marking[]): readonly SciControl[] =>
  [
    ...mergeTree(portions.flatMap(({ sci }) => sci.map(({ system, compartments }) => [system, compartments] as const))),
  ].map(([system, compartments]) => ({ system, compartments }));

const sarOf = (portions: readonly Marking[]): readonly SarProgram[] =>
  [
    ...mergeTree(
      portions.flatMap(({ sar }) => sar.map(({ program, compartments }) => [program, compartments] as const)),
    ),
  ].map(([program, compartments]) => ({ program, compartments }));

/** A.5 step 4; DCNI and UCNI stay only in an unclassified banner. */
const aeaOf = (portions: readonly Marking[], classified: boolean): Aea => {
  const all = portions.map(({ aea }) => aea);
  const data = all.flatMap(({ RD, FRD }) => [RD, FRD]).filter((entry) => entry !== undefined);
  const merged: NuclearData = {
    cnwdi: data.some(({ cnwdi }) => cnwdi),
    sigma: sortedUnique(
      data.flatMap(({ sigma }) => sigma),
      (a, b) => a - b,
    ),
  };
  if (all.some(({ RD }) => RD !== undefined)) return { RD: merged };
  if (all.some(({ FRD }) => FRD !== undefined)) return { FRD: merged };
  if (all.some(({ TFNI }) => TFNI === true)) return { TFNI: true };
  const kept = (token: "DCNI" | "UCNI"): Aea =>
    !classified && all.some((aea) => aea[token] === true) ? { [token]: true } : {};
  return { ...kept("DCNI"), ...kept("UCNI") };
};

/** A.5 step 5: one concealed source conceals all; foreign owners of a mixed document become sources. */
const fgiOf = (portions: readonly Marking[], kind: Marking["kind"], register: Register): Fgi | null => {
  if (kind === "NONUS") return null;
  const owners =
    kind === "JOINT" ? [] : portions.flatMap((portion) => portion.owners.filter((owner) => owner !== "USA"));
  const marks = portions.map(({ fgi }) => fgi).filter((fgi) => fgi !== null);
  if (owners.includes("FGI") || marks.some(({ concealed }) => concealed)) return { concealed: true, sources: [] };
  const sources = sortCodes([...owners, ...marks.flatMap((fgi) => fgi.sources)], register);
  return sources.length === 0 ? null : { concealed: false, sources };
};

/** A.5 step 8 and the NOFORN that the non-IC controls, or a dropped UCNI, leave behind. */
const nonIcOf = (
  portions: readonly Marking[],
  classified: boolean,
): { tokens: ReadonlySet<string>; forcesNoforn: boolean } => {
  const all = new Set(portions.flatMap(({ nonIc }) => nonIc));
  const noforn = [...all].filter((token) => NOFORN_FORMS.has(token));
  // The joined form stays when it is the only FD&R statement of an unclassified banner.
  const others = portions.filter(({ nonIc }) => !nonIc.some((token) => NOFORN_FORMS.has(token)));
  const stays = !classified && noforn.length === 1 && !others.some(hasMark);
  const tokens = new Set(stays ? all : [...all].map((token) => NOFORN_FORMS.get(token) ?? token));
  if (stays) for (const token of noforn) tokens.delete(NOFORN_FORMS.get(token) ?? token);
  if (tokens.has("ND")) tokens.delete("XD");
  if (classified) for (const token of ["DS", "SBU"]) tokens.delete(token);
  const droppedUcni = classified && portions.some(({ aea }) => aea.DCNI === true || aea.UCNI === true);
  const forcesNoforn = (noforn.length > 0 && !stays) || tokens.has("XD") || tokens.has("ND") || droppedUcni;
  return { tokens, forcesNoforn };
};

/** A.5 steps 6 and 7: ORCON beats ORCON-USGOV; FOUO only where nothing but FD&R stands beside it. */
const controlsOf = (portions: readonly Marking[], beside: boolean): ReadonlySet<string> => {
  const tokens = new Set(portions.flatMap(({ dissem }) => dissem).filter((token) => !RELEASE_TOKENS.includes(token)));
  if (tokens.has("OC")) tokens.delete("OC-USGOV");
  if (tokens.size > 1 || beside) tokens.delete("FOUO");
  return tokens;
};

type Owned = Pick<Marking, "kind" | "owners">;
const US: Owned = { kind: "US", owners: ["USA"] };

/** A.5 step 2: one JOINT or foreign owner list for all stays; a concealed owner has no banner of its own (A.2). */
const ownersOf = (portions: readonly Marking[]): Owned => {
  const [first, ...rest] = portions;
  if (first === undefined || first.kind === "US" || first.owners.includes("FGI")) return US;
  const same = rest.every(({ kind, owners }) => kind === first.kind && owners.join(" ") === first.owners.join(" "));
  return same ? { kind: first.kind, owners: first.owners } : US;
};

const bannerOf = (portions: readonly Marking[], owned: Owned, release: Release | null, register: Register): Marking => {
  const highest = portions.map(({ level }) => level).reduce(higherLevel);
  const level = owned.kind !== "NONUS" && highest === "R" ? "C" : highest;
  const classified = level !== "U";
  const aea = aeaOf(portions, classified);
  const nonIc = nonIcOf(portions, classified);
  const controls = controlsOf(portions, classified || nonIc.tokens.size > 0 || Object.keys(aea).length > 0);
  const joined = [...nonIc.tokens].some((token) => NOFORN_FORMS.has(token));
  const { tokens, relTo, displayOnlyTo } =
    release ??
    (nonIc.forcesNoforn
      ? NOFORN
      : joined
        ? { tokens: [], relTo: [], displayOnlyTo: [] }
        : rollUpRelease(portions, register));
  const inOrder = (words: Iterable<string>, rules: Register["nonIc"]): readonly string[] =>
    sortedUnique(words, (a, b) => placeOf(a, rules) - placeOf(b, rules));
  return {
    ...owned,
    level,
    owners: owned.owners,
    sci: sciOf(portions),
    sar: sarOf(portions),
    aea,
    natoControls: sortedUnique(
      portions.flatMap(({ natoControls }) => natoControls),
      compareIdentifiers,
    ),
    fgi: fgiOf(portions, owned.kind, register),
    dissem: inOrder([...controls, ...tokens], register.dissemination),
    relTo,
    displayOnlyTo,
    nonIc: inOrder(nonIc.tokens, register.nonIc),
  };
};

/**
 * Roll-up: the banner of a document from its contributing portions (standards A.5). Never use it for access: it drops
 * controls; that is what joinEffective is for. Where the sources conflict the stricter reading holds. A combination
 * whose literal result is no legal banner becomes stricter: first NOFORN, then a US line with NOFORN.
 * @param portions the portions that contribute; titles of other documents and excluded ones are left out by the caller.
 * @throws MarkingError E_EMPTY without portions, and the code of `validate` when no legal banner holds the combination.
 */
export const rollUp = (portions: readonly Marking[], register: Register): Marking => {
  if (portions.length === 0) throw new MarkingError("E_EMPTY", "nothing to roll up");
  const owned = ownersOf(portions);
  const attempts = [
    bannerOf(portions, owned, null, register),
    bannerOf(portions, owned, NOFORN, register),
    bannerOf(portions, US, NOFORN, register),
  ];
  let refusal: MarkingError | undefined;
  for (const banner of attempts) {
    try {
      validate(banner, register);
      return banner;
    } catch (error) {
      if (!(error instanceof MarkingError)) throw error;
      refusal = error;
    }
  }
  throw new MarkingError(refusal?.code ?? "E_CONFLICT", "no legal banner holds this combination");
};
