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

  /** Who asks, as he stands now. Throws UNAUTHENTICATED or UNAVAILABLE. */
  principal(request: FastifyRequest): Promise<Principal> {
    const { authorization, cookie } = request.headers;
    const secret = authorization === undefined ? this.cookie.secretIn(cookie) : null;
    if (secret === null) return this.#authenticator.principal(authorization);
    if (!this.fromOwnPage(request))
      return Promise.reject(new CaveatError("UNAUTHENTICATED", "a cookie from another site"));
    return this.#authenticator.ofSession(secret);
  }

  /** Whether a request comes from a page of our own. */
  fromOwnPage(request: FastifyRequest): boolean {
    return fromOwnPage(request.raw, this.#own);
  }
}
