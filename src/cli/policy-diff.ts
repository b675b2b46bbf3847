import { allNodes } from "./door.ts";
import type { Door } from "./door.ts";
import { sideOf } from "./policy-versions.ts";
import { progressBar } from "./progress.ts";
import { EXIT } from "./usage.ts";

interface ProfileChange {
  readonly id: string;
  readonly profile: string;
  readonly changes: readonly {
    readonly opens: readonly string[];
    readonly closes: readonly string[];
    readonly markings: readonly string[];
  }[];
}

interface Difference {
  readonly fromVersion: string;
  readonly toVersion: string;
  readonly fromRegister: string;
  readonly toRegister: string;
  readonly rules: readonly {
    readonly id: string;
    readonly change: string;
    readonly sentence: string;
    readonly authority: string;
    readonly actions: readonly string[];
  }[];
  readonly rows: readonly {
    readonly action: string;
    readonly opens: readonly string[];
    readonly closes: readonly string[];
  }[];
  readonly markings: readonly { readonly banner: string; readonly change: string; readonly code: string | null }[];
}

const RULES = `query ($from: PolicySideInput!, $to: PolicySideInput!) { policyRulesDifference(from: $from, to: $to) {
  fromVersion toVersion fromRegister toRegister
  rules { id change sentence authority actions } rows { action opens closes }
  markings { banner change code } } }`;
const CELLS = `query ($from: PolicySideInput!, $to: PolicySideInput!, $first: Int!, $after: String) {
  policyComparison(from: $from, to: $to, first: $first, after: $after) {
    edges { node { id profile changes { opens closes markings } } } pageInfo { hasNextPage endCursor } } }`;

/** What people need of a profile: roles, country and what it is cleared for; where it comes from is left out. */
function groupOf(text: string): string {
  const profile = JSON.parse(text) as {
    role: string[];
    countryOfAffiliation: string;
    dutyOrganization: string;
    clearance: string;
    fineAccessControls: string[];
    environment: { sessionLevel: string };
  };
  return [
    profile.role.join(", ") || "no role",
    profile.countryOfAffiliation,
    profile.dutyOrganization,
    [profile.clearance, ...profile.fineAccessControls].join(" "),
    `session ${profile.environment.sessionLevel}`,
  ].join("; ");
}

/** Sums what changes: cells by action, then by group of profiles and set of actions. */
class Sums {
  readonly #actions = new Map<string, { opens: number; closes: number }>();
  readonly #groups = new Map<string, { readonly actions: string; profiles: Set<string>; markings: Set<string> }>();
  profiles = 0;
  changed = 0;
  cells = 0;

  add({ id, profile, changes }: ProfileChange): void {
    this.profiles += 1;
    if (changes.length > 0) this.changed += 1;
    for (const { opens, closes, markings } of changes) {
      this.cells += (opens.length + closes.length) * markings.length;
      for (const [kind, actions] of [
        ["opens", opens],
        ["closes", closes],
      ] as const)
        for (const action of actions) {
          const sum = this.#actions.get(action) ?? { opens: 0, closes: 0 };
          sum[kind] += markings.length;
          this.#actions.set(action, sum);
        }
      const actions = [...opens.map((one) => `opens ${one}`), ...closes.map((one) => `closes ${one}`)].join(", ");
      const key = `${groupOf(profile)}\n${actions}`;
      const group = this.#groups.get(key) ?? { actions, profiles: new Set(), markings: new Set() };
      group.profiles.add(id);
      for (const marking of markings) group.markings.add(marking);
      this.#groups.set(key, group);
    }
  }

  lines(): string[] {
    const byAction = [...this.#actions].toSorted(([a], [b]) => (a < b ? -1 : 1));
    return [
      `${this.cells} cells change, for ${this.changed} of ${this.profiles} profiles that you may see.`,
      ...byAction.map(([action, { opens, closes }]) => `  ${action.padEnd(18)} ${opens} open, ${closes} close`),
      ...[...this.#groups]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([key, { actions, profiles, markings }]) => [
          "",
          `${key.slice(0, key.indexOf("\n"))} (${profiles.size} profile${profiles.size === 1 ? "" : "s"})`,
          `  ${actions}`,
          ...[...markings]
            .toSorted()
            .slice(0, 8)
            .map((marking) => `    ${marking}`),
          ...(markings.size > 8 ? [`    and ${markings.size - 8} more markings`] : []),
        ]),
    ];
  }
}

function ruleLines({ rules, rows, markings, fromRegister, toRegister }: Difference): string[] {
  return [
    ...(rules.length === 0 ? ["No rule differs."] : ["Rules:"]),
    ...rules.flatMap(({ id, change, sentence, authority, actions }) => [
      `  ${change.padEnd(8)} ${id} (${actions.join(", ")})`,
      `           ${sentence} [${authority}]`,
    ]),
    ...(rows.length === 0 ? [] : ["", "Row rules, whoever asks and whatever the marking:"]),
    ...rows.flatMap(({ action, opens, closes }) => [
      ...opens.map((facts) => `  opens   ${action} where ${facts || "anything"}`),
      ...closes.map((facts) => `  closes  ${action} where ${facts || "anything"}`),
    ]),
    ...(fromRegister === toRegister
      ? []
      : [
          "",
          "The register differs: markings that are kept stay what they were, new ones are read under the new register.",
          markings.length === 0
            ? "It reads none of the kept markings that you may see otherwise."
            : "Of the kept markings that you may see it would read otherwise:",
          ...markings.map(
            ({ banner, change, code }) => `  ${change.padEnd(8)} ${banner}${code === null ? "" : ` (${code})`}`,
          ),
        ]),
    "",
  ];
}

/** `caveat policy diff OLD NEW`. Returns the exit code: 0 whether or not they differ. */
export async function diffPolicies(door: Door, from: string, to: string, json: boolean): Promise<number> {
  const sides = { from: await sideOf(door, from), to: await sideOf(door, to) };
  const { policyRulesDifference } = await door.ask(RULES, sides);
  const rules = policyRulesDifference as Difference;
  if (json) process.stdout.write(`${JSON.stringify({ kind: "rules", ...rules })}\n`);
  else
    process.stdout.write(
      `${[`from ${rules.fromVersion}`, `to   ${rules.toVersion}`, "", ...ruleLines(rules)].join("\n")}\n`,
    );
  const sums = new Sums();
  const bar = progressBar("profiles");
  for await (const one of allNodes<ProfileChange>(door, "policyComparison", CELLS, sides, 50)) {
    sums.add(one);
    bar.show(sums.profiles, null);
    if (!json || one.changes.length === 0) continue;
    process.stdout.write(`${JSON.stringify({ kind: "cells", ...one, profile: JSON.parse(one.profile) as unknown })}\n`);
  }
  bar.end();
  if (!json)
    process.stdout.write(
      `${[...sums.lines(), "", "Of profiles and markings that you may see; of others nothing is told."].join("\n")}\n`,
    );
  return EXIT.done;
}
