import { once } from "node:events";
import { open, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { availableParallelism } from "node:os";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { nodeCrypto, verifyLog } from "../audit/index.ts";
import { writeArchive } from "../src/ledger/archive.ts";
import { requestEntry, withLog } from "./bench-log.ts";
import type { BenchLog } from "./bench-log.ts";
import { reporter } from "./figure.ts";
import type { Benchmark, Report } from "./figure.ts";
import { bareHashes, rehash } from "./verify-hashes.ts";
import type { VerifyOrder } from "./verify-worker.ts";

const ENTRIES = 10_000;
const SIGNED_EVERY = 1_000;
const ROUNDS = 7;

/** Exports the archive to a file; returns the seconds that it took. */
async function exportTo(log: BenchLog, path: string, mayOpen: boolean): Promise<number> {
  const parts = {
    store: log.store,
    sealer: log.sealer,
    logId: log.writer().logId,
    publisher: log.publisher,
    clock: () => new Date(),
  };
  const begin = performance.now();
  const file = await open(path, "wx", 0o600);
  try {
    let text = "";
    for await (const line of writeArchive(parts, () => mayOpen)) {
      text += `${line}\n`;
      if (text.length > 1 << 20) {
        await file.write(text);
        text = "";
      }
    }
    await file.write(text);
  } finally {
    await file.close();
  }
  return (performance.now() - begin) / 1_000;
}

/** Entries verified in a second by so many threads, each of which reads the archive. */
async function byThreads(count: number, order: Omit<VerifyOrder, "gate">): Promise<number> {
  const file = new URL(`verify-worker${extname(import.meta.filename)}`, import.meta.url);
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const done = Array.from({ length: count }, () => once(new Worker(file, { workerData: { ...order, gate } }), "exit"));
  while (Atomics.load(gate, 0) < count) await sleep(5);
  const begin = performance.now();
  Atomics.store(gate, 1, 1);
  Atomics.notify(gate, 1);
  for (const ended of done) if ((await ended)[0] !== 0) throw new Error("a thread that verifies has failed");
  return (count * order.times * ENTRIES * 1_000) / (performance.now() - begin);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Hashing again what the log hashed, beside the bare calls, in turn. */
async function measureHashes(log: BenchLog, report: Report): Promise<void> {
  const leaves = (await log.store.leaves(log.writer().logId, 0, ENTRIES)).map((leaf) => new Uint8Array(leaf));
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(rehash(log.publisher.origin, leaves));
    bare.push(bareHashes(log.publisher.origin, leaves));
  }
  report("entries hashed again into chain and tree per second", median(ours), "1/s");
  report("entries per second of the bare hash calls", median(bare), "1/s");
  report("hashed again to bare hash calls", median(ours) / median(bare), "1", { least: 0.6 });
}

/** What an auditor does: an archive from a file, checked with nothing but the log's key. */
export const verifyBench: Benchmark = {
  summary: `offline verification of an archive of ${ENTRIES.toLocaleString("en")} entries, opened and withheld`,
  run: (folder, signal) =>
    withLog(folder, signal, async (log) => {
      const report = reporter("verify", log.machine);
      const writer = log.writer();
      for (let from = 0; from < ENTRIES; from += SIGNED_EVERY) {
        signal.throwIfAborted();
        await Promise.all(Array.from({ length: SIGNED_EVERY }, (_, at) => writer.append(requestEntry(from + at))));
        await log.publisher.publish();
      }
      await measureHashes(log, report);
      for (const [what, mayOpen] of [
        ["sections opened", true],
        ["sections withheld", false],
      ] as const) {
        const path = join(folder, `${what.replace(" ", "-")}.ndjson`);
        const seconds = await exportTo(log, path, mayOpen);
        report(`entries exported per second, ${what}`, ENTRIES / seconds, "1/s");
        report(`bytes of the archive per entry, ${what}`, (await stat(path)).size / ENTRIES, "B");
        const runs: number[] = [];
        for (let run = 0; run < 3; run += 1) {
          signal.throwIfAborted();
          const begin = performance.now();
          const archive = createReadStream(path, { highWaterMark: 1 << 18 });
          const result = await verifyLog({ crypto: nodeCrypto, key: log.publisher.verifier, archive });
          if (!result.verified || result.signed?.size !== ENTRIES) throw new Error("the archive does not verify");
          runs.push((performance.now() - begin) / 1_000);
        }
        report(
          `entries verified per second with headers and sections, ${what}, median of 3`,
          ENTRIES / median(runs),
          "1/s",
        );
        const order = { path, vkey: log.publisher.vkey, times: 2 };
        const cores = availableParallelism();
        const [one, all] = [await byThreads(1, order), await byThreads(cores, order)];
        report(`entries verified per second by one thread for each core, ${what}`, all, "1/s");
        report(`one thread for each of ${cores} cores to one thread, ${what}`, all / one, "1");
      }
    }),
};
