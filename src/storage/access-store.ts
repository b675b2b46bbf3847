import { createHash, randomUUID } from "node:crypto";
import type { Pool } from "pg";
import type { Effective, Level, Marking } from "../markings/index.ts";
import type { CellsOf } from "./matrix-store.ts";
import { CompilationStore } from "./compilation-store.ts";
import { completeRow, fillMatrix, refuseSuperseded, whileInterning, writeColumn } from "./matrix-store.ts";
import type { InternedMarking } from "./ports.ts";

/** What the store knows of a person, with the client he works through. Raw values: identity parses them. */
export interface PersonRecord {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  readonly country: string;
  readonly dutyOrganization: string;
  readonly usGovernmentAgency: boolean;
  readonly entityType: "GOV" | "MIL" | "CTR";
  readonly roles: readonly string[];
  readonly clearance: {
    readonly level: Level;
    readonly issuer: string;
    readonly source: string;
    readonly assertedAt: string;
  };
  readonly readOns: readonly { readonly token: string; readonly source: string; readonly assertedAt: string }[];
  readonly programs: readonly string[];
  /** Lists that name the person or his duty organisation, with their kind: 'OC:id'. */
  readonly lists: readonly string[];
  /** Hours in which he may work (RFC 3339), in any order; empty where none are stated. */
  readonly windows: readonly { readonly opensAt: string; readonly closesAt: string }[];
  readonly epoch: number;
  /** The policy row that is active now; null when none is. */
  readonly policyId: string | null;
  readonly source: string;
  readonly assertedAt: string;
  readonly client: {
    readonly id: string;
    readonly name: string;
    readonly status: string;
    readonly ceiling: Level;
    readonly deviceAttested: boolean;
    readonly networkCeiling: Level;
  };
}

interface MarkingRow {
  id: string;
  structure: Marking;
  effective: Effective;
  banner: string;
  portion: string;
}

function markingDigest(banner: string, effective: Effective, registerVersion: string): Buffer {
  // What comes back from jsonb has its members in another order.
  const ordered = Object.entries(effective).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([banner, ordered, registerVersion]))
    .digest();
}

/** The same value, which cannot be changed any more, nor anything in it. */
function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(frozen);
  }
  return value;
}

/** Where an object stands: identifiers and markings only. */
export interface Placement {
  readonly programId: string;
  readonly markingIds: readonly string[];
  readonly authorId: string | null;
  /** Its workflow state; ACTIVE where its noun has none. */
  readonly state: string;
}

const LOCATE = {
  program:
    "select id as program_id, array[marking_id] as marking_ids, null::uuid as author_id from data.program where id = $1",
  dataset: "select program_id, array[marking_id] as marking_ids, author_id from data.dataset where id = $1",
  ontology: "select program_id, array[marking_id] as marking_ids, author_id from data.ontology where id = $1",
  asset:
    "select program_id, array[dataset_marking_id, marking_id] as marking_ids, author_id from data.asset where id = $1",
  label:
    "select program_id, array[dataset_marking_id, asset_marking_id, marking_id] as marking_ids, author_id, state from data.label where id = $1",
  project:
    "select program_id, array[dataset_marking_id, marking_id] as marking_ids, author_id from data.project where id = $1",
  task: "select program_id, array[dataset_marking_id, asset_marking_id, project_marking_id, marking_id] as marking_ids, author_id from data.task where id = $1",
  delivery:
    "select program_id, array[dataset_marking_id, marking_id] as marking_ids, requester_id as author_id, state from data.delivery where id = $1",
  proposal:
    "select program_id, array[marking_id] as marking_ids, requester_id as author_id from data.proposal where id = $1",
} as const;

/**
 * People by place in two lists of the same length: who, and by which client. The lists are hidden from the planner, which would
 * make a plan for every length. `json` keeps the order of its members: what stands the same reads the same.
 */
const PEOPLE = `select q.nth::int as nth, json_build_object(
     'id', p.id, 'handle', p.handle, 'displayName', p.display_name, 'country', p.country,
     'dutyOrganization', p.duty_organization, 'usGovernmentAgency', p.us_government_agency,
     'entityType', p.entity_type, 'roles', to_json(p.roles), 'source', p.source, 'assertedAt', p.asserted_at,
     'clearance', json_build_object('level', c.level, 'issuer', c.issuer, 'source', c.source, 'assertedAt', c.asserted_at),
     'readOns', coalesce((select json_agg(json_build_object('token', r.token, 'source', r.source, 'assertedAt', r.asserted_at) order by r.token)
                          from access.read_on r where r.person_id = p.id), '[]'),
     'programs', coalesce((select json_agg(m.program_id order by m.program_id) from access.membership m where m.person_id = p.id), '[]'),
     'lists', coalesce((select json_agg(l.kind || ':' || l.id order by l.kind, l.id) from data.distribution_list l
                        where l.persons @> array[p.id] or l.agencies @> array[p.duty_organization]), '[]'),
     'windows', coalesce((select json_agg(json_build_object('opensAt', w.opens_at, 'closesAt', w.closes_at) order by w.opens_at, w.closes_at)
                          from access.time_window w where w.person_id = p.id), '[]'),
     'epoch', e.epoch, 'policyId', (select a.id from access.policy a where a.active),
     'client', json_build_object('id', k.id, 'name', k.name, 'status', k.status, 'ceiling', k.ceiling,
                                 'deviceAttested', k.device_attested, 'networkCeiling', k.network_ceiling))::text as record
   from unnest((select $1::uuid[]), (select $2::text[])) with ordinality as q (person_id, client_id, nth)
   join access.person p on p.id = q.person_id and not p.suspended
   join access.clearance c on c.person_id = p.id and c.expires_at > now()
   join access.person_epoch e on e.person_id = p.id
   join access.client k on k.id = q.client_id`;
const MOST_RECORDS = 1_024;

/** Somebody, and the client that he works through. */
export interface PersonAtClient {
  readonly personId: string;
  readonly clientId: string;
}

/** A noun whose rows can be located. */
export type LocatedNoun = keyof typeof LOCATE;

/** Interned markings and profiles, the matrix, people and clients: everything that the role caveat_policy may touch. */
export class AccessStore {
  readonly #pool: Pool;
  readonly #markings = new Map<string, InternedMarking>();
  readonly #records = new Map<string, PersonRecord>();
  /** What datasets are as a whole. */
  readonly compilations: CompilationStore;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.compilations = new CompilationStore(pool);
  }

  /** The person with what decisions rest on, as it stands now; null when unknown, suspended or without clearance. */
  async person(personId: string, clientId: string): Promise<PersonRecord | null> {
    const [record = null] = await this.people([{ personId, clientId }]);
    return record;
  }

  /** People as they stand now, in the order in which they are asked about, each as `person` tells. What reads the same is the same object. */
  async people(asked: readonly PersonAtClient[]): Promise<readonly (PersonRecord | null)[]> {
    // Asked for every request: its plan is kept by each session.
    const { rows } = await this.#pool.query<{ nth: number; record: string }>({
      name: "people",
      text: PEOPLE,
      values: [asked.map(({ personId }) => personId), asked.map(({ clientId }) => clientId)],
    });
    const found = new Map(rows.map(({ nth, record }) => [nth, this.#record(record)]));
    return asked.map((_, at) => found.get(at + 1) ?? null);
  }

  /** A record by its text: who has not changed since is not parsed again. */
  #record(text: string): PersonRecord {
    const known = this.#records.get(text);
    if (known) return known;
    const record = JSON.parse(text) as PersonRecord;
    if (this.#records.size >= MOST_RECORDS) this.#records.clear();
    this.#records.set(text, record);
    return record;
  }

  /** The marking with this id, from memory where it was seen before (interned markings never change). */
  async marking(id: string): Promise<InternedMarking> {
    const known = this.#markings.get(id);
    if (known) return known;
    const { rows } = await this.#pool.query<MarkingRow>(
      "select id, structure, effective, banner, portion from access.marking where id = $1",
      [id],
    );
    const row = rows[0];
    if (!row) throw new Error("unknown marking id");
    this.#markings.set(id, frozen(row));
    return row;
  }

  /** The marking with this id where it was seen before. */
  known(id: string): InternedMarking | null {
    return this.#markings.get(id) ?? null;
  }

  /** A marking that is already in memory: every marking of a row that was read has been loaded before it is shown. */
  async markings(ids: Iterable<string>): Promise<Map<string, InternedMarking>> {
    const found = new Map<string, InternedMarking>();
    for (const id of new Set(ids)) found.set(id, await this.marking(id));
    return found;
  }

  /** Interns a marking; `cellsOf` gives its action bits for each known profile, so that the matrix has no holes. */
  async internMarking(
    value: Omit<InternedMarking, "id">,
    registerVersion: string,
    policyId: string,
    cellsOf: CellsOf,
  ): Promise<InternedMarking> {
    const digest = markingDigest(value.banner, value.effective, registerVersion);
    const found = await this.#markingByDigest(digest);
    if (found) return found;
    await whileInterning(this.#pool, async (client) => {
      const inserted = await client.query<MarkingRow>(
        `insert into access.marking (digest, structure, effective, banner, portion, register_version)
         values ($1, $2, $3, $4, $5, $6) on conflict (digest) do nothing returning id, structure, effective, banner, portion`,
        [
          digest,
          JSON.stringify(value.structure),
          JSON.stringify(value.effective),
          value.banner,
          value.portion,
          registerVersion,
        ],
      );
      const row = inserted.rows[0];
      if (!row) return;
      await refuseSuperseded(client, policyId);
      await writeColumn(client, policyId, row, cellsOf);
    });
    const marking = await this.#markingByDigest(digest);
    if (!marking) throw new Error("interned marking is missing");
    return marking;
  }

  async #markingByDigest(digest: Buffer): Promise<InternedMarking | null> {
    const { rows } = await this.#pool.query<MarkingRow>(
      "select id, structure, effective, banner, portion from access.marking where digest = $1",
      [digest],
    );
    const row = rows[0];
    if (!row) return null;
    this.#markings.set(row.id, frozen(row));
    return row;
  }

  /** Interns a profile (canonical text) and fills its row of the matrix; returns its id. */
  async internProfile(canonical: string, policyId: string, cellsOf: CellsOf): Promise<string> {
    const digest = createHash("sha256").update(canonical).digest();
    return whileInterning(this.#pool, async (client) => {
      await client.query(
        "insert into access.profile (id, digest, profile) values ($1, $2, $3) on conflict (digest) do nothing",
        [randomUUID(), digest, canonical],
      );
      const { rows } = await client.query<{ id: string; profile: unknown }>(
        "select id, profile from access.profile where digest = $1",
        [digest],
      );
      const row = rows[0];
      if (!row) throw new Error("interned profile is missing");
      await completeRow(client, policyId, row.id, row.profile, cellsOf);
      return row.id;
    });
  }

  /** Writes every cell that a policy lacks, over all profiles and markings; returns how many. */
  fillMatrix(policyId: string, cellsOf: CellsOf): Promise<number> {
    return fillMatrix(this.#pool, policyId, cellsOf);
  }

  /** Where an object stands, for the record of a refusal only: the answer to the caller never depends on it. */
  async locate(noun: LocatedNoun, id: string): Promise<Placement | null> {
    const { rows } = await this.#pool.query<{
      program_id: string;
      marking_ids: string[];
      author_id: string | null;
      state?: string;
    }>(LOCATE[noun], [id]);
    const row = rows[0];
    if (!row) return null;
    const { program_id: programId, marking_ids: markingIds, author_id: authorId, state = "ACTIVE" } = row;
    return { programId, markingIds, authorId, state };
  }

  /** Registers the key with which this process mints gate tokens (as its two HMAC pads). */
  async registerGateKey(id: string, inner: Buffer, outer: Buffer): Promise<void> {
    await this.#pool.query("select gate.register_key($1, $2, $3)", [id, inner, outer]);
  }
}
