import fc from "fast-check";
import type { Effective } from "../../src/markings/index.ts";
import { LEVELS, needsList } from "../../src/markings/index.ts";
import { OBLIGATIONS } from "../../src/policy/decision.ts";
import { STATES } from "../../src/policy/facts.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { CLIENT_STATES, ENTITY_TYPES, parseProfile, ROLES, TIME_WINDOWS } from "../../src/policy/profile.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";

/** Properties run the same cases on every machine. */
export const SEED = { seed: 20260920, numRuns: 1500 };

const COUNTRIES = ["AFG", "CAN", "GBR"];
/** Tokens by axis, each with the parents that a marking of it also carries. */
export const TOKENS = {
  sci: { SI: [], "SI-G": ["SI"], "SI-G-ABCD": ["SI", "SI-G"], TK: [] },
  sar: { BP: [], "BP-123": ["BP"] },
  aea: { RD: [], "RD-CNWDI": ["RD"], "RD-SG-14": ["RD"], DCNI: [] },
  nato: { "NATO-C": [], "NATO-S": [], ATOMAL: [] },
  fgi: { GBR: [], "*": [] },
  controls: { FOUO: [], OC: [], "OC-USGOV": [], PR: [], XD: [], RS: [], LES: [], ODD: [] },
} as const satisfies Record<string, Readonly<Record<string, readonly string[]>>>;

/** Tokens of the axis of lists; one whose rule is not stated, and one that says that no list was made, among them. */
export const LISTS = ["OC:a", "OC:b", "OC:-", "OC-USGOV:b", "PR:a", "XD:a", "ND:a", "NTK:a", "NTK:a|b", "MN:a"];

// Most axes are empty: with a token on each, next to nobody reads anything, and a property over reading says little.
const axis = (tokens: Readonly<Record<string, readonly string[]>>) =>
  fc
    .oneof(
      { weight: 5, arbitrary: fc.constant<string[]>([]) },
      { weight: 2, arbitrary: fc.subarray(Object.keys(tokens), { maxLength: 2 }) },
    )
    .map((picked) => [...new Set(picked.flatMap((token) => [...(tokens[token] ?? []), token]))].toSorted());

/** Effective markings, canonical as effectiveOf makes them. */
export const effectives: fc.Arbitrary<Effective> = fc
  .record({
    level: fc.constantFrom(...LEVELS),
    sci: axis(TOKENS.sci),
    sar: axis(TOKENS.sar),
    aea: axis(TOKENS.aea),
    nato: axis(TOKENS.nato),
    fgi: axis(TOKENS.fgi),
    controls: axis(TOKENS.controls),
    noforn: fc.constantFrom(false, false, true),
    relTo: fc.oneof(
      fc.constant<string[]>([]),
      fc.subarray(COUNTRIES).map((foreign) => [...foreign, "USA"]),
    ),
    view: fc.subarray(COUNTRIES),
    jointOwners: fc.option(fc.subarray([...COUNTRIES, "USA"]), { nil: null, freq: 6 }),
    lists: fc.oneof(
      { weight: 5, arbitrary: fc.constant<string[]>([]) },
      { weight: 2, arbitrary: fc.subarray(LISTS, { maxLength: 2 }) },
    ),
  })
  .map(({ view, lists, ...rest }) => {
    const bare = rest.controls.filter((c) => needsList(c) && !lists.some((token) => token.startsWith(`${c}:`)));
    return {
      ...rest,
      displayTo: [...new Set([...rest.relTo.filter((country) => country !== "USA"), ...view])].toSorted(),
      lists: [...lists, ...bare.map((control) => `${control}:a`)].toSorted(),
    };
  });

// Most readers hold much, so that what refuses is the part under test.
const tokens = fc.oneof(
  fc.constant(["SI", "SI-G", "SI-G-ABCD", "TK", "SAR-BP", "SAR-BP-123", "Q", "CNWDI", "SIGMA-14", "NATO-TS", "ATOMAL"]),
  fc.subarray(["SI", "SI-G", "TK", "SAR-BP", "Q", "CNWDI", "NATO-S", "ATOMAL"]),
);
const HELD = ["ND:a", "NTK:a", "NTK:b", "OC:a", "OC:b", "PR:a", "XD:a"];
const high = fc.constantFrom("TS" as const, "TS", "TS", "TS", ...LEVELS);

// Half of the readers fail in nothing but roles, read-ins, lists and obligations.
const STRONG = {
  clearance: "TS",
  countryOfAffiliation: "USA",
  clearanceIssuer: "USA",
  dutyOrganization: "NGA",
  usGovernmentAgency: true,
};
const STRONG_ENVIRONMENT = {
  client: "approved",
  clientCeiling: "TS",
  deviceAttested: true,
  networkCeiling: "TS",
  sessionLevel: "TS",
  timeWindow: "open",
};

/** Profiles as parseProfile makes them. */
export const accessProfiles: fc.Arbitrary<AccessProfile> = fc
  .record({
    clearance: high,
    fineAccessControls: tokens,
    country: fc.constantFrom("USA", "USA", "USA", "GBR", "AFG"),
    clearanceIssuer: fc.constantFrom("USA", "GBR", "AFG"),
    organization: fc.constantFrom("NGA", "GBR.MOD", "USA.NGA", "USA.ACME", "MOD"),
    usGovernmentAgency: fc.constantFrom(true, true, false),
    entityType: fc.constantFrom(...ENTITY_TYPES),
    role: fc.subarray([...ROLES], { minLength: 1 }),
    lists: fc.oneof(fc.constant(HELD), fc.subarray(HELD)),
    strong: fc.boolean(),
    environment: fc.record({
      client: fc.constantFrom(...Array.from({ length: 5 }, () => CLIENT_STATES[0]), CLIENT_STATES[1]),
      clientCeiling: high,
      deviceAttested: fc.constantFrom(true, true, true, false),
      networkCeiling: high,
      sessionLevel: high,
      timeWindow: fc.constantFrom(...Array.from({ length: 5 }, () => TIME_WINDOWS[0]), TIME_WINDOWS[1]),
      honors: fc.oneof(fc.constant([...OBLIGATIONS]), fc.subarray([...OBLIGATIONS])),
    }),
  })
  .map(({ strong, country, organization, ...rest }) =>
    parseProfile(
      strong
        ? { ...rest, ...STRONG, environment: { ...STRONG_ENVIRONMENT, honors: rest.environment.honors } }
        : { ...rest, countryOfAffiliation: country, dutyOrganization: organization },
    ),
  );

/** Facts in every combination. */
export const facts: fc.Arbitrary<Facts> = fc.record({
  member: fc.constantFrom(true, true, false),
  assigned: fc.boolean(),
  owner: fc.boolean(),
  state: fc.constantFrom(...STATES),
});
