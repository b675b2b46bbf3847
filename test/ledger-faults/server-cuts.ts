import { setTimeout as sleep } from "node:timers/promises";
import { drawLabels, newLoad } from "../server/label-load.ts";
import { LabelWatch } from "../server/label-watch.ts";
import { call } from "../server/http.ts";
import { startServer } from "../server/running-server.ts";
import type { RunningServer } from "../server/running-server.ts";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import type { Cut } from "./cutting-proxy.ts";

const LABELS = 6;
const READY_MS = 30_000;

/** What one turn of labeling over the wire did. */
export interface ServerTurn {
  readonly messages: number;
  readonly cuts: number;
  readonly acknowledged: number;
  readonly inDoubt: number;
  readonly faults: readonly string[];
}

/** A whole server, as an operator starts it, that reaches PostgreSQL through a wire that can be cut at each message. */
export class ServerCuts {
  readonly #database: TestDatabase;
  readonly #proxy: CuttingProxy;
  readonly #server: RunningServer;
  readonly #watch: LabelWatch;

  private constructor(database: TestDatabase, proxy: CuttingProxy, server: RunningServer, watch: LabelWatch) {
    this.#database = database;
    this.#proxy = proxy;
    this.#server = server;
    this.#watch = watch;
  }

  static async open(): Promise<ServerCuts> {
    const database = await createDatabase();
    const proxy = await CuttingProxy.open(database.admin);
    const { host, port, user } = proxy.as(database.admin.user);
    const server = await startServer({
      databaseUrl: `postgresql://${user}@${host}:${port}/${database.name}?sslmode=disable`,
      environment: { CAVEAT_DATABASE_MAY_LACK: "tls,durability,host-rules" },
    });
    return new ServerCuts(database, proxy, server, await LabelWatch.begin(server));
  }

  /** Labels that were acknowledged and found in all turns. */
  get acknowledged(): number {
    return this.#watch.acknowledged;
  }

  /** Six people label until the wire was cut or there are enough labels; then, on a whole wire, a look at what is there. */
  async turn(cut: Cut | null): Promise<ServerTurn> {
    const load = newLoad();
    this.#proxy.arm(cut);
    const over = (): boolean => this.#proxy.cuts > 0 || load.acknowledged.length + load.inDoubt.length >= LABELS;
    await drawLabels(this.#server, this.#watch.canvas, load, over);
    const { messages, cuts } = this.#proxy;
    this.#proxy.arm(null);
    const counts = { messages, cuts, acknowledged: load.acknowledged.length, inDoubt: load.inDoubt.length };
    if (!(await this.#ready())) return { ...counts, faults: ["the server was not ready again"] };
    return { ...counts, faults: (await this.#watch.look(this.#server, load)).faults };
  }

  /** What the log says of all that was acknowledged, as the verifier judges its archive. */
  async lookAtLog(): Promise<readonly string[]> {
    const { archive, faults } = await this.#watch.lookAtLog(this.#server);
    return archive.report.verified ? faults : [...faults, "the archive is not verified"];
  }

  async close(): Promise<void> {
    await this.#server.stop();
    await this.#proxy.close();
    await this.#database.drop();
  }

  async #ready(): Promise<boolean> {
    for (const begin = performance.now(); performance.now() - begin < READY_MS; await sleep(20))
      if ((await call(this.#server.url, { method: "GET", path: "/readyz" })).status === 200) return true;
    return false;
  }
}
