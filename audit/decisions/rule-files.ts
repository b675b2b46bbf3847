import type { CryptoPort } from "../core/crypto-port.ts";
import { FormatError } from "../core/errors.ts";
import { policyVersion } from "../core/policy-line.ts";
import type { Rule, RuleSet } from "./rule-set.ts";
import { anything, isFlag, listOf, matching, oneOf, record, setOf } from "./shape.ts";
import type { Check } from "./shape.ts";
import {
  ACTIONS,
  COUNTRY,
  ENTITY_TYPES,
  FLAGS,
  LEVELS,
  NOUNS,
  OBLIGATIONS,
  ROLES,
  RULED_SETS,
  STATES,
  TOKEN,
} from "./vocabulary.ts";

/** The text of a rule file with its name, which has no folder. */
export interface RuleFile {
  readonly name: string;
  readonly text: string;
}

const SOME = 64;
const who = {
  roles: (value: unknown) => value === "any" || setOf(oneOf(...ROLES), SOME, 1)(value),
} satisfies Record<string, Check>;
const narrowed = {
  countries: setOf(matching(COUNTRY), SOME, 1),
  entityTypes: setOf(oneOf(...ENTITY_TYPES), SOME, 1),
};
const level = oneOf(...LEVELS);
const filled = (value: unknown): boolean => typeof value === "object" && Object.keys(value ?? {}).length > 0;
const both =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.every((check) => check(value));

// A marking opens only downwards and closes only upwards: an allow may not look for tokens, a deny not for a highest level.
const opening = record(who, { ...narrowed, levelAtMost: level });
const tokensBySet = Object.fromEntries(RULED_SETS.map((set) => [set, setOf(matching(TOKEN), SOME, 1)]));
const closing = record(who, { ...narrowed, levelAtLeast: level, holdsAny: both(record({}, tokensBySet), filled) });
const row = record(
  {},
  { ...Object.fromEntries(FLAGS.map((flag) => [flag, isFlag])), state: setOf(oneOf(...STATES), STATES.length, 1) },
);
const duties = setOf(oneOf(...OBLIGATIONS), OBLIGATIONS.length, 1);

/** The five forms of a rule in the file of a noun. */
function ruleForms(noun: string): readonly Check[] {
  const ofNoun = [...ACTIONS.keys()].filter((action) => action.startsWith(`${noun}.`));
  const always = {
    id: both(matching(/^[a-z]+(?:\.[a-z-]+)+$/), (value) => String(value).startsWith(`${noun}.`)),
    sentence: matching(/^\S.{9,398}\.$/),
    authority: matching(/^\S.{2,198}\S$/),
    actions: setOf(oneOf(...ofNoun), ofNoun.length, 1),
  };
  return [
    record({ ...always, effect: oneOf("allow"), pair: opening }),
    record({ ...always, effect: oneOf("deny"), pair: closing }),
    record({ ...always, effect: oneOf("oblige"), pair: closing, obligations: duties }),
    record({ ...always, effect: oneOf("allow"), row }),
    // A refusal of everything is a rule that should not have been written.
    record({ ...always, effect: oneOf("deny"), row: both(row, filled) }),
  ];
}

const FORMS = new Map(NOUNS.map((noun) => [noun, ruleForms(noun)]));

/**
 * Reads the rule files of a policy, at most one for each noun ('label.json'), and works out the version that entries cite it
 * by (FORMAT.md section 10). What is not understood refuses the whole. An action that no rule allows is denied, so that a
 * policy of an older release, which lacks actions or nouns, can be read: the version says that it is the one meant.
 * Throws FormatError: MEMBERS for another file, rule or member, JSON, JSON_DUPLICATE.
 */
export function readRuleFiles(crypto: CryptoPort, files: readonly RuleFile[]): RuleSet {
  if (files.length === 0) throw new FormatError("MEMBERS", "there are no rule files");
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const rules = sorted.flatMap(readRuleFile);
  const ids = new Set(rules.map(({ id }) => id));
  if (ids.size !== rules.length || new Set(sorted.map(({ name }) => name)).size !== sorted.length) {
    throw new FormatError("MEMBERS", "a rule or a rule file is there twice");
  }
  const byAction = new Map<string, Rule[]>();
  for (const rule of rules) {
    for (const action of rule.actions) byAction.set(action, [...(byAction.get(action) ?? []), rule]);
  }
  const version = policyVersion(
    crypto,
    sorted.map(({ name, text }) => [name, text]),
  );
  return { version, rules: byAction };
}

function readRuleFile({ name, text }: RuleFile): readonly Rule[] {
  const noun = name.replace(/\.json$/, "");
  const forms = name.endsWith(".json") ? FORMS.get(noun) : undefined;
  if (forms === undefined) throw new FormatError("MEMBERS", `${JSON.stringify(name)} is no rule file`);
  const value = parseOnce(text, name);
  const isFile = record({ noun: oneOf(noun), rules: listOf(anything) });
  if (!isFile(value)) throw new FormatError("MEMBERS", `${name} is not the rule file of its noun`);
  const { rules } = value as { readonly rules: readonly unknown[] };
  const odd = rules.findIndex((rule) => !forms.some((form) => form(rule)));
  if (odd >= 0) throw new FormatError("MEMBERS", `rule ${odd + 1} in ${name} is not of a form that is known here`);
  return rules as readonly Rule[];
}

/** JSON in any spelling, without a member that stands twice: JSON.parse keeps the last of two and says nothing. */
function parseOnce(text: string, name: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FormatError("JSON", `${name} is not JSON`);
  }
  // Outside of strings a colon stands for one member, so that a member which was dropped is missed in the count.
  const colons = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, "").split(":").length - 1;
  if (colons !== countMembers(value)) throw new FormatError("JSON_DUPLICATE", `a member stands twice in ${name}`);
  return value;
}

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside = Object.values(value).reduce((sum: number, item) => sum + countMembers(item), 0);
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length);
}
