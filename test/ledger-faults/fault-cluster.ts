import { spawn, spawnSync } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { Connection } from "../../src/storage/connection.ts";
import { findBinaries } from "../../src/storage/embedded/binaries.ts";
import { ensureCluster } from "../../src/storage/embedded/cluster.ts";
import { commandPrefix } from "../../src/storage/embedded/command-prefix.ts";
import { serverSettings } from "../../src/storage/embedded/server-settings.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import { prepareTemplate } from "../template.ts";

const READY_WITHIN_MS = 60_000;
const PORT = 5432;
const DATABASE = "caveat";

/** What the disk does wrong (disk-shim.c). */
export type DiskFault =
  | { readonly what: "slow"; readonly milliseconds: number }
  | { readonly what: "fsync fails" | "disk full"; readonly atCall: number };

/**
 * A PostgreSQL of its own, with fsync, that can be killed, and whose disk can be made slow, failing or full where a C compiler
 * is there to build what stands before its C library.
 */
export class FaultCluster {
  readonly #folder = mkdtempSync(join(tmpdir(), "caveat-faults-"));
  readonly #disk = join(this.#folder, "disk");
  readonly #socket = join(this.#folder, "s");
  #postmaster: ChildProcess | null = null;
  #shim: string | null = null;

  /** Makes the cluster, starts it and migrates one database in it. */
  static async open(withDisk: boolean): Promise<FaultCluster> {
    const cluster = new FaultCluster();
    mkdirSync(cluster.#socket, { mode: 0o700 });
    writeFileSync(cluster.#disk, Buffer.alloc(4096));
    if (withDisk) cluster.#shim = cluster.#build();
    await ensureCluster(cluster.#folder, findBinaries(join(cluster.#folder, "lib")), false);
    await cluster.start();
    await cluster.#run("postgres", [`create database ${DATABASE}`]);
    await prepareTemplate(cluster.as("postgres"));
    return cluster;
  }

  #build(): string {
    const shim = join(this.#folder, "disk-shim.so");
    const built = spawnSync(
      "cc",
      ["-shared", "-fPIC", "-O1", "-o", shim, join(packageRoot(), "test", "ledger-faults", "disk-shim.c"), "-ldl"],
      { encoding: "utf8" },
    );
    if (built.status !== 0) throw new Error(`the shim was not built: ${built.stderr}`);
    return shim;
  }

  /** Login to the migrated database. */
  as(user: string): Connection {
    return { host: this.#socket, port: PORT, user, database: DATABASE };
  }

  async start(): Promise<void> {
    const binaries = findBinaries(join(this.#folder, "lib"));
    const settings = serverSettings({ socketDir: this.#socket, port: PORT, fsync: true });
    const data = join(this.#folder, "cluster");
    const [file = "", ...prefix] = commandPrefix("KILL");
    const args = [...prefix, binaries.postgres, "-D", data, ...settings.flatMap(([n, v]) => ["-c", `${n}=${v}`])];
    const deadline = performance.now() + READY_WITHIN_MS;
    while (performance.now() < deadline) {
      const shim = this.#shim === null ? {} : { LD_PRELOAD: this.#shim, CAVEAT_DISK: this.#disk };
      const environment = { PATH: process.env["PATH"], LD_LIBRARY_PATH: binaries.libraryPath, LC_ALL: "C", TZ: "UTC" };
      this.#postmaster = spawn(file, args, { cwd: data, stdio: "ignore", env: { ...environment, ...shim } });
      if (await this.ready(deadline)) return;
    }
    throw new Error("PostgreSQL did not start again");
  }

  /** Waits until it takes connections; false when it has ended instead. */
  async ready(deadline = performance.now() + READY_WITHIN_MS): Promise<boolean> {
    const own = this.#postmaster;
    while (performance.now() < deadline) {
      if (own?.exitCode !== null || own.signalCode !== null) return false;
      const up = await this.#run("postgres", ["select 1"]).then(
        () => true,
        () => false,
      );
      if (up) return true;
      await sleep(25);
    }
    return false;
  }

  async #run(database: string, statements: readonly string[]): Promise<void> {
    const client = new Client({ ...this.as("postgres"), database, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Kills the process that serves one of the log's connections; PostgreSQL then restarts all others itself. */
  async killBackend(): Promise<boolean> {
    const client = new Client({ ...this.as("postgres"), database: "postgres" });
    client.on("error", () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number }>(
        "select pid from pg_stat_activity where usename = 'caveat_ledger' order by random() limit 1",
      );
      const [found] = rows;
      if (found) process.kill(found.pid, "SIGKILL");
      return found !== undefined;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Kills the postmaster as a crash does, and starts it again. */
  async killAll(): Promise<void> {
    await this.#end("SIGKILL");
    await this.start();
  }

  async #end(signal: "SIGKILL" | "SIGQUIT"): Promise<void> {
    const own = this.#postmaster;
    if (!own || own.exitCode !== null || own.signalCode !== null) return;
    const gone = new Promise((resolve) => own.once("exit", resolve));
    own.kill(signal);
    await gone;
  }

  /** Makes the disk wrong from now on; null: whole again. */
  disk(fault: DiskFault | null): void {
    const control = Buffer.alloc(16);
    const modes = { slow: 1, "fsync fails": 2, "disk full": 3 } as const;
    if (fault) control.writeInt32LE(modes[fault.what], 0);
    if (fault && "atCall" in fault) control.writeInt32LE(fault.atCall, 4);
    if (fault && "milliseconds" in fault) control.writeInt32LE(fault.milliseconds, 8);
    const file = openSync(this.#disk, "r+");
    writeSync(file, control, 0, 16, 0);
    closeSync(file);
  }

  /** How often the disk did wrong since the last call of `disk`. */
  get diskFaults(): number {
    const counted = Buffer.alloc(16);
    const file = openSync(this.#disk, "r");
    readSync(file, counted, 0, 16, 0);
    closeSync(file);
    return counted.readInt32LE(12);
  }

  async close(): Promise<void> {
    await this.#end("SIGQUIT");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
