import type { FastifyReply, FastifyRequest } from "fastify";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { Authenticator } from "../../identity/authenticate.ts";
import type { Principal } from "../../identity/principal.ts";

/** Why somebody was turned away before he was known, or before he was let in. */
export type RefusalKind = "unauthenticated" | "unavailable" | "busy" | "malformed" | "unknown-route";

/** Gathers refusals: one entry for each kind and source in a second, with a count. */
export interface Refusals {
  note(kind: RefusalKind, source: string): void;
}

/** How many requests may be under way at once. */
export const CONCURRENCY = { person: 16, all: 256 } as const;

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; set by admission. */
    caller: Principal | null;
    /** Whether the request has come to the door, so that it is on record. */
    atDoor: boolean;
  }
}

/**
 * Lets requests in: identity first, before a byte of a body is read, then at most {@link CONCURRENCY} at once. The count of
 * one person says nothing about another.
 */
export class Admission {
  readonly #authenticator: Authenticator;
  readonly #refusals: Refusals;
  readonly #underWay = new Map<string, number>();
  #all = 0;

  constructor(authenticator: Authenticator, refusals: Refusals) {
    this.#authenticator = authenticator;
    this.#refusals = refusals;
  }

  /** Sets `request.caller`. Throws UNAUTHENTICATED, BUSY or UNAVAILABLE, after noting it. */
  async admit(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (this.#all >= CONCURRENCY.all)
      throw this.#turnAway("busy", request.ip, new CaveatError("BUSY", "too many requests"));
    this.#all += 1;
    reply.raw.once("close", () => {
      this.#all -= 1;
    });
    const caller = await this.#identify(request);
    const mine = this.#underWay.get(caller.personId) ?? 0;
    if (mine >= CONCURRENCY.person)
      throw this.#turnAway("busy", `person:${caller.personId}`, new CaveatError("BUSY", "too many of one person"));
    this.#underWay.set(caller.personId, mine + 1);
    reply.raw.once("close", () => this.#leave(caller.personId));
    request.caller = caller;
  }

  async #identify(request: FastifyRequest): Promise<Principal> {
    try {
      return await this.#authenticator.principal(request.headers.authorization);
    } catch (thrown) {
      const error = toCaveatError(thrown);
      throw this.#turnAway(error.code === "UNAUTHENTICATED" ? "unauthenticated" : "unavailable", request.ip, error);
    }
  }

  #leave(personId: string): void {
    const left = (this.#underWay.get(personId) ?? 1) - 1;
    if (left > 0) this.#underWay.set(personId, left);
    else this.#underWay.delete(personId);
  }

  #turnAway(kind: RefusalKind, source: string, error: CaveatError): CaveatError {
    this.#refusals.note(kind, source);
    return error;
  }
}
