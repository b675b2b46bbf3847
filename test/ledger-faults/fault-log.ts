import { createSecretKey } from "node:crypto";
import type { Client } from "pg";
import {
  formatCheckpointLine,
  formatEnd,
  formatHeader,
  nodeCrypto,
  openCheckpoint,
  readUnverifiedCheckpoint,
  toHex,
  verifyLog,
} from "../../audit/index.ts";
import type { ChainHead, VerifierKey } from "../../audit/index.ts";
import { entryLine } from "../../src/ledger/archive.ts";
import type { ProposedRecord } from "../../src/ledger/writer.ts";
import { LedgerStore } from "../../src/storage/ledger-store.ts";
import { openPool } from "../../src/storage/connection.ts";
import type { Connection } from "../../src/storage/connection.ts";

export const ORIGIN = "faults.example/activity";

/** What somebody was told is in the log. */
export interface Acknowledged {
  readonly id: string;
  readonly index: number;
  /** Hex. */
  readonly leaf384: string;
}

/** The key by which data keys are wrapped in these tests: the same for every producer on a log, as a key file is. */
export const keyOfKeys = createSecretKey(Buffer.alloc(32, 7));

/** What was found wrong after a fault; empty when everything held. */
export type Faults = readonly string[];

/**
 * Looks at a log from outside after each fault: over a connection of its own, by what was acknowledged and signed, and with
 * the verifier. Goes on from the last chain head that verified, so that a look costs what is new.
 */
export class LogWatch {
  readonly #store: LedgerStore;
  readonly #end: () => Promise<void>;
  readonly #logId: number;
  readonly #key: VerifierKey;
  readonly #roots = new Map<number, string>();
  #waiting: Acknowledged[] = [];
  #outbox: string[] = [];
  #head: ChainHead | null = null;
  /** How many entries were acknowledged and found in their places. */
  found = 0;

  constructor(connection: Connection, logId: number, key: VerifierKey) {
    const pool = openPool(connection, 2);
    this.#store = new LedgerStore(pool);
    this.#end = () => pool.end();
    this.#logId = logId;
    this.#key = key;
  }

  acknowledge(entry: Acknowledged): void {
    this.#waiting.push(entry);
  }

  /** A transaction with this outbox row has committed. */
  committed(id: string): void {
    this.#outbox.push(id);
  }

  /** A checkpoint was given out. Returns what is wrong with it. */
  signed(note: string): Faults {
    const opened = openCheckpoint(nodeCrypto, note, this.#key);
    if (opened.outcome !== "verified") return [`a note that does not verify: ${opened.outcome}`];
    const { size, root } = opened.checkpoint;
    const known = this.#roots.get(size);
    this.#roots.set(size, toHex(root));
    return known !== undefined && known !== toHex(root) ? [`two roots signed at size ${size}`] : [];
  }

  /**
   * Everything that has to hold after any fault.
   *
   * @param sign makes a checkpoint over what there is now
   */
  async look(sign: () => Promise<string>): Promise<Faults> {
    // What comes in while we look belongs to the next look.
    const [acknowledged, outbox] = [this.#waiting.splice(0), this.#outbox.splice(0)];
    const note = await sign();
    const faults = [...this.signed(note)];
    for (const { id, index, leaf384 } of acknowledged) {
      const entry = await this.#store.entry(this.#logId, id);
      if (entry?.index === index && entry.leaf384.toString("hex") === leaf384) this.found += 1;
      else
        faults.push(`entry ${id} was acknowledged at ${index} and ${entry ? `stands at ${entry.index}` : "is lost"}`);
    }
    for (const id of outbox)
      if (!(await this.#store.entry(this.#logId, id))) faults.push(`the committed outbox row ${id} is not in the log`);
    const { size } = readUnverifiedCheckpoint(note);
    const from = this.#head?.size ?? 0;
    const archive = await this.#archive(from, size);
    const report = await verifyLog({
      crypto: nodeCrypto,
      key: this.#key,
      archive,
      ...(this.#head ? { resume: this.#head } : {}),
    });
    faults.push(...report.findings.map(({ code, at }) => `${code} ${JSON.stringify(at)}`));
    for (const { code } of report.warnings) if (code === "PRODUCER_REPEAT") faults.push(code);
    if (report.verified && report.signed) this.#head = report.signed;
    if (this.#roots.get(size) !== report.signed?.root)
      faults.push(`the root signed at ${size} is not that of the entries`);
    return faults;
  }

  /** Lines of the archive from an entry on, with every checkpoint that is kept over them. */
  async #archive(from: number, size: number): Promise<readonly Uint8Array[]> {
    const notes = new Map(
      (await this.#store.checkpoints(this.#logId, from, size)).map((each) => [each.size, each.note]),
    );
    const lines = [formatHeader({ made: "2026-01-01T00:00:00.000000Z", origin: ORIGIN })];
    const place = (after: number): void => {
      const note = notes.get(after);
      if (note !== undefined) lines.push(formatCheckpointLine(note));
    };
    place(from);
    for (const entry of await this.#store.entries(this.#logId, from, size)) {
      lines.push(entryLine(entry, []));
      place(entry.index + 1);
    }
    return [Buffer.from([...lines, formatEnd(size)].map((line) => `${line}\n`).join(""))];
  }

  /** Entries there are now. */
  async size(): Promise<number> {
    return (await this.#store.head(this.#logId)).size;
  }

  close(): Promise<void> {
    return this.#end();
  }
}

/** Puts a record into the outbox as a mutation's transaction does, and commits. */
export async function commitToOutbox(admin: Client, logId: number, { id, text }: ProposedRecord): Promise<void> {
  await admin.query("insert into audit.outbox (id, log_id, record) values ($1, $2, $3)", [id, logId, text]);
}
