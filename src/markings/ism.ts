import type { Compartment, Marking, NuclearData } from "./marking.ts";

/** Attributes of the namespace that say a marking, in the order in which they are written (standards A.8). */
export const ISM_MARKING_NAMES = [
  "classification",
  "ownerProducer",
  "joint",
  "SCIcontrols",
  "SARIdentifier",
  "atomicEnergyMarkings",
  "FGIsourceOpen",
  "FGIsourceProtected",
  "disseminationControls",
  "releasableTo",
  "displayOnlyTo",
  "nonICmarkings",
  "nonUSControls",
  "highWaterNATO",
  "cuiBasic",
  "cuiSpecified",
  "compliesWith",
] as const;

/** What CUI complies with, and nothing else does: it tells a bare CUI marking from UNCLASSIFIED (standards A.6). */
export const CUI_ONLY = "USA-CUI-ONLY";

/** An attribute that says part of a marking. */
export type IsmMarkingName = (typeof ISM_MARKING_NAMES)[number];

/** The ISM attributes of one marking: tokens by attribute; an attribute without tokens is absent. */
export type IsmMarking = Readonly<Partial<Record<IsmMarkingName, readonly string[]>>>;

/** Namespace of the attributes (IC-ISM). */
export const ISM_NAMESPACE = "urn:us:gov:ic:ism";

/** Programs are written under this authority: a marking does not carry another. */
export const SAR_AUTHORITY = "SAR-DOD:";

const withParents = (name: string, compartments: readonly Compartment[]): readonly string[] => [
  name,
  ...compartments.flatMap(({ id, subs }) => [`${name}-${id}`, ...subs.map((sub) => `${name}-${id}-${sub}`)]),
];

const nuclear = (name: "RD" | "FRD", data: NuclearData | undefined): readonly string[] =>
  data === undefined
    ? []
    : [name, ...(data.cnwdi ? [`${name}-CNWDI`] : []), ...data.sigma.map((number) => `${name}-SG-${number}`)];

const aeaTokens = ({ aea }: Marking): readonly string[] => [
  ...nuclear("RD", aea.RD),
  ...nuclear("FRD", aea.FRD),
  ...(["DCNI", "UCNI", "TFNI"] as const).filter((token) => aea[token] === true),
];

/** Both tokens stand for ORCON-USGOV: a reader who knows only the older one then applies the stricter (A.8). */
const dissemTokens = ({ dissem }: Marking): readonly string[] =>
  dissem.flatMap((token) => (token === "OC-USGOV" ? ["OC", "OC-USGOV"] : [token]));

/**
 * The ISM attributes of a marking, with the names and encodings of IC-ISM (standards A.8): parents of compartments
 * included, SIGMA as RD-SG-n, both tokens for ORCON-USGOV, programs under SAR-DOD with underscores for spaces, and
 * highWaterNATO at the marking's own level beside NATO as a foreign source, because a marking does not tell the source's
 * level and none can be higher. CUI has its categories and compliesWith, without which it would read as UNCLASSIFIED.
 */
export const ismOf = (marking: Marking): IsmMarking => {
  const { fgi, cui } = marking;
  const nato = fgi?.sources.includes("NATO") === true ? [`NATO-${marking.level}`] : [];
  const all: Readonly<Record<IsmMarkingName, readonly string[]>> = {
    classification: [marking.level],
    ownerProducer: marking.owners,
    joint: marking.kind === "JOINT" ? ["true"] : [],
    SCIcontrols: marking.sci.flatMap(({ system, compartments }) => withParents(system, compartments)),
    SARIdentifier: marking.sar.flatMap(({ program, compartments }) =>
      withParents(program.replaceAll(" ", "_"), compartments).map((token) => `${SAR_AUTHORITY}${token}`),
    ),
    atomicEnergyMarkings: aeaTokens(marking),
    FGIsourceOpen: fgi?.sources ?? [],
    FGIsourceProtected: fgi?.concealed === true ? ["FGI"] : [],
    disseminationControls: dissemTokens(marking),
    releasableTo: marking.relTo,
    displayOnlyTo: marking.displayOnlyTo,
    nonICmarkings: marking.nonIc,
    nonUSControls: marking.natoControls.map((control) => `NATO-${control}`),
    highWaterNATO: nato,
    cuiBasic: cui?.basic ?? [],
    cuiSpecified: cui?.specified ?? [],
    compliesWith: cui === undefined ? [] : [CUI_ONLY],
  };
  return Object.fromEntries(Object.entries(all).filter(([, tokens]) => tokens.length > 0));
};
