import type { ClientBase, Pool } from "pg";
import type { Effective } from "../markings/index.ts";

/** A marking to decide about. */
export interface StoredMarking {
  readonly id: string;
  readonly effective: Effective;
}

/** The cells of one profile over some markings: action bits, in the order of the markings. */
export type CellsOf = (profileId: string, profile: unknown, markings: readonly StoredMarking[]) => readonly bigint[];

/** Profiles whose cells are written before the lock is let go for a moment, so that nobody waits for the whole. */
const PROFILES_A_TURN = 100;
const PROFILES_A_STATEMENT = 20;

// The lock under which cells are added: without it a new profile and a new marking could miss one another.
const LOCK = "select pg_advisory_xact_lock(7233, 2)";

/** Runs `work` in a transaction in which nobody else interns a marking or a profile. */
export async function whileInterning<T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await client.query(LOCK);
    const result = await work(client);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** The cells of one profile over some markings. */
interface Row {
  readonly profileId: string;
  readonly cells: readonly bigint[];
}

/**
 * Writes the cells of some profiles over the same markings, in one statement: what it costs to check the references, and to
 * read the list of markings, is shared. Lists are written as text, which PostgreSQL reads faster than many parameters.
 */
async function writeRows(
  client: ClientBase,
  policyId: string,
  markings: readonly StoredMarking[],
  rows: readonly Row[],
): Promise<void> {
  if (markings.length === 0 || rows.length === 0) return;
  await client.query({
    name: "matrix-rows",
    text: `insert into access.profile_marking (policy_id, profile_id, marking_id, actions)
           select $1::uuid, r.profile_id, c.marking_id, c.actions
           from unnest($2::uuid[], $3::text[]) r (profile_id, cells),
             unnest($4::uuid[], r.cells::bigint[]) c (marking_id, actions)`,
    values: [
      policyId,
      rows.map(({ profileId }) => profileId),
      rows.map(({ cells }) => `{${cells.join(",")}}`),
      `{${markings.map(({ id }) => id).join(",")}}`,
    ],
  });
}

/**
 * Throws when another policy has come into force in the place of this one: a marking that is interned now would have no
 * cells under the new one. Under the lock, because whoever puts a policy in force holds it too.
 */
export async function refuseSuperseded(client: ClientBase, policyId: string): Promise<void> {
  const { rows } = await client.query(
    `select from access.policy p where p.id = $1
       and (p.active or not exists (select from access.policy_activation a where a.policy_id = p.id and a.step = 'in force'))`,
    [policyId],
  );
  if (rows.length === 0) throw new Error("another policy is in force");
}

/** Writes the cells of one marking, which was not there before, for all profiles. */
export async function writeColumn(
  client: ClientBase,
  policyId: string,
  marking: StoredMarking,
  cellsOf: CellsOf,
): Promise<void> {
  const { rows } = await client.query<{ id: string; profile: unknown }>("select id, profile from access.profile");
  const cells = rows.map(({ id, profile }) => cellsOf(id, profile, [marking])[0] ?? 0n);
  await client.query(
    `insert into access.profile_marking (policy_id, profile_id, marking_id, actions)
     select $1::uuid, p, $2::uuid, a from unnest($3::uuid[], $4::bigint[]) u (p, a)`,
    [policyId, marking.id, `{${rows.map(({ id }) => id).join(",")}}`, `{${cells.join(",")}}`],
  );
}

/** Writes the cells that a profile lacks under a policy; returns how many. */
export async function completeRow(
  client: ClientBase,
  policyId: string,
  profileId: string,
  profile: unknown,
  cellsOf: CellsOf,
): Promise<number> {
  const { rows: lacking } = await client.query<StoredMarking>(
    `select m.id, m.effective from access.marking m
     where not exists (select from access.profile_marking pm
                       where pm.policy_id = $1 and pm.profile_id = $2 and pm.marking_id = m.id)
     order by m.id`,
    [policyId, profileId],
  );
  await writeRows(client, policyId, lacking, [{ profileId, cells: cellsOf(profileId, profile, lacking) }]);
  return lacking.length;
}

/**
 * Writes every cell that a policy lacks, over all profiles and markings there are; returns how many. Decides about the next
 * profiles while PostgreSQL writes the last ones. Cells are written in the order of their key.
 */
export async function fillMatrix(pool: Pool, policyId: string, cellsOf: CellsOf): Promise<number> {
  let written = 0;
  let after = "00000000-0000-0000-0000-000000000000";
  for (let more = true; more;) {
    more = await whileInterning(pool, async (client) => {
      // Read anew each turn: markings may have been interned since the last one, with their own columns.
      const { rows: markings } = await client.query<StoredMarking>(
        "select id, effective from access.marking order by id",
      );
      const { rows: profiles } = await client.query<{ id: string; profile: unknown; cells: number }>(
        `select p.id, p.profile, (select count(*)::int from access.profile_marking pm
                                  where pm.policy_id = $1 and pm.profile_id = p.id) as cells
         from access.profile p where p.id > $2 order by p.id limit $3`,
        [policyId, after, PROFILES_A_TURN],
      );
      let writing: Promise<void> = Promise.resolve();
      const empty = profiles.filter(({ cells }) => cells === 0);
      for (let from = 0; from < empty.length; from += PROFILES_A_STATEMENT) {
        const rows = empty.slice(from, from + PROFILES_A_STATEMENT).map(({ id, profile }) => ({
          profileId: id,
          cells: cellsOf(id, profile, markings),
        }));
        await writing;
        writing = writeRows(client, policyId, markings, rows);
        writing.catch(() => undefined);
        written += rows.length * markings.length;
      }
      await writing;
      for (const { id, profile, cells } of profiles) {
        if (cells > 0 && cells < markings.length) written += await completeRow(client, policyId, id, profile, cellsOf);
      }
      after = profiles.at(-1)?.id ?? after;
      return profiles.length === PROFILES_A_TURN;
    });
  }
  return written;
}
