import type { DistributionListRow, Page, PageRequest } from "./ports.ts";
import type { Transaction } from "./transaction.ts";

const COLUMNS = `id, kind, maker_id as "makerId", agencies, persons`;

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

  /** A page of the lists that the caller may know of. */
  async page({ first, after }: PageRequest): Promise<Page<DistributionListRow>> {
    const rows = await this.#tx.rows<DistributionListRow>(
      `select ${COLUMNS} from data.distribution_list where ?::uuid is null or id > ?::uuid order by id limit ?`,
      [after, after, first + 1],
    );
    return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
  }

  /** Those of the lists that the caller may know of. */
  byIds(ids: readonly string[]): Promise<DistributionListRow[]> {
    return this.#tx.rows<DistributionListRow>(
      `select ${COLUMNS} from data.distribution_list where id = any (?::uuid[])`,
      [array(ids)],
    );
  }

  /** Lists that name an organisation, of those that the caller may know of. */
  naming(organization: string): Promise<DistributionListRow[]> {
    return this.#tx.rows<DistributionListRow>(
      `select ${COLUMNS} from data.distribution_list where agencies @> ?::text[]`,
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
