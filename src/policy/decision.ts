/**
 * Duties that come with an allow, closed (standards B.8). VIEW_ONLY: nothing is handed out as a copy; WATERMARK: person and
 * time are burnt into what is shown; NO_CACHE: no cache keeps it; BANNER: the marking stands on it; RE_AUTHENTICATE: the
 * person has proven only just now who he is. A transport declares which of them it does; with another one left it is deny.
 */
export const OBLIGATIONS = ["VIEW_ONLY", "WATERMARK", "NO_CACHE", "BANNER", "RE_AUTHENTICATE"] as const;

/** A duty of the closed list. */
export type Obligation = (typeof OBLIGATIONS)[number];

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
