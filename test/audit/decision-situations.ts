import fc from "fast-check";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { accessProfiles, effectives, facts } from "../policy/arbitrary.ts";
import type { Situation } from "./decision-comparison.ts";
import { changes } from "./spoiling.ts";

const words = (text: string): readonly string[] => text.split(" ");

/** What can be written on an axis: ordinary, without parents, without a rule. */
const WIDE = {
  sci: words("SI SI-G SI-G-ABCD TK SAR SAR-X SI- - Q"),
  sar: words("BP BP-123 BP-123-X -"),
  aea: words("RD FRD TFNI RD-CNWDI FRD-CNWDI RD-SG-14 RD-SG-16 FRD-SG-20 DCNI UCNI XX"),
  nato: words("NATO-U NATO-R NATO-C NATO-S NATO-TS NATO-X ATOMAL BALK BOHEMIA NATO-"),
  fgi: words("GBR * CAN"),
  controls: words(
    "FOUO OC OC-USGOV PR XD ND FED_ONLY NOCON NTK ODD constructor __proto__ RS IMC RELIDO DSEN FISA DS SBU LES CUI " +
      "FEDCON SSI SBU-NF CUI-CTI CUI-SP-CTI CUI-ABCDEFGHIJK CUI- cui-cti",
  ),
  relTo: words("USA GBR AFG CAN *"),
  displayTo: words("GBR AFG CAN USA"),
  lists: words(
    "OC:a OC:b OC:- OC:a|b OC: OC OC:a:b OC-USGOV:b OC-USGOV:- PR:a PR:- XD:a XD:a| ND:a ND:- NTK:a NTK:a|b NTK:c " +
      "NTK:- MN:a :a __proto__:a oc:a",
  ),
} as const;
type Axis = keyof typeof WIDE;
const EMPTY = { sci: [], sar: [], aea: [], nato: [], controls: [], jointOwners: null, lists: [] };

/** Markings with something on at most one axis, which many may read. */
const mildMarkings: fc.Arbitrary<unknown> = fc
  .tuple(effectives, fc.constantFrom("sci", "sar", "aea", "nato", "controls", "jointOwners", "lists", "none"))
  .map(([marking, kept]) => {
    const lists = kept === "controls" ? { lists: marking.lists } : {};
    return { ...marking, ...EMPTY, ...lists, ...(kept in marking ? { [kept]: marking[kept as "sci"] } : {}) };
  });

const axis = (name: Axis) =>
  fc.subarray([...WIDE[name]], { minLength: 1, maxLength: 2 }).map((picked) => ({ [name]: picked }));

/** Markings of which one or two axes are whatever can be written there, with no order, parents or rule. */
const wideMarkings: fc.Arbitrary<unknown> = fc
  .tuple(
    fc.oneof(mildMarkings, mildMarkings, effectives),
    fc.array(fc.oneof(...(Object.keys(WIDE) as Axis[]).map(axis)), { minLength: 1, maxLength: 2 }),
  )
  .map(([marking, axes]) => Object.assign({}, marking, ...axes) as unknown);

/** Markings that are released to all and have nothing but one or two tokens of one axis, so that those decide. */
const probes: fc.Arbitrary<unknown> = fc
  .tuple(
    fc.constantFrom("U", "R", "C"),
    fc.constantFrom<Axis>("sci", "sar", "aea", "nato", "controls", "controls", "lists", "lists", "relTo"),
    fc.nat(WIDE.controls.length * WIDE.lists.length),
    fc.option(fc.nat(WIDE.lists.length), { nil: null, freq: 3 }),
  )
  .map(([level, name, one, another]) => {
    const pool = WIDE[name];
    const picked = [one, ...(another === null ? [] : [one + another + 1])].map((at) => pool[at % pool.length] ?? "");
    const released = { relTo: WIDE.displayTo, displayTo: WIDE.displayTo };
    return { level, ...EMPTY, fgi: [], noforn: false, ...released, [name]: picked };
  });

const READ_ONS = words(
  "SI SI-G SI-G-ABCD TK SAR SAR-X SAR-BP SAR-BP-123 SAR-BP-123-X Q CNWDI SIGMA-14 SIGMA-16 SIGMA-20 " +
    "NATO-U NATO-R NATO-C NATO-S NATO-TS ATOMAL BALK BOHEMIA",
);

// Nothing of where they sit keeps these from reading, so that who they are decides.
const cleared: fc.Arbitrary<AccessProfile> = accessProfiles.map((profile) => ({
  ...profile,
  clearance: "TS",
  environment: {
    client: "approved",
    clientCeiling: "TS",
    deviceAttested: true,
    networkCeiling: "TS",
    sessionLevel: "TS",
    timeWindow: "open",
    honors: profile.environment.honors,
  },
}));

/** Profiles with read-ins in any combination, and organisations of every kind. */
const wideProfiles: fc.Arbitrary<unknown> = fc
  .tuple(
    cleared,
    fc.subarray([...READ_ONS]),
    fc.constantFrom(...words("NGA GBR.MOD USA.NGA USA.ACME USA. MOD AFG.MOD ACME.USA")),
    fc.constantFrom(null, null, null, null, true, false),
  )
  .map(([profile, fineAccessControls, dutyOrganization, usGovernmentAgency]) => ({
    ...profile,
    fineAccessControls,
    ...(usGovernmentAgency === null ? {} : { dutyOrganization, usGovernmentAgency }),
  }));

/** Persons of an ally, who are shown what is released or displayed to them. */
const allies: fc.Arbitrary<unknown> = cleared.map((profile) => ({
  ...profile,
  countryOfAffiliation: "GBR",
  clearanceIssuer: "GBR",
  dutyOrganization: "GBR.MOD",
  usGovernmentAgency: false,
}));

/** US persons outside the agencies, of companies here and elsewhere. */
const contractors: fc.Arbitrary<unknown> = fc
  .tuple(cleared, fc.constantFrom("USA.ACME", "GBR.ACME", "AFG.MOD", "ACME"), fc.constantFrom("CTR", "MIL"))
  .map(([profile, dutyOrganization, entityType]) => ({
    ...profile,
    countryOfAffiliation: "USA",
    dutyOrganization,
    entityType,
    usGovernmentAgency: false,
  }));

/** Everything that a decision is made from, whole or nearly so, ordinary and strange. */
export const situations: fc.Arbitrary<Situation> = fc.record({
  profile: fc.oneof(
    { weight: 3, arbitrary: accessProfiles },
    { weight: 3, arbitrary: wideProfiles },
    { weight: 1, arbitrary: allies },
    { weight: 1, arbitrary: contractors },
  ),
  marking: fc.oneof(
    { weight: 1, arbitrary: effectives },
    { weight: 1, arbitrary: wideMarkings },
    { weight: 2, arbitrary: mildMarkings },
    { weight: 3, arbitrary: probes },
  ),
  facts,
});

/** Situations of which one thing was taken away, added, or given a value of another kind. */
export const spoiled: fc.Arbitrary<Situation> = fc
  .tuple(situations, fc.constantFrom("profile", "marking", "facts", "environment", "whole"), fc.nat(20), changes)
  .map(([situation, part, place, apply]) => {
    const copy = structuredClone<unknown>(situation) as Record<string, Record<string, unknown>>;
    const parts: Record<string, unknown> = { ...copy, environment: copy["profile"]?.["environment"], whole: copy };
    const members = parts[part] as Record<string, unknown>;
    const names = Object.keys(members);
    apply(members, names[place % names.length] ?? "");
    return { profile: copy["profile"], marking: copy["marking"], facts: copy["facts"] };
  });
