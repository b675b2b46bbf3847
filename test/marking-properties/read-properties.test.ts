import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sortCodes } from "../../src/markings/country.ts";
import type { Effective } from "../../src/markings/effective.ts";
import { dominates, effectiveOf, joinEffective } from "../../src/markings/effective.ts";
import { underLists } from "../../src/markings/lists.ts";
import type { Level, Marking } from "../../src/markings/marking.ts";
import { LEVELS } from "../../src/markings/marking.ts";
import { renderBanner } from "../../src/markings/render.ts";
import { ACTIONS } from "../../src/policy/actions.ts";
import { decidePair } from "../../src/policy/decide.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import type { Handling } from "../../src/policy/mandatory.ts";
import { mandatory } from "../../src/policy/mandatory.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import { ruleFiles } from "../policy/table-world.ts";
import { allMarkings, SEED } from "../markings/arbitrary.ts";
import { register } from "../markings/register-data.ts";
import { isLegal, RESTRICTIONS } from "./restriction.ts";

// A failure prints its seed and path: fc.assert(property, { seed, path }) repeats it.
const LONG = process.env["CAVEAT_LONG"] === "1";
const runs = (numRuns: number) => ({ seed: SEED, numRuns: LONG ? numRuns * 20 : numRuns });

const READ_INS = [
  ..."SI SI-ABC SI-DEF SI-XYZ SI-G SI-G-ABCD TK TK-BLFH TK-BLFH-ABCD TK-IDIT TK-KAND TK-KAND-1A".split(" "),
  ..."HCS HCS-P HCS-O HCS-P-JJJ HCS-P-XYZ RSV RSV-A1B Q CNWDI SIGMA-14 SIGMA-18 SIGMA-20".split(" "),
  ..."NATO-TS ATOMAL BALK BOHEMIA SAR-BP SAR-BP-123 SAR-CA SAR-CA-XYZ SAR-CA-XYZ-1 SAR-CA-XYZ-YYY SAR-ZZ".split(" "),
  "SAR-BUTTER POPCORN",
];
const LISTS = ["OC:a", "PR:a", "XD:a", "ND:a", "NTK:a"];
const levels = fc.constantFrom<Level>("TS", "TS", "TS", "TS", "S", "C", "U");
const mostly = fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });

/** Readers who hold nearly everything, so that one missing grant decides. */
const readers: fc.Arbitrary<AccessProfile> = fc
  .record({
    missing: fc.oneof(
      { weight: 3, arbitrary: fc.constant<string[]>([]) },
      { weight: 2, arbitrary: fc.subarray(READ_INS, { maxLength: 3 }) },
      { weight: 1, arbitrary: fc.subarray(READ_INS) },
    ),
    lists: fc.oneof({ weight: 3, arbitrary: fc.constant(LISTS) }, { weight: 1, arbitrary: fc.subarray(LISTS) }),
    country: fc.constantFrom("USA", "USA", "USA", "GBR", "CAN", "DEU", "JPN"),
    agency: mostly,
    organization: fc.option(fc.constantFrom("USA", "GBR", "CAN"), { freq: 3 }),
    own: mostly,
    entityType: fc.constantFrom("GOV", "MIL", "CTR"),
    clearance: levels,
    clientCeiling: levels,
    networkCeiling: levels,
    sessionLevel: levels,
    approved: mostly,
    attested: mostly,
    open: mostly,
  })
  .map((part) =>
    parseProfile({
      clearance: part.clearance,
      fineAccessControls: READ_INS.filter((token) => !part.missing.includes(token)),
      countryOfAffiliation: part.country,
      clearanceIssuer: part.own ? part.country : "USA",
      dutyOrganization: part.country === "USA" && part.agency ? "NGA" : `${part.organization ?? part.country}.MOD`,
      usGovernmentAgency: part.country === "USA" && part.agency,
      entityType: part.entityType,
      role: ["analyst", "steward"],
      lists: part.lists,
      environment: {
        client: part.approved ? "approved" : "unapproved",
        clientCeiling: part.clientCeiling,
        deviceAttested: part.attested,
        networkCeiling: part.networkCeiling,
        sessionLevel: part.sessionLevel,
        timeWindow: part.open ? "open" : "closed",
        honors: ["VIEW_ONLY", "WATERMARK", "NO_CACHE", "BANNER"],
      },
    }),
  );

/** The effective marking with a list behind every control that needs one, so that somebody reads it. */
const listed = (marking: Marking): Effective => {
  const effective = effectiveOf(marking, register);
  const kinds = (["OC", "PR", "XD", "ND"] as const).filter((kind) =>
    effective.controls.some((control) => control === kind || (kind === "OC" && control === "OC-USGOV")),
  );
  return (
    underLists(
      effective,
      kinds.map((kind) => ({ kind, anyOf: ["a"] })),
    ) ?? effective
  );
};

const HANDLINGS: readonly Handling[] = ["display", "view", "copy"];
const reads = (reader: AccessProfile, object: Effective, handling: Handling): boolean =>
  mandatory({ reader, object, handling }).failed.length === 0;

describe("the generator", () => {
  test("covers every category, and readers who read and who do not", () => {
    const seen = new Map<string, number>();
    const count = (key: string): void => void seen.set(key, (seen.get(key) ?? 0) + 1);
    for (const [marking, reader] of fc.sample(fc.tuple(allMarkings, readers), { seed: SEED, numRuns: 4_000 })) {
      count(`kind ${marking.kind}`);
      count(`level ${marking.level}`);
      for (const { system } of marking.sci) count(system);
      if (marking.sar.length > 0) count("SAP");
      for (const token of [...Object.keys(marking.aea), ...marking.natoControls, ...marking.dissem, ...marking.nonIc])
        count(token);
      if (marking.fgi !== null) count(marking.fgi.concealed ? "FGI concealed" : "FGI");
      if (marking.cui !== undefined) count("CUI");
      count(reads(reader, listed(marking), "view") ? "read" : "refused");
    }
    const expected = [
      ..."HCS RSV SI TK SAP RD FRD TFNI DCNI UCNI ATOMAL BALK BOHEMIA FGI CUI read refused".split(" "),
      ..."RS FOUO OC OC-USGOV IMC NF PR REL RELIDO DSEN FISA DISPLAYONLY".split(" "),
      ..."DS XD ND SBU SBU-NF LES LES-NF SSI FED_ONLY FEDCON NOCON DL_ONLY AC AWP".split(" "),
      "kind US",
      "kind NONUS",
      "kind JOINT",
      "FGI concealed",
      ...LEVELS.map((level) => `level ${level}`),
    ];
    expect(expected.filter((key) => (seen.get(key) ?? 0) < 3)).toStrictEqual([]);
    expect(seen.get("read")).toBeGreaterThan(400);
  });
});

describe("I1 reading and the lattice", () => {
  const elements = fc.oneof(
    { weight: 6, arbitrary: allMarkings.map(listed) },
    { weight: 2, arbitrary: fc.tuple(allMarkings, allMarkings).map(([a, b]) => joinEffective(listed(a), listed(b))) },
  );
  test("a reader reads the join of two markings exactly when he reads both", () => {
    let both = 0;
    fc.assert(
      fc.property(readers, elements, elements, fc.constantFrom(...HANDLINGS), (reader, a, b, handling) => {
        const each = reads(reader, a, handling) && reads(reader, b, handling);
        if (each) both += 1;
        return reads(reader, joinEffective(a, b), handling) === each;
      }),
      runs(3_000),
    );
    expect(both).toBeGreaterThan(60);
  });
  test("who reads a marking reads everything below it", () => {
    let below = 0;
    fc.assert(
      fc.property(readers, elements, elements, fc.constantFrom(...HANDLINGS), (reader, a, b, handling) => {
        const higher = joinEffective(a, b);
        if (!reads(reader, higher, handling)) return true;
        below += 1;
        return dominates(higher, a) && reads(reader, a, handling);
      }),
      runs(3_000),
    );
    expect(below).toBeGreaterThan(60);
  });
});

describe("I1 what a marking says", () => {
  test("adding a restriction never opens it, and makes its effective marking no lower", () => {
    const used = new Map<string, number>();
    let closed = 0;
    fc.assert(
      fc.property(
        readers,
        allMarkings,
        fc.constantFrom(...Object.keys(RESTRICTIONS)),
        fc.constantFrom(...HANDLINGS),
        (reader, marking, name, handling) => {
          const more = RESTRICTIONS[name]?.(marking) ?? marking;
          if (JSON.stringify(more) === JSON.stringify(marking) || !isLegal(more)) return;
          used.set(name, (used.get(name) ?? 0) + 1);
          const [before, after] = [listed(marking), listed(more)];
          const text = `${renderBanner(marking, register)} with ${name}`;
          if (reads(reader, after, handling)) expect(reads(reader, before, handling), text).toBe(true);
          else if (reads(reader, before, handling)) closed += 1;
          expect(dominates(effectiveOf(more, register), effectiveOf(marking, register)), text).toBe(true);
        },
      ),
      runs(12_000),
    );
    expect(closed).toBeGreaterThan(20);
    expect(Object.keys(RESTRICTIONS).filter((name) => !used.has(name) && name !== "level U")).toStrictEqual([]);
  });
  test("releasing or showing it to one more country never closes it for anybody, and can open it for that country", () => {
    let opened = 0;
    fc.assert(
      fc.property(
        readers,
        allMarkings,
        fc.constantFrom("AFG", "CAN", "DEU", "FRA", "GBR", "JPN", "FVEY", "NATO", "GFNX"),
        fc.constantFrom("REL", "DISPLAYONLY"),
        fc.constantFrom(...HANDLINGS),
        (reader, marking, code, token, handling) => {
          const rules = marking.cui === undefined ? register.dissemination : register.cui.controls;
          const place = (name: string): number => rules.findIndex((rule) => rule.token === name);
          const wider: Marking = {
            ...marking,
            dissem: [...new Set([...marking.dissem, token])].sort((a, b) => place(a) - place(b)),
            ...(token === "REL"
              ? { relTo: ["USA", ...sortCodes([...marking.relTo.slice(1), code], register)] }
              : { displayOnlyTo: sortCodes([...marking.displayOnlyTo, code], register) }),
          };
          if (!isLegal(wider)) return;
          const [before, after] = [listed(marking), listed(wider)];
          if (reads(reader, before, handling)) expect(reads(reader, after, handling)).toBe(true);
          else if (reads(reader, after, handling)) opened += 1;
          expect(dominates(before, after)).toBe(true);
        },
      ),
      runs(6_000),
    );
    expect(opened).toBeGreaterThan(5);
  });
});

const LOWER: Readonly<Record<Level, Level>> = { TS: "S", S: "C", C: "R", R: "U", U: "U" };

/** Every way to take one thing from a session. */
const withoutOne = (reader: AccessProfile): readonly AccessProfile[] => {
  const { environment } = reader;
  const without = (list: readonly string[], index: number) => list.filter((_, i) => i !== index);
  const changed: readonly object[] = [
    ...reader.fineAccessControls.map((_, i) => ({ fineAccessControls: without(reader.fineAccessControls, i) })),
    ...reader.lists.map((_, i) => ({ lists: without(reader.lists, i) })),
    ...reader.role.map((_, i) => ({ role: without(reader.role, i) })),
    ...environment.honors.map((_, i) => ({ environment: { ...environment, honors: without(environment.honors, i) } })),
    { clearance: LOWER[reader.clearance] },
    { usGovernmentAgency: false },
    ...[
      { client: "unapproved" },
      { clientCeiling: LOWER[environment.clientCeiling] },
      { deviceAttested: false },
      { networkCeiling: LOWER[environment.networkCeiling] },
      { sessionLevel: LOWER[environment.sessionLevel] },
      { timeWindow: "closed" },
    ].map((member) => ({ environment: { ...environment, ...member } })),
  ];
  return changed.map((members) => parseProfile({ ...reader, ...members }));
};

describe("I1 what a session holds", () => {
  test("taking one thing from it never opens anything, and every kind of thing can close something", () => {
    let closed = 0;
    fc.assert(
      fc.property(readers, allMarkings, fc.constantFrom(...HANDLINGS), (reader, marking, handling) => {
        const object = listed(marking);
        const before = reads(reader, object, handling);
        for (const less of withoutOne(reader)) {
          if (reads(less, object, handling)) expect(before).toBe(true);
          else if (before) closed += 1;
        }
      }),
      runs(400),
    );
    expect(closed).toBeGreaterThan(100);
  });
  test("nor does it by the rules of policies/, whatever the action", () => {
    const policy = loadPolicy(ruleFiles);
    let allowed = 0;
    fc.assert(
      fc.property(readers, allMarkings, fc.constantFrom(...ACTIONS), (reader, marking, action) => {
        const object = listed(marking);
        const before = decidePair(policy, reader, object, action).allow;
        if (before) allowed += 1;
        for (const less of withoutOne(reader))
          expect(before || !decidePair(policy, less, object, action).allow, action).toBe(true);
      }),
      runs(150),
    );
    expect(allowed).toBeGreaterThan(3);
  });
});
