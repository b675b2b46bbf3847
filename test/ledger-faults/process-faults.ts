import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { openPool } from "../../src/storage/connection.ts";
import { LedgerStore } from "../../src/storage/ledger-store.ts";
import { Seeded } from "../audit/seeded.ts";
import { FaultCluster } from "./fault-cluster.ts";
import { LogWatch, ORIGIN } from "./fault-log.ts";
import type { Faults } from "./fault-log.ts";
import { openPublisher } from "./fault-publisher.ts";
import type { ProducerOrder, Said } from "./producer.ts";

/** What can go wrong with processes, disks and clocks. */
export const FAULTS = [
  "producer killed",
  "backend killed",
  "postmaster killed",
  "slow fsync",
  "failing fsync",
  "full disk",
  "clock step",
] as const;
export type ProcessFault = (typeof FAULTS)[number];

/** What one fault came to. */
export interface FaultReport {
  readonly fault: ProcessFault;
  /** Whether it took place: a disk may have had nothing to write. */
  readonly happened: boolean;
  readonly acknowledged: number;
  readonly refused: number;
  readonly faults: Faults;
}

/** Acknowledgements between two faults, at most. */
const MOST_BETWEEN = 24;
const PATIENCE_MS = 30_000;
const SLOW_MS = 40;

/** Two producer processes on one log over a PostgreSQL of its own, which faults hit at seeded moments. */
export class ProcessFaults {
  readonly #cluster: FaultCluster;
  readonly #keys: string;
  readonly #logId: number;
  readonly #watch: LogWatch;
  readonly #random: Seeded;
  readonly #producers: ChildProcess[] = [];
  readonly #wrong: string[] = [];
  #acknowledged = 0;
  #refused = 0;

  private constructor(
    cluster: FaultCluster,
    keys: string,
    log: { readonly id: number; readonly watch: LogWatch },
    seed: number,
  ) {
    this.#cluster = cluster;
    this.#keys = keys;
    this.#logId = log.id;
    this.#watch = log.watch;
    this.#random = new Seeded(seed);
  }

  static async open(seed: number, withDisk: boolean): Promise<ProcessFaults> {
    const cluster = await FaultCluster.open(withDisk);
    const keys = mkdtempSync(join(tmpdir(), "caveat-faults-"));
    const pool = openPool(cluster.as("caveat_ledger"), 1);
    const store = new LedgerStore(pool);
    const id = await store.openLog(ORIGIN, "activity", null);
    const { verifier } = await openPublisher(store, keys, id);
    await pool.end();
    const watch = new LogWatch(cluster.as("caveat_ledger"), id, verifier);
    const faults = new ProcessFaults(cluster, keys, { id, watch }, seed);
    await Promise.all([faults.#startProducer(0), faults.#startProducer(1)]);
    return faults;
  }

  /** Entries that were acknowledged and found in their places after all faults. */
  get found(): number {
    return this.#watch.found;
  }

  /** Entries of the log now. */
  entries(): Promise<number> {
    return this.#watch.size();
  }

  async #startProducer(at: number): Promise<void> {
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", "--experimental-strip-types", join(import.meta.dirname, "producer.ts")],
      { stdio: ["pipe", "pipe", "ignore"] },
    );
    this.#producers[at] = child;
    child.stdin.on("error", () => undefined);
    const order: ProducerOrder = {
      ledger: this.#cluster.as("caveat_ledger"),
      admin: this.#cluster.as("postgres"),
      logId: this.#logId,
      folder: this.#keys,
      replica: `api-${at}`,
    };
    child.stdin.write(`${JSON.stringify(order)}\n`);
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout })
        .on("line", (line) => {
          const said = JSON.parse(line) as Said;
          if ("ready" in said) resolve();
          else this.#hear(said);
        })
        .on("close", resolve);
    });
  }

  #hear(said: Said): void {
    if ("acknowledged" in said) {
      this.#acknowledged += 1;
      this.#watch.acknowledge(said.acknowledged);
    } else if ("committed" in said) this.#watch.committed(said.committed);
    else if ("note" in said) this.#wrong.push(...this.#watch.signed(said.note));
    else this.#refused += 1;
  }

  /** Lets the producers work for a moment, brings the fault about, lets them go on, and looks. */
  async once(fault: ProcessFault): Promise<FaultReport> {
    const before = { acknowledged: this.#acknowledged, refused: this.#refused };
    await this.#working(1 + this.#random.below(MOST_BETWEEN));
    const happened = await this.#bring(fault);
    await this.#working(1 + this.#random.below(MOST_BETWEEN));
    const faults = [...this.#wrong.splice(0), ...(await this.#watch.look(() => this.#sign()))];
    return {
      fault,
      happened,
      acknowledged: this.#acknowledged - before.acknowledged,
      refused: this.#refused - before.refused,
      faults,
    };
  }

  /** Waits until so many more entries were acknowledged: time says nothing on a machine that does other things, too. */
  #working(more: number): Promise<boolean> {
    const from = this.#acknowledged;
    return this.#until(() => this.#acknowledged >= from + more);
  }

  async #until(done: () => boolean): Promise<boolean> {
    const end = performance.now() + PATIENCE_MS;
    while (!done() && performance.now() < end) await sleep(5);
    return done();
  }

  async #bring(fault: ProcessFault): Promise<boolean> {
    const at = this.#random.below(2);
    const producer = this.#producers[at];
    switch (fault) {
      case "producer killed": {
        const gone = new Promise((resolve) => producer?.once("close", resolve));
        producer?.kill("SIGKILL");
        await gone;
        await this.#startProducer(at);
        return true;
      }
      case "backend killed": {
        const killed = await this.#cluster.killBackend();
        await sleep(20);
        return (await this.#cluster.ready()) && killed;
      }
      case "postmaster killed":
        await this.#cluster.killAll();
        return true;
      case "clock step": {
        const step = (this.#random.below(2) === 0 ? -1 : 1) * this.#random.below(7_200_000);
        producer?.stdin?.write(`clock ${step}\n`);
        return true;
      }
      case "slow fsync":
        this.#cluster.disk({ what: "slow", milliseconds: SLOW_MS });
        await this.#until(() => this.#cluster.diskFaults > 2);
        break;
      case "failing fsync":
      case "full disk": {
        const what = fault === "full disk" ? "disk full" : "fsync fails";
        this.#cluster.disk({ what, atCall: 1 + this.#random.below(6) });
        await this.#until(() => this.#cluster.diskFaults > 0);
        break;
      }
    }
    const happened = this.#cluster.diskFaults > 0;
    this.#cluster.disk(null);
    if (!(await this.#cluster.ready())) await this.#cluster.start();
    return happened;
  }

  async #sign(): Promise<string> {
    const pool = openPool(this.#cluster.as("caveat_ledger"), 1);
    try {
      const store = new LedgerStore(pool);
      await store.drain(null);
      return (await (await openPublisher(store, this.#keys, this.#logId)).publish()).note;
    } finally {
      await pool.end();
    }
  }

  async close(): Promise<void> {
    for (const producer of this.#producers) producer.kill("SIGKILL");
    await this.#watch.close();
    await this.#cluster.close();
    rmSync(this.#keys, { recursive: true, force: true });
  }
}
