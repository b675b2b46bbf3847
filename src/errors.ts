/**
 * The closed list of public errors (invariant I9). Whatever went wrong inside, a caller sees one of these, each the same
 * bytes every time. The cause stays inside: it goes to the log of the process by code, never into an answer.
 */
export const PUBLIC_ERRORS = {
  UNAUTHENTICATED: { status: 401, text: "unauthenticated" },
  INVALID_REQUEST: { status: 400, text: "invalid request" },
  NOT_FOUND: { status: 404, text: "not found" },
  BELOW_HIGHWATER: { status: 409, text: "below what this session was shown" },
  TOO_LARGE: { status: 413, text: "too large" },
  NITF_VERSION: { status: 415, text: "only NITF 2.1 and NSIF 1.0" },
  NITF_JPEG2000: { status: 415, text: "no JPEG 2000" },
  BUSY: { status: 429, text: "busy" },
  UNAVAILABLE: { status: 503, text: "unavailable" },
} as const;

/** A code of the closed list of public errors. */
export type PublicErrorCode = keyof typeof PUBLIC_ERRORS;

/** An error with a public code; `detail` and `cause` are for the inside only and never leave the process in an answer. */
export class CaveatError extends Error {
  readonly code: PublicErrorCode;
  /** A short internal word for logs and tests, free of labeled text. */
  readonly detail: string;

  constructor(code: PublicErrorCode, detail: string, options?: { cause?: unknown }) {
    super(PUBLIC_ERRORS[code].text, options);
    this.name = "CaveatError";
    this.code = code;
    this.detail = detail;
  }
}

/** Maps whatever was thrown to a public error; anything unknown is UNAVAILABLE (fail closed). */
export function toCaveatError(thrown: unknown): CaveatError {
  if (thrown instanceof CaveatError) return thrown;
  return new CaveatError("UNAVAILABLE", "internal", { cause: thrown });
}
