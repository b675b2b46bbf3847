import type { PublicErrorCode } from "../../src/errors.ts";
import type { HostileWorld } from "./hostile-world.ts";
import type { HttpAnswer } from "./http.ts";

/** A call that must be refused. */
export interface HostileCall {
  readonly name: string;
  readonly expect: PublicErrorCode;
  /**
   * How it stands in the log afterwards: as a request of the caller with its outcome, or counted among the refusals of one
   * kind before there was an identity.
   */
  readonly record: "request" | "unauthenticated" | "unknown-route" | "malformed" | "busy";
  /** What it is counted among besides. */
  readonly also?: "malformed";
  /** Whose token goes with it; Ben's where none is named. */
  readonly as?: { readonly handle: string; readonly level?: "S" };
  readonly send: (world: HostileWorld, token: string) => Promise<HttpAnswer>;
}

/** Bytes and status of every public error, typed out here once more: a change of one of them is a change of the interface. */
export const CONSTANT: Readonly<Record<PublicErrorCode, { readonly status: number; readonly body: string }>> = {
  UNAUTHENTICATED: {
    status: 401,
    body: '{"errors":[{"message":"unauthenticated","extensions":{"code":"UNAUTHENTICATED"}}]}',
  },
  INVALID_REQUEST: {
    status: 400,
    body: '{"errors":[{"message":"invalid request","extensions":{"code":"INVALID_REQUEST"}}]}',
  },
  NOT_FOUND: { status: 404, body: '{"errors":[{"message":"not found","extensions":{"code":"NOT_FOUND"}}]}' },
  BELOW_HIGHWATER: {
    status: 409,
    body: '{"errors":[{"message":"below what this session was shown","extensions":{"code":"BELOW_HIGHWATER"}}]}',
  },
  TOO_LARGE: { status: 413, body: '{"errors":[{"message":"too large","extensions":{"code":"TOO_LARGE"}}]}' },
  NITF_VERSION: {
    status: 415,
    body: '{"errors":[{"message":"only NITF 2.1 and NSIF 1.0","extensions":{"code":"NITF_VERSION"}}]}',
  },
  NITF_JPEG2000: { status: 415, body: '{"errors":[{"message":"no JPEG 2000","extensions":{"code":"NITF_JPEG2000"}}]}' },
  BUSY: { status: 429, body: '{"errors":[{"message":"busy","extensions":{"code":"BUSY"}}]}' },
  UNAVAILABLE: { status: 503, body: '{"errors":[{"message":"unavailable","extensions":{"code":"UNAVAILABLE"}}]}' },
};
