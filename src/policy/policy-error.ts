/** Everything that can be wrong with an input or a rule file, as a closed list. */
export type PolicyErrorCode =
  | "input-json"
  | "input-duplicate"
  | "input-missing"
  | "input-unknown"
  | "input-value"
  | "rules-json"
  | "rules-duplicate-member"
  | "rules-missing-member"
  | "rules-unknown-member"
  | "rules-value"
  | "rules-file"
  | "rules-noun"
  | "rules-action"
  | "rules-operator"
  | "rules-duplicate-id"
  | "rules-incomplete"
  | "policy-not-loaded"
  | "condition-operator"
  | "condition-attribute"
  | "row-column";

/** A refusal by the policy room; `at` is the path of the offending member (its name, never its value). */
export class PolicyError extends Error {
  readonly code: PolicyErrorCode;
  readonly at: string;

  constructor(code: PolicyErrorCode, at: string, options?: { cause?: unknown }) {
    super(`${code} at ${at}`, options);
    this.name = "PolicyError";
    this.code = code;
    this.at = at;
  }
}
