import fc from "fast-check";
import { LEVELS } from "../../src/markings/index.ts";
import type { Noun } from "../../src/policy/actions.ts";
import { ACTIONS, NOUNS, nounOf } from "../../src/policy/actions.ts";
import { STATES } from "../../src/policy/facts.ts";
import { ENTITY_TYPES, ROLES } from "../../src/policy/profile.ts";
import type { PolicyFile } from "../../src/policy/load.ts";

const TOKENS = { sci: ["SI", "TK"], sar: ["BP"], controls: ["FOUO", "RS", "LES"] } as const;

const some = <T>(values: readonly T[]) => fc.subarray([...values], { minLength: 1 });
const optional = <T>(name: string, value: fc.Arbitrary<T>) =>
  fc.option(
    value.map((given) => ({ [name]: given })),
    { nil: {}, freq: 2 },
  );

const who = fc.tuple(
  fc.oneof(
    fc.constant({ roles: "any" as const }),
    some(ROLES).map((roles) => ({ roles })),
  ),
  optional("countries", some(["AFG", "GBR", "USA"])),
  optional("entityTypes", some(ENTITY_TYPES)),
);
const tokens = fc.tuple(
  ...Object.entries(TOKENS).map(([set, names]) => optional(set, some(names as readonly string[]))),
);
const merged = (parts: readonly object[]): Record<string, unknown> =>
  Object.assign({}, ...parts) as Record<string, unknown>;

const allowPair = fc.tuple(who, optional("levelAtMost", fc.constantFrom(...LEVELS)));
const denyPair = fc.tuple(
  who,
  optional("levelAtLeast", fc.constantFrom(...LEVELS)),
  tokens.map((sets) => {
    const holdsAny = merged(sets);
    return Object.keys(holdsAny).length === 0 ? {} : { holdsAny };
  }),
);
const row = fc
  .tuple(
    ...["member", "assigned", "owner"].map((name) => optional(name, fc.boolean())),
    optional("state", some(STATES)),
  )
  .map(merged);

const when = fc.oneof(
  allowPair.map(([of, rest]) => ({ effect: "allow", pair: merged([...of, rest]) })),
  denyPair.map(([of, ...rest]) => ({ effect: "deny", pair: merged([...of, ...rest]) })),
  row.map((condition) => ({ effect: "allow", row: condition })),
  row.map((condition) => ({
    effect: "deny",
    row: Object.keys(condition).length === 0 ? { member: false } : condition,
  })),
);

const rulesOf = (noun: Noun) => {
  const actions = ACTIONS.filter((action) => nounOf(action) === noun);
  const text = { sentence: "A rule made for a test.", authority: "none at all" };
  const bases = fc
    .tuple(
      allowPair.map(([of, rest]) => merged([...of, rest])),
      row,
    )
    .map(([pair, facts]) => [
      { id: `${noun}.base.pair`, ...text, effect: "allow", actions, pair },
      { id: `${noun}.base.row`, ...text, effect: "allow", actions, row: facts },
    ]);
  const more = fc.array(fc.tuple(when, some(actions)), { maxLength: 4 }).map((drawn) =>
    drawn.map(([rule, on], index) => ({
      id: `${noun}.more.${"abcdefgh"[index] ?? "z"}`,
      ...text,
      actions: on,
      ...rule,
    })),
  );
  return fc
    .tuple(bases, more)
    .map(([base, added]) => [...base, ...added] as { id: string; actions: readonly string[] }[]);
};

/** Rule files that load: for each noun an allow of each kind for all its actions, and up to four rules of any kind. */
export const ruleFileSets: fc.Arbitrary<PolicyFile[]> = fc
  .tuple(...NOUNS.map((noun) => rulesOf(noun).map((rules) => ({ noun, rules }))))
  .map((files) => files.map(({ noun, rules }) => ({ name: `${noun}.json`, text: JSON.stringify({ noun, rules }) })));

/** The files without one rule for one action. */
export function without(files: readonly PolicyFile[], id: string, action: string): PolicyFile[] {
  return files.map(({ name, text }) => {
    const file = JSON.parse(text) as { noun: string; rules: { id: string; actions: string[] }[] };
    const rules = file.rules.flatMap((rule) => {
      if (rule.id !== id) return [rule];
      const actions = rule.actions.filter((one) => one !== action);
      return actions.length === 0 ? [] : [{ ...rule, actions }];
    });
    return { name, text: JSON.stringify({ ...file, rules }) };
  });
}
