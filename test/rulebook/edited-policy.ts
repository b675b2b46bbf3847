import { join } from "node:path";
import { checkDocuments } from "../../src/rulebook/check.ts";
import type { PolicyDocuments } from "../../src/rulebook/documents.ts";
import { readPolicyFolder } from "../../src/rulebook/folder.ts";
import { packageRoot } from "../../src/storage/package-root.ts";

/** The policy as shipped. */
export const shipped: PolicyDocuments = readPolicyFolder(join(packageRoot(), "policies"));

/** A rule that a test adds; sentence and authority are made up. */
export interface AddedRule {
  readonly id: string;
  readonly effect: "allow" | "deny";
  readonly actions: readonly string[];
  readonly pair?: object;
  readonly row?: object;
}

/** The shipped policy with one more rule; rows of the tables that it contradicts are left out, so that it can be proposed. */
export function withRule(rule: AddedRule, base: PolicyDocuments = shipped): PolicyDocuments {
  const path = `rules/${rule.id.slice(0, rule.id.indexOf("."))}.json`;
  const file = JSON.parse(base[path] ?? "") as { noun: string; rules: object[] };
  const rules = [...file.rules, { sentence: "Added by a test only.", authority: "none at all", ...rule }];
  const documents: Record<string, string> = { ...base, [path]: JSON.stringify({ ...file, rules }) };
  const wrong = checkDocuments(documents).findings.filter(({ code }) => code === "decision-differs");
  for (const { at } of wrong) {
    const [table = "", line = ""] = at.split(":");
    const lines = (documents[table] ?? "").split("\n");
    lines[Number(line) - 1] = "-";
    documents[table] = lines.join("\n");
  }
  for (const table of new Set(wrong.map(({ at }) => at.split(":")[0] ?? "")))
    documents[table] = (documents[table] ?? "").replaceAll(/^-\n/gm, "");
  return documents;
}
