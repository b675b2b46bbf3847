import type { FastifyReply, FastifyRequest } from "fastify";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { PublicErrorCode } from "../../errors.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Proof } from "./proof.ts";

/** Why somebody was turned away before he was known, or before he was let in. */
export type RefusalKind = "unauthenticated" | "unavailable" | "busy" | "malformed" | "unknown-route";

/** Gathers refusals: one entry for each kind and source in a second, with a count. */
export interface Refusals {
  note(kind: RefusalKind, source: string): void;
}

const KINDS: Readonly<Record<PublicErrorCode, RefusalKind>> = {
  UNAUTHENTICATED: "unauthenticated",
  INVALID_REQUEST: "malformed",
  NOT_FOUND: "malformed",
  BELOW_HIGHWATER: "malformed",
  TOO_LARGE: "malformed",
  NITF_VERSION: "malformed",
  NITF_JPEG2000: "malformed",
  BUSY: "busy",
  UNAVAILABLE: "unavailable",
};

/** How many requests may be under way at once. */
export const CONCURRENCY = { person: 8, all: 256 } as const;

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; set by admission. */
    caller: Principal | null;
    /** The request's passage through the door, once it has come there: it is on record then. */
    passage: Promise<unknown> | null;
  }
}

/** Calls back when the answer has ended and the work too: whoever hangs up early has not made room for more. */
function whenOver(request: FastifyRequest, reply: FastifyReply, then: () => void): void {
  reply.raw.once("close", () => void Promise.resolve(request.passage).then(then, then));
}

/**
 * Lets requests in: identity first, before a byte of a body is read, then at most {@link CONCURRENCY} at once. The count of
 * one person says nothing about another.
 */
export class Admission {
  readonly #proof: Proof;
  readonly #refusals: Refusals;
  readonly #underWay = new Map<string, number>();
  #all = 0;

  constructor(proof: Proof, refusals: Refusals) {
    this.#proof = proof;
    this.#refusals = refusals;
  }

  /** Sets `request.caller`. Throws UNAUTHENTICATED, BUSY or UNAVAILABLE, after noting it. */
  async admit(request: FastifyRequest, reply: FastifyReply, most?: number): Promise<void> {
    this.enter(request, reply);
    this.let(request, reply, await this.#identify(request), most);
  }

  /** Counts a request of anybody among all. Throws BUSY, after noting it. */
  enter(request: FastifyRequest, reply: FastifyReply): void {
    if (this.#all >= CONCURRENCY.all)
      throw this.#note("busy", request.ip, new CaveatError("BUSY", "too many requests"));
    this.#all += 1;
    whenOver(request, reply, () => {
      this.#all -= 1;
    });
  }

  /** Lets somebody in who is known now, unless so many of his are under way. Throws BUSY, after noting it. */
  let(request: FastifyRequest, reply: FastifyReply, caller: Principal, most: number = CONCURRENCY.person): void {
    // Whoever hung up meanwhile would be counted for ever: the end of his answer has been told already.
    if (request.raw.socket.destroyed) throw new CaveatError("INVALID_REQUEST", "gave up");
    const mine = this.#underWay.get(caller.personId) ?? 0;
    if (mine >= most)
      throw this.#note("busy", `person:${caller.personId}`, new CaveatError("BUSY", "too many of one person"));
    this.#underWay.set(caller.personId, mine + 1);
    whenOver(request, reply, () => this.#leave(caller.personId));
    request.caller = caller;
  }

  /** Notes why somebody is turned away before he is known; returns what to throw. */
  turnAway(request: FastifyRequest, error: CaveatError): CaveatError {
    return this.#note(KINDS[error.code], request.ip, error);
  }

  async #identify(request: FastifyRequest): Promise<Principal> {
    try {
      return await this.#proof.principal(request);
    } catch (thrown) {
      throw this.turnAway(request, toCaveatError(thrown));
    }
  }

  #leave(personId: string): void {
    const left = (this.#underWay.get(personId) ?? 1) - 1;
    if (left > 0) this.#underWay.set(personId, left);
    else this.#underWay.delete(personId);
  }

  #note(kind: RefusalKind, source: string, error: CaveatError): CaveatError {
    this.#refusals.note(kind, source);
    return error;
  }
}
