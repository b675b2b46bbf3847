import { RegisterError } from "../markings/index.ts";
import type { Register } from "../markings/index.ts";
import type { Action, Noun } from "../policy/actions.ts";
import { ACTIONS, NOUNS } from "../policy/actions.ts";
import { decide } from "../policy/decide.ts";
import { loadPolicy } from "../policy/load.ts";
import { PolicyError } from "../policy/policy-error.ts";
import type { Policy } from "../policy/rules.ts";
import { parseRuleFile } from "../policy/rules.ts";
import { parseStrictJson } from "../policy/strict-json.ts";
import { deadRules } from "./dead-rules.ts";
import type { PolicyDocuments } from "./documents.ts";
import { DOCUMENT_PATH, documentsText, readRegister, ruleFiles } from "./documents.ts";
import type { ExpectedRow, TableNames } from "./expected-decisions.ts";
import { readExpectedRows, readTableNames } from "./expected-decisions.ts";
import { finding } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { unknownNames } from "./unknown-names.ts";

/** What checking a set of documents found. `policyVersion` and `registerVersion` are null when they do not load. */
export interface CheckReport {
  /** True when there is no error; warnings may remain. */
  readonly ok: boolean;
  /** Hash of the text of all documents: what approvers approve. */
  readonly documentsSha384: string;
  readonly policyVersion: string | null;
  readonly registerVersion: string | null;
  readonly actions: number;
  readonly rules: number;
  readonly profiles: number;
  readonly markings: number;
  /** Expected decisions that were taken. */
  readonly decisions: number;
  /** Errors before warnings, each in the order of its place. */
  readonly findings: readonly Finding[];
}

/** Called now and then with how many of all rows of the tables were decided. */
export type Progress = (done: number, of: number) => void;

const WORDS: Readonly<Partial<Record<PolicyError["code"], string>>> = {
  "rules-json": "is not JSON",
  "rules-duplicate-member": "names a member twice",
  "rules-missing-member": "lacks a member",
  "rules-unknown-member": "has a member that is not known here",
  "rules-value": "has a value that is not allowed here",
  "rules-file": "there is exactly one file for each noun",
  "rules-noun": "is about another noun than its file",
  "rules-action": "names an action that is not known here",
  "rules-operator": "asks something that is not known here, or does not stand in this kind of rule",
  "rules-duplicate-id": "this rule id is used twice",
  "rules-incomplete": "no rule allows this action: each needs a pair rule and a row rule that allow it",
};

function refusedRules(path: string, error: unknown): Finding {
  if (!(error instanceof PolicyError)) throw error;
  return finding("rules-refused", `${path}: ${error.at}`, `${WORDS[error.code] ?? "is refused"} (${error.code})`);
}

// Loading stops at the first fault; a report names the first of each file.
function loadRules(documents: PolicyDocuments, found: Finding[]): Policy | null {
  const files = ruleFiles(documents);
  const before = found.length;
  for (const file of files) {
    const noun = file.name.replace(/\.json$/, "");
    if (!(NOUNS as readonly string[]).includes(noun)) {
      found.push(finding("document-unknown", `rules/${file.name}`, "there are no rules about such a noun"));
      continue;
    }
    try {
      parseRuleFile(parseStrictJson(file.text), noun as Noun);
    } catch (error) {
      found.push(refusedRules(`rules/${file.name}`, error));
    }
  }
  for (const noun of NOUNS.filter((name) => !files.some((file) => file.name === `${name}.json`)))
    found.push(finding("rules-refused", `rules/${noun}.json`, "is missing (rules-file)"));
  if (found.length > before) return null;
  try {
    return loadPolicy(files);
  } catch (error) {
    found.push(refusedRules("rules", error));
    return null;
  }
}

function loadRegister(documents: PolicyDocuments, found: Finding[]): Register | null {
  try {
    return readRegister(documents);
  } catch (error) {
    if (!(error instanceof RegisterError || error instanceof SyntaxError)) throw error;
    found.push(finding("register-refused", "markings", error.message));
    return null;
  }
}

/** Takes every expected decision of the tables. Returns how many, and the ids of all rules and conditions that decided. */
function decideRows(
  rows: readonly ExpectedRow[],
  names: TableNames,
  policy: Policy,
  register: Register,
  found: Finding[],
  progress: Progress,
): { readonly decisions: number; readonly cited: ReadonlySet<string> } {
  const cited = new Set<string>();
  let decisions = 0;
  for (const [index, row] of rows.entries()) {
    if (index % 16 === 0) progress(index, rows.length);
    let first: string | null = null;
    let differing = 0;
    for (const who of row.profiles)
      for (const what of row.markings)
        for (const facts of row.facts) {
          const profile = names.profiles.get(who);
          const marking = names.markings.get(what);
          if (!profile || !marking) continue;
          const made = decide(policy, register.version, profile, marking, facts, row.action);
          decisions += 1;
          for (const reason of made.reasons) cited.add(reason);
          if (made.decision === row.expect) continue;
          differing += 1;
          first ??= `${who} x ${what} with ${JSON.stringify(facts)} is ${made.decision} by ${made.reasons.join(", ")}`;
        }
    if (first !== null)
      found.push(
        finding("decision-differs", row.at, `${row.action} expects ${row.expect}: ${first} (${differing} such cases)`),
      );
  }
  progress(rows.length, rows.length);
  return { decisions, cited };
}

function outcomesMissing(rows: readonly ExpectedRow[], found: Finding[]): void {
  const has = (action: Action, expect: string): boolean =>
    rows.some((row) => row.action === action && row.expect === expect);
  for (const action of ACTIONS) {
    const at = `tables/${action.slice(0, action.indexOf("."))}.csv`;
    if (!has(action, "allow")) found.push(finding("action-without-allow", at, `no row expects an allow of ${action}`));
    if (!has(action, "deny")) found.push(finding("action-without-deny", at, `no row expects a deny of ${action}`));
  }
}

function unusedNames(rows: readonly ExpectedRow[], names: TableNames): Finding[] {
  const used = new Set(rows.flatMap((row) => [...row.profiles, ...row.markings]));
  const unused = (path: string, all: Iterable<string>): Finding[] =>
    [...all].filter((name) => !used.has(name)).map((name) => finding("name-unused", path, `no row uses ${name}`));
  return [
    ...unused("tables/profiles.json", names.profiles.keys()),
    ...unused("tables/markings.json", names.markings.keys()),
  ];
}

/**
 * Checks a set of policy documents whole, without a database: whether everything loads, every action has rules and expected
 * decisions of both kinds, the expected decisions are those taken, and no rule is dead or names what is unknown. What
 * cannot be looked at because something before it does not load is left out; nothing is thrown for bad documents.
 */
export function checkDocuments(documents: PolicyDocuments, progress: Progress = () => undefined): CheckReport {
  const found: Finding[] = [];
  for (const path of Object.keys(documents))
    if (!DOCUMENT_PATH.test(path)) found.push(finding("document-unknown", path, "is no document of a policy"));
  const register = loadRegister(documents, found);
  const policy = loadRules(documents, found);
  const names: TableNames = register
    ? readTableNames(documents, register, found)
    : { profiles: new Map(), markings: new Map() };
  const rows = register ? readExpectedRows(documents, names, found) : [];
  let decisions = 0;
  if (register) {
    outcomesMissing(rows, found);
    found.push(...unusedNames(rows, names));
  }
  if (policy) found.push(...deadRules(policy));
  if (policy && register) {
    found.push(...unknownNames(policy, register));
    const taken = decideRows(rows, names, policy, register, found, progress);
    decisions = taken.decisions;
    for (const rule of policy.rules.filter(({ id }) => !taken.cited.has(id)))
      found.push(finding("rule-untested", rule.id, "no expected decision of the tables rests on this rule"));
  }
  const weight = { error: 0, warning: 1 };
  return {
    ok: found.every(({ severity }) => severity !== "error"),
    documentsSha384: documentsText(documents).sha384,
    policyVersion: policy?.version ?? null,
    registerVersion: register?.version ?? null,
    actions: ACTIONS.length,
    rules: policy?.rules.length ?? 0,
    profiles: names.profiles.size,
    markings: names.markings.size,
    decisions,
    findings: found.toSorted(
      (a, b) => weight[a.severity] - weight[b.severity] || a.at.localeCompare(b.at, "en", { numeric: true }),
    ),
  };
}
