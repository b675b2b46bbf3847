import { spawnSync } from "node:child_process";
import { FaultCluster } from "../test/ledger-faults/fault-cluster.ts";
import { openPool } from "../src/storage/connection.ts";
import { LedgerStore } from "../src/storage/ledger-store.ts";
import { machineWith, reporter } from "./figure.ts";
import type { Benchmark, Report, Target } from "./figure.ts";
import { closedLoop } from "./load.ts";
import type { Load } from "./load.ts";
import { WAYS, openWay, prepareWays } from "./log-appenders.ts";
import type { LogPlace, Way } from "./log-appenders.ts";
import { fromProcesses } from "./log-processes.ts";

const ROUNDS = 3;
const MANY = 128;
const PROCESSES = 4;
const DISK_MS = 2;
const TURN = { seconds: 1.2, warm: 0.3 } as const;

/** So many appends under way, in so many processes. */
interface Shape {
  readonly inFlight: number;
  readonly processes: number;
}

const SHAPES: readonly Shape[] = [
  { inFlight: 1, processes: 1 },
  { inFlight: 16, processes: 1 },
  { inFlight: MANY, processes: 1 },
  { inFlight: MANY, processes: PROCESSES },
];

const nameOf = ({ inFlight, processes }: Shape): string =>
  processes === 1 ? `${inFlight} in flight` : `${inFlight} in flight from each of ${processes} processes`;

/** What the issue of the log asks of a way in a shape, on two cores. */
function targetsOf(way: Way, { inFlight, processes }: Shape): { rate?: Target; p99?: Target } {
  if (inFlight !== MANY) return {};
  if (way === "gathered") return { rate: { least: 15_000 }, p99: { most: processes === 1 ? 20 : 100 } };
  return way === "gathered and sealed" ? { rate: { least: 7_500 } } : {};
}

async function turn(way: Way, place: LogPlace, shape: Shape, signal: AbortSignal): Promise<Load> {
  if (shape.processes > 1)
    return fromProcesses(shape.processes, { way, place, inFlight: shape.inFlight, ...TURN }, signal);
  const appender = await openWay(way, place, shape.inFlight);
  try {
    return await closedLoop({ inFlight: shape.inFlight, ...TURN }, signal, () => appender.append());
  } finally {
    await appender.close();
  }
}

/** The one of the middle by what it did in a second. */
function middle(loads: readonly Load[]): Load {
  const found = loads.toSorted((a, b) => a.perSecond - b.perSecond)[Math.floor(loads.length / 2)];
  if (!found) throw new Error("nothing was measured");
  return found;
}

/** Measures every way in one shape, in turn, so that what else the machine does meets all alike. */
async function measure(
  report: Report,
  where: string,
  place: LogPlace,
  shape: Shape,
  signal: AbortSignal,
): Promise<void> {
  const rounds = new Map<Way, Load[]>(WAYS.map((way) => [way, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const way of WAYS) rounds.get(way)?.push(await turn(way, place, shape, signal));
  const of = (way: Way): Load => middle(rounds.get(way) ?? []);
  for (const way of WAYS) {
    const { perSecond, p50, p99 } = of(way);
    const { rate, p99: slowest } = where === "" ? targetsOf(way, shape) : {};
    const what = `${way}, ${nameOf(shape)}${where}`;
    report(`entries per second, ${what}`, perSecond, "1/s", rate);
    report(`entry p50, ${what}`, p50, "ms");
    report(`entry p99, ${what}`, p99, "ms", slowest);
  }
  const judged = where === "" && shape.inFlight === MANY;
  const ratio = (to: Way): number => of("gathered").perSecond / of(to).perSecond;
  const last = `${nameOf(shape)}${where}`;
  report(`gathered to bare insert, ${last}`, ratio("bare insert"), "1", judged ? { least: 0.5 } : undefined);
  report(`gathered to transaction each, ${last}`, ratio("transaction each"), "1", judged ? { least: 15 } : undefined);
  report(`gathered to one call each, ${last}`, ratio("one call each"), "1");
}

/** Entries acknowledged after they are durable and chained, in every shape, and what they are held against. */
export const logBench: Benchmark = {
  summary:
    "log entries appended at 1, 16 and 128 in flight and from 4 processes, beside a bare INSERT and a transaction each",
  async run(_folder, signal) {
    // What stands before PostgreSQL's C library for a slow disk is built where there is a compiler.
    const slowDisk = spawnSync("cc", ["--version"]).status === 0;
    if (!slowDisk) process.stderr.write("bench: no C compiler (cc): the disk with 2 ms more is left out\n");
    const cluster = await FaultCluster.open(slowDisk);
    try {
      const ledger = cluster.as("caveat_ledger");
      const pool = openPool(ledger, 1);
      const { rows } = await pool.query<{ version: string }>("select version()");
      const logId = await new LedgerStore(pool).openLog("bench.local/activity", "activity", null);
      await pool.end();
      const place = { ledger, admin: cluster.as("postgres"), logId };
      const report = reporter("log", machineWith(rows[0]?.version ?? "unknown"));
      await prepareWays(place);
      const one = await openWay("gathered", place, 1);
      report("bytes of a leaf", one.leafBytes, "B");
      await one.close();
      for (const shape of SHAPES) await measure(report, "", place, shape, signal);
      if (!slowDisk) return;
      cluster.disk({ what: "slow", milliseconds: DISK_MS });
      for (const shape of SHAPES) await measure(report, `, ${DISK_MS} ms more for each fsync`, place, shape, signal);
    } finally {
      await cluster.close();
    }
  },
};
