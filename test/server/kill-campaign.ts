import { setTimeout as sleep } from "node:timers/promises";
import { Seeded } from "../audit/seeded.ts";
import { drawLabels, newLoad } from "./label-load.ts";
import { LabelWatch } from "./label-watch.ts";
import { startServer, within } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";

/** What one kill did, and what was found after the restart. */
export interface KillReport {
  readonly killed: "server" | "server and postmaster";
  /** Milliseconds from the first answers to the load to the kill. */
  readonly after: number;
  readonly acknowledged: number;
  readonly inDoubt: number;
  /** Of those in doubt, how many turned out to be done. */
  readonly doneUnheard: number;
  readonly restartMs: number;
  readonly entries: number;
  readonly verified: boolean;
  readonly warnings: readonly string[];
  readonly archiveMs: number;
  /** Everything that is not as it must be; empty when all is well. */
  readonly faults: readonly string[];
}

/** Kills a loaded server several times on one state folder; what is checked after each kill is in its report. */
export class KillCampaign {
  readonly #random: Seeded;
  readonly #watch: LabelWatch;
  #server: RunningServer;

  private constructor(seed: number, server: RunningServer, watch: LabelWatch) {
    this.#random = new Seeded(seed);
    this.#server = server;
    this.#watch = watch;
  }

  /** Starts a server on a new state folder. */
  static async begin(seed: number): Promise<KillCampaign> {
    const server = await startServer();
    return new KillCampaign(seed, server, await LabelWatch.begin(server));
  }

  /** Labels acknowledged so far. */
  get acknowledged(): number {
    return this.#watch.acknowledged;
  }

  /** Loads, kills at a moment of the seed's choosing, restarts, looks. */
  async kill(
    killed: KillReport["killed"] = this.#random.below(2) === 0 ? "server" : "server and postmaster",
  ): Promise<KillReport> {
    const after = this.#random.below(700);
    let ended = false;
    const load = newLoad();
    const loading = drawLabels(this.#server, this.#watch.canvas, load, () => ended);
    if (!(await within(20_000, () => load.acknowledged.length >= 6))) throw new Error("the load does not begin");
    await sleep(after);
    const gone = this.#server.kill9(killed);
    ended = true;
    await Promise.all([loading, gone]);

    const restarting = performance.now();
    this.#server = await startServer({ state: this.#server.state });
    const restartMs = Math.round(performance.now() - restarting);
    const { doneUnheard, faults } = await this.#watch.look(this.#server, load);
    const exporting = performance.now();
    const log = await this.#watch.lookAtLog(this.#server);
    return {
      killed,
      after,
      acknowledged: load.acknowledged.length,
      inDoubt: load.inDoubt.length,
      doneUnheard,
      restartMs,
      entries: log.archive.entries.length,
      verified: log.archive.exitCode === 0 && log.archive.report.verified,
      warnings: log.archive.report.warnings.map((warning) => warning.code),
      archiveMs: Math.round(performance.now() - exporting),
      faults: [...faults, ...log.faults],
    };
  }

  /** Stops the server; returns its exit code. */
  end(): Promise<number | null> {
    return this.#server.stop();
  }
}
