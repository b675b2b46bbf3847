import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fsck, nodeCrypto, parseTrust, verifyLog } from "../../audit/index.ts";
import type { LogReport, TileReport, VerifierKey } from "../../audit/index.ts";
import type { Config } from "../config.ts";
import { SEALED, archiveLines } from "../ledger/archive.ts";
import { SectionSealer } from "../ledger/sealing.ts";
import { checkColumns } from "../ledger/stored-columns.ts";
import type { ColumnReport } from "../ledger/stored-columns.ts";
import { personTag } from "../policy/gate.ts";
import { loadOrCreateKeyring } from "../signing/keyring.ts";
import type { Keyring } from "../signing/keyring.ts";
import { MacKey } from "../signing/mac-key.ts";
import { FileTiles } from "../storage/blobs/tile-port.ts";
import { openPool } from "../storage/connection.ts";
import type { Connection } from "../storage/connection.ts";
import { LedgerStore } from "../storage/ledger-store.ts";
import { reachDatabase, rolePassword, runningDatabase } from "./connections.ts";

/** What checking one stored log came to. */
export interface StoredLogReport {
  readonly origin: string;
  readonly verified: boolean;
  /** What the verifier says of the entries up to the last checkpoint; null where nothing was signed yet. */
  readonly log: LogReport | null;
  readonly columns: ColumnReport;
  /** What the log's tiles on the disk come to; null where nothing was signed yet. */
  readonly tiles: TileReport | null;
  /** Entries after the last checkpoint, which nothing signed covers yet. */
  readonly unsigned: number;
}

/** What checking all logs of a database came to. */
export interface StoredReport {
  readonly verified: boolean;
  readonly logs: readonly StoredLogReport[];
}

/** How far it has come: entries of the log of this origin. */
export type StoredProgress = (origin: string, entries: number, of: number) => void;

/**
 * Checks the logs of an installation with the verifier that strangers use, in the database and in tiles on the disk, and the
 * columns beside their leaves. Reads as the role that may change nothing. Works while the server runs, and without it.
 *
 * @param known a checkpoint that somebody kept, of one of the logs
 * @throws Error when there is no installation here, or no key for a log
 */
export async function checkStoredLogs(
  config: Config,
  known: string | null,
  onProgress: StoredProgress,
): Promise<StoredReport> {
  const keys = join(config.stateFolder, "keys");
  const trustPath = join(config.stateFolder, "trust.json");
  if (!existsSync(keys) || !existsSync(trustPath)) throw new Error(`there is no installation in ${config.stateFolder}`);
  const trust = parseTrust(nodeCrypto, new Uint8Array(readFileSync(trustPath)));
  const keyring = await loadOrCreateKeyring(keys);
  const { ledger, stop } = await reach(config, keyring);
  const pool = openPool(ledger, 2);
  try {
    const store = new LedgerStore(pool);
    const logs: StoredLogReport[] = [];
    for (const log of await store.logs()) {
      const key = trust.logs.find(({ origin }) => origin === log.origin)?.key;
      if (!key) throw new Error(`the trust file has no key of the log ${log.origin}`);
      const tiles = new FileTiles(join(config.stateFolder, "logs"));
      logs.push(await checkOne({ store, keyring, tiles }, log, key, known, onProgress));
    }
    return { verified: logs.length > 0 && logs.every(({ verified }) => verified), logs };
  } finally {
    await pool.end();
    await stop();
  }
}

async function reach(
  config: Config,
  keyring: Keyring,
): Promise<{ readonly ledger: Connection; readonly stop: () => Promise<void> }> {
  const running = await runningDatabase(config);
  if (running) return { ledger: running.working(null).ledger, stop: () => Promise.resolve() };
  const reached = await reachDatabase(config, () => undefined);
  const password = reached.embedded ? null : rolePassword(await keyring.secret("database-roles"));
  return { ledger: reached.working(password).ledger, stop: reached.stop };
}

async function* bytesOf(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const line of lines) yield Buffer.from(`${line}\n`, "utf8");
}

interface Stored {
  readonly store: LedgerStore;
  readonly keyring: Keyring;
  readonly tiles: FileTiles;
}

async function checkOne(
  { store, keyring, tiles }: Stored,
  log: { readonly id: number; readonly origin: string; readonly size: number },
  key: VerifierKey,
  known: string | null,
  onProgress: StoredProgress,
): Promise<StoredLogReport> {
  const last = await store.lastCheckpoint(log.id);
  const size = last?.size ?? 0;
  const ofThis = known !== null && known.startsWith(`${log.origin}\n`);
  const report =
    last === null
      ? null
      : await verifyLog({
          crypto: nodeCrypto,
          key,
          archive: bytesOf(archiveLines({ store, id: log.id, origin: log.origin, size }, new Date(), SEALED)),
          onProgress: (entries) => onProgress(log.origin, entries, size),
          ...(ofThis ? { known } : {}),
        });
  const source = { read: (path: string) => tiles.read(log.origin, path) };
  const onDisk = last === null ? null : await fsck({ crypto: nodeCrypto, key, source, ...(ofThis ? { known } : {}) });
  const tagKey = MacKey.of("sha256", await keyring.secret("person-tags"));
  const sealer = new SectionSealer(store, keyring.kek);
  const columns = await checkColumns(store, log, sealer, (personId) => personTag(tagKey, personId));
  const whole = (report?.verified ?? log.size === 0) && (onDisk?.verified ?? true);
  const verified = whole && columns.found === 0;
  return { origin: log.origin, verified, log: report, columns, tiles: onDisk, unsigned: log.size - size };
}
