import { setTimeout as sleep } from "node:timers/promises";
import { Seeded } from "../audit/seeded.ts";
import { fetchArchive } from "./archive.ts";
import type { JudgedArchive } from "./archive.ts";
import { dataOf } from "./hostile-world.ts";
import { askFor, drawLabels, findCanvas } from "./label-load.ts";
import type { AcknowledgedLabel, AskedLabel, Canvas } from "./label-load.ts";
import { startServer, within } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

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
  readonly #known: AcknowledgedLabel[] = [];
  #server: RunningServer;
  readonly #canvas: Canvas;
  #labels: number;

  private constructor(seed: number, server: RunningServer, canvas: Canvas, labels: number) {
    this.#random = new Seeded(seed);
    this.#server = server;
    this.#canvas = canvas;
    this.#labels = labels;
  }

  /** Starts a server on a new state folder. */
  static async begin(seed: number): Promise<KillCampaign> {
    const server = await startServer();
    const canvas = await findCanvas(server);
    return new KillCampaign(seed, server, canvas, await countLabels(server, canvas));
  }

  /** Labels acknowledged so far. */
  get acknowledged(): number {
    return this.#known.length;
  }

  /** Loads, kills at a moment of the seed's choosing, restarts, looks. */
  async kill(
    killed: KillReport["killed"] = this.#random.below(2) === 0 ? "server" : "server and postmaster",
  ): Promise<KillReport> {
    const after = this.#random.below(700);
    let ended = false;
    const load = { acknowledged: [] as AcknowledgedLabel[], inDoubt: [] as AskedLabel[] };
    const loading = drawLabels(this.#server, this.#canvas, load, () => ended);
    if (!(await within(20_000, () => load.acknowledged.length >= 6))) throw new Error("the load does not begin");
    await sleep(after);
    const gone = this.#server.kill9(killed);
    ended = true;
    await Promise.all([loading, gone]);
    this.#known.push(...load.acknowledged);

    const restarting = performance.now();
    this.#server = await startServer({ state: this.#server.state });
    const restartMs = Math.round(performance.now() - restarting);
    const lost = await this.#lostLabels(load.acknowledged);
    const doneUnheard = (await countLabels(this.#server, this.#canvas)) - this.#labels - load.acknowledged.length;
    const replayed: AcknowledgedLabel[] = [];
    const faults = lost.map((id) => `an acknowledged label is not there: ${id}`);
    for (const asked of [...load.inDoubt, ...load.acknowledged.slice(-2)]) {
      const token = await tokenOf(this.#server.state, asked.as);
      const [first, second] = [await askFor(this.#server, token, asked), await askFor(this.#server, token, asked)];
      if (first.labelId !== second.labelId) faults.push("one key gave two labels");
      const known = load.acknowledged.find(({ key }) => key === asked.key);
      if (known === undefined) replayed.push(first);
      else if (known.labelId !== first.labelId) faults.push("a replay gave another label than the first answer");
    }
    this.#known.push(...replayed);
    const should = this.#labels + load.acknowledged.length + load.inDoubt.length;
    this.#labels = await countLabels(this.#server, this.#canvas);
    if (this.#labels !== should) faults.push(`${this.#labels} labels where there should be ${should}`);

    const exporting = performance.now();
    const archive = await fetchArchive(this.#server);
    faults.push(...this.#missingEntries(archive), ...archive.report.findings.map((finding) => finding.sentence));
    return {
      killed,
      after,
      acknowledged: load.acknowledged.length,
      inDoubt: load.inDoubt.length,
      doneUnheard,
      restartMs,
      entries: archive.entries.length,
      verified: archive.exitCode === 0 && archive.report.verified,
      warnings: archive.report.warnings.map((warning) => warning.code),
      archiveMs: Math.round(performance.now() - exporting),
      faults,
    };
  }

  /** Acknowledged labels that cannot be read one by one. */
  async #lostLabels(labels: readonly AcknowledgedLabel[]): Promise<string[]> {
    const token = await tokenOf(this.#server.state, "ana");
    const lost: string[] = [];
    for (let from = 0; from < labels.length; from += 20) {
      const some = labels.slice(from, from + 20);
      const fields = some.map(({ labelId }, i) => `l${i}: label(id: "${labelId}") { id latest { ordinal } }`);
      type Read = Record<string, { readonly id: string; readonly latest: { readonly ordinal: number } | null } | null>;
      const read = dataOf(await this.#server.graphql(token, `{ ${fields.join(" ")} }`)) as Read;
      for (const [i, { labelId }] of some.entries()) {
        const label = read[`l${i}`];
        if (label?.id !== labelId || label.latest?.ordinal !== 1) lost.push(labelId);
      }
    }
    return lost;
  }

  /** Acknowledged labels, of all kills so far, whose request or outcomes do not stand in the archive. */
  #missingEntries(archive: JudgedArchive): string[] {
    const requests = new Map<string, string>();
    const drawn = new Map<string, ReadonlySet<string>>();
    const labels = new Set<string>();
    const answered = new Set<string>();
    for (const { id, kind, request, outcome } of archive.entries) {
      if (kind === "operation.request" && request) requests.set(request.receipt, id);
      if (outcome?.result !== "answered") continue;
      if (kind === "operation.outcome") answered.add(outcome.request);
      if (kind !== "mutation.outcome") continue;
      const objects = outcome.changed.map(({ object }) => object);
      drawn.set(outcome.request, new Set(objects));
      for (const object of objects) if (object.startsWith("label:")) labels.add(object);
    }
    // A label and the outcome entry of its mutation commit together: there is none of one without the other.
    const counts =
      labels.size === this.#labels ? [] : [`${labels.size} labels in the log, ${this.#labels} in the data`];
    const missing = this.#known.flatMap(({ labelId, receipt }) => {
      const request = requests.get(receipt);
      if (request === undefined) return [`no request entry for the receipt ${receipt}`];
      if (!answered.has(request)) return [`no outcome entry for the request ${request}`];
      const outcome = drawn.get(request);
      if (outcome === undefined) return [`no outcome entry for the mutation of ${request}`];
      // A replay changes nothing: its label stands in the outcome of the request that was cut off.
      const object = Buffer.from(labelId, "base64url").toString();
      return outcome.size > 0 && !outcome.has(object) ? [`the outcome of ${request} names another label`] : [];
    });
    return [...counts, ...missing];
  }

  /** Stops the server; returns its exit code. */
  end(): Promise<number | null> {
    return this.#server.stop();
  }
}

async function countLabels(server: RunningServer, { assetId }: Canvas): Promise<number> {
  const query = "query($id: ID!) { asset(id: $id) { dataset { labelCount } } }";
  const token = await tokenOf(server.state, "ana");
  const data = dataOf(await server.graphql(token, query, { id: assetId }));
  return (data as { asset: { dataset: { labelCount: number } } }).asset.dataset.labelCount;
}
