import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accessSchema, decideLine } from "../../src/cli/access-commands.ts";
import { markingFromText, readListDemand } from "../../src/markings/index.ts";
import { ACTIONS } from "../../src/policy/actions.ts";
import { parseFacts } from "../../src/policy/facts.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { canonicalProfile, parseProfile } from "../../src/policy/profile.ts";
import type { JsonSchema } from "../../src/policy/schema.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import { accessProfiles, facts, SEED } from "./arbitrary.ts";
import { schemaAccepts } from "./json-schema.ts";
import { markingTexts, profiles, register, ruleFiles } from "./table-world.ts";

const context = { policy: loadPolicy(ruleFiles), register };
const FACTS = { member: true, assigned: false, owner: false, state: "ACTIVE" };
const ASK = { profile: profiles.get("us-s-analyst"), marking: "SECRET//NOFORN", facts: FACTS, action: "label.read" };
const answer = (line: string) =>
  JSON.parse(decideLine(line, context)) as { decision: string; reasons: string[]; code?: string };
const asked = (change: object) => answer(JSON.stringify({ ...ASK, ...change }));

describe("a decision on a line", () => {
  test("carries the decision with the rules it rests on and the versions", () => {
    expect(asked({})).toEqual({
      decision: "allow",
      reasons: ["label.read.roles", "label.member"],
      obligations: [],
      policyVersion: context.policy.version,
      registerVersion: register.version,
    });
    expect(asked({ marking: "(TS//SI//NF)" })).toMatchObject({ decision: "deny", reasons: ["mac.level", "mac.sci"] });
    expect(asked({ facts: { ...FACTS, member: false } })).toMatchObject({
      decision: "deny",
      reasons: ["row.no-allow"],
    });
    expect(asked({ action: "label.review" })).toMatchObject({ decision: "deny", reasons: ["pair.no-allow"] });
    expect(
      asked({ profile: profiles.get("us-reviewer"), facts: { ...FACTS, owner: true }, action: "label.review" }),
    ).toMatchObject({ decision: "deny", reasons: ["label.review.never-own"] });
    expect(
      asked({ profile: profiles.get("afg-s-analyst"), marking: "CONFIDENTIAL//DISPLAY ONLY AFG, IRQ" }),
    ).toMatchObject({ decision: "allow", obligations: ["VIEW_ONLY"] });
  });

  test("takes the lists that a marking stands under", () => {
    const reader = { profile: profiles.get("us-oc-analyst"), marking: "SECRET//ORCON/NOFORN" };
    expect(asked({ ...reader, lists: ["OC:alpha"] })).toMatchObject({ decision: "allow" });
    expect(asked({ ...reader, lists: ["OC:beta"] })).toMatchObject({ decision: "deny", reasons: ["mac.orcon"] });
    expect(asked(reader)).toMatchObject({ decision: "deny", reasons: ["mac.orcon"] });
    expect(asked({ ...reader, lists: [] })).toMatchObject({ decision: "deny", reasons: ["mac.orcon"] });
  });

  test("takes an organization without its country for one of no country, as the schema says", () => {
    const gbr = profiles.get("gbr-s-analyst");
    const reader = (dutyOrganization: string) =>
      asked({ profile: { ...gbr, dutyOrganization }, marking: "SECRET//REL TO USA, GBR" });
    expect(reader("GBR.MOD")).toMatchObject({ decision: "allow" });
    expect(reader("MOD")).toMatchObject({ decision: "deny", reasons: ["mac.release"] });
    const said = (accessSchema()["$defs"] as { profile: { properties: Record<string, JsonSchema> } }).profile
      .properties;
    expect(said["dutyOrganization"]?.["description"]).toMatch(/without one its country is unknown/i);
  });

  test("is the same for a marking as text and as structure", () => {
    for (const text of markingTexts.values()) {
      const read = markingFromText(text, register);
      if (!read.ok) throw new Error(text);
      expect([text, asked({ marking: read.marking })]).toEqual([text, asked({ marking: text })]);
    }
  });

  test.each([
    ["no JSON", "{", "input.json", "input-json"],
    ["an empty line", "", "input.json", "input-json"],
    ["a list", "[]", "input.question", "input-value"],
    ["null", "null", "input.question", "input-value"],
    [
      "a member named twice",
      JSON.stringify(ASK).replace("{", '{"action":"label.read",'),
      "input.duplicate-member",
      "input-duplicate",
    ],
    [
      "a member named twice deep inside",
      JSON.stringify(ASK).replace('"member":true', '"member":false,"m\\u0065mber":true'),
      "input.duplicate-member",
      "input-duplicate",
    ],
  ])("is deny for %s", (_, line, reason, code) => {
    expect(answer(line)).toMatchObject({ decision: "deny", reasons: [reason], code });
  });

  test.each([
    [{ profile: undefined }, "input.profile", "input-missing"],
    [{ facts: undefined }, "input.facts", "input-missing"],
    [{ action: undefined }, "input.action", "input-missing"],
    [{ marking: undefined }, "input.marking", "input-missing"],
    [{ extra: 1 }, "input.extra", "input-unknown"],
    [{ action: "label.delete" }, "input.action", "input-value"],
    [{ action: null }, "input.action", "input-value"],
    [{ profile: { ...ASK.profile, clearance: undefined } }, "input.profile.clearance", "input-missing"],
    [{ profile: { ...ASK.profile, clearance: "SECRET" } }, "input.profile.clearance", "input-value"],
    [{ profile: { ...ASK.profile, clearances: ["S"] } }, "input.profile.clearances", "input-unknown"],
    [{ profile: { ...ASK.profile, environment: {} } }, "input.profile.environment.client", "input-missing"],
    [{ facts: { ...FACTS, owner: "false" } }, "input.facts.owner", "input-value"],
    [{ facts: { ...FACTS, state: "active" } }, "input.facts.state", "input-value"],
    [{ marking: "" }, "input.marking", "input-value"],
    [{ marking: "SECRET//UNHEARD" }, "input.marking", "input-value"],
    [{ marking: " SECRET" }, "input.marking", "input-value"],
    [{ marking: null }, "input.marking", "input-value"],
    [{ marking: {} }, "input.marking", "input-value"],
    [{ marking: { level: "U" } }, "input.marking", "input-value"],
    [{ lists: ["OC:alpha"] }, "input.lists", "input-value"],
    [{ lists: ["NTK:"] }, "input.lists", "input-value"],
    [{ lists: ["NTK:a", "NTK:a"] }, "input.lists", "input-value"],
    [{ lists: ["MN:alpha"] }, "input.lists", "input-value"],
    [{ lists: [1] }, "input.lists", "input-value"],
    [{ lists: "NTK:alpha" }, "input.lists", "input-value"],
    [{ lists: null }, "input.lists", "input-value"],
    [{ marking: "SECRET//ORCON/NOFORN", lists: ["OC:a|b"] }, "input.lists", "input-value"],
    [{ profile: { ...ASK.profile, lists: undefined } }, "input.profile.lists", "input-missing"],
  ])("I9 is deny with a reason for %j", (change, reason, code) => {
    expect(asked(change)).toMatchObject({ decision: "deny", reasons: [reason], code });
  });

  test("I9 refuses a structure that leaves out, adds or reorders something", () => {
    const read = markingFromText("TOP SECRET//SI/TK//NOFORN", register);
    if (!read.ok) throw new Error(read.code);
    const { marking } = read;
    for (const change of [
      { sci: marking.sci.toReversed() },
      { ntk: [] },
      { relTo: undefined },
      { relTo: ["GBR"] },
      { dissem: "NF" },
      { level: "XS" },
    ]) {
      const made = asked({ profile: profiles.get("us-ts-analyst"), marking: { ...marking, ...change } });
      expect(made).toMatchObject({ decision: "deny", reasons: ["input.marking"] });
    }
  });

  test("I9 never throws and never allows on text that is not a question", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(answer(line).decision).toBe("deny");
      }),
      SEED,
    );
  });
});

describe("the schema of a question", () => {
  const schema = accessSchema();
  const parses = (read: (value: unknown) => unknown, value: unknown) => {
    try {
      read(value);
      return true;
    } catch (error) {
      if (error instanceof PolicyError) return false;
      throw error;
    }
  };
  const ODD: unknown[] = [
    undefined,
    null,
    "",
    "U",
    "TS",
    "approved",
    "analyst",
    "open",
    ["WATERMARK"],
    ["OC:alpha", "ND:beta"],
    ["OC:-"],
    ["MN:alpha"],
    "GBR",
    "gbr",
    "SI-G",
    "SI--G",
    true,
    false,
    0,
    1,
    [],
    ["SI"],
    ["SI", "SI"],
    ["analyst"],
    ["admin"],
    [1],
    {},
    "ACTIVE",
    "x".repeat(101),
    Array.from({ length: 513 }, (_, i) => `T${i}`),
  ];

  test("is draft 2020-12 and closed all the way down", () => {
    expect(schema["$schema"]).toBe("https://json-schema.org/draft/2020-12/schema");
    expect(JSON.stringify(schema).split('"type":"object","additionalProperties":false').length - 1).toBe(4);
  });

  test("accepts exactly the profiles that the parser accepts", () => {
    const at = { $ref: "#/$defs/profile" };
    fc.assert(
      fc.property(
        accessProfiles,
        fc.constantFrom(...Object.keys(profiles.get("us-s-analyst") ?? {}), "extra"),
        fc.constantFrom(...ODD),
        (profile, name, value) => {
          const plain = JSON.parse(canonicalProfile(profile)) as Record<string, unknown>;
          expect(schemaAccepts(schema, at, plain)).toBe(true);
          const changed: unknown = JSON.parse(JSON.stringify({ ...plain, [name]: value }));
          expect([changed, schemaAccepts(schema, at, changed)]).toEqual([changed, parses(parseProfile, changed)]);
        },
      ),
      SEED,
    );
  });

  test("accepts exactly the lists that are understood", () => {
    const ids = fc.constantFrom("alpha", "b-1", "0", "x".repeat(64), "x".repeat(65), "-", "", "A", "a b", "é");
    const texts = fc.oneof(
      fc
        .tuple(fc.constantFrom("OC", "PR", "XD", "ND", "NTK", "OC-USGOV", "oc", ""), fc.array(ids, { maxLength: 3 }))
        .map(([kind, all]) => `${kind}:${all.join("|")}`),
      fc.constantFrom("OC", ":", "NTK:a|", "NTK:|a", "OC:a\n"),
    );
    const understood = (text: string) => readListDemand(text) !== null;
    fc.assert(
      fc.property(texts, (text) => {
        const at = { type: "array", items: (schema["properties"] as { lists: { items: JsonSchema } }).lists.items };
        expect([text, schemaAccepts(schema, at, [text])]).toEqual([text, understood(text)]);
      }),
      SEED,
    );
    expect(["OC:alpha", "NTK:alpha|b-1"].map(understood)).toEqual([true, true]);
    expect(readListDemand("NTK:alpha|b-1")).toEqual({ kind: "NTK", anyOf: ["alpha", "b-1"] });
  });

  test("a question has a profile, a marking, facts and an action, may name lists, and has nothing else", () => {
    const made = accessSchema();
    const members = made["properties"] as Readonly<Record<string, JsonSchema>>;
    expect(made).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      title: "A question for an access decision",
      type: "object",
      additionalProperties: false,
      required: ["profile", "marking", "facts", "action"],
    });
    expect(Object.keys(members).toSorted()).toEqual(["action", "facts", "lists", "marking", "profile"]);
    expect(members).toMatchObject({
      profile: { $ref: "#/$defs/profile" },
      facts: { $ref: "#/$defs/facts" },
      action: { enum: [...ACTIONS] },
    });
    expect(made["$defs"]).toMatchObject({ level: { enum: ["U", "R", "C", "S", "TS"] } });
  });

  test("accepts exactly the environments and facts that the parsers accept", () => {
    fc.assert(
      fc.property(
        accessProfiles,
        facts,
        fc.constantFrom(
          "client",
          "clientCeiling",
          "deviceAttested",
          "networkCeiling",
          "sessionLevel",
          "member",
          "assigned",
          "owner",
          "state",
          "timeWindow",
          "honors",
          "extra",
        ),
        fc.constantFrom(...ODD),
        (profile, of, name, value) => {
          const changed: unknown = JSON.parse(
            JSON.stringify({ ...profile, environment: { ...profile.environment, [name]: value } }),
          );
          expect([changed, schemaAccepts(schema, { $ref: "#/$defs/profile" }, changed)]).toEqual([
            changed,
            parses(parseProfile, changed),
          ]);
          const fact: unknown = JSON.parse(JSON.stringify({ ...of, [name]: value }));
          expect([fact, schemaAccepts(schema, { $ref: "#/$defs/facts" }, fact)]).toEqual([
            fact,
            parses(parseFacts, fact),
          ]);
        },
      ),
      SEED,
    );
  });
});

describe("the text of a profile", () => {
  test("is one for the same attributes in any order", () => {
    fc.assert(
      fc.property(accessProfiles, (profile) => {
        const turned = Object.fromEntries(
          Object.entries({
            ...profile,
            role: profile.role.toReversed(),
            fineAccessControls: profile.fineAccessControls.toReversed(),
          }).toReversed(),
        );
        expect(canonicalProfile(parseProfile(turned))).toBe(canonicalProfile(profile));
        expect(parseProfile(JSON.parse(canonicalProfile(profile)))).toEqual(profile);
      }),
      { ...SEED, numRuns: 200 },
    );
  });
});
