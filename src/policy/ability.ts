import { Ability } from "@casl/ability";
import type { RawRuleFrom } from "@casl/ability";
import type { Noun } from "./actions.ts";
import { NOUNS } from "./actions.ts";
import type { ClosedConditions } from "./closed-conditions.ts";
import { closedConditions } from "./closed-conditions.ts";
import { PolicyError } from "./policy-error.ts";
import type { Rule } from "./rules.ts";

/** What CASL is asked about: always an object with its noun and every attribute, never the noun alone. */
export interface Asked {
  readonly noun: Noun;
}

type CaveatAbilities = [string, Noun | Asked];
type CaveatAbility = Ability<CaveatAbilities, ClosedConditions>;

/** The answer of one layer and the id of the rule that gave it; null when no rule matched, which is a refusal. */
export interface LayerAnswer {
  readonly allow: boolean;
  readonly rule: string | null;
}

/**
 * Makes a frozen CASL ability from rules, each with the conditions it has here (null: none). Allows go first and denies
 * last, because in CASL the last matching rule wins. Every condition is parsed now, so that a bad one refuses at once.
 * @throws PolicyError condition-operator
 */
export function makeAbility(
  rules: readonly { readonly rule: Rule; readonly conditions: ClosedConditions | null }[],
): CaveatAbility {
  const ordered = rules.toSorted((a, b) => Number(a.rule.effect === "deny") - Number(b.rule.effect === "deny"));
  const raw = ordered.map(({ rule, conditions }) => {
    if (conditions !== null) closedConditions(conditions);
    return {
      action: [...rule.actions],
      subject: nounOfRule(rule),
      inverted: rule.effect === "deny",
      reason: rule.id,
      ...(conditions !== null && { conditions }),
    } satisfies RawRuleFrom<CaveatAbilities, ClosedConditions>;
  });
  const ability = new Ability<CaveatAbilities, ClosedConditions>(raw, {
    conditionsMatcher: closedConditions,
    detectSubjectType,
  });
  Object.freeze(ability);
  return ability;
}

/** Asks an ability about one object. Which rule decided comes back by id. @throws PolicyError condition-attribute */
export function ask(ability: CaveatAbility, action: string, object: Asked): LayerAnswer {
  const rule = ability.relevantRuleFor(action, object);
  return { allow: rule !== null && !rule.inverted, rule: rule?.reason ?? null };
}

/** Ids of all rules of an ability that match an object, in no order. @throws PolicyError condition-attribute */
export function matching(ability: CaveatAbility, action: string, object: Asked): readonly string[] {
  // Every condition is asked even where another rule already matched, so that a missing attribute is never passed over.
  return ability.rulesFor(action, detectSubjectType(object)).flatMap((rule) => {
    const matches = rule.matchesConditions(object);
    return matches && rule.reason !== undefined ? [rule.reason] : [];
  });
}

function nounOfRule(rule: Rule): Noun {
  const noun = NOUNS.find((candidate) => rule.id.startsWith(`${candidate}.`));
  if (noun === undefined) throw new PolicyError("rules-noun", rule.id);
  return noun;
}

function detectSubjectType(object: Asked): Noun {
  const noun: unknown = Object.hasOwn(object, "noun") ? object.noun : undefined;
  const known = NOUNS.find((candidate) => candidate === noun);
  if (known === undefined) throw new PolicyError("condition-attribute", "noun");
  return known;
}
