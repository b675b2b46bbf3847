import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { readUnverifiedCheckpoint } from "../../audit/index.ts";
import { SectionSealer } from "../../src/ledger/sealing.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import { loadLogKey } from "../../src/signing/log-key-file.ts";
import { signCheckpoint } from "../../src/signing/log-key.ts";
import { openPool } from "../../src/storage/connection.ts";
import { LedgerStore } from "../../src/storage/ledger-store.ts";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import type { Cut } from "./cutting-proxy.ts";
import { faultDraft } from "./fault-draft.ts";
import { deskFolders, openPublisher } from "./fault-publisher.ts";
import { LogWatch, ORIGIN, commitToOutbox, keyOfKeys } from "./fault-log.ts";
import type { Acknowledged, Faults } from "./fault-log.ts";

/** What one turn of work over the wire did. */
export interface Turn {
  readonly messages: number;
  readonly cuts: number;
  readonly acknowledged: number;
  readonly refused: number;
  readonly faults: Faults;
}

/** A log whose producers reach PostgreSQL through a wire that can be cut at each message. */
export class WireCuts {
  readonly #database: TestDatabase;
  readonly #proxy: CuttingProxy;
  readonly #admin: Client;
  readonly #folder: string;
  readonly #logId: number;
  readonly #watch: LogWatch;
  #turns = 0;

  private constructor(parts: {
    database: TestDatabase;
    proxy: CuttingProxy;
    admin: Client;
    folder: string;
    logId: number;
    watch: LogWatch;
  }) {
    this.#database = parts.database;
    this.#proxy = parts.proxy;
    this.#admin = parts.admin;
    this.#folder = parts.folder;
    this.#logId = parts.logId;
    this.#watch = parts.watch;
  }

  static async open(): Promise<WireCuts> {
    const database = await createDatabase();
    const folder = mkdtempSync(join(tmpdir(), "caveat-faults-"));
    const pool = openPool(database.as("caveat_ledger"), 1);
    const store = new LedgerStore(pool);
    const logId = await store.openLog(ORIGIN, "activity", null);
    const { verifier } = await openPublisher(store, folder, logId);
    await pool.end();
    const admin = new Client({ ...database.admin });
    await admin.connect();
    const proxy = await CuttingProxy.open(database.as("caveat_ledger"));
    const watch = new LogWatch(database.as("caveat_ledger"), logId, verifier);
    return new WireCuts({ database, proxy, admin, folder, logId, watch });
  }

  /** Entries that were acknowledged and found in their places in all turns. */
  get found(): number {
    return this.#watch.found;
  }

  /**
   * Two producers append, drain and sign over the wire, which is cut once; then a look from outside.
   *
   * @param inFlight how many appends each of them has under way at once
   */
  async turn(cut: Cut | null, inFlight: number): Promise<Turn> {
    this.#turns += 1;
    const name = `turn ${this.#turns}`;
    this.#proxy.arm(cut);
    const faults: string[] = [];
    const pools = [openPool(this.#proxy.as("caveat_ledger"), 2), openPool(this.#proxy.as("caveat_ledger"), 2)];
    let [acknowledged, refused] = [0, 0];
    const tried = async (act: () => Promise<void>): Promise<void> => {
      try {
        await act();
        acknowledged += 1;
      } catch {
        refused += 1;
      }
    };
    await Promise.all(
      pools.map(async (pool, at) => {
        const store = new LedgerStore(pool);
        const sealer = new SectionSealer(store, keyOfKeys);
        const writer = new LedgerWriter({
          store,
          sealer,
          logId: this.#logId,
          replica: `api-${at}`,
          clock: () => new Date(),
        });
        const publisher = await openPublisher(store, this.#folder, this.#logId);
        for (let round = 0; round < 2; round += 1) {
          await Promise.all(
            Array.from({ length: inFlight }, (_, number) =>
              tried(async () => {
                const { id, index, leaf384 } = await writer.append(faultDraft(`${name} ${at} ${round} ${number}`));
                this.#watch.acknowledge({ id, index, leaf384: leaf384.toString("hex") });
              }),
            ),
          );
          await tried(async () => {
            const record = await writer.proposed(faultDraft(`${name} ${at} ${round} outbox`));
            await commitToOutbox(this.#admin, this.#logId, record);
            this.#watch.committed(record.id);
            const { id, index, leaf384 } = await writer.drain(record.id);
            this.#watch.acknowledge({ id, index, leaf384: leaf384.toString("hex") });
          });
          await tried(async () => {
            faults.push(...this.#watch.signed((await publisher.publish()).note));
          });
        }
      }),
    );
    const { messages, cuts } = this.#proxy;
    this.#proxy.arm(null);
    await Promise.all(pools.map((pool) => pool.end()));
    faults.push(...(await this.#watch.look(() => this.#signAgain())));
    return { messages, cuts, acknowledged, refused, faults };
  }

  /** The first entry of the log, as it would be acknowledged. */
  async some(): Promise<{ readonly first: Acknowledged }> {
    const { rows } = await this.#admin.query<{ id: string; leaf384: Buffer }>(
      "select id, leaf384 from audit.entry where log_id = $1 and idx = 0",
      [this.#logId],
    );
    const [row] = rows;
    if (!row) throw new Error("the log is empty");
    return { first: { id: row.id, index: 0, leaf384: row.leaf384.toString("hex") } };
  }

  /** Looks for an entry that somebody claims was acknowledged. */
  lookFor(claimed: Acknowledged): Promise<Faults> {
    this.#watch.acknowledge(claimed);
    return this.#watch.look(() => this.#signAgain());
  }

  /** Looks for a row that was committed to the outbox and is neither there nor in the log. */
  loseOutbox(): Promise<Faults> {
    const id = "00000000-0000-4000-8000-000000000001";
    this.#watch.committed(id);
    return this.#watch.look(() => this.#signAgain());
  }

  /** Signs another root for the size that there is. */
  async signTwice(): Promise<Faults> {
    const note = await this.#signAgain();
    const { origin, size, root } = readUnverifiedCheckpoint(note);
    const key = await loadLogKey(deskFolders(this.#folder).keys, origin);
    if (!key) throw new Error("the log has no key");
    const other = await signCheckpoint({ origin, size, root: root.toReversed() }, key);
    this.#watch.signed(note);
    return this.#watch.signed(other);
  }

  /** Changes the last entry behind the log's back, before anybody looked at it. */
  async changeLast(): Promise<Faults> {
    const pool = openPool(this.#database.as("caveat_ledger"), 1);
    const store = new LedgerStore(pool);
    const sealer = new SectionSealer(store, keyOfKeys);
    const clock = (): Date => new Date();
    const writer = new LedgerWriter({ store, sealer, logId: this.#logId, replica: "api-0", clock });
    await writer.append(faultDraft("the last one"));
    await pool.end();
    await this.#admin.query("alter table audit.entry disable trigger append_only");
    await this.#admin.query(
      "update audit.entry set leaf = overlay(leaf placing '1'::bytea from 12 for 1), leaf256 = sha256('other') where log_id = $1 and idx = (select size - 1 from audit.log where id = $1)",
      [this.#logId],
    );
    await this.#admin.query("alter table audit.entry enable always trigger append_only");
    return this.#watch.look(() => this.#signAgain());
  }

  /** As after a restart: what was committed comes into the log, and what there is is signed. */
  async #signAgain(): Promise<string> {
    const pool = openPool(this.#database.as("caveat_ledger"), 1);
    try {
      const store = new LedgerStore(pool);
      await store.drain(null);
      return (await (await openPublisher(store, this.#folder, this.#logId)).publish()).note;
    } finally {
      await pool.end();
    }
  }

  async close(): Promise<void> {
    await this.#watch.close();
    await this.#admin.end();
    await this.#proxy.close();
    await this.#database.drop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
