import { createSecretKey, randomUUID } from "node:crypto";
import { SectionSealer } from "../src/ledger/sealing.ts";
import type { LedgerWriter } from "../src/ledger/writer.ts";
import { openPool } from "../src/storage/connection.ts";
import type { Connection } from "../src/storage/connection.ts";
import { LedgerStore } from "../src/storage/ledger-store.ts";
import type { AppendRecord } from "../src/storage/ledger-store.ts";
import { BareInsert } from "./bare-insert.ts";
import { benchWriter, outcomeEntry } from "./bench-log.ts";
import { TransactionPerEntry } from "./transaction-per-entry.ts";

/** Ways to put entries down: ours with nothing sealed, ours with three sealed sections, and what ours is held against. */
export const WAYS = ["gathered", "gathered and sealed", "one call each", "transaction each", "bare insert"] as const;
export type Way = (typeof WAYS)[number];

/** Where a log is that entries are appended to. */
export interface LogPlace {
  readonly ledger: Connection;
  readonly admin: Connection;
  readonly logId: number;
}

/** Clients of the design with a transaction for each entry: more of them only wait for one another. */
const CLIENTS = 16;

/** Records of one shape, each an entry of its own. All but the id is the same in each: the sealing is measured apart. */
function recordsLike(template: AppendRecord): () => AppendRecord {
  const leaf = template.leaf.toString("utf8");
  return () => {
    const id = randomUUID();
    return { ...template, id, leaf: Buffer.from(leaf.replace(template.id, id)) };
  };
}

/** Makes what the other ways write to. Once for a cluster. */
export async function prepareWays({ admin }: LogPlace): Promise<void> {
  await TransactionPerEntry.prepare(admin);
  await BareInsert.prepare(admin);
}

/** A way to append, as one process does it. */
export interface Appender {
  append(): Promise<void>;
  close(): Promise<void>;
  /** Bytes of the leaf of one entry. */
  readonly leafBytes: number;
}

/** Opens a way. */
export async function openWay(way: Way, { ledger, admin, logId }: LogPlace, inFlight: number): Promise<Appender> {
  const pool = openPool(ledger, 2);
  const store = new LedgerStore(pool);
  // The key of keys is the same in each process, as a key file is.
  const sealer = new SectionSealer(store, createSecretKey(Buffer.alloc(32, 7)));
  const open = (maxBatch?: number): LedgerWriter => benchWriter({ store, sealer, logId }, maxBatch);
  const template = await open().record(outcomeEntry(0));
  const next = recordsLike({ ...template, sections: [] });
  const end = (): Promise<void> => pool.end();
  const leafBytes = template.leaf.length;
  switch (way) {
    case "gathered":
    case "one call each": {
      const writer = open(way === "gathered" ? undefined : 1);
      return { leafBytes, append: async () => void (await writer.appendRecord(next())), close: end };
    }
    case "gathered and sealed": {
      const writer = open();
      let at = 0;
      return { leafBytes, append: async () => void (await writer.append(outcomeEntry((at += 1)))), close: end };
    }
    case "transaction each": {
      const each = new TransactionPerEntry(admin, Math.min(inFlight, CLIENTS));
      return { leafBytes, append: () => each.append(next()), close: () => each.close().then(end) };
    }
    case "bare insert": {
      const bare = new BareInsert(admin);
      return { leafBytes, append: () => bare.append(next()), close: () => bare.close().then(end) };
    }
  }
}
