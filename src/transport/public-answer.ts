import { STATUS_CODES } from "node:http";
import { PUBLIC_ERRORS } from "../errors.ts";
import type { PublicErrorCode } from "../errors.ts";

/** An answer that is the same bytes every time. */
export interface ConstantAnswer {
  readonly status: number;
  readonly body: Buffer;
}

function errorAnswer(code: PublicErrorCode): ConstantAnswer {
  const { status, text } = PUBLIC_ERRORS[code];
  return { status, body: Buffer.from(JSON.stringify({ errors: [{ message: text, extensions: { code } }] })) };
}

const ANSWERS: Readonly<Record<PublicErrorCode, ConstantAnswer>> = {
  UNAUTHENTICATED: errorAnswer("UNAUTHENTICATED"),
  INVALID_REQUEST: errorAnswer("INVALID_REQUEST"),
  NOT_FOUND: errorAnswer("NOT_FOUND"),
  BELOW_HIGHWATER: errorAnswer("BELOW_HIGHWATER"),
  TOO_LARGE: errorAnswer("TOO_LARGE"),
  NITF_VERSION: errorAnswer("NITF_VERSION"),
  NITF_JPEG2000: errorAnswer("NITF_JPEG2000"),
  BUSY: errorAnswer("BUSY"),
  UNAVAILABLE: errorAnswer("UNAVAILABLE"),
};

/** The one answer of a public error, on GraphQL and on every other path alike (I9). */
export function publicAnswer(code: PublicErrorCode): ConstantAnswer {
  return ANSWERS[code];
}

/** Media type of every JSON answer. */
export const JSON_TYPE = "application/json; charset=utf-8";

/** Headers of every answer. Nothing in them depends on who asks or on what is stored. */
export const ANSWER_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/**
 * What the pages may do, the first one and the workbench: their own files, and requests to this server. Nothing inline, nothing
 * from elsewhere, and no markup that a script wrote: no text becomes a script or an element.
 */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** The bytes of a whole HTTP/1.1 answer, for a connection on which no request could be read. */
export function rawAnswer(code: PublicErrorCode): string {
  const { status, body } = publicAnswer(code);
  const headers = {
    ...ANSWER_HEADERS,
    "content-type": JSON_TYPE,
    "content-length": String(body.length),
    connection: "close",
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("\r\n")}\r\n\r\n${body.toString()}`;
}
