import { createHash } from "node:crypto";
import type { Noun } from "./actions.ts";
import { ACTIONS, NOUNS } from "./actions.ts";
import { PolicyError } from "./policy-error.ts";
import type { Policy, Rule } from "./rules.ts";
import { parseRuleFile } from "./rules.ts";
import { parseStrictJson } from "./strict-json.ts";

/** The text of one rule file; `name` is its file name without a folder. */
export interface PolicyFile {
  readonly name: string;
  readonly text: string;
}

const loaded = new WeakSet<Policy>();

/**
 * Loads the rules from exactly one file per noun ('label.json'). Refuses the whole policy on the first thing that it does
 * not understand, on a rule id used twice, and on an action without a pair rule and a row rule that allow it.
 * @throws PolicyError with a code that begins with 'rules-'
 */
export function loadPolicy(files: readonly PolicyFile[]): Policy {
  const sorted = files.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const names = sorted.map((file) => file.name);
  const expected = NOUNS.map((noun) => `${noun}.json`).toSorted();
  if (names.join("\n") !== expected.join("\n")) throw new PolicyError("rules-file", "files");
  const rules = sorted.flatMap((file) => parseRuleFile(parseFile(file), file.name.slice(0, -".json".length) as Noun));
  refuseDuplicateIds(rules);
  refuseIncomplete(rules);
  const policy: Policy = Object.freeze({
    version: policyVersion(sorted),
    rules: Object.freeze(rules.toSorted(denyLast)),
  });
  loaded.add(policy);
  return policy;
}

/** Refuses a policy that did not come from loadPolicy. @throws PolicyError policy-not-loaded */
export function requireLoaded(policy: Policy): void {
  if (!loaded.has(policy)) throw new PolicyError("policy-not-loaded", "policy");
}

function parseFile(file: PolicyFile): unknown {
  try {
    return parseStrictJson(file.text);
  } catch (cause) {
    const twice = cause instanceof PolicyError && cause.code === "input-duplicate";
    throw new PolicyError(twice ? "rules-duplicate-member" : "rules-json", file.name, { cause });
  }
}

function refuseDuplicateIds(rules: readonly Rule[]): void {
  const seen = new Set<string>();
  for (const { id } of rules) {
    if (seen.has(id)) throw new PolicyError("rules-duplicate-id", id);
    seen.add(id);
  }
}

function refuseIncomplete(rules: readonly Rule[]): void {
  for (const action of ACTIONS) {
    const allows = rules.filter((rule) => rule.effect === "allow" && rule.actions.includes(action));
    if (!allows.some((rule) => "pair" in rule.when)) throw new PolicyError("rules-incomplete", `${action}.pair`);
    if (!allows.some((rule) => "row" in rule.when)) throw new PolicyError("rules-incomplete", `${action}.row`);
  }
}

const ORDER: readonly Rule["effect"][] = ["allow", "deny", "oblige"];

function denyLast(a: Rule, b: Rule): number {
  if (a.effect !== b.effect) return ORDER.indexOf(a.effect) - ORDER.indexOf(b.effect);
  return a.id < b.id ? -1 : 1;
}

// Lengths stand before names and texts, so that no two sets of files give the same bytes.
function policyVersion(files: readonly PolicyFile[]): string {
  const hash = createHash("sha384").update("caveat/policy/v1");
  for (const part of files.flatMap((file) => [file.name, file.text])) {
    const bytes = Buffer.from(part, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return `sha384:${hash.digest("hex")}`;
}
