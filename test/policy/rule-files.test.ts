import { describe, expect, test } from "vitest";
import { ACTIONS, NOUNS } from "../../src/policy/actions.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { parseRuleFile } from "../../src/policy/rules.ts";
import type { PlantedRule } from "./planted-rules.ts";
import { planted, plantedFiles, refusalOf, written } from "./planted-rules.ts";

const ID = "label.planted";
const ANY = { roles: "any" };

/** What the reader of rule files makes of a file with this one rule about labels. */
function parsed(rule: object): unknown {
  return parseRuleFile({ noun: "label", rules: [rule] }, "label");
}

/** A rule as it should be, with one member changed. */
function changed(change: object): object {
  const rule = written({ id: ID, ...("row" in change ? {} : { pair: ANY }) });
  return { ...rule, ...change };
}

describe("a rule", () => {
  const pair = (effect: string, asked: object, more: object = {}): PlantedRule => ({
    id: ID,
    effect,
    pair: asked,
    ...more,
  });
  test.each<PlantedRule>([
    pair("allow", { roles: "any" }),
    pair("allow", { roles: ["analyst", "steward"] }),
    pair("allow", { roles: "any", countries: ["AUS", "GBR"] }),
    pair("allow", { roles: "any", entityTypes: ["CTR", "MIL"] }),
    pair("allow", { roles: "any", levelAtMost: "S" }),
    pair("allow", { roles: ["analyst"], countries: ["GBR"], entityTypes: ["MIL"], levelAtMost: "C" }),
    pair("deny", { roles: "any", levelAtLeast: "S" }),
    pair("deny", { roles: "any", holdsAny: { controls: ["OC", "OC-USGOV"], sci: ["SI"] } }),
    pair("deny", {
      roles: "any",
      countries: ["GBR"],
      entityTypes: ["CTR"],
      levelAtLeast: "S",
      holdsAny: { fgi: ["GBR"] },
    }),
    pair("oblige", { roles: "any", levelAtLeast: "TS" }, { obligations: ["BANNER", "NO_CACHE"] }),
    { id: ID, effect: "allow", row: { member: true } },
    { id: ID, effect: "deny", row: { member: false, assigned: true, owner: true } },
    { id: ID, effect: "deny", row: { state: ["RETRACTED", "REVOKED"] } },
    { id: ID, effect: "allow", row: {} },
  ])("is read as it is written, with nothing more and nothing less: %j", (rule) => {
    const { pair: asked, row, ...rest } = written(rule);
    expect(parsed(written(rule))).toEqual([
      { ...rest, when: row === undefined ? { pair: asked } : { row }, obligations: rule.obligations ?? [] },
    ]);
  });

  test("has its lists sorted, and is frozen through", () => {
    const [rule] = parseRuleFile(
      {
        noun: "label",
        rules: [written({ id: ID, pair: { roles: ["steward", "analyst"], holdsAny: { sci: ["TK", "SI"] } } })],
      },
      "label",
    );
    expect(rule?.when).toEqual({ pair: { roles: ["analyst", "steward"], holdsAny: { sci: ["SI", "TK"] } } });
    for (const part of [rule, rule?.actions, rule?.when, Object.values(rule?.when ?? {})[0]])
      expect(Object.isFrozen(part)).toBe(true);
  });

  test.each<[code: string, at: string, change: object]>([
    ["rules-value", "effect", { effect: "permit" }],
    ["rules-value", "id", { id: "label" }],
    ["rules-noun", "id", { id: "asset.planted" }],
    ["rules-value", "sentence", { sentence: 1 }],
    ["rules-value", "authority", { authority: "" }],
    ["rules-value", "actions", { actions: "label.read" }],
    ["rules-value", "actions", { actions: [] }],
    ["rules-action", "actions", { actions: ["label.burn"] }],
    ["rules-operator", "obligations", { obligations: ["BANNER"] }],
    ["rules-value", "obligations", { effect: "oblige", obligations: ["BOW"] }],
    ["rules-value", "obligations", { effect: "oblige", obligations: [] }],
    ["rules-value", "pair", { pair: [] }],
    ["rules-missing-member", "pair.roles", { pair: {} }],
    ["rules-value", "pair.roles", { pair: { roles: "analyst" } }],
    ["rules-value", "pair.roles", { pair: { roles: ["admin"] } }],
    ["rules-value", "pair.countries", { pair: { ...ANY, countries: ["GB"] } }],
    ["rules-value", "pair.countries", { pair: { ...ANY, countries: [] } }],
    ["rules-value", "pair.entityTypes", { pair: { ...ANY, entityTypes: ["BOT"] } }],
    ["rules-value", "pair.levelAtLeast", { pair: { ...ANY, levelAtLeast: "SECRET" } }],
    ["rules-value", "pair.levelAtMost", { effect: "allow", pair: { ...ANY, levelAtMost: "SECRET" } }],
    ["rules-value", "pair.holdsAny", { pair: { ...ANY, holdsAny: {} } }],
    ["rules-operator", "pair.holdsAny.relTo", { pair: { ...ANY, holdsAny: { relTo: ["GBR"] } } }],
    ["rules-value", "pair.holdsAny.sci", { pair: { ...ANY, holdsAny: { sci: [] } } }],
    ["rules-value", "pair.holdsAny.sci", { pair: { ...ANY, holdsAny: { sci: ["si"] } } }],
    ["rules-value", "row", { row: {} }],
    ["rules-value", "row", { row: null }],
    ["rules-operator", "row.author", { row: { author: true } }],
    ["rules-value", "row.member", { row: { member: "true" } }],
    ["rules-value", "row.state", { row: { state: ["RETIRED"] } }],
    ["rules-value", "row.state", { row: { state: [] } }],
  ])("is refused with the code %s and the place of what is wrong: %s", (code, at, change) => {
    expect(refusalOf(() => parsed(changed(change)))).toEqual([code, `label.rules[0].${at}`]);
  });

  test("is refused as a whole where the parts of it do not go together", () => {
    const whole = ["rules-operator", "label.rules[0]"];
    const { pair: _left, ...neither } = written({ id: ID, pair: ANY });
    expect(refusalOf(() => parsed(neither))).toEqual(whole);
    expect(refusalOf(() => parsed({ ...neither, pair: ANY, row: { owner: true } }))).toEqual(whole);
    expect(refusalOf(() => parsed({ ...neither, effect: "oblige", row: {}, obligations: ["BANNER"] }))).toEqual(whole);
  });

  test.each([
    "Label.x",
    "label.UPPER.planted",
    "x label.planted",
    "label.planted ",
    "label.planted!",
    "label",
    "label.",
  ])("is not called %j", (id) => {
    expect(refusalOf(() => parsed(changed({ id })))).toEqual(["rules-value", "label.rules[0].id"]);
  });

  test.each([
    " A sentence with a space before it.",
    "A sentence that does not end. Here",
    "A sentence. ",
    "Nine let.",
    `${"A sentence that is too long".padEnd(400, "g")}.`,
  ])("says in a sentence what it does, not in %j", (sentence) => {
    expect(refusalOf(() => parsed(changed({ sentence })))).toEqual(["rules-value", "label.rules[0].sentence"]);
  });

  test.each([" SP 800-53", "SP 800-53 ", "SP\n", "abc", "a".repeat(201)])(
    "rests on an authority, not on %j",
    (authority) => {
      expect(refusalOf(() => parsed(changed({ authority })))).toEqual(["rules-value", "label.rules[0].authority"]);
    },
  );

  test("may have the shortest and the longest of texts that are one", () => {
    for (const sentence of ["Ten letter.", `${"A".repeat(399)}.`])
      for (const authority of ["a te", "a".repeat(200)])
        expect(parsed(changed({ sentence, authority }))).toHaveLength(1);
  });
});

describe("a rule file", () => {
  test.each<[code: string, at: string, file: unknown]>([
    ["rules-value", "label", null],
    ["rules-value", "label", []],
    ["rules-missing-member", "label.noun", { rules: [] }],
    ["rules-missing-member", "label.rules", { noun: "label" }],
    ["rules-unknown-member", "label.more", { noun: "label", rules: [], more: 1 }],
    ["rules-value", "label.noun", { noun: "tasks", rules: [] }],
    ["rules-noun", "label.noun", { noun: "asset", rules: [] }],
    ["rules-value", "label.rules", { noun: "label", rules: {} }],
    ["rules-value", "label.rules", { noun: "label", rules: "label.read" }],
    ["rules-value", "label.rules[1]", { noun: "label", rules: [written({ id: ID, pair: ANY }), 1] }],
  ])("is refused with the code %s at %s", (code, at, file) => {
    expect(refusalOf(() => parseRuleFile(file, "label"))).toEqual([code, at]);
  });
});

describe("a policy", () => {
  const rules = [
    { id: "label.d", pair: { roles: ["analyst"] } },
    { id: "label.o", effect: "oblige", pair: ANY, obligations: ["BANNER"] },
    { id: "label.c", effect: "allow", pair: { roles: ["steward"] } },
    { id: "label.b", pair: { roles: ["steward"] } },
    { id: "label.a", effect: "allow", pair: { roles: ["analyst"] } },
    { id: "asset.z", actions: ["asset.read"], pair: { roles: ["analyst"] } },
    { id: "label.n", effect: "oblige", pair: ANY, obligations: ["NO_CACHE"] },
  ];

  test("I1 has its rules by effect, allows before refusals before duties, and then by id, wherever they are written", () => {
    for (const order of [rules, rules.toReversed(), rules.toSorted((a, b) => (a.id < b.id ? -1 : 1))]) {
      const ids = planted(...order).rules.map(({ id }) => id);
      const own = new Set(rules.map(({ id }) => id));
      expect(ids.filter((id) => own.has(id))).toEqual([
        "label.a",
        "label.c",
        "asset.z",
        "label.b",
        "label.d",
        "label.n",
        "label.o",
      ]);
      const allows = planted(...order).rules.filter(({ effect }) => effect === "allow");
      expect(allows.map(({ id }) => id)).toEqual(allows.map(({ id }) => id).toSorted());
    }
  });

  test("I1 has the version of its files' texts, in whatever order they are handed in", () => {
    const files = plantedFiles(rules);
    const { version } = loadPolicy(files);
    const half = files.length / 2;
    for (const order of [files.toReversed(), [...files.slice(half), ...files.slice(0, half)]])
      expect(loadPolicy(order)).toEqual(loadPolicy(files));
    const renamed = plantedFiles(rules.map((rule) => ({ ...rule, sentence: "A planted rule of a tesT." })));
    expect(loadPolicy(renamed).version).not.toBe(version);
    expect(version).toMatch(/^sha384:[0-9a-f]{96}$/);
  });

  test("says which file, which rule and which action keeps it from loading", () => {
    const files = plantedFiles([]);
    const edited = (edit: (text: string) => string) =>
      files.map((file) => (file.name === "label.json" ? { ...file, text: edit(file.text) } : file));
    const twice = [
      { id: "label.a", pair: ANY },
      { id: "label.a", row: { owner: true } },
    ];
    expect(refusalOf(() => loadPolicy(files.slice(1)))).toEqual(["rules-file", "files"]);
    expect(refusalOf(() => loadPolicy([...files, ...files.slice(0, 1)]))).toEqual(["rules-file", "files"]);
    expect(refusalOf(() => loadPolicy(edited((text) => text.slice(1))))).toEqual(["rules-json", "label.json"]);
    expect(refusalOf(() => loadPolicy(edited((text) => text.replace("{", '{"noun":"label",'))))).toEqual([
      "rules-duplicate-member",
      "label.json",
    ]);
    expect(refusalOf(() => planted(...twice))).toEqual(["rules-duplicate-id", "label.a"]);
    for (const kind of ["pair", "row"] as const) {
      const left = edited((text) =>
        text.replaceAll(new RegExp(`\\{[^{}]*"${kind}":\\{[^{}]*\\}\\},?`, "g"), "").replace(",]", "]"),
      );
      const first = ACTIONS.find((action) => action.startsWith("label."));
      expect(refusalOf(() => loadPolicy(left))).toEqual(["rules-incomplete", `${String(first)}.${kind}`]);
    }
    expect(planted().rules).toHaveLength(2 * NOUNS.length);
  });
});
