import { ACTIONS, NOUNS, nounOf } from "../../src/policy/actions.ts";
import type { PolicyFile } from "../../src/policy/load.ts";
import { loadPolicy } from "../../src/policy/load.ts";
import { PolicyError } from "../../src/policy/policy-error.ts";
import type { Policy } from "../../src/policy/rules.ts";

/** A rule that a test plants; what it leaves out is that of a refusal of `label.read`. */
export interface PlantedRule {
  readonly id: string;
  readonly sentence?: string;
  readonly authority?: string;
  readonly effect?: string;
  readonly actions?: readonly string[];
  readonly pair?: object;
  readonly row?: object;
  readonly obligations?: readonly string[];
}

const LEFT_OUT = {
  sentence: "A planted rule of a test.",
  authority: "a test",
  effect: "deny",
  actions: ["label.read"] as readonly string[],
};

/** The rule as it stands in a file. */
export function written(rule: PlantedRule): PlantedRule & typeof LEFT_OUT {
  return { ...LEFT_OUT, ...rule };
}

/**
 * The files of a small policy: everybody may do everything with every row, but what planted rules allow (by a pair or by a
 * row rule) is allowed by those alone. So one planted rule decides, and a policy loads in a millisecond.
 */
export function plantedFiles(rules: readonly PlantedRule[]): readonly PolicyFile[] {
  const all = rules.map(written);
  const open = (kind: "pair" | "row", noun: string): readonly string[] => {
    const taken = all.filter((rule) => rule.effect === "allow" && kind in rule).flatMap(({ actions }) => actions);
    return ACTIONS.filter((action) => nounOf(action) === noun && !taken.includes(action));
  };
  return NOUNS.map((noun) => {
    const base = [
      { id: `${noun}.open.pair`, effect: "allow", actions: open("pair", noun), pair: { roles: "any" } },
      { id: `${noun}.open.row`, effect: "allow", actions: open("row", noun), row: {} },
    ];
    const own = all.filter(({ id }) => id.startsWith(`${noun}.`));
    const of = [...base.filter(({ actions }) => actions.length > 0).map(written), ...own];
    return { name: `${noun}.json`, text: JSON.stringify({ noun, rules: of }) };
  });
}

/** The small policy with these rules. */
export function planted(...rules: readonly PlantedRule[]): Policy {
  return loadPolicy(plantedFiles(rules));
}

/** What a refusal says: its code and the place of what was refused; what is no refusal is no answer. */
export function refusalOf(run: () => unknown): readonly [code: string, at: string] {
  try {
    run();
  } catch (error) {
    if (error instanceof PolicyError) return [error.code, error.at];
    throw error;
  }
  return ["not refused", ""];
}
