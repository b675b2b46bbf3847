import { randomUUID } from "node:crypto";
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
/** Records of one shape, each an entry of its own: the sealing is measured apart. */
function recordsLike(template: AppendRecord): () => AppendRecord {
  const leaf = Buffer.from(template.leaf, "base64").toString("utf8");
  return () => {
    const id = randomUUID();
    return { ...template, id, leaf: Buffer.from(leaf.replace(template.id, id)).toString("base64") };
  };
}

function append(log: BenchLog, maxBatch: number, next: () => AppendRecord, signal: AbortSignal): Promise<Load> {
  const writer = log.writer(maxBatch);
  return closedLoop({ inFlight: IN_FLIGHT, seconds: 4, warm: 0.5 }, signal, async () => {
    await writer.appendRecord(next());
  });
}

/** Entries acknowledged after they are durable and chained: gathered while the last flush is in flight, and one by one. */
export const logBench: Benchmark = {
  summary: `log entries appended at ${IN_FLIGHT} in flight, gathered and one transaction each, and their ratio`,
  run: (folder, signal) =>
    withLog(folder, signal, async (log) => {
      const report = reporter("log", log.machine);
      // All but the id is the same in each: what is measured is sequencing, hashing, chaining and durability.
      const next = recordsLike(await log.writer().record(requestEntry(0)));
      const single = await append(log, 1, next, signal);
      const gathered = await append(log, 512, next, signal);
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
      if (ratio < LEAST_RATIO) {
        process.stderr.write(
          `bench: gathering is worth ${ratio.toFixed(1)} here, less than the ${LEAST_RATIO} that are asked of it\n`,
        );
      }
    }),
};
