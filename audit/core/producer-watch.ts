import { without, type Range } from "./ranges.ts";
import type { LeafHeader } from "./leaf.ts";
import type { FindingList, LogWarning } from "./verdict.ts";

/** How far behind the latest time seen an entry's time may lie: replicas' clocks differ and writes are gathered. */
const CLOCK_TOLERANCE_MS = 60_000;
const MAX_BOOTS = 10_000;
const MAX_GAPS = 64;
/** Of numbers that stand among entries which were passed over, nothing can be said. */
const PASSED = -1;

interface Gap extends Range {
  readonly noticed: number;
}
interface Boot {
  readonly replica: string;
  next: number;
  gaps: Gap[];
}

/**
 * Follows each producer's counter and the clock. A number that never comes belongs to an event that was lost, or kept
 * from the log, between the code and the database; one that comes late is no gap. Memory is bounded.
 */
export class ProducerWatch {
  readonly #boots = new Map<string, Boot>();
  readonly #warnings: FindingList<LogWarning>;
  #latest = Number.NEGATIVE_INFINITY;

  readonly #fromTheStart: boolean;

  /** @param fromTheStart whether the first entry is the log's own first; otherwise a boot may have begun before it */
  constructor(warnings: FindingList<LogWarning>, fromTheStart: boolean) {
    this.#warnings = warnings;
    this.#fromTheStart = fromTheStart;
  }

  see(index: number, header: LeafHeader): void {
    this.#seeClock(index, header.time);
    const { boot: id, counter, replica } = header.producer;
    let boot = this.#boots.get(id);
    if (boot === undefined) {
      if (this.#boots.size === MAX_BOOTS) this.#forgetOldest();
      const passed = this.#fromTheStart || counter === 0 ? [] : [{ first: 0, last: counter - 1, noticed: PASSED }];
      boot = { replica, next: this.#fromTheStart ? 0 : counter, gaps: passed };
      this.#boots.set(id, boot);
    }
    const gaps = counter < boot.next ? without(boot.gaps, counter) : boot.gaps;
    if (gaps === null) {
      const sentence = `Entry ${index} uses the number ${counter} of boot ${id} a second time: a replica wrote it twice, or somebody wrote in its name.`;
      this.#warnings.add("PRODUCER_REPEAT", { what: "entry", index }, sentence);
    } else boot.gaps = gaps;
    if (counter > boot.next) boot.gaps.push({ first: boot.next, last: counter - 1, noticed: index });
    boot.next = Math.max(boot.next, counter + 1);
    if (boot.gaps.length > MAX_GAPS) this.#sayGap(id, boot, boot.gaps.shift());
  }

  finish(): void {
    for (const [id, boot] of this.#boots) for (const gap of boot.gaps) this.#sayGap(id, boot, gap);
  }

  #seeClock(index: number, time: string): void {
    const moment = Date.parse(`${time.slice(0, 23)}Z`);
    if (moment < this.#latest - CLOCK_TOLERANCE_MS) {
      const seconds = Math.round((this.#latest - moment) / 1000);
      const sentence = `The time of entry ${index} lies ${seconds} s before that of an entry that stands earlier: a replica's clock was wrong, or the entry was back-dated when it was written.`;
      this.#warnings.add("CLOCK_BACK", { what: "entry", index }, sentence);
      this.#latest = moment; // so that one entry from the future is reported once
    }
    this.#latest = Math.max(this.#latest, moment);
  }

  #forgetOldest(): void {
    const [oldest] = this.#boots;
    if (oldest === undefined) return;
    for (const gap of oldest[1].gaps) this.#sayGap(oldest[0], oldest[1], gap);
    this.#boots.delete(oldest[0]);
  }

  #sayGap(id: string, boot: Boot, gap: Gap | undefined): void {
    if (gap === undefined || gap.noticed === PASSED) return;
    const sentence = `The events numbered ${gap.first} to ${gap.last} of replica ${boot.replica} (boot ${id}) are not in the log, as entry ${gap.noticed} shows: they were rolled back, died with the process, or were kept from the log by it.`;
    this.#warnings.add("PRODUCER_GAP", { what: "entry", index: gap.noticed }, sentence);
  }
}
