import type { Pool } from "pg";
import { byIndex } from "./by-index.ts";
import { FIRST_ID } from "./lists.ts";
import type { ClientStanding, KeptStanding, PersonStanding, StandingRecords } from "./ports.ts";

const PERSON = `jsonb_build_object(
  'id', p.id, 'handle', p.handle, 'displayName', p.display_name, 'country', p.country,
  'dutyOrganization', p.duty_organization, 'roles', to_jsonb(p.roles), 'suspended', p.suspended,
  'clearance', (select jsonb_build_object('level', c.level, 'issuer', c.issuer,
                  'expiresAt', to_char(c.expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
                from access.clearance c where c.person_id = p.id),
  'readOns', coalesce((select jsonb_agg(r.token order by r.token) from access.read_on r where r.person_id = p.id), '[]'),
  'authorities', coalesce((select jsonb_agg(jsonb_build_object('authority', x.authority, 'scope', x.scope) order by x.authority, x.scope)
                          from access.authority x where x.person_id = p.id), '[]'),
  'programs', coalesce((select jsonb_agg(m.program_id order by m.program_id) from access.membership m where m.person_id = p.id), '[]'))`;
const CLIENT = `jsonb_build_object('id', id, 'name', name, 'status', status, 'ceiling', ceiling,
  'deviceAttested', device_attested, 'networkCeiling', network_ceiling)`;

/** What administration reads of people and clients, as the role caveat_policy. Decides nothing. */
export class StandingStore implements StandingRecords {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async #records<R>(sql: string, params: readonly unknown[]): Promise<R[]> {
    const { rows } = await this.#pool.query<{ record: R }>(sql, [...params]);
    return rows.map(({ record }) => record);
  }

  async proposalState(kind: string, act: object): Promise<string | null> {
    const found = await this.#records<string | null>("select access.proposal_state($1, $2) as record", [
      kind,
      JSON.stringify(act),
    ]);
    return found[0] ?? null;
  }

  async personStanding(id: string): Promise<PersonStanding | null> {
    const sql = `select ${PERSON} as record from access.person p where p.id = $1`;
    return (await this.#records<PersonStanding>(sql, [id]))[0] ?? null;
  }

  async standingsSince(since: string | null): Promise<{ found: KeptStanding[]; next: string }> {
    const sql = `select pg_snapshot_xmin(pg_current_snapshot())::text as next, coalesce((
        select jsonb_agg(jsonb_build_object('id', s.id, 'level', s.level, 'readOns', to_jsonb(s.read_ons),
                                            'programMarkings', to_jsonb(s.program_markings)))
        from access.standing s where s.made_in >= $1::xid8), '[]') as found`;
    const [row] = await byIndex<{ found: KeptStanding[]; next: string }>(this.#pool, sql, [since ?? "0"]);
    if (!row) throw new Error("no snapshot");
    return row;
  }

  async openMarkings(policyId: string, profileId: string, bit: number): Promise<string[]> {
    const sql = `select marking_id as id from access.profile_marking
      where policy_id = $1 and profile_id = $2 and actions <> 0 and actions & (1::bigint << $3) <> 0`;
    return (await byIndex<{ id: string }>(this.#pool, sql, [policyId, profileId, bit])).map(({ id }) => id);
  }

  async peopleWith(standings: readonly string[], after: string | null, limit: number): Promise<PersonStanding[]> {
    // By both columns, because no other index has that order: by id alone a plan could pass over people of other standings.
    const sql = `select ${PERSON} as record from (
        select r.person_id from unnest($1::uuid[]) k (id) cross join lateral (
          select s.person_id from access.person_standing s
          where (s.standing_id, s.person_id) > (k.id, $2::uuid) and s.standing_id <= k.id
          order by s.standing_id, s.person_id limit $3) r
        order by r.person_id limit $3) q
      join access.person p on p.id = q.person_id order by p.id`;
    const found = await byIndex<{ record: PersonStanding }>(this.#pool, sql, [standings, after ?? FIRST_ID, limit]);
    return found.map(({ record }) => record);
  }

  async clientStanding(id: string): Promise<ClientStanding | null> {
    return (
      (await this.#records<ClientStanding>(`select ${CLIENT} as record from access.client where id = $1`, [id]))[0] ??
      null
    );
  }

  clientsAfter(after: string | null, limit: number): Promise<ClientStanding[]> {
    const sql = `select ${CLIENT} as record from access.client where $1::text is null or id > $1 order by id limit $2`;
    return this.#records<ClientStanding>(sql, [after, limit]);
  }

  async programMarking(id: string): Promise<string | null> {
    return (
      (await this.#records<string>("select marking_id as record from data.program where id = $1", [id]))[0] ?? null
    );
  }
}
