import type { Pool } from "pg";

/** What a session of a browser was opened for. */
export interface BrowserSessionRecord {
  readonly id: string;
  readonly personId: string;
  readonly clientId: string;
  readonly level: string;
  readonly purpose: string;
  readonly authenticatedAt: Date | null;
}

/** Sessions of browsers, as the role caveat_policy. It knows the SHA-256 of a session's secret, never the secret. */
export class BrowserSessionStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Opens a session at a moment; the oldest of a person's is ended where there are too many. */
  async open(secretHash: Buffer, session: BrowserSessionRecord, now: Date): Promise<void> {
    const { id, personId, clientId, level, purpose, authenticatedAt } = session;
    await this.#pool.query("select access.open_session($1, $2, $3, $4, $5, $6, $7, $8)", [
      id,
      secretHash,
      personId,
      clientId,
      level,
      purpose,
      authenticatedAt,
      now,
    ]);
  }

  /** The open session of a secret, which lasts longer by being used; null where there is none. */
  async use(secretHash: Buffer, now: Date): Promise<BrowserSessionRecord | null> {
    const { rows } = await this.#pool.query<BrowserSessionRecord>({
      name: "use-session",
      text: `select id, person_id as "personId", client_id as "clientId", level, purpose, authenticated_at as "authenticatedAt"
             from access.use_session($1, $2)`,
      values: [secretHash, now],
    });
    return rows[0] ?? null;
  }

  /** Ends a session of a person, at once and in every process. */
  async end(id: string, personId: string, now: Date): Promise<void> {
    await this.#pool.query("select access.end_session($1, $2, $3)", [id, personId, now]);
  }
}
