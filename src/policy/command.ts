import type { LocatedNoun } from "../storage/access-store.ts";
import type { Action } from "./actions.ts";
import type { Grant } from "./grant.ts";

/** The object that a command acts on: the door decides about it before the command runs. */
export interface Target {
  readonly noun: LocatedNoun;
  readonly id: string;
}

/**
 * One operation of the product as a value. It carries its action, so that it cannot be run without a decision, and gets
 * its repositories from the grant alone.
 */
export interface Command<I, O> {
  readonly name: string;
  readonly action: Action;
  /** What the command acts on, or null for a command about the caller himself. The id comes from the caller. */
  target(input: I): Target | null;
  run(grant: Grant, input: I): Promise<O>;
  /** Set where a query only shows its target: the row that the door read and decided about is the answer. */
  readonly showsTarget?: true;
  /**
   * What a mutation does between the decision about its target and its transaction, so that no connection waits for a
   * slow caller: receiving a body, for one. The value that it returns is what `run` gets; `dispose` is called at the end.
   */
  readonly prepare?: (input: I) => Promise<{ readonly input: I; readonly dispose: () => Promise<void> }>;
}

/** States a command: the identity function, for the types. */
export function command<I, O>(definition: Command<I, O>): Command<I, O> {
  return definition;
}

/** Codes of what a caller may be told about his own input; about an object only when he can see it. */
export const USER_ERROR_CODES = [
  "NOT_FOUND",
  "NOT_PERMITTED",
  "SELF_REVIEW",
  "INVALID_MARKING",
  "MARKING_TOO_LOW",
  "BELOW_HIGHWATER",
  "INVALID_SHAPE",
  "INVALID_ATTRIBUTES",
  "INVALID_INPUT",
  "NAME_TAKEN",
  "STALE",
  "NOT_READY",
  "RECIPIENT_MAY_NOT_RECEIVE",
  "ALREADY_DONE",
  "LEASE_OVER",
  "EXPIRED",
  "WITHDRAWN",
  "CONFLICTING_ROLES",
  "CONSENT_REQUIRED",
  "IDEMPOTENCY_MISMATCH",
] as const;

/** A code of the closed list of user errors. */
export type UserErrorCode = (typeof USER_ERROR_CODES)[number];

/** A refusal that is told to the caller in the payload of a mutation, and recorded. */
export class UserError extends Error {
  readonly code: UserErrorCode;
  readonly path: readonly string[];
  /** Ids that the refusal names; only ids that the caller can see. */
  readonly ids: readonly string[];

  constructor(code: UserErrorCode, message: string, path: readonly string[] = [], ids: readonly string[] = []) {
    super(message);
    this.name = "UserError";
    this.code = code;
    this.path = path;
    this.ids = ids;
  }
}
