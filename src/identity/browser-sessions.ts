import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { LEVELS } from "../markings/index.ts";
import type { BrowserSessionRecord, BrowserSessionStore } from "../storage/browser-session-store.ts";
import type { VerifiedToken } from "./tokens.ts";

const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;
/** What was used within so long is not written down again. */
const RENEWED_MS = 30_000;

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/** An open session: the token that it stands for, by what it is known where its secret is not, and whether its use is to be noted. */
export interface FoundSession {
  readonly token: VerifiedToken;
  /** SHA-256 of its secret, in hex. */
  readonly hash: string;
  readonly due: boolean;
}

/** A session that has ended: by what it was known, the session id of its token, and what it stood for. */
export interface EndedSession {
  readonly hash: string;
  readonly sessionId: string;
  /**
   * Null where it would let nobody in any more. Nobody was there with the secret, so its MAC was not checked: it is good for
   * giving back what its person took in it, and for nothing that anybody is shown.
   */
  readonly token: VerifiedToken | null;
}

/**
 * Sessions that a browser holds by a cookie. One is opened with a verified token, whoever issued it, and stands for that token
 * from then on, its session id included, for as long as its issuer is trusted.
 */
export class BrowserSessions {
  readonly #store: BrowserSessionStore;
  readonly #key: KeyObject;
  readonly #trusts: (issuer: string) => boolean;
  readonly #clock: () => Date;

  /**
   * @param key 32 bytes of the key folder: whoever writes rows without it lets nobody in
   * @param trusts whether an issuer's tokens are accepted now
   */
  constructor(store: BrowserSessionStore, key: KeyObject, trusts: (issuer: string) => boolean, clock: () => Date) {
    this.#store = store;
    this.#key = key;
    this.#trusts = trusts;
    this.#clock = clock;
  }

  #macOf(secret: string, record: Omit<BrowserSessionRecord, "mac">): Buffer {
    const { sessionId, personId, clientId, issuer, level, purpose, authenticatedAt, openedAt } = record;
    const parts = [secret, sessionId, personId, clientId, issuer, level, purpose, authenticatedAt, openedAt.getTime()];
    return createHmac("sha256", this.#key).update(JSON.stringify(parts)).digest();
  }

  /** Opens one. Returns the secret for the browser's cookie: 43 characters that are kept nowhere else. */
  async open(token: VerifiedToken): Promise<string> {
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    const { sessionId, sessionLevel: level, personId, clientId, issuer, purpose, authenticatedAt } = token;
    const openedAt = this.#clock();
    const record = { sessionId, personId, clientId, issuer, level, purpose, authenticatedAt, openedAt };
    await this.#store.open(hashOf(secret), { ...record, mac: this.#macOf(secret, record) });
    return secret;
  }

  /** Ends what a person has too many of beside a new one; answers what that was. */
  async keep({ personId }: VerifiedToken, secret: string): Promise<readonly EndedSession[]> {
    const ended = await this.#store.keep(personId, hashOf(secret));
    return ended.map(({ secretHash, level, ...stoodFor }) => {
      const sessionLevel = LEVELS.find((known) => known === level);
      const token = { verified: true, personId, ...stoodFor } as const;
      return {
        hash: secretHash.toString("hex"),
        sessionId: stoodFor.sessionId,
        token: sessionLevel && this.#trusts(stoodFor.issuer) ? { ...token, sessionLevel } : null,
      };
    });
  }

  /** What the session of a secret, which comes from anybody, stands for; null where none is open. */
  async find(secret: string): Promise<FoundSession | null> {
    if (!SECRET.test(secret)) return null;
    const hash = hashOf(secret);
    const found = await this.#store.find(hash, this.#clock());
    const level = LEVELS.find((known) => known === found?.level);
    if (!found || !level || !this.#trusts(found.issuer)) return null;
    if (!timingSafeEqual(found.mac, this.#macOf(secret, found))) return null;
    const { personId, clientId, sessionId, issuer, purpose, authenticatedAt } = found;
    const token = { verified: true, personId, clientId, sessionId, issuer, purpose, authenticatedAt } as const;
    return {
      token: { ...token, sessionLevel: level },
      hash: hash.toString("hex"),
      due: this.#clock().getTime() - found.usedAt.getTime() >= RENEWED_MS,
    };
  }

  /** Notes that a session is being used: it lasts longer by that. */
  use(secret: string): Promise<void> {
    return this.#store.use(hashOf(secret), this.#clock());
  }

  /** Ends a session: nothing is answered on it any more, and subscriptions on it end. Harmless where there is none. */
  async end(secret: string): Promise<void> {
    if (SECRET.test(secret)) await this.#store.end(hashOf(secret));
  }
}
