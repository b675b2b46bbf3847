import type { Pool } from "pg";
import type { Level } from "../markings/index.ts";
import type { CompilationRecords, CompilationRuleRef, HoldRef } from "./compilation-records.ts";

const FRESH = 1_000;
const MOST_DATASETS = 10_000;
const NOTED_WITHIN = 250;

interface Reader {
  readonly personId: string;
  readonly level: Level;
  readonly at: Date;
}

interface Noted {
  readonly reader: Reader;
  readonly ruleIds: readonly string[];
  readonly labelIds: readonly string[];
}

/**
 * What datasets are as a whole, as the role caveat_policy (migrations/0041): ids, markings and numbers. The rules of a
 * dataset are looked up once a second at most, whether there are any or not, so that a page costs the same with rules that
 * its reader does not know.
 */
export class CompilationStore implements CompilationRecords {
  readonly #pool: Pool;
  readonly #rules = new Map<
    string,
    { readonly until: number; readonly found: Promise<readonly CompilationRuleRef[]> }
  >();
  #noted: readonly Noted[] = [];
  #noting: Promise<void> = Promise.resolve();

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  rules(datasetId: string): Promise<readonly CompilationRuleRef[]> {
    const now = performance.now();
    const known = this.#rules.get(datasetId);
    if (known && known.until > now) return known.found;
    const found = this.#load(datasetId);
    if (this.#rules.size >= MOST_DATASETS) this.#rules.clear();
    this.#rules.set(datasetId, { until: now + FRESH, found });
    found.catch(() => this.#rules.delete(datasetId));
    return found;
  }

  forget(datasetId: string): void {
    this.#rules.delete(datasetId);
  }

  async #load(datasetId: string): Promise<readonly CompilationRuleRef[]> {
    const { rows } = await this.#pool.query<{
      id: string;
      marking_id: string;
      whole_marking_id: string;
      class_id: string | null;
      at_least: number | null;
    }>({ name: "rules", text: "select * from access.compilation_rules($1)", values: [datasetId] });
    return rows.map(({ id, marking_id: markingId, whole_marking_id: wholeMarkingId, class_id, at_least }) => ({
      id,
      markingId,
      wholeMarkingId,
      counts: class_id === null || at_least === null ? null : { classId: class_id, atLeast: at_least },
    }));
  }

  async admit(
    { personId, level, at }: Reader,
    ruleId: string,
    labelIds: readonly string[],
    most: number | null,
  ): Promise<{ readonly admitted: ReadonlySet<string>; readonly total: number }> {
    const { rows } = await this.#pool.query<{ admitted: string[]; total: number }>(
      "select * from access.admit_labels($1, $2, $3, $4, $5, $6)",
      [personId, ruleId, level, [...labelIds], most, at],
    );
    const [row] = rows;
    if (!row) throw new Error("no answer about what may be shown");
    return { admitted: new Set(row.admitted), total: row.total };
  }

  note(reader: Reader, ruleIds: readonly string[], labelIds: readonly string[]): void {
    if (ruleIds.length === 0 || labelIds.length === 0) return;
    if (this.#noted.length === 0) setTimeout(() => void this.settle().catch(() => undefined), NOTED_WITHIN).unref();
    this.#noted = [...this.#noted, { reader, ruleIds, labelIds }];
  }

  /** Writes down what was noted. What cannot be written is kept for the next time. */
  settle(): Promise<void> {
    const noted = this.#noted;
    this.#noted = [];
    this.#noting = this.#noting.then(() => this.#write(noted));
    return this.#noting;
  }

  async #write(noted: readonly Noted[]): Promise<void> {
    for (const [at, { reader, ruleIds, labelIds }] of noted.entries()) {
      try {
        await this.#pool.query("select access.note_labels($1, $2, $3, $4, $5)", [
          reader.personId,
          [...ruleIds],
          reader.level,
          [...labelIds],
          reader.at,
        ]);
      } catch {
        this.#noted = [...noted.slice(at), ...this.#noted].slice(0, MOST_DATASETS);
        return;
      }
    }
  }

  async reachedBy(ruleId: string, at: Date): Promise<string[]> {
    await this.settle();
    const { rows } = await this.#pool.query<{ person_id: string }>(
      "select person_id from access.rule_reached_by($1, $2)",
      [ruleId, at],
    );
    return rows.map((row) => row.person_id);
  }

  async holds(deliveryId: string, at: Date): Promise<HoldRef[]> {
    await this.settle();
    const { rows } = await this.#pool.query<{ id: string; is_rule: boolean; marking_id: string; lifted_by: string[] }>(
      "select * from access.delivery_holds($1, $2)",
      [deliveryId, at],
    );
    return rows.map((row) => ({
      id: row.id,
      isRule: row.is_rule,
      markingId: row.marking_id,
      liftedBy: row.lifted_by,
    }));
  }
}
