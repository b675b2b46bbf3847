import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAULTS } from "./process-faults.ts";
import type { FaultReport } from "./process-faults.ts";

/** What the long campaign did. */
export interface FaultCampaign {
  readonly date: string;
  readonly seconds: number;
  readonly wire: {
    readonly turns: number;
    readonly cuts: number;
    readonly messages: number;
    readonly refused: number;
    readonly found: number;
    readonly faults: readonly string[];
  };
  /** The same with a whole server, started as operators do, while six people label. */
  readonly server: {
    readonly turns: number;
    readonly cuts: number;
    readonly messages: number;
    readonly inDoubt: number;
    readonly acknowledged: number;
    readonly faults: readonly string[];
  };
  readonly processes: readonly FaultReport[];
  readonly found: number;
  readonly entries: number;
  readonly seed: number;
}

/** Writes REPORT.md and report.json beside this file. */
export function writeFaultReport(campaign: FaultCampaign): void {
  const { wire, server, processes, date, seconds, found, entries, seed } = campaign;
  const rows = FAULTS.map((fault) => {
    const of = processes.filter((each) => each.fault === fault);
    const happened = of.filter((each) => each.happened);
    const sum = (pick: (report: FaultReport) => number): number => of.reduce((all, each) => all + pick(each), 0);
    const wrong = sum(({ faults }) => faults.length);
    return `| ${fault} | ${of.length} | ${happened.length} | ${sum((r) => r.acknowledged)} | ${sum((r) => r.refused)} | ${wrong} |`;
  });
  const injected = wire.cuts + server.cuts + processes.filter(({ happened }) => happened).length;
  const text = `# Faults under the log: the last long campaign

\`npm run test:long -- test/long/ledger-faults.test.ts\`, ${date}, ${seconds} s, seed ${seed}: **${injected} faults took place.**
Two producers append to one log, drain the outbox and sign checkpoints while it happens. After each fault somebody looks from
outside, over a connection of his own: every entry that was acknowledged stands in its place with its hash; every committed
outbox row is in the log; no size was signed with two roots; the verifier accepts the log.

| fault | tried | took place | acknowledged around it | refused | wrong |
| --- | --- | --- | --- | --- | --- |
| wire to PostgreSQL cut at a message | ${wire.turns} | ${wire.cuts} | ${wire.found} | ${wire.refused} | ${wire.faults.length} |
| wire of a whole server cut at a message | ${server.turns} | ${server.cuts} | ${server.acknowledged} | ${server.inDoubt} | ${server.faults.length} |
${rows.join("\n")}

The wire was cut at each of the ${wire.messages} messages of a turn, before and after it was handed on, of one connection and of
all, with several numbers of appends under way. The whole server's was cut ${server.turns} times, at messages all over
the ${server.messages} of a turn in which six people label: afterwards the server is ready again by itself, every label that it acknowledged is there once, with its request
and outcome in the log, and a request that was in doubt, sent again with its key, gave one label. After the other faults ${found} acknowledged entries were found; that log then
had ${entries}. Disks were made slow, failing (EIO of fsync) and full (ENOSPC of a write) by what stands before PostgreSQL's C
library (\`disk-shim.c\`); PostgreSQL ends and recovers then. A machine that loses its power is not among the faults.
`;
  writeFileSync(join(import.meta.dirname, "REPORT.md"), text);
  writeFileSync(join(import.meta.dirname, "report.json"), `${JSON.stringify(campaign, null, 1)}\n`);
}
