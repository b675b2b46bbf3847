import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CONDITIONS } from "../../audit/decisions/conditions.ts";
import type { Condition, Reading } from "../../audit/decisions/conditions.ts";
import { OPEN_RULES, compare, readBoth } from "./decision-comparison.ts";
import { situations } from "./decision-situations.ts";

const policy = readBoth(OPEN_RULES);
const cases = fc.sample(situations, { seed: 20260928, numRuns: 12_000 });
// A copy, pixels and a look, so that each handling is asked.
const ACTIONS = ["label.read", "asset.display", "label.create"] as const;

/** Whether the comparison finds a case in which the evaluator under other conditions parts from the server. */
function noticed(conditions: readonly Condition[]): boolean {
  return cases.some((situation) =>
    ACTIONS.some((action) => {
      const { server, auditor } = compare(policy, situation, action, conditions);
      return server !== auditor;
    }),
  );
}

/** The reading with another profile or marking than the one that is asked about. */
const seeing =
  (
    change: (reading: Reading) => { readonly profile?: object; readonly marking?: object; readonly handling?: string },
  ) =>
  (reading: Reading): Reading => {
    const { profile, marking, handling } = change(reading);
    return {
      profile: { ...reading.profile, ...profile },
      marking: { ...reading.marking, ...marking },
      handling: (handling ?? reading.handling) as Reading["handling"],
    };
  };

const without = (list: readonly string[], ...dropped: readonly string[]) =>
  list.filter((item) => !dropped.includes(item));
const withToken = ({ profile }: Reading, ...tokens: readonly string[]) => ({
  profile: { fineAccessControls: [...profile.fineAccessControls, ...tokens] },
});

/** Wrong variants of a condition: what it overlooks or takes for granted, by the row of its table. */
const DEFECTS: readonly (readonly [row: number, what: string, change: ReturnType<typeof seeing>])[] = [
  [
    1,
    "the session's level is taken for the clearance",
    seeing(({ profile: { environment } }) => ({ profile: { clearance: environment.sessionLevel } })),
  ],
  [
    1,
    "the clearance is taken for the session's level",
    seeing(({ profile }) => ({
      profile: { environment: { ...profile.environment, sessionLevel: profile.clearance } },
    })),
  ],
  [
    1,
    "RESTRICTED is read by everybody",
    seeing(({ marking }) => ({ marking: { level: marking.level === "R" ? "U" : marking.level } })),
  ],
  [
    2,
    "sub-compartments are overlooked",
    seeing(({ marking }) => ({ marking: { sci: marking.sci.filter((token) => token.split("-").length < 3) } })),
  ],
  [2, "parents are taken for granted", seeing((reading) => withToken(reading, "SI", "SI-G"))],
  [
    3,
    "compartments of a program are overlooked",
    seeing(({ marking }) => ({ marking: { sar: marking.sar.filter((token) => !token.includes("-")) } })),
  ],
  [4, "Q is taken for granted", seeing((reading) => withToken(reading, "Q"))],
  [4, "CNWDI needs no read-in", seeing((reading) => withToken(reading, "CNWDI"))],
  [4, "SIGMA needs no read-in", seeing((reading) => withToken(reading, "SIGMA-14", "SIGMA-20"))],
  [4, "TFNI needs nothing", seeing(({ marking }) => ({ marking: { aea: without(marking.aea, "TFNI") } }))],
  [
    5,
    "a read-on of a lower level does",
    seeing((reading) =>
      withToken(reading, ...(reading.profile.fineAccessControls.includes("NATO-C") ? ["NATO-S"] : [])),
    ),
  ],
  [5, "ATOMAL needs no read-on of its own", seeing((reading) => withToken(reading, "ATOMAL"))],
  [5, "BOHEMIA needs no read-on of its own", seeing((reading) => withToken(reading, "BOHEMIA"))],
  [
    6,
    "everybody of a US agency is a US person",
    seeing(({ profile }) => ({
      profile: { countryOfAffiliation: profile.usGovernmentAgency ? "USA" : profile.countryOfAffiliation },
    })),
  ],
  [
    6,
    "every US person is of an agency",
    seeing(({ profile }) => ({
      profile: { usGovernmentAgency: profile.countryOfAffiliation === "USA" || profile.usGovernmentAgency },
    })),
  ],
  [
    7,
    "what is displayed may be copied",
    seeing(({ handling }) => ({ handling: handling === "copy" ? "view" : handling })),
  ],
  [7, "what is displayed may not be looked at", seeing(() => ({ handling: "copy" }))],
  [
    7,
    "the organisation does not count",
    seeing(({ profile }) => ({ profile: { dutyOrganization: `${profile.countryOfAffiliation}.X` } })),
  ],
  [
    8,
    "who issued the clearance does not count",
    seeing(({ profile }) => ({ profile: { clearanceIssuer: profile.countryOfAffiliation } })),
  ],
  [
    8,
    "JOINT is for USA too",
    seeing(({ marking }) => ({
      marking: { jointOwners: marking.jointOwners === null ? null : [...marking.jointOwners, "USA"] },
    })),
  ],
  [
    9,
    "ORCON without a list is for all",
    seeing(({ marking }) => ({
      marking: { lists: without(marking.lists, "OC:-"), controls: without(marking.controls, "OC") },
    })),
  ],
  [9, "ORCON-USGOV is for nobody but its list", seeing(() => ({ profile: { usGovernmentAgency: false } }))],
  [
    9,
    "PROPIN is overlooked",
    seeing(({ marking }) => ({
      marking: {
        lists: marking.lists.filter((token) => !token.startsWith("PR:")),
        controls: without(marking.controls, "PR"),
      },
    })),
  ],
  [
    10,
    "FOUO is for contractors of everybody",
    seeing(({ profile }) => ({ profile: { dutyOrganization: "USA.ACME", entityType: profile.entityType } })),
  ],
  [
    10,
    "EXDIS is overlooked",
    seeing(({ marking }) => ({
      marking: {
        lists: marking.lists.filter((token) => !token.startsWith("XD:")),
        controls: without(marking.controls, "XD"),
      },
    })),
  ],
  [10, "UCNI is for all", seeing(({ marking }) => ({ marking: { aea: without(marking.aea, "UCNI", "DCNI") } }))],
  [
    10,
    "FED ONLY is for contractors too",
    seeing(({ marking }) => ({ marking: { controls: without(marking.controls, "FED_ONLY") } })),
  ],
  [
    11,
    "one of several need-to-know profiles does",
    seeing(({ marking }) => ({ marking: { lists: marking.lists.slice(0, 1) } })),
  ],
  [
    11,
    "an unknown control is passed over",
    seeing(({ marking }) => ({ marking: { controls: without(marking.controls, "ODD") } })),
  ],
  [
    11,
    "an unknown kind of list is passed over",
    seeing(({ marking }) => ({ marking: { lists: without(marking.lists, "MN:a") } })),
  ],
  [
    12,
    "an unapproved client does",
    seeing(({ profile }) => ({ profile: { environment: { ...profile.environment, client: "approved" } } })),
  ],
  [
    12,
    "the device does not count",
    seeing(({ profile }) => ({ profile: { environment: { ...profile.environment, deviceAttested: true } } })),
  ],
  [
    12,
    "the network does not count",
    seeing(({ profile }) => ({ profile: { environment: { ...profile.environment, networkCeiling: "TS" } } })),
  ],
  [
    12,
    "the hour does not count",
    seeing(({ profile }) => ({ profile: { environment: { ...profile.environment, timeWindow: "open" } } })),
  ],
];

/** The conditions with one that answers otherwise. */
function withRow(row: number, holds: (right: Condition, reading: Reading) => boolean): readonly Condition[] {
  return CONDITIONS.map((right) => (right.row === row ? { ...right, holds: (of) => holds(right, of) } : right));
}

describe("I6 a wrong condition in the auditor's evaluator is noticed by the comparison", () => {
  test("there are twelve, each by its row of standards B.1, and with none changed nothing is noticed", () => {
    expect(CONDITIONS.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(noticed(CONDITIONS)).toBe(false);
    expect(new Set(DEFECTS.map(([row]) => row)).size).toBe(12);
  });
  test.each(CONDITIONS.map(({ row }) => row))("condition %i: left out, or never met", (row) => {
    expect(noticed(withRow(row, () => true))).toBe(true);
    expect(noticed(withRow(row, () => false))).toBe(true);
  });
  test.each(DEFECTS)("condition %i: %s", (row, _what, change) => {
    expect(noticed(withRow(row, (right, reading) => right.holds(change(reading))))).toBe(true);
  });
});
