import { FIRST_ID } from "./lists.ts";
import type { DistributionListRow, Page, PageRequest } from "./ports.ts";
import type { Transaction } from "./transaction.ts";

const COLUMNS = `l.id, l.kind, l.maker_id as "makerId", l.agencies, l.persons`;

/** As whom the caller may know of a list: as himself (named, or its maker), and by his organisation. */
const READERS = `(select 'person:' || gate.person() as reader union all select 'organization:' || gate.organization()) k`;

/** Values as an array literal; ids and organisation codes hold nothing that would need quotes. */
const array = (values: readonly string[]): string => `{${values.join(",")}}`;

/**
 * Lists that name readers, in one transaction. Row security shows a list to those whom it names and to its maker; it is
 * written once, so that nobody is put into a list under which information already stands.
 */
export class ListRecords {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** A page of the lists that the caller may know of: one index range of those that name him, one of his organisation's. */
  async page({ first, after }: PageRequest): Promise<Page<DistributionListRow>> {
    const rows = await this.#tx.rows<DistributionListRow>(
      `select ${COLUMNS} from (
         select distinct r.list_id from ${READERS} cross join lateral (
           select x.list_id from data.list_reader x where x.reader = k.reader and x.list_id > ?::uuid
           order by x.list_id limit ?) r
         order by r.list_id limit ?) f
       join data.distribution_list l on l.id = f.list_id order by l.id`,
      [after ?? FIRST_ID, first + 1, first + 1],
    );
    return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
  }

  /** Those of the lists that the caller may know of. */
  byIds(ids: readonly string[]): Promise<DistributionListRow[]> {
    return this.#tx.rows<DistributionListRow>(
      `select ${COLUMNS} from data.distribution_list l where l.id = any (?::uuid[])`,
      [array(ids)],
    );
  }

  /** Lists that name an organisation, of those that the caller may know of; the work depends on these alone. */
  naming(organization: string): Promise<DistributionListRow[]> {
    return this.#tx.rows<DistributionListRow>(
      `select ${COLUMNS} from (
         select distinct x.list_id from ${READERS} join data.list_reader x on x.reader = k.reader) f
       join data.distribution_list l on l.id = f.list_id where l.agencies @> ?::text[]`,
      [array([organization])],
    );
  }

  /** How many lists a person made since a time. */
  async madeSince(personId: string, since: Date): Promise<number> {
    const rows = await this.#tx.rows<{ count: string }>(
      "select count(*)::text as count from data.distribution_list where maker_id = ?::uuid and made_at > ?",
      [personId, since],
    );
    return Number(rows[0]?.count ?? 0);
  }

  /** Writes a list. */
  async insert({ id, kind, makerId, agencies, persons }: DistributionListRow, madeAt: Date): Promise<void> {
    await this.#tx.rows(
      `insert into data.distribution_list (id, kind, maker_id, agencies, persons, made_at)
       values (?::uuid, ?, ?::uuid, ?::text[], ?::uuid[], ?)`,
      [id, kind, makerId, array(agencies), array(persons), madeAt],
    );
  }
}
