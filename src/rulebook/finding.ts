/** Everything that checking a policy folder can find, as a closed list. Errors keep a policy from being proposed. */
export const FINDING_CODES = {
  "document-unknown": "error",
  "register-refused": "error",
  "rules-refused": "error",
  "name-unknown": "error",
  "table-refused": "error",
  "decision-differs": "error",
  "action-without-allow": "error",
  "action-without-deny": "error",
  "rule-never-matches": "error",
  "rule-without-effect": "error",
  "duty-shadowed": "error",
  "rule-shadowed": "warning",
  "rule-repeats": "warning",
  "rule-untested": "warning",
  "name-unused": "warning",
} as const satisfies Readonly<Record<string, "error" | "warning">>;

/** A code of the closed list of findings. */
export type FindingCode = keyof typeof FINDING_CODES;

/** One thing found: where (a path, with a line or a rule where there is one) and what, as a sentence for an officer. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: "error" | "warning";
  readonly at: string;
  readonly text: string;
}

/** A finding with the severity of its code. */
export function finding(code: FindingCode, at: string, text: string): Finding {
  return { code, severity: FINDING_CODES[code], at, text };
}
