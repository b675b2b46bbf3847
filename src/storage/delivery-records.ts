import { DeliveryProof, Recipient } from "./entities/delivery.ts";
import type { Row } from "./entities/index.ts";
import type { TableLock, Transaction } from "./transaction.ts";

/** The row of a recipient office. */
export type RecipientRow = Row<typeof Recipient>;

/** The proof files of a released delivery: path to base64. */
export type ProofRow = Row<typeof DeliveryProof>;

/** Recipient offices and proofs of deliveries, in one transaction. */
export class DeliveryRecords {
  readonly #tx: Transaction;

  constructor(tx: Transaction) {
    this.#tx = tx;
  }

  /** Recipient offices in the order of their names. */
  recipients(): Promise<RecipientRow[]> {
    return this.#tx.mapped<RecipientRow>(Recipient, "select * from data.recipient order by name, id", []);
  }

  /** A recipient by id (a UUID); null when there is none. */
  async recipient(id: string): Promise<RecipientRow | null> {
    return (
      (await this.#tx.mapped<RecipientRow>(Recipient, "select * from data.recipient where id = ?", [id]))[0] ?? null
    );
  }

  /** The proof of a delivery through both locks; null when hidden or not there. */
  async proof(deliveryId: string): Promise<ProofRow | null> {
    const { open, on } = this.#tx.lock([["data.delivery_proof", "t"]]);
    const [lock] = on as readonly [TableLock];
    const rows = await this.#tx.mapped<ProofRow>(
      DeliveryProof,
      `with ${open.sql} select t.* from data.delivery_proof t where t.delivery_id = ? and ${lock.sql}`,
      [...open.params, deliveryId, ...lock.params],
    );
    return rows[0] ?? null;
  }

  /** Keeps the proof of a delivery. */
  async keepProof(row: ProofRow): Promise<void> {
    await this.#tx.insert(DeliveryProof, [row] as never);
  }
}
