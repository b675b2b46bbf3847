import type { JudgedArchive } from "./archive.ts";
import { fetchArchive } from "./archive.ts";
import { dataOf } from "./hostile-world.ts";
import { askFor, findCanvas } from "./label-load.ts";
import type { AcknowledgedLabel, Canvas, LoadResult } from "./label-load.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

/** What was found of a load after something had happened to its server. */
export interface LoadFindings {
  /** Labels in doubt that turned out to be there. */
  readonly doneUnheard: number;
  /** Everything that is not as it must be. */
  readonly faults: readonly string[];
}

/** Holds what a server acknowledged against what it has, in the data and in the log. */
export class LabelWatch {
  readonly canvas: Canvas;
  readonly #known: AcknowledgedLabel[] = [];
  #labels: number;

  private constructor(canvas: Canvas, labels: number) {
    this.canvas = canvas;
    this.#labels = labels;
  }

  /** Begins with what a server has now. */
  static async begin(server: RunningServer): Promise<LabelWatch> {
    const canvas = await findCanvas(server);
    return new LabelWatch(canvas, await countLabels(server, canvas));
  }

  /** Labels acknowledged so far. */
  get acknowledged(): number {
    return this.#known.length;
  }

  /**
   * Looks after a load: every acknowledged label is there, each key gave one label, asked for again it gives the same, and
   * there are no others. What was in doubt is asked for again.
   */
  async look(server: RunningServer, load: LoadResult): Promise<LoadFindings> {
    this.#known.push(...load.acknowledged);
    const lost = await this.#lostLabels(server, load.acknowledged);
    const doneUnheard = (await countLabels(server, this.canvas)) - this.#labels - load.acknowledged.length;
    const replayed: AcknowledgedLabel[] = [];
    const faults = lost.map((id) => `an acknowledged label is not there: ${id}`);
    for (const asked of [...load.inDoubt, ...load.acknowledged.slice(-2)]) {
      const token = await tokenOf(server.state, asked.as);
      const [first, second] = [await askFor(server, token, asked), await askFor(server, token, asked)];
      if (first.labelId !== second.labelId) faults.push("one key gave two labels");
      const known = load.acknowledged.find(({ key }) => key === asked.key);
      if (known === undefined) replayed.push(first);
      else if (known.labelId !== first.labelId) faults.push("a replay gave another label than the first answer");
    }
    this.#known.push(...replayed);
    const should = this.#labels + load.acknowledged.length + load.inDoubt.length;
    this.#labels = await countLabels(server, this.canvas);
    if (this.#labels !== should) faults.push(`${this.#labels} labels where there should be ${should}`);
    return { doneUnheard, faults };
  }

  /** Fetches the archive, has the verifier judge it, and looks for all that was acknowledged so far. */
  async lookAtLog(server: RunningServer): Promise<{ archive: JudgedArchive; faults: string[] }> {
    const archive = await fetchArchive(server);
    const found = archive.report.findings.map(({ sentence }) => sentence);
    return { archive, faults: [...this.#missingEntries(archive), ...found] };
  }

  /** Acknowledged labels that cannot be read one by one. */
  async #lostLabels(server: RunningServer, labels: readonly AcknowledgedLabel[]): Promise<string[]> {
    const token = await tokenOf(server.state, "ana");
    const lost: string[] = [];
    for (let from = 0; from < labels.length; from += 20) {
      const some = labels.slice(from, from + 20);
      const fields = some.map(({ labelId }, i) => `l${i}: label(id: "${labelId}") { id latest { ordinal } }`);
      type Read = Record<string, { readonly id: string; readonly latest: { readonly ordinal: number } | null } | null>;
      const read = dataOf(await server.graphql(token, `{ ${fields.join(" ")} }`)) as Read;
      for (const [i, { labelId }] of some.entries()) {
        const label = read[`l${i}`];
        if (label?.id !== labelId || label.latest?.ordinal !== 1) lost.push(labelId);
      }
    }
    return lost;
  }

  /** Acknowledged labels whose request or outcomes do not stand in the archive. */
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
}

async function countLabels(server: RunningServer, { assetId }: Canvas): Promise<number> {
  const query = "query($id: ID!) { asset(id: $id) { dataset { labelCount } } }";
  const token = await tokenOf(server.state, "ana");
  const data = dataOf(await server.graphql(token, query, { id: assetId }));
  return (data as { asset: { dataset: { labelCount: number } } }).asset.dataset.labelCount;
}
