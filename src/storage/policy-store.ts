import type { Pool } from "pg";
import type { PolicyRecord } from "./activation.ts";
import { byIndex } from "./by-index.ts";
import { FIRST_ID } from "./lists.ts";
import type { Holding, InternedMarking, KeptPolicy, PlaceKeys, PolicyStep, StoredProfile } from "./ports.ts";

/** Places of one marking each, in an order that no other index has: a plan cannot pass over those of other markings. */
const placesOf = (table: string, keys: string, also = ""): string => `
  select x.id from unnest(${keys}::uuid[]) k (id) cross join lateral (
    select t.id from ${table} t where (t.marking_id, t.id) > (k.id, $1::uuid) and t.marking_id <= k.id ${also}
    order by t.marking_id, t.id limit $2) x`;

/** Policies as they are kept: every set of documents that was ever proposed, and when which came into force. */
export class PolicyStore {
  readonly #pool: Pool;

  /** A pool of the role caveat_policy. */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The policy in force and the hash of the row security that stands in the database; null where there is none. */
  async active(): Promise<{ id: string; content: string; rowSecurity: string | null } | null> {
    const { rows } = await this.#pool.query<{ id: string; content: string; rowSecurity: string | null }>(
      `select p.id, d.content, access.installed_row_security() as "rowSecurity"
       from access.policy p join access.policy_documents d on d.sha384 = p.documents_sha384 where p.active`,
    );
    return rows[0] ?? null;
  }

  /** Keeps documents by the hash of their text, as of the server's own clock; harmless when they are kept already. */
  async keep(record: PolicyRecord, at: Date): Promise<void> {
    await this.#pool.query(
      "insert into access.policy_documents (sha384, content, version, register_version, kept_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
      [record.sha384, record.content, record.version, record.registerVersion, at],
    );
  }

  /** The id of the row under which documents are, or will be, in force: cells of the matrix are kept by it. */
  async prepare(sha384: string): Promise<string> {
    const { rows } = await this.#pool.query<{ id: string | null }>("select access.prepare_policy($1) as id", [sha384]);
    const id = rows[0]?.id ?? null;
    if (id === null) throw new Error("no such documents are kept");
    return id;
  }

  /** Documents that are kept; null when there are none of this hash. */
  async kept(sha384: string): Promise<PolicyRecord | null> {
    const { rows } = await this.#pool.query<PolicyRecord>(
      `select sha384, content, version, register_version as "registerVersion" from access.policy_documents where sha384 = $1`,
      [sha384],
    );
    return rows[0] ?? null;
  }

  /** Every set of documents that is kept, the last one first. */
  async list(): Promise<KeptPolicy[]> {
    const { rows } = await this.#pool.query<KeptPolicy>(
      `select d.sha384, d.version, d.register_version as "registerVersion", d.kept_at as "keptAt",
         coalesce(p.active, false) as active,
         exists (select from access.scheduled_activation() s where s.policy_id = p.id) as scheduled
       from access.policy_documents d left join access.policy p on p.documents_sha384 = d.sha384
       order by d.kept_at desc, d.sha384`,
    );
    return rows;
  }

  /** The documents that were ever in force and the version of their rules: those in force first, then the last before them. */
  async everInForce(): Promise<{ sha384: string; version: string }[]> {
    const { rows } = await this.#pool.query<{ sha384: string; version: string }>(
      `select d.sha384, d.version from access.policy p join access.policy_documents d on d.sha384 = p.documents_sha384
       where p.activated_at is not null order by p.active desc, p.activated_at desc, d.sha384`,
    );
    return rows;
  }

  /** What became of documents, the first step first. */
  async steps(sha384: string): Promise<PolicyStep[]> {
    const { rows } = await this.#pool.query<PolicyStep>(
      `select a.step, a.at, a.requested_by as "requestedBy", a.approved_by as "approvedBy", a.proposal_id as "proposalId"
       from access.policy_activation a join access.policy p on p.id = a.policy_id
       where p.documents_sha384 = $1 order by a.position`,
      [sha384],
    );
    return rows;
  }

  /** Every interned marking. */
  async markings(): Promise<InternedMarking[]> {
    const { rows } = await this.#pool.query<InternedMarking>(
      "select id, structure, effective, banner, portion from access.marking order by id",
    );
    return rows;
  }

  /** Profiles in ascending order of their digests, after one of them. */
  async profilesAfter(after: string | null, limit: number): Promise<StoredProfile[]> {
    const { rows } = await this.#pool.query<StoredProfile>(
      `select p.id, encode(d.digest, 'hex') as digest, p.profile
       from access.profile p, lateral (select substring(p.digest from 1 for 16) as digest) d
       where $1::text is null or d.digest > decode($1, 'hex') order by d.digest limit $2`,
      [after, limit],
    );
    return rows;
  }

  /** Programs and datasets as the keys say, in ascending order of their ids, after one of them. */
  holdings(
    { everywhere, inside, outside, programs }: PlaceKeys,
    after: string | null,
    limit: number,
  ): Promise<Holding[]> {
    return byIndex<Holding>(
      this.#pool,
      `with found as (
         select id from (
           ${placesOf("data.program", "$3")} union all ${placesOf("data.dataset", "$3")}
           union all
           select p.id from unnest($6::uuid[]) i (id) join data.program p on p.id = i.id
           where p.marking_id = any ($4::uuid[]) and p.id > $1::uuid
           union all
           select x.id from unnest($6::uuid[]) i (id) cross join unnest($4::uuid[]) k (id) cross join lateral (
             select t.id from data.dataset t
             where (t.program_id, t.marking_id, t.id) > (i.id, k.id, $1::uuid) and (t.program_id, t.marking_id) <= (i.id, k.id)
             order by t.program_id, t.marking_id, t.id limit $2) x
           union all
           -- Who is kept from his own programs passes over what they hold.
           ${placesOf("data.program", "$5", "and t.id <> all ($6::uuid[])")}
           union all
           ${placesOf("data.dataset", "$5", "and t.program_id <> all ($6::uuid[])")}) f
         order by id limit $2),
       place as (
         select p.id, p.id as program_id, null::uuid as dataset_id, p.marking_id from found join data.program p on p.id = found.id
         union all
         select d.id, d.program_id, d.id, d.marking_id from found join data.dataset d on d.id = found.id)
       select place.id, place.program_id as "programId", place.dataset_id as "datasetId", place.marking_id as "markingId",
         coalesce((select jsonb_agg(jsonb_build_object('noun', h.noun, 'markingId', h.marking_id) order by h.noun, h.marking_id)
                   from (select pm.noun, pm.marking_id from data.program_marking pm
                         where place.dataset_id is null and pm.program_id = place.id and pm.noun = any (array['delivery', 'ontology'])
                           and pm.marking_id = any ($3::uuid[] || $4::uuid[] || $5::uuid[])
                         union all
                         select dm.noun, dm.marking_id from data.dataset_marking dm
                         where dm.dataset_id = place.dataset_id and dm.noun = any (array['asset', 'label'])
                           and dm.marking_id = any ($3::uuid[] || $4::uuid[] || $5::uuid[])) h), '[]') as holds
       from place order by place.id`,
      [after ?? FIRST_ID, limit, everywhere, inside, outside, programs],
    );
  }
}
