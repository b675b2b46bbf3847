/** Duties that come with an allow; an enforcement point that cannot do one must refuse (standards B.8). */
export type Obligation = "VIEW_ONLY";

/**
 * A decision with everything that is needed to take it again. `reasons` are ids of the conditions that failed, of the rule
 * that refused, or of the rules that allowed: for the log, never for the caller.
 */
export interface Decision {
  readonly decision: "allow" | "deny";
  readonly reasons: readonly string[];
  readonly obligations: readonly Obligation[];
  readonly policyVersion: string;
  readonly registerVersion: string;
}

/** The part of a decision that depends on profile, marking and action only; what the matrix of decisions stores. */
export interface PairDecision {
  readonly allow: boolean;
  readonly reasons: readonly string[];
  readonly obligations: readonly Obligation[];
}
