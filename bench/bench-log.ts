import { createSecretKey, randomBytes } from "node:crypto";
import { join } from "node:path";
import { encodeCanonical } from "../audit/index.ts";
import { CheckpointPublisher } from "../src/ledger/publisher.ts";
import { SectionSealer } from "../src/ledger/sealing.ts";
import { LedgerWriter } from "../src/ledger/writer.ts";
import type { EntryDraft } from "../src/ledger/writer.ts";
import { ACTIONS } from "../src/policy/actions.ts";
import { SignerProcess } from "../src/signer/signer-process.ts";
import { ensureDatabase } from "../src/storage/administration.ts";
import { FileTiles } from "../src/storage/blobs/tile-port.ts";
import { openPool } from "../src/storage/connection.ts";
import type { Connection } from "../src/storage/connection.ts";
import { startEmbeddedPostgres } from "../src/storage/embedded/index.ts";
import { LedgerStore } from "../src/storage/ledger-store.ts";
import { migrate } from "../src/storage/migrate.ts";
import { machineWith } from "./figure.ts";
import type { Machine } from "./figure.ts";

const DATABASE = "caveat";
const ORIGIN = "bench.local/activity";

/** A log on an embedded PostgreSQL of its own, without a server around it. */
export interface BenchLog {
  readonly machine: Machine;
  readonly store: LedgerStore;
  readonly sealer: SectionSealer;
  readonly publisher: CheckpointPublisher;
  /** The superuser of this cluster. */
  readonly admin: Connection;
  writer(maxBatch?: number): LedgerWriter;
}

/** A writer of a log as a server has it; `maxBatch` 1 makes every entry its own transaction. */
export function benchWriter(
  log: { readonly store: LedgerStore; readonly sealer: SectionSealer; readonly logId: number },
  maxBatch?: number,
): LedgerWriter {
  const own = { replica: "bench", clock: () => new Date() };
  return new LedgerWriter({ ...log, ...own, ...(maxBatch === undefined ? {} : { maxBatch }) });
}

/** Starts PostgreSQL (fsync on) below `folder`, opens a log, and stops everything when `work` has ended. */
export async function withLog(
  folder: string,
  signal: AbortSignal,
  work: (log: BenchLog) => Promise<void>,
): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir: join(folder, "postgres"), fsync: true });
  const signer = new SignerProcess({ keys: join(folder, "keys"), records: join(folder, "signer") });
  const tiles = new FileTiles(join(folder, "logs"));
  try {
    signal.throwIfAborted();
    await ensureDatabase(postgres.connectionOptions("postgres", postgres.superuser), DATABASE);
    await migrate(postgres.connectionOptions(DATABASE, postgres.superuser), ACTIONS);
    const pool = openPool(postgres.connectionOptions(DATABASE, "caveat_ledger"), 6);
    try {
      const { rows } = await pool.query<{ version: string }>("select version()");
      const store = new LedgerStore(pool);
      const sealer = new SectionSealer(store, createSecretKey(randomBytes(32)));
      const logId = await store.openLog(ORIGIN, "activity", null);
      await work({
        machine: machineWith(rows[0]?.version ?? "unknown"),
        store,
        sealer,
        publisher: await CheckpointPublisher.open({ store, signer, tiles }, logId, ORIGIN),
        admin: postgres.connectionOptions(DATABASE, postgres.superuser),
        writer: (maxBatch) => benchWriter({ store, sealer, logId }, maxBatch),
      });
    } finally {
      await pool.end();
    }
  } finally {
    await signer.close();
    await postgres.stop();
  }
}

const MARKING = encodeCanonical({ banner: "SECRET//NOFORN", effective: { level: "S", noforn: true } });

const PEOPLE = Array.from({ length: 50 }, () => randomBytes(32));

/** An outcome entry as the door writes it: three sealed sections of about 500 bytes, of one of fifty people. */
export function outcomeEntry(at: number): EntryDraft {
  const text = "x".repeat(380);
  return {
    kind: "operation.outcome",
    personTag: PEOPLE[at % PEOPLE.length] ?? null,
    gateHash: null,
    sections: [
      { slot: 0, name: "actor", marking: MARKING, plaintext: encodeCanonical({ person: `person ${at % 50}`, text }) },
      { slot: 2, name: "outcome", marking: MARKING, plaintext: encodeCanonical({ at, text }) },
      { slot: 3, name: "detail", marking: MARKING, plaintext: encodeCanonical({ profile: at % 50, text }) },
    ],
  };
}

/** A request entry as the door writes it: two sealed sections of about 500 bytes, of one of fifty people. */
export function requestEntry(at: number): EntryDraft {
  const text = "x".repeat(380);
  return {
    kind: "operation.request",
    personTag: PEOPLE[at % PEOPLE.length] ?? null,
    gateHash: randomBytes(32),
    sections: [
      { slot: 0, name: "actor", marking: MARKING, plaintext: encodeCanonical({ person: `person ${at % 50}`, text }) },
      { slot: 1, name: "request", marking: MARKING, plaintext: encodeCanonical({ at, text }) },
    ],
  };
}
