import type { AppendRecord } from "../src/storage/ledger-store.ts";
import { requestEntry, withLog } from "./bench-log.ts";
import type { BenchLog } from "./bench-log.ts";
import { reporter } from "./figure.ts";
import type { Benchmark } from "./figure.ts";
import { closedLoop } from "./load.ts";
import type { Load } from "./load.ts";

const IN_FLIGHT = 128;
/** Below this the gathering of entries would not be worth its code. */
const LEAST_RATIO = 10;
/** Records that are ready before the clock runs. */
const PREPARED = 60_000;

/** Appends records that are ready: sequencing, hashing and durability, without the sealing before it. */
async function append(log: BenchLog, maxBatch: number, records: AppendRecord[], signal: AbortSignal): Promise<Load> {
  const writer = log.writer(maxBatch);
  return closedLoop({ inFlight: IN_FLIGHT, seconds: 3, warm: 0.5 }, signal, async () => {
    const record = records.pop();
    if (!record) throw new Error("no more records: prepare more");
    await writer.appendRecord(record);
  });
}

/** Entries acknowledged after they are durable and chained: gathered while the last flush is in flight, and one by one. */
export const logBench: Benchmark = {
  summary: `log entries appended at ${IN_FLIGHT} in flight, gathered and one transaction each, and their ratio`,
  run: (folder, signal) =>
    withLog(folder, signal, async (log) => {
      const report = reporter("log", log.machine);
      const writer = log.writer();
      const records: AppendRecord[] = [];
      for (let from = 0; from < PREPARED; from += 500) {
        signal.throwIfAborted();
        records.push(
          ...(await Promise.all(Array.from({ length: 500 }, (_, at) => writer.record(requestEntry(from + at))))),
        );
      }
      const single = await append(log, 1, records, signal);
      const gathered = await append(log, 512, records, signal);
      report("entries per second, one transaction each", single.perSecond, "1/s");
      report("entry p99, one transaction each", single.p99, "ms");
      report("entries per second, gathered", gathered.perSecond, "1/s");
      report("entry p99, gathered", gathered.p99, "ms");
      const ratio = gathered.perSecond / single.perSecond;
      report("gathered to one by one", ratio, "1");
      const sealing = log.writer();
      let at = 0;
      const whole = await closedLoop({ inFlight: IN_FLIGHT, seconds: 3, warm: 0.5 }, signal, async () => {
        at += 1;
        await sealing.append(requestEntry(at));
      });
      report("entries per second, gathered, with the sealing of two sections", whole.perSecond, "1/s");
      if (ratio < LEAST_RATIO) throw new Error(`gathering is worth ${ratio.toFixed(1)} only, less than ${LEAST_RATIO}`);
    }),
};
