import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { BrowserSessionStore } from "../storage/browser-session-store.ts";
import type { VerifiedToken } from "./tokens.ts";
import { LEVELS } from "./tokens.ts";

const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

const hashOf = (secret: string): Buffer => createHash("sha256").update(secret).digest();

/**
 * Sessions that a browser holds by a cookie. One is opened with a verified token, whoever issued it, and stands for it from
 * then on: same person, client, level and purpose, under a session id of its own.
 */
export class BrowserSessions {
  readonly #store: BrowserSessionStore;
  readonly #clock: () => Date;

  constructor(store: BrowserSessionStore, clock: () => Date) {
    this.#store = store;
    this.#clock = clock;
  }

  /** What a session that is about to be opened with a token stands for. */
  begin(token: VerifiedToken): VerifiedToken {
    return { ...token, sessionId: randomUUID() };
  }

  /** Opens it. Returns the secret for the browser's cookie: 43 characters that are kept nowhere else. */
  async open({ sessionId, sessionLevel, authenticatedAt, ...session }: VerifiedToken): Promise<string> {
    const secret = randomBytes(SECRET_BYTES).toString("base64url");
    const record = {
      id: sessionId,
      level: sessionLevel,
      authenticatedAt: authenticatedAt === null ? null : new Date(authenticatedAt * 1_000),
      personId: session.personId,
      clientId: session.clientId,
      purpose: session.purpose,
    };
    await this.#store.open(hashOf(secret), record, this.#clock());
    return secret;
  }

  /** What the session of a secret, which comes from anybody, stands for; null where none is open. */
  async find(secret: string): Promise<VerifiedToken | null> {
    if (!SECRET.test(secret)) return null;
    const found = await this.#store.use(hashOf(secret), this.#clock());
    const level = LEVELS.find((known) => known === found?.level);
    if (!found || !level) return null;
    return {
      verified: true,
      personId: found.personId,
      clientId: found.clientId,
      sessionId: found.id,
      sessionLevel: level,
      purpose: found.purpose,
      authenticatedAt: found.authenticatedAt === null ? null : Math.floor(found.authenticatedAt.getTime() / 1_000),
    };
  }

  /** Ends a session of a person: nothing is answered on it any more, and subscriptions on it end. */
  end(sessionId: string, personId: string): Promise<void> {
    return this.#store.end(sessionId, personId, this.#clock());
  }
}
