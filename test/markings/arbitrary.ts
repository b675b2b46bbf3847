import fc from "fast-check";
import type { Aea, Fgi, Level, Marking } from "../../src/markings/marking.ts";
import { MarkingError } from "../../src/markings/marking.ts";
import { sortCodes } from "../../src/markings/country.ts";
import { placeOf } from "../../src/markings/register-entry.ts";
import { validate } from "../../src/markings/validate.ts";
import { register } from "./register-data.ts";

/** One seed for every property of this folder, so that a failure repeats. */
export const SEED = 20260920;

const subset = <T>(items: readonly T[], maxLength = items.length): fc.Arbitrary<T[]> =>
  fc.subarray([...items], { maxLength });

const codes = (min: number): fc.Arbitrary<readonly string[]> =>
  fc.subarray(["AUS", "CAN", "DEU", "GBR", "JPN", "NZL", "ACGU", "FVEY", "GFNX", "NATO", "TEYE"], {
    minLength: min,
    maxLength: 4,
  });

const sci = fc
  .record({
    HCS: fc.constantFrom(
      null,
      null,
      null,
      [{ id: "P", subs: [] }],
      [{ id: "O", subs: [] }],
      [{ id: "P", subs: ["JJJ", "XYZ"] }],
    ),
    RSV: fc.constantFrom(null, null, null, [{ id: "A1B", subs: [] }]),
    SI: fc.constantFrom(
      null,
      [],
      [],
      [
        { id: "ABC", subs: [] },
        { id: "XYZ", subs: [] },
      ],
      [{ id: "G", subs: ["ABCD"] }],
      [
        { id: "DEF", subs: [] },
        { id: "G", subs: [] },
      ],
    ),
    TK: fc.constantFrom(
      null,
      [],
      [],
      [{ id: "BLFH", subs: ["ABCD"] }],
      [
        { id: "IDIT", subs: [] },
        { id: "KAND", subs: ["1A"] },
      ],
    ),
  })
  .map((systems) =>
    Object.entries(systems).flatMap(([system, compartments]) =>
      compartments === null ? [] : [{ system, compartments }],
    ),
  );

const sar = subset(
  [
    { program: "BP", compartments: [{ id: "123", subs: [] }] },
    { program: "BUTTER POPCORN", compartments: [] },
    { program: "CA", compartments: [{ id: "XYZ", subs: ["1", "YYY"] }] },
  ],
  2,
);

const aea: fc.Arbitrary<Aea> = fc.constantFrom<Aea>(
  {},
  {},
  {},
  {},
  {},
  { RD: { cnwdi: true, sigma: [14, 20] } },
  { RD: { cnwdi: false, sigma: [] } },
  { FRD: { cnwdi: false, sigma: [18] } },
  { TFNI: true },
  { DCNI: true },
  { DCNI: true, UCNI: true },
);

interface ReleaseParts {
  readonly tokens: readonly string[];
  readonly rel: readonly string[];
  readonly see: readonly string[];
}

const release: fc.Arbitrary<ReleaseParts> = fc.oneof<fc.Arbitrary<ReleaseParts>[]>(
  fc.constant({ tokens: [], rel: [], see: [] }),
  fc.constant({ tokens: ["NF"], rel: [], see: [] }),
  fc.constant({ tokens: ["RELIDO"], rel: [], see: [] }),
  fc
    .tuple(codes(1), fc.boolean())
    .map(([rel, relido]) => ({ tokens: ["REL", ...(relido ? ["RELIDO"] : [])], rel, see: [] })),
  codes(1).map((see) => ({ tokens: ["DISPLAYONLY"], rel: [], see })),
  fc
    .tuple(codes(1), codes(1))
    .map(([rel, see]) => ({ tokens: ["REL", "DISPLAYONLY"], rel, see: see.filter((code) => !rel.includes(code)) })),
);

const natoControls: fc.Arbitrary<readonly string[]> = fc.constantFrom<readonly string[]>(
  [],
  [],
  [],
  ["ATOMAL"],
  ["BALK", "BOHEMIA"],
);

const sources: fc.Arbitrary<Fgi | null> = fc.oneof<fc.Arbitrary<Fgi | null>[]>(
  fc.constant(null),
  fc.constant({ concealed: true, sources: [] }),
  codes(1).map((named) => ({ concealed: false, sources: named })),
);

type Owned = Pick<Marking, "kind" | "owners">;
const owned: fc.Arbitrary<Owned> = fc.constantFrom<Owned>(
  ...Array.from({ length: 12 }, (): Owned => ({ kind: "US", owners: ["USA"] })),
  { kind: "NONUS", owners: ["NATO"] },
  { kind: "NONUS", owners: ["DEU"] },
  { kind: "NONUS", owners: ["FGI"] },
  { kind: "JOINT", owners: ["CAN", "USA"] },
  { kind: "JOINT", owners: ["CAN", "GBR", "USA"] },
);

const parts = fc.record({
  owned,
  level: fc.constantFrom<Level>("U", "U", "R", "C", "S", "S", "TS", "TS"),
  sci,
  sar: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: sar }),
  aea,
  natoControls,
  fgi: sources,
  controls: subset(["RS", "FOUO", "OC", "OC-USGOV", "IMC", "PR", "DSEN", "FISA"], 3),
  nonIc: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: subset(["DS", "XD", "ND", "SBU", "SBU-NF", "LES", "LES-NF", "SSI"], 2) },
    { weight: 1, arbitrary: fc.constantFrom<string[]>(["SBU-NF"], ["LES-NF"]) },
  ),
  release,
});

const isValid = (marking: Marking): boolean => {
  try {
    validate(marking, register);
    return true;
  } catch (error) {
    if (error instanceof MarkingError) return false;
    throw error;
  }
};

const unclassified = (level: Level): boolean => level === "U" || level === "R";

/** Valid markings of every kind; categories that the level can never carry are left out before the rules are asked. */
export const markings: fc.Arbitrary<Marking> = parts
  .map((part): Marking => {
    const { kind, owners } = part.owned;
    const level = part.level === "R" && kind !== "NONUS" ? "C" : part.level;
    const low = unclassified(level);
    const joint: ReleaseParts =
      kind === "JOINT" ? { tokens: ["REL"], rel: [...part.release.rel, "CAN", "GBR"], see: [] } : part.release;
    const tokens = joint.see.length === 0 ? joint.tokens.filter((token) => token !== "DISPLAYONLY") : joint.tokens;
    const controls = part.controls.filter((token) =>
      token === "FOUO" ? level === "U" : !low || !["RS", "OC", "OC-USGOV", "IMC"].includes(token),
    );
    const fgi: Fgi | null = kind === "NONUS" ? null : part.fgi;
    return {
      kind,
      level,
      owners,
      sci: low || kind !== "US" ? [] : part.sci,
      sar: low ? [] : part.sar,
      aea: low === "DCNI" in part.aea ? part.aea : {},
      natoControls: owners.includes("NATO") || fgi?.sources.includes("NATO") === true ? part.natoControls : [],
      fgi,
      dissem: [...controls, ...tokens].sort(
        (a, b) => placeOf(a, register.dissemination) - placeOf(b, register.dissemination),
      ),
      relTo: joint.rel.length === 0 ? [] : ["USA", ...sortCodes(joint.rel, register)],
      displayOnlyTo: sortCodes(joint.see, register),
      nonIc: part.nonIc,
    };
  })
  .filter(isValid);

const cuiRelease: fc.Arbitrary<ReleaseParts> = release.map(({ tokens, rel, see }) => ({
  tokens: tokens.filter((token) => token !== "DISPLAYONLY" || see.length > 0),
  rel,
  see,
}));

/** Valid CUI markings: categories of both kinds, limited dissemination controls, release. */
export const cuiMarkings: fc.Arbitrary<Marking> = fc
  .record({
    specified: subset(["CTI", "EXPT", "PRVCY", "SSI"], 2),
    basic: subset(["CRIT", "INTEL", "PRVCY"], 2),
    controls: subset(["AC", "AWP", "DL_ONLY", "FED_ONLY", "FEDCON", "NOCON"], 2),
    release: cuiRelease,
  })
  .map((part): Marking => ({
    kind: "US",
    level: "U",
    owners: ["USA"],
    sci: [],
    sar: [],
    aea: {},
    natoControls: [],
    fgi: null,
    dissem: [...part.controls, ...part.release.tokens].sort(
      (a, b) => placeOf(a, register.cui.controls) - placeOf(b, register.cui.controls),
    ),
    relTo: part.release.rel.length === 0 ? [] : ["USA", ...sortCodes(part.release.rel, register)],
    displayOnlyTo: sortCodes(part.release.see, register),
    nonIc: [],
    cui: { specified: part.specified, basic: part.basic },
  }))
  .filter(isValid);

/** Valid markings of every category, CUI among them. */
export const allMarkings: fc.Arbitrary<Marking> = fc.oneof(
  { weight: 5, arbitrary: markings },
  { weight: 1, arbitrary: cuiMarkings },
);
