import fc from "fast-check";
import { ACTIONS, NOUNS, nounOf } from "../../src/policy/actions.ts";
import type { Noun } from "../../src/policy/actions.ts";
import { OBLIGATIONS } from "../../src/policy/decision.ts";
import type { PolicyFile } from "../../src/policy/load.ts";
import { ROLES } from "../../src/policy/profile.ts";
import { ruleFileSets } from "../rulebook/random-rules.ts";
import { changes } from "./spoiling.ts";
import type { Change } from "./spoiling.ts";

const RULED = {
  aea: ["RD", "RD-CNWDI", "DCNI"],
  nato: ["NATO-C", "NATO-S", "ATOMAL"],
  fgi: ["GBR"],
  controls: ["OC", "PR", "RS"],
  sci: ["SI-G"],
  sar: ["BP-123"],
} as const;

/** A rule that denies or obliges, with its noun. */
interface Closing {
  readonly noun: Noun;
  readonly rule: object;
}

// What random rules of the rulebook's tests lack: duties, and refusals by every set of a marking.
const closing: fc.Arbitrary<Closing> = fc
  .record({
    noun: fc.constantFrom(...NOUNS),
    roles: fc.oneof(fc.constant("any" as const), fc.subarray([...ROLES], { minLength: 4 })),
    set: fc.constantFrom(...(Object.keys(RULED) as (keyof typeof RULED)[])),
    everywhere: fc.boolean(),
    obligations: fc.oneof(
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 3, arbitrary: fc.subarray([...OBLIGATIONS], { minLength: 1, maxLength: 3 }) },
    ),
  })
  .map(({ noun, roles, set, everywhere, obligations }) => {
    const pair = { roles, ...(obligations !== null && everywhere ? {} : { holdsAny: { [set]: RULED[set] } }) };
    const effect = obligations === null ? { effect: "deny" } : { effect: "oblige", obligations };
    return { noun, rule: { ...effect, pair } };
  });

function added(files: readonly PolicyFile[], more: readonly Closing[]): PolicyFile[] {
  return files.map(({ name, text }) => {
    const file = JSON.parse(text) as { noun: Noun; rules: object[] };
    const actions = ACTIONS.filter((action) => nounOf(action) === file.noun);
    const rules = more.flatMap(({ noun, rule }, place) => {
      const id = `${noun}.extra.${"abcdefghijkl".charAt(place)}`;
      return noun === file.noun
        ? [{ id, sentence: "A rule made for a test.", authority: "none", actions, ...rule }]
        : [];
    });
    return { name, text: JSON.stringify({ ...file, rules: [...file.rules, ...rules] }) };
  });
}

/** Rule files that load, with rules of every kind that there is. */
export const anyRules: fc.Arbitrary<PolicyFile[]> = fc
  .tuple(ruleFileSets, fc.array(closing, { maxLength: 12 }))
  .map(([files, more]) => added(files, more));

const MEMBERS: readonly Readonly<Record<string, unknown>>[] = [
  { roles: "any" },
  { roles: ["any"] },
  { levelAtMost: "S" },
  { levelAtLeast: "S" },
  { holdsAny: { sci: ["SI"] } },
  { holdsAny: {} },
  { holdsAny: { relTo: ["USA"] } },
  { countries: ["usa"] },
  { entityTypes: ["GOV"] },
  { effect: "oblige", obligations: ["BANNER"] },
  { obligations: ["BANNER"] },
  { effect: "allow" },
  { effect: "deny" },
  { row: {} },
  { pair: { roles: "any" } },
  { state: ["ACTIVE"] },
  { state: [] },
  { not: true },
  { member: true },
  { actions: ["label.read"] },
  { id: "label.base.pair" },
  { id: "label.Read" },
  { noun: "label" },
  { sentence: "Short." },
  { sentence: "No point at the end" },
  { authority: "EO 13526, not in normal form: cafe\u0301" },
];

const fileChange = fc.record({
  file: fc.nat(20),
  rule: fc.nat(20),
  inside: fc.constantFrom("file", "rule", "rule", "pair", "pair", "row", "row", "holdsAny"),
  place: fc.nat(12),
  apply: fc.oneof(
    changes,
    fc.constantFrom(...MEMBERS).map(
      (members): Change =>
        (object) =>
          void Object.assign(object, members),
    ),
  ),
});

// What is done to a file as a text; all other numbers change a value in it.
const TEXT_CHANGES: readonly ((file: PolicyFile) => PolicyFile[])[] = [
  () => [],
  (file) => [file, file],
  ({ name, text }) => [{ name: name.replace("json", "txt"), text }],
  ({ name, text }) => [{ name, text: `"${text}` }],
  ({ name, text }) => [{ name, text: `\ufeff${text}` }],
  ({ name, text }) => [{ name, text: text.replace('"effect"', '"eff\\u0065ct":"deny","effect"') }],
  ({ name, text }) => [{ name, text: text.replaceAll(",", " ,\n") }],
];

/** Rule files of which one was changed in one place, or lacks, or is there twice, or has another name. */
export const spoiledFiles: fc.Arbitrary<PolicyFile[]> = fc
  .tuple(anyRules, fileChange, fc.nat(40))
  .map(([files, { file, rule, inside, place, apply }, twist]) =>
    files.flatMap((given, index) => {
      if (index !== file % files.length) return [given];
      const asText = TEXT_CHANGES[twist];
      if (asText) return asText(given);
      const value = JSON.parse(given.text) as { rules: Record<string, unknown>[] };
      const chosen = value.rules[rule % value.rules.length] ?? {};
      const pair = chosen["pair"] as Record<string, unknown> | undefined;
      const parts = { file: value, rule: chosen, pair, row: chosen["row"], holdsAny: pair?.["holdsAny"] };
      const members = (parts[inside] ?? chosen) as Record<string, unknown>;
      const names = Object.keys(members);
      apply(members, names[place % names.length] ?? "sci");
      return [{ name: given.name, text: JSON.stringify(value) }];
    }),
  );
