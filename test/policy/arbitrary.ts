import fc from "fast-check";
import type { Effective } from "../../src/markings/index.ts";
import { LEVELS } from "../../src/markings/index.ts";
import { STATES } from "../../src/policy/facts.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { CLIENT_STATES, ENTITY_TYPES, parseProfile, ROLES } from "../../src/policy/profile.ts";
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

const axis = (tokens: Readonly<Record<string, readonly string[]>>) =>
  fc
    .subarray(Object.keys(tokens), { maxLength: 2 })
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
    noforn: fc.boolean(),
    relTo: fc.subarray(COUNTRIES),
    view: fc.subarray(COUNTRIES),
    jointOwners: fc.option(fc.subarray([...COUNTRIES, "USA"]), { nil: null, freq: 3 }),
  })
  .map(({ view, ...rest }) => ({ ...rest, displayTo: [...new Set([...rest.relTo, ...view])].toSorted() }));

// Most readers hold much, so that what refuses is the part under test.
const tokens = fc.oneof(
  fc.constant(["SI", "SI-G", "SI-G-ABCD", "TK", "SAR-BP", "SAR-BP-123", "Q", "CNWDI", "SIGMA-14", "NATO-TS", "ATOMAL"]),
  fc.subarray(["SI", "SI-G", "TK", "SAR-BP", "Q", "CNWDI", "NATO-S", "ATOMAL"]),
);
const high = fc.oneof(fc.constant("TS" as const), fc.constantFrom(...LEVELS));

/** Profiles as parseProfile makes them. */
export const accessProfiles: fc.Arbitrary<AccessProfile> = fc
  .record({
    clearance: high,
    fineAccessControls: tokens,
    country: fc.constantFrom("USA", "USA", "GBR", "AFG"),
    clearanceIssuer: fc.constantFrom("USA", "GBR", "AFG"),
    organization: fc.constantFrom("NGA", "GBR.MOD", "USA.NGA", "MOD"),
    usGovernmentAgency: fc.boolean(),
    entityType: fc.constantFrom(...ENTITY_TYPES),
    role: fc.subarray([...ROLES], { minLength: 1 }),
    environment: fc.record({
      client: fc.constantFrom(CLIENT_STATES[0], CLIENT_STATES[0], CLIENT_STATES[1]),
      clientCeiling: high,
      deviceAttested: fc.boolean(),
      networkCeiling: high,
      sessionLevel: high,
    }),
  })
  .map(({ country, organization, ...rest }) =>
    parseProfile({ ...rest, countryOfAffiliation: country, dutyOrganization: organization }),
  );

/** Facts in every combination. */
export const facts: fc.Arbitrary<Facts> = fc.record({
  member: fc.boolean(),
  assigned: fc.boolean(),
  owner: fc.boolean(),
  state: fc.constantFrom(...STATES),
  named: fc.boolean(),
});
