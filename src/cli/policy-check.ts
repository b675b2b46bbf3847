import { resolve } from "node:path";
import { checkDocuments } from "../rulebook/check.ts";
import type { CheckReport } from "../rulebook/check.ts";
import { readPolicyFolder } from "../rulebook/folder.ts";
import type { PolicyDocuments } from "../rulebook/documents.ts";
import { progressBar } from "./progress.ts";
import { EXIT, UsageError } from "./usage.ts";

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;

/** The report as officers read it. */
export function checkText(folder: string, report: CheckReport): string {
  const of = (severity: "error" | "warning"): string[] => {
    const found = report.findings.filter((one) => one.severity === severity);
    if (found.length === 0) return [];
    const lines = found.map((one) => `  ${one.at}\n      ${one.text} [${one.code}]`);
    return [`${count(found.length, severity)}:`, ...lines, ""];
  };
  const numbers = [
    count(report.actions, "action"),
    count(report.rules, "rule"),
    count(report.profiles, "profile"),
    count(report.markings, "marking"),
    count(report.decisions, "expected decision"),
  ];
  return [
    `Policy in ${folder}`,
    `  documents  ${report.documentsSha384}`,
    `  rules      ${report.policyVersion ?? "do not load"}`,
    `  register   ${report.registerVersion ?? "does not load"}`,
    `  ${numbers.join(", ")}`,
    "",
    ...of("error"),
    ...of("warning"),
    report.ok ? "This policy can be proposed." : "This policy cannot be proposed before its errors are put right.",
    "",
  ].join("\n");
}

/** Reads a policy folder. @throws UsageError when it is none */
export function policyFolder(path: string): PolicyDocuments {
  let documents: PolicyDocuments;
  try {
    documents = readPolicyFolder(path);
  } catch {
    throw new UsageError(`${path} cannot be read`);
  }
  if (Object.keys(documents).length === 0) throw new UsageError(`${path} holds no markings, rules or tables`);
  return documents;
}

/** `caveat policy check [FOLDER]`: without a server or a database. Returns the exit code. */
export function checkFolder(folder: string, options: { readonly json: boolean; readonly strict: boolean }): number {
  const documents = policyFolder(resolve(folder));
  const bar = progressBar("expected decisions");
  const report = checkDocuments(documents, bar.show);
  bar.end();
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : checkText(folder, report));
  return report.ok && !(options.strict && report.findings.length > 0) ? EXIT.done : EXIT.failed;
}
