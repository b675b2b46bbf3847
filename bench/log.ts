import { randomUUID } from "node:crypto";
import type { AppendRecord } from "../src/storage/ledger-store.ts";
import { requestEntry, withLog } from "./bench-log.ts";
import type { BenchLog } from "./bench-log.ts";
import { reporter } from "./figure.ts";
import type { Benchmark } from "./figure.ts";
import { closedLoop } from "./load.ts";
import { TransactionPerEntry } from "./transaction-per-entry.ts";
import type { Load } from "./load.ts";

const IN_FLIGHT = 256;
const ROUNDS = 3;
/** Clients of the design with a transaction for each entry: more of them only wait for one another. */
const CLIENTS = 16;
/** Records of one shape, each an entry of its own: the sealing is measured apart. */
function recordsLike(template: AppendRecord): () => AppendRecord {
  const leaf = Buffer.from(template.leaf, "base64").toString("utf8");
  return () => {
    const id = randomUUID();
    return { ...template, id, leaf: Buffer.from(leaf.replace(template.id, id)).toString("base64") };
  };
}

/** The one of the middle by what it did in a second. */
function middle(loads: readonly Load[]): Load {
  const found = loads.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(loads.length / 2)];
  if (!found) throw new Error("nothing was measured");
  return found;
}

function append(log: BenchLog, maxBatch: number, next: () => AppendRecord, signal: AbortSignal): Promise<Load> {
  const writer = log.writer(maxBatch);
  return closedLoop({ inFlight: IN_FLIGHT, seconds: 1.2, warm: 0.2 }, signal, async () => {
    await writer.appendRecord(next());
  });
}

/** Entries acknowledged after they are durable and chained: gathered while the last flush is in flight, and one by one. */
export const logBench: Benchmark = {
  summary: `log entries appended at ${IN_FLIGHT} in flight, gathered and one transaction each, and their ratio`,
  run: (folder, signal) =>
    withLog(folder, signal, async (log) => {
      const report = reporter("log", log.machine);
      const perEntry = await TransactionPerEntry.open(log.admin, CLIENTS);
      const whole = await log.writer().record(requestEntry(0));
      for (const [what, template] of [
        ["leaf alone", { ...whole, sections: [] }],
        ["leaf and two sealed sections", whole],
      ] as const) {
        // All but the id is the same in each: what is measured is sequencing, hashing, chaining and durability.
        const next = recordsLike(template);
        // In turn, so that what else the machine does meets both alike.
        const rounds: { transaction: Load; single: Load; gathered: Load }[] = [];
        for (let round = 0; round < ROUNDS; round += 1) {
          const transaction = await closedLoop({ inFlight: CLIENTS, seconds: 1.2, warm: 0.2 }, signal, () =>
            perEntry.append(next()),
          );
          const single = await append(log, 1, next, signal);
          rounds.push({ transaction, single, gathered: await append(log, 512, next, signal) });
        }
        const transaction = middle(rounds.map((round) => round.transaction));
        const single = middle(rounds.map((round) => round.single));
        const gathered = middle(rounds.map((round) => round.gathered));
        report(`entries per second, ${what}, a transaction of five statements each`, transaction.perSecond, "1/s");
        report(`entries per second, ${what}, one call of the batch function each`, single.perSecond, "1/s");
        report(`entries per second, ${what}, gathered`, gathered.perSecond, "1/s");
        report(`entry p99, ${what}, gathered`, gathered.p99, "ms");
        report(`gathered to a transaction each, ${what}`, gathered.perSecond / transaction.perSecond, "1");
        report(`gathered to one call each, ${what}`, gathered.perSecond / single.perSecond, "1");
      }
      await perEntry.close();
      const sealing = log.writer();
      let at = 0;
      const sealed = await closedLoop({ inFlight: IN_FLIGHT, seconds: 3, warm: 0.5 }, signal, async () => {
        at += 1;
        await sealing.append(requestEntry(at));
      });
      report("entries per second, gathered, with the sealing of two sections", sealed.perSecond, "1/s");
    }),
};
