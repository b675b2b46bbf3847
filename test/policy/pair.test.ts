import { describe, expect, test } from "vitest";
import type { Effective } from "../../src/markings/index.ts";
import { LEVELS } from "../../src/markings/index.ts";
import { ACTIONS } from "../../src/policy/actions.ts";
import { decidePair } from "../../src/policy/decide.ts";
import { ROLES } from "../../src/policy/profile.ts";
import {
  askedObligations,
  askPair,
  obligationsOf,
  obligingAbility,
  onMarking,
  pairAbility,
} from "../../src/policy/pair.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import type { Policy } from "../../src/policy/rules.ts";
import { GBR, reader } from "./condition-readers.ts";
import { planted, refusalOf } from "./planted-rules.ts";
import { effective } from "./table-world.ts";

const SECRET = effective("SECRET");
const at = (level: Effective["level"]): Effective => ({ ...SECRET, level });

function allows(policy: Policy, profile: AccessProfile, object: Effective = SECRET): boolean {
  return askPair(pairAbility(policy, profile), object, "label.read").allow;
}

function dutiesOf(policy: Policy, profile: AccessProfile, object: Effective = SECRET): readonly string[] {
  return obligationsOf(policy, obligingAbility(policy, profile), object, "label.read");
}

describe("what a pair rule asks of the profile", () => {
  const ANALYST = { role: ["analyst"] };
  test.each([
    { pair: { roles: "any" }, fits: { role: [] }, misses: null },
    { pair: { roles: ["analyst"] }, fits: ANALYST, misses: { role: ["reviewer"] } },
    { pair: { roles: ["analyst", "steward"] }, fits: { role: ["approver", "steward"] }, misses: { role: [] } },
    { pair: { roles: "any", countries: ["GBR"] }, fits: GBR, misses: {} },
    { pair: { roles: "any", countries: ["AUS", "GBR"] }, fits: GBR, misses: { ...GBR, countryOfAffiliation: "CAN" } },
    { pair: { roles: "any", entityTypes: ["CTR", "GOV"] }, fits: {}, misses: { entityType: "MIL" } },
    { pair: { roles: ["analyst"], countries: ["USA"] }, fits: ANALYST, misses: {} },
    { pair: { roles: ["analyst"], countries: ["USA"] }, fits: ANALYST, misses: { ...GBR, ...ANALYST } },
    { pair: { roles: ["analyst"], entityTypes: ["GOV"] }, fits: ANALYST, misses: { ...ANALYST, entityType: "CTR" } },
  ])("$pair: an allow, a refusal and a duty are for who fits, and for nobody else", ({ pair, fits, misses }) => {
    const allow = planted({ id: "label.planted", effect: "allow", pair });
    const deny = planted({ id: "label.planted", pair });
    const oblige = planted({ id: "label.planted", effect: "oblige", pair, obligations: ["BANNER"] });
    const said = (profile: AccessProfile): unknown => [
      allows(allow, profile),
      allows(deny, profile),
      dutiesOf(oblige, profile),
    ];
    expect(said(reader(fits))).toEqual([true, false, ["BANNER"]]);
    if (misses !== null) expect(said(reader(misses))).toEqual([false, true, []]);
  });
});

describe("what a pair rule asks of the marking", () => {
  test.each(LEVELS.map((bound) => ({ bound })))("I1 levels up to $bound or from $bound, and no other", ({ bound }) => {
    const most = planted({ id: "label.planted", effect: "allow", pair: { roles: "any", levelAtMost: bound } });
    const least = planted({ id: "label.planted", pair: { roles: "any", levelAtLeast: bound } });
    for (const level of LEVELS) {
      const below = LEVELS.indexOf(level) <= LEVELS.indexOf(bound);
      const above = LEVELS.indexOf(level) >= LEVELS.indexOf(bound);
      expect([level, allows(most, reader({}), at(level))]).toEqual([level, below]);
      expect([level, allows(least, reader({}), at(level))]).toEqual([level, !above]);
    }
  });

  test.each(["sci", "sar", "aea", "nato", "fgi", "controls"] as const)("I1 a token of %s that it names", (name) => {
    const deny = planted({ id: "label.planted", pair: { roles: "any", holdsAny: { [name]: ["AA", "BB"] } } });
    for (const [tokens, allowed] of [
      [[], true],
      [["CC"], true],
      [["BB"], false],
      [["AA", "CC"], false],
    ] as const)
      expect([tokens, allows(deny, reader({}), { ...SECRET, [name]: tokens })]).toEqual([tokens, allowed]);
    const elsewhere = name === "sci" ? "sar" : "sci";
    expect(allows(deny, reader({}), { ...SECRET, [elsewhere]: ["AA"] })).toBe(true);
  });

  test("I1 all of it: a level and a token of each set that it names", () => {
    const pair = { roles: "any", levelAtLeast: "S", holdsAny: { sci: ["SI"], controls: ["OC"] } };
    const deny = planted({ id: "label.planted", pair });
    const whole = { ...SECRET, sci: ["SI"], controls: ["OC"] };
    expect(allows(deny, reader({}), whole)).toBe(false);
    for (const less of [
      { ...whole, level: "C" },
      { ...whole, sci: [] },
      { ...whole, controls: [] },
    ] as const)
      expect(allows(deny, reader({}), less)).toBe(true);
  });

  test("is nothing where it names neither a level nor a token", () => {
    expect(onMarking({ roles: "any" })).toBeNull();
    expect(onMarking({ roles: ["analyst"], countries: ["USA"] })).toBeNull();
    expect(onMarking({ roles: "any", levelAtMost: "S" })).not.toBeNull();
    expect(onMarking({ roles: "any", holdsAny: { sci: ["SI"] } })).not.toBeNull();
  });

  test("I9 an attribute that a marking does not have answers nothing", () => {
    const policy = planted({ id: "label.planted", pair: { roles: "any", holdsAny: { sci: ["SI"] } } });
    const { sci: _left, ...rest } = SECRET;
    expect(refusalOf(() => allows(policy, reader({}), rest as Effective))).toEqual(["condition-attribute", "sci"]);
  });
});

describe("duties", () => {
  const rules = [
    { id: "label.duty.all", effect: "oblige", pair: { roles: "any" }, obligations: ["BANNER"] },
    {
      id: "label.duty.si",
      effect: "oblige",
      pair: { roles: "any", holdsAny: { sci: ["SI"] } },
      obligations: ["NO_CACHE"],
    },
    { id: "label.duty.steward", effect: "oblige", pair: { roles: ["steward"] }, obligations: ["RE_AUTHENTICATE"] },
    {
      id: "label.duty.create",
      effect: "oblige",
      actions: ["label.create"],
      pair: { roles: "any" },
      obligations: ["VIEW_ONLY"],
    },
  ];

  test("come from every rule that holds, and from no other", () => {
    const policy = planted(...rules);
    expect(dutiesOf(policy, reader({}))).toEqual(["BANNER"]);
    expect(dutiesOf(policy, reader({}), { ...SECRET, sci: ["SI"] })).toEqual(["BANNER", "NO_CACHE"]);
    expect(dutiesOf(policy, reader({ role: ["steward"] }))).toEqual(["BANNER", "RE_AUTHENTICATE"]);
  });

  test("allow nothing and refuse nothing by themselves", () => {
    const duty = { id: "label.duty.all", effect: "oblige", pair: { roles: "any" }, obligations: ["BANNER"] };
    const allow = { id: "label.stewards", effect: "allow", pair: { roles: ["steward"] } };
    const policy = planted(duty, allow);
    expect(allows(policy, reader({}))).toBe(false);
    expect(decidePair(policy, reader({}), SECRET, "label.read").reasons).toEqual(["pair.no-allow"]);
    expect(allows(policy, reader({ role: ["steward"] }))).toBe(true);
  });

  test("I9 refuse whoever cannot do them, and are told to who can", () => {
    const policy = planted(...rules);
    const decided = (honors: readonly string[]) =>
      decidePair(policy, reader({ role: ["steward"], "environment.honors": honors }), SECRET, "label.read");
    expect(decided(["BANNER", "RE_AUTHENTICATE"])).toEqual({
      allow: true,
      reasons: ["label.open.pair"],
      obligations: ["BANNER", "RE_AUTHENTICATE"],
    });
    expect(decided(["BANNER"])).toEqual({ allow: false, reasons: ["obligation.RE_AUTHENTICATE"], obligations: [] });
    expect(decided([]).reasons).toEqual(["obligation.BANNER", "obligation.RE_AUTHENTICATE"]);
  });

  test("that some decision may carry are those of the rules and the mandatory ones, and no other", () => {
    const policy = planted(...rules);
    expect(askedObligations(policy)).toBe(askedObligations(policy));
    expect([...askedObligations(planted())].toSorted()).toEqual(["VIEW_ONLY", "WATERMARK"]);
    expect([...askedObligations(policy)].toSorted()).toEqual([
      "BANNER",
      "NO_CACHE",
      "RE_AUTHENTICATE",
      "VIEW_ONLY",
      "WATERMARK",
    ]);
  });
});

describe("profiles", () => {
  test("I1 to which other rules apply share no ability, whatever the rules are called", () => {
    const military = { roles: "any", entityTypes: ["MIL"] };
    const policy = planted(
      { id: "label.a", pair: military },
      { id: "label.b", pair: military },
      { id: "label.alabel.b", actions: ["label.create"], pair: { roles: "any", entityTypes: ["GOV"] } },
    );
    for (const [entityType, read, create] of [
      ["MIL", false, true],
      ["GOV", true, false],
    ] as const) {
      const profile = reader({ entityType });
      const answers = (["label.read", "label.create"] as const).map(
        (action) => askPair(pairAbility(policy, profile), SECRET, action).allow,
      );
      expect([entityType, ...answers]).toEqual([entityType, read, create]);
    }
  });

  test("to which the same rules apply share one ability, one for rights and one for duties", () => {
    const policy = planted({ id: "label.planted", pair: { roles: ["analyst"] } });
    const one = pairAbility(policy, reader({ clearance: "TS" }));
    const other = pairAbility(policy, reader({ role: ["analyst"] }));
    expect(other).not.toBe(one);
    expect(pairAbility(policy, reader({ clearance: "S" }))).toBe(one);
    expect(obligingAbility(policy, reader({}))).not.toBe(one);
    expect(obligingAbility(policy, reader({}))).toBe(obligingAbility(policy, reader({ role: ["analyst"] })));
    expect(pairAbility(planted(), reader({}))).not.toBe(one);
  });

  test("of whatever roles fill no memory without end, and are answered the same afterwards", () => {
    const policy = planted(...ROLES.map((role) => ({ id: `label.${role}`, pair: { roles: [role] } })));
    const first = reader({});
    const one = pairAbility(policy, first);
    for (let bits = 1; bits <= 260; bits += 1)
      pairAbility(policy, { ...first, role: ROLES.filter((_, index) => (bits >> index) % 2 === 1) });
    expect(pairAbility(policy, first)).not.toBe(one);
    expect([allows(policy, first), allows(policy, reader({ role: ["analyst"] }))]).toEqual([true, false]);
  });

  test("I9 get no ability from a policy that was put together by hand", () => {
    const forged = { ...planted() };
    expect(refusalOf(() => pairAbility(forged, reader({})))).toEqual(["policy-not-loaded", "policy"]);
    expect(refusalOf(() => obligingAbility(forged, reader({})))).toEqual(["policy-not-loaded", "policy"]);
  });
});

test("I9 every action is open in the small policy of these tests, so that a planted rule alone decides", () => {
  const policy = planted();
  for (const action of ACTIONS)
    expect([action, decidePair(policy, reader({}), SECRET, action).allow]).toEqual([action, true]);
});
