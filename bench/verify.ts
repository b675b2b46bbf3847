import { open, stat } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { nodeCrypto, verifyLog } from "../audit/index.ts";
import { writeArchive } from "../src/ledger/archive.ts";
import { requestEntry, withLog } from "./bench-log.ts";
import type { BenchLog } from "./bench-log.ts";
import { reporter } from "./figure.ts";
import type { Benchmark } from "./figure.ts";

const ENTRIES = 10_000;
const SIGNED_EVERY = 1_000;

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
        const median = runs.sort((a, b) => a - b)[1] ?? Number.NaN;
        report(`entries verified per second, ${what}, median of 3`, ENTRIES / median, "1/s");
      }
    }),
};
