import type { Aea, Compartment, Fgi, Marking, NuclearData, SarProgram, SciControl } from "./marking.ts";
import { compareIdentifiers, NOFORN_FORMS, RELEASE_TOKENS, sortedUnique } from "./marking.ts";
import { sortCodes } from "./country.ts";
import type { Register } from "./register.ts";
import { hasMark } from "./release.ts";
import type { RollUpSettings } from "./rollup-settings.ts";

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

/** A.5 step 3: the union of the SCI trees. */
export const sciOf = (portions: readonly Marking[]): readonly SciControl[] =>
  [
    ...mergeTree(portions.flatMap(({ sci }) => sci.map(({ system, compartments }) => [system, compartments] as const))),
  ].map(([system, compartments]) => ({ system, compartments }));

/** A.5 step 3: the union of the SAP trees. */
export const sarOf = (portions: readonly Marking[]): readonly SarProgram[] =>
  [
    ...mergeTree(
      portions.flatMap(({ sar }) => sar.map(({ program, compartments }) => [program, compartments] as const)),
    ),
  ].map(([program, compartments]) => ({ program, compartments }));

/** A.5 step 4; DCNI and UCNI stay only in an unclassified banner. */
export const aeaOf = (portions: readonly Marking[], classified: boolean): Aea => {
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
export const fgiOf = (portions: readonly Marking[], kind: Marking["kind"], register: Register): Fgi | null => {
  if (kind === "NONUS") return null;
  const owners =
    kind === "JOINT" ? [] : portions.flatMap((portion) => portion.owners.filter((owner) => owner !== "USA"));
  const marks = portions.map(({ fgi }) => fgi).filter((fgi) => fgi !== null);
  if (owners.includes("FGI") || marks.some(({ concealed }) => concealed)) return { concealed: true, sources: [] };
  const sources = sortCodes([...owners, ...marks.flatMap((fgi) => fgi.sources)], register);
  return sources.length === 0 ? null : { concealed: false, sources };
};

/** A.5 step 8 and the NOFORN that the non-IC controls, or a dropped UCNI, leave behind. */
export const nonIcOf = (
  portions: readonly Marking[],
  classified: boolean,
  settings: RollUpSettings,
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
  const droppedUcni =
    settings.ucniBesideRelease === "NOFORN" &&
    classified &&
    portions.some(({ aea }) => aea.DCNI === true || aea.UCNI === true);
  const forcesNoforn = (noforn.length > 0 && !stays) || tokens.has("XD") || tokens.has("ND") || droppedUcni;
  return { tokens, forcesNoforn };
};

/** A.5 steps 6 and 7: ORCON beats ORCON-USGOV; FOUO only where nothing but FD&R stands beside it. */
export const controlsOf = (portions: readonly Marking[], beside: boolean): ReadonlySet<string> => {
  const tokens = new Set(portions.flatMap(({ dissem }) => dissem).filter((token) => !RELEASE_TOKENS.includes(token)));
  if (tokens.has("OC")) tokens.delete("OC-USGOV");
  if (tokens.size > 1 || beside) tokens.delete("FOUO");
  return tokens;
};
