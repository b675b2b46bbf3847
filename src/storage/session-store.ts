import type { Pool } from "pg";

/** What sessions were shown, as the role caveat_policy. Ids of sessions come from verified tokens. */
export class SessionStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Notes markings by id that a session was shown; durable when it returns. */
  async note(personId: string, sessionId: string, markingIds: readonly string[]): Promise<void> {
    await this.#pool.query(
      `insert into access.session_shown (person_id, session_id, marking_id)
       select $1, $2, m from unnest($3::uuid[]) m order by m on conflict do nothing`,
      [personId, sessionId, [...markingIds]],
    );
  }

  /** Ids of the markings that a session was shown by any process. */
  async shown(personId: string, sessionId: string): Promise<string[]> {
    const { rows } = await this.#pool.query<{ marking_id: string }>(
      "select marking_id from access.session_shown where person_id = $1 and session_id = $2 order by marking_id",
      [personId, sessionId],
    );
    return rows.map((row) => row.marking_id);
  }
}
