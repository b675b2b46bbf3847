import type { Pool } from "pg";
import type { ClientStanding, PersonStanding, StandingRecords } from "./ports.ts";

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

  peopleAfter(after: string | null, limit: number): Promise<PersonStanding[]> {
    const sql = `select ${PERSON} as record from access.person p where $1::uuid is null or p.id > $1 order by p.id limit $2`;
    return this.#records<PersonStanding>(sql, [after, limit]);
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
