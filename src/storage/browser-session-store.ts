import type { Pool } from "pg";

/** What a session of a browser stands for, as it was opened. */
export interface BrowserSessionRecord {
  /** HMAC over all of the following and the secret, by whoever opened it. */
  readonly mac: Buffer;
  readonly sessionId: string;
  readonly personId: string;
  readonly clientId: string;
  readonly issuer: string;
  readonly level: string;
  readonly purpose: string;
  /** Unix seconds. */
  readonly authenticatedAt: number | null;
  readonly openedAt: Date;
}

/** One that is open. */
export interface OpenBrowserSession extends BrowserSessionRecord {
  readonly usedAt: Date;
}

/** One that has ended. */
export interface EndedBrowserSession extends Omit<BrowserSessionRecord, "mac" | "personId" | "openedAt"> {
  readonly secretHash: Buffer;
}

/** Sessions of browsers, as the role caveat_policy. It knows the SHA-256 of a session's secret, never the secret. */
export class BrowserSessionStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Opens a session. */
  async open(secretHash: Buffer, session: BrowserSessionRecord): Promise<void> {
    await this.#pool.query("select access.open_session($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", [
      secretHash,
      session.mac,
      session.sessionId,
      session.personId,
      session.clientId,
      session.issuer,
      session.level,
      session.purpose,
      session.authenticatedAt,
      session.openedAt,
    ]);
  }

  /** Ends those of a person that are too many beside a new one: what was used longest ago. Answers what they were. */
  async keep(personId: string, secretHash: Buffer): Promise<readonly EndedBrowserSession[]> {
    const { rows } = await this.#pool.query<EndedBrowserSession>(
      `select secret_hash as "secretHash", session_id as "sessionId", client_id as "clientId", issuer, level, purpose,
         authenticated_at as "authenticatedAt"
       from access.keep_sessions($1, $2)`,
      [personId, secretHash],
    );
    return rows;
  }

  /** The session of a secret if it is open at a moment; null where there is none. */
  async find(secretHash: Buffer, now: Date): Promise<OpenBrowserSession | null> {
    const { rows } = await this.#pool.query<OpenBrowserSession>({
      name: "find-session",
      text: `select mac, session_id as "sessionId", person_id as "personId", client_id as "clientId", issuer, level, purpose,
               authenticated_at as "authenticatedAt", opened_at as "openedAt", used_at as "usedAt"
             from access.find_session($1, $2)`,
      values: [secretHash, now],
    });
    return rows[0] ?? null;
  }

  /** Notes that it is being used, which makes it last longer. */
  async use(secretHash: Buffer, now: Date): Promise<void> {
    await this.#pool.query("select access.use_session($1, $2)", [secretHash, now]);
  }

  /** Ends it, at once and in every process. */
  async end(secretHash: Buffer): Promise<void> {
    await this.#pool.query("select access.end_session($1)", [secretHash]);
  }
}
