import { createHmac, createSecretKey, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { unwrapKey, wrapKey } from "../../signing/key-wrap.ts";
import { Blob, DataKey } from "../entities/asset.ts";
import type { Row } from "../entities/index.ts";
import type { BlobKeys, MarkingChangeStore } from "../marking-changes.ts";
import type { TableLock, Transaction } from "../transaction.ts";
import { sealAhead } from "./ahead.ts";
import type { SealedAhead } from "./ahead.ts";
import type { BlobPort } from "./port.ts";
import { openStream, openStretch } from "./seal-stream.ts";

/** What a sealed blob belongs to. */
export interface BlobOwner {
  readonly assetId: string | null;
  readonly deliveryId: string | null;
  readonly programId: string;
  readonly datasetMarkingId: string;
  readonly markingId: string;
  readonly kind: "original" | "display" | "tiles" | "package";
  readonly mediaType: string;
}

/** The row of a sealed blob. */
export type BlobRow = Row<typeof Blob>;

/**
 * Seals and opens blobs. Each has a content key of its own, wrapped under the data key of its marking. That is a labeled
 * row: whoever cannot read the marking gets no key. Addresses are keyed and tell nothing, not even that two blobs are equal.
 */
export class BlobVault {
  readonly #port: BlobPort;
  readonly #kek: KeyObject;

  constructor(port: BlobPort, kek: KeyObject) {
    this.#port = port;
    this.#kek = kek;
  }

  /** The data key of a marking through row security; made when there is none and `make` is set. */
  async #dataKey(tx: Transaction, markingId: string, make: boolean): Promise<KeyObject> {
    const read = (): Promise<Row<typeof DataKey>[]> =>
      tx.mapped<Row<typeof DataKey>>(DataKey, "select * from data.data_key where marking_id = ?", [markingId]);
    let row = (await read())[0];
    if (!row && make) {
      await tx.rows(
        "insert into data.data_key (marking_id, wrapped) values (?, decode(?, 'hex')) on conflict do nothing",
        [markingId, wrapKey(this.#kek, randomBytes(32)).toString("hex")],
      );
      row = (await read())[0];
    }
    if (!row) throw new Error("no data key for this marking");
    return createSecretKey(unwrapKey(this.#kek, Buffer.from(row.wrapped)));
  }

  /** Seals a stream and writes its row; returns the row. */
  async seal(
    tx: Transaction,
    owner: BlobOwner,
    source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  ): Promise<BlobRow> {
    return this.adopt(tx, owner, await sealAhead(await this.#port.incoming(), source));
  }

  /** Takes over what was sealed ahead: wraps its key under the data key of its marking, and writes its row. */
  async adopt(tx: Transaction, owner: BlobOwner, sealed: SealedAhead): Promise<BlobRow> {
    try {
      const dataKey = await this.#dataKey(tx, owner.markingId, true);
      const id = randomUUID();
      const addressKey = Buffer.from(hkdfSync("sha384", dataKey, "", "caveat/blob/address", 32));
      // Of the blob and not of its content: the same bytes twice are sealed under two keys.
      const address = createHmac("sha256", addressKey).update(id).digest("hex");
      await this.#port.keep(sealed.path, address);
      const wrappedKey = wrapKey(dataKey, sealed.contentKey.export());
      const { bytes, sha256, sha384 } = sealed;
      const row: BlobRow = { id, ...owner, address, bytes, sha256, sha384, wrappedKey };
      await tx.insert(Blob, [row] as never);
      return row;
    } finally {
      await sealed.dispose();
    }
  }

  /** The row of a blob, through row security; null when hidden or absent. */
  async row(tx: Transaction, id: string): Promise<BlobRow | null> {
    const { open, on } = tx.lock([["data.blob", "t"]]);
    const [lock] = on as readonly [TableLock];
    const sql = `with ${open.sql} select t.* from data.blob t where t.id = ? and ${lock.sql}`;
    return (await tx.mapped<BlobRow>(Blob, sql, [...open.params, id, ...lock.params]))[0] ?? null;
  }

  async #contentKey(tx: Transaction, row: BlobRow): Promise<KeyObject> {
    const dataKey = await this.#dataKey(tx, row.markingId, false);
    return row.wrappedKey ? createSecretKey(unwrapKey(dataKey, Buffer.from(row.wrappedKey))) : dataKey;
  }

  /** Opens a blob; the key is fetched now, in this transaction, the bytes stream later. */
  async open(tx: Transaction, row: BlobRow): Promise<AsyncGenerator<Buffer>> {
    return openStream(await this.#contentKey(tx, row), this.#port.read(row.address));
  }

  /** Opens stretches of a blob: the key is fetched now, in this transaction. */
  async openAt(tx: Transaction, row: BlobRow): Promise<(offset: number, length: number) => Promise<Buffer>> {
    const key = await this.#contentKey(tx, row);
    const read = (offset: number, length: number): Promise<Buffer> => this.#port.readAt(row.address, offset, length);
    return (offset, length) => openStretch(key, read, row.bytes, offset, length);
  }

  /** The same for a blob that this transaction has just taken over: nobody else sees its row. */
  async rekeyNew(store: MarkingChangeStore, blobId: string, contentKey: KeyObject, markingId: string): Promise<void> {
    const wrapped = await store.ensureDataKey(markingId, wrapKey(this.#kek, randomBytes(32)));
    const dataKey = createSecretKey(unwrapKey(this.#kek, wrapped));
    await store.noteRekey(blobId, markingId, wrapKey(dataKey, contentKey.export()));
  }

  /** Wraps the content key of a blob under the data key of another marking: no byte of it is written again. */
  async rekey(store: MarkingChangeStore, keys: BlobKeys, markingId: string): Promise<void> {
    const from = unwrapKey(this.#kek, keys.dataKey);
    const contentKey = keys.wrappedKey ? unwrapKey(createSecretKey(from), keys.wrappedKey) : from;
    const wrapped = await store.ensureDataKey(markingId, wrapKey(this.#kek, randomBytes(32)));
    const dataKey = createSecretKey(unwrapKey(this.#kek, wrapped));
    await store.noteRekey(keys.blobId, markingId, wrapKey(dataKey, contentKey));
  }
}
