import type { UserErrorCode } from "../generated/schema.ts";

/** Public errors of the server, and that it did not answer at all. */
type OtherCode =
  | "UNAUTHENTICATED"
  | "INVALID_REQUEST"
  | "TOO_LARGE"
  | "NITF_VERSION"
  | "NITF_JPEG2000"
  | "BUSY"
  | "UNAVAILABLE"
  | "NO_ANSWER";

/** What is said for every code with which the server refuses: a sentence to somebody who knows no codes. */
export const REFUSALS: Readonly<Record<UserErrorCode | OtherCode, string>> = {
  NOT_FOUND: "It is not there any more, or not yours to see.",
  NOT_PERMITTED: "You may not do that here.",
  SELF_REVIEW: "Nobody judges his own work.",
  INVALID_MARKING: "This is no marking that the server knows.",
  MARKING_TOO_LOW: "The marking is below that of what it belongs to.",
  BELOW_HIGHWATER: "This session was shown higher things, and nobody confirmed that none of them is in it.",
  INVALID_SHAPE: "A label has a shape that the server does not take.",
  INVALID_ATTRIBUTES: "A label has attributes that do not fit its class.",
  INVALID_INPUT: "Something in it is too long, missing, or not of the form that the server takes.",
  NAME_TAKEN: "Something else has that name.",
  STALE: "It was changed meanwhile. Look at it again.",
  NOT_READY: "It is not ready for that yet.",
  RECIPIENT_MAY_NOT_RECEIVE: "The recipient may not receive all of it.",
  ALREADY_DONE: "It was done already.",
  LEASE_OVER: "The task is not yours any more.",
  EXPIRED: "The time for it is over.",
  WITHDRAWN: "It was withdrawn.",
  CONFLICTING_ROLES: "One person must not have both parts in it.",
  CONSENT_REQUIRED: "The notice has to be consented to first, on the first page.",
  IDEMPOTENCY_MISMATCH: "Something else was sent as the same act. Do it once more.",
  UNAUTHENTICATED: "Nobody is signed in any more.",
  INVALID_REQUEST: "The server does not take what was asked.",
  TOO_LARGE: "It is larger than the server takes.",
  NITF_VERSION: "Of NITF only versions 2.1 and NSIF 1.0 are taken.",
  NITF_JPEG2000: "NITF with JPEG 2000 is not taken.",
  BUSY: "The server has too much to do just now. Try it again in a moment.",
  UNAVAILABLE: "The server cannot do that just now. Try it again later.",
  NO_ANSWER: "The server did not answer.",
};

/** Why the server refused, in words, with its code behind them for whoever is asked about it; what it says beside its code, too. */
export function refusalText(code: string, message: string = code): string {
  if (!Object.hasOwn(REFUSALS, code)) return `The server refused: ${code}.`;
  const said = message === code ? "" : ` It says: ${message}.`;
  return `${REFUSALS[code as keyof typeof REFUSALS]}${said} (${code})`;
}
