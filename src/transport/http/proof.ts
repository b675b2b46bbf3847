import type { FastifyRequest } from "fastify";
import { CaveatError } from "../../errors.ts";
import type { Authenticator } from "../../identity/authenticate.ts";
import type { Principal } from "../../identity/principal.ts";
import { fromOwnPage } from "../../identity/own-origin.ts";
import type { OwnOrigin } from "../../identity/own-origin.ts";
import { SessionCookie } from "./session-cookie.ts";

/** Proves who asks, from what a request brings: a token, or the cookie of a session, which counts from our own pages only. */
export class Proof {
  readonly #authenticator: Authenticator;
  readonly #own: OwnOrigin;
  readonly cookie: SessionCookie;

  constructor(authenticator: Authenticator, own: OwnOrigin) {
    this.#authenticator = authenticator;
    this.#own = own;
    this.cookie = new SessionCookie(own);
  }

  /**
   * Who asks, as he stands now. Throws UNAUTHENTICATED or UNAVAILABLE.
   *
   * @param uses false where he is only proven anew on what he asked before
   */
  principal(request: FastifyRequest, uses = true): Promise<Principal> {
    const { authorization } = request.headers;
    const secret = this.secretOf(request);
    if (secret === null) return this.#authenticator.principal(authorization);
    if (!this.fromOwnPage(request))
      return Promise.reject(new CaveatError("UNAUTHENTICATED", "a cookie from another site"));
    return this.#authenticator.ofSession(secret, uses);
  }

  /** The secret of the session that a request is made in; null where it is made in none. */
  secretOf({ headers }: FastifyRequest): string | null {
    return headers.authorization === undefined ? this.cookie.secretIn(headers.cookie) : null;
  }

  /** Whether a request comes from a page of our own. */
  fromOwnPage(request: FastifyRequest): boolean {
    return fromOwnPage(request.raw, this.#own);
  }
}
