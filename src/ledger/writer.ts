import { randomBytes } from "node:crypto";
import { ID_BYTES, v7 as uuid7 } from "./entry-id.ts";
import { leafText } from "../../audit/index.ts";
import type { LeafKind, SpelledSlot } from "../../audit/index.ts";
import { CaveatError } from "../errors.ts";
import type { AppendRecord, Appended, LedgerStore } from "../storage/ledger-store.ts";
import type { FreshEntries } from "./fresh-entries.ts";
import { NONCE_BYTES, monthOf } from "./sealing.ts";
import type { PlainList, PlainSection, SectionSealer } from "./sealing.ts";

/** An entry to be written. */
export interface EntryDraft {
  readonly kind: LeafKind;
  readonly sections: readonly PlainSection[];
  /** Keyed hash of the person whose entry it is, or null: it is found by this, and erased with others of this. */
  readonly personTag: Buffer | null;
  /** SHA-256 that a gate token must open, for request entries. */
  readonly gateHash: Buffer | null;
  /** Lists that the outcome carries the digest of. They are kept before the entry: one without its entry says nothing. */
  readonly lists?: readonly PlainList[];
}

/** A record on its way through the outbox of a transaction. */
export interface ProposedRecord {
  readonly id: string;
  readonly text: string;
}

interface Waiting {
  readonly record: AppendRecord;
  /** Milliseconds of the monotonic clock: a wait must not end because somebody set the time. */
  readonly since: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

const MAX_BATCH = 512;
const SLOTS = 4;
/** Commitment and hash of a slot. */
const SLOT_BYTES = 96;
const SALT_BYTES = 16;
const QUEUE_DEADLINE_MS = 4_000;
/** Entries that are sealed in one turn of the event loop: sealing more would keep the log's answers waiting. */
const SEALED_IN_TURN = 24;

/** UTC with microseconds; the clock has milliseconds, the counter below keeps entries of one process apart. */
function timestamp(now: Date): string {
  return `${now.toISOString().slice(0, 23)}000Z`;
}

/**
 * Appends to one log. Whatever gathered while the last flush was in flight, and in the turn of the event loop in which it
 * ended, goes out next, in one call under the locked head row; no timer, no leader. An entry is acknowledged after it is durable.
 */
export class LedgerWriter {
  readonly #store: LedgerStore;
  readonly #sealer: SectionSealer;
  readonly logId: number;
  readonly #boot = randomBytes(16).toString("hex");
  readonly #replica: string;
  readonly #clock: () => Date;
  readonly #maxBatch: number;
  readonly #fresh: FreshEntries | null;
  /** Next producer counter by log: one shared between logs would tell a recipient how busy the others are. */
  readonly #counters = new Map<number, number>();
  #sealedInTurn = 0;
  #nextTurn: Promise<void> = Promise.resolve();
  #queue: Waiting[] = [];
  #flushing = false;
  #drain: { ids: string[]; promise: Promise<Map<string, Appended>> } | null = null;
  #draining: Promise<unknown> = Promise.resolve();

  constructor(options: {
    store: LedgerStore;
    sealer: SectionSealer;
    logId: number;
    replica: string;
    clock: () => Date;
    /** 1 makes every entry its own transaction; only the benchmark asks for that. */
    maxBatch?: number;
    /** Remembers what is written, for the index of this log. */
    fresh?: FreshEntries;
  }) {
    this.#store = options.store;
    this.#sealer = options.sealer;
    this.logId = options.logId;
    this.#replica = options.replica;
    this.#clock = options.clock;
    this.#maxBatch = options.maxBatch ?? MAX_BATCH;
    this.#fresh = options.fresh ?? null;
  }

  /** The producer counter that this log's next entry takes; the shutdown entry carries the last one. */
  get counter(): number {
    return this.#counters.get(this.logId) ?? 0;
  }

  /** A new id for an entry. */
  newId(): string {
    return uuid7(this.#clock());
  }

  #takeCounter(logId: number): number {
    const counter = this.#counters.get(logId) ?? 0;
    this.#counters.set(logId, counter + 1);
    return counter;
  }

  /** Seals the sections and builds the leaf of an entry of this log, or of another one. */
  async record(draft: EntryDraft, logId = this.logId, known?: string): Promise<AppendRecord> {
    const { lists = [] } = draft;
    // Drawn at once, because each draw is a call of its own: nonces or what stands for sections that are not there, salt and id.
    const random = randomBytes(SLOTS * SLOT_BYTES + SALT_BYTES + ID_BYTES);
    const drawn = (index: number, from: number, to: number): Buffer =>
      random.subarray(SLOT_BYTES * index + from, SLOT_BYTES * index + to);
    const spelled = (index: number, from: number, to: number): string =>
      random.toString("hex", SLOT_BYTES * index + from, SLOT_BYTES * index + to);
    const id = known ?? uuid7(this.#clock(), random.subarray(-ID_BYTES));
    // One for lists and sections: a list is erased with the outcome that carries its digest.
    const scope = { subject: draft.personTag, month: monthOf(this.#clock()) };
    if (lists.length > 0)
      await this.#store.keepLists(id, await Promise.all(lists.map((list) => this.#sealer.sealList(id, list, scope))));
    const counter = this.#takeCounter(logId);
    const sealed = await this.#sealer.seal(id, draft.sections, scope, (slot) => drawn(slot, 0, NONCE_BYTES));
    const slot = (index: number): SpelledSlot =>
      sealed.find((section) => section.slot === index) ?? {
        commitment: spelled(index, 0, 48),
        sealedHash: spelled(index, 48, 96),
      };
    const header = {
      id,
      kind: draft.kind,
      producer: { boot: this.#boot, counter, replica: this.#replica },
      time: timestamp(this.#clock()),
      salt: random.toString("hex", SLOTS * SLOT_BYTES, SLOTS * SLOT_BYTES + SALT_BYTES),
    };
    return {
      id,
      leaf: Buffer.from(leafText(header, [slot(0), slot(1), slot(2), slot(3)]), "latin1"),
      kind: draft.kind,
      personTag: draft.personTag,
      gateHash: draft.gateHash,
      sections: sealed,
    };
  }

  /** The same for the outbox of a transaction: the id, and the record as the text that `audit.append` reads. */
  async proposed(...about: Parameters<LedgerWriter["record"]>): Promise<ProposedRecord> {
    const { id, leaf, kind, personTag, gateHash, sections } = await this.record(...about);
    const base64 = (bytes: Buffer | null): string | null => bytes?.toString("base64") ?? null;
    const text = JSON.stringify({
      id,
      leaf: base64(leaf),
      kind,
      personTag: base64(personTag),
      gateHash: base64(gateHash),
      sections: sections.map(({ slot, keyId, sealed }) => ({ slot, keyId, sealed: base64(sealed) })),
    });
    return { id, text };
  }

  /** Lets PostgreSQL write what is sealed while the rest of what came at once is being sealed. */
  async #pace(): Promise<void> {
    while (this.#sealedInTurn >= SEALED_IN_TURN) await this.#nextTurn;
    if (this.#sealedInTurn === 0)
      this.#nextTurn = new Promise((resolve) => {
        setImmediate(() => {
          this.#sealedInTurn = 0;
          resolve();
        });
      });
    this.#sealedInTurn += 1;
  }

  /** Appends one entry; resolves when it is durable. Throws UNAVAILABLE when it cannot be appended. */
  async append(draft: EntryDraft): Promise<Appended> {
    await this.#pace();
    const record = await this.record(draft);
    const appended = await this.appendRecord(record);
    this.#fresh?.note(draft, record, appended);
    return appended;
  }

  /** Appends a record built before. */
  async appendRecord(record: AppendRecord): Promise<Appended> {
    return new Promise<Appended>((resolve, reject) => {
      this.#queue.push({ record, since: performance.now(), resolve, reject });
      if (!this.#flushing) void this.#flush();
    });
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    while (this.#queue.length > 0) {
      // What comes in the same turn of the event loop goes out with it: a batch costs more than an entry.
      await new Promise((resolve) => setImmediate(resolve));
      const batch = this.#withinDeadline(this.#queue.splice(0, this.#maxBatch));
      if (batch.length === 0) continue;
      try {
        const placed = new Map(
          (
            await this.#store.append(
              this.logId,
              batch.map((w) => w.record),
            )
          ).map((a) => [a.id, a]),
        );
        for (const waiting of batch) {
          const appended = placed.get(waiting.record.id);
          if (appended) waiting.resolve(appended);
          else waiting.reject(new CaveatError("UNAVAILABLE", "append not confirmed"));
        }
      } catch (error) {
        for (const waiting of batch) waiting.reject(new CaveatError("UNAVAILABLE", "append failed", { cause: error }));
      }
    }
    this.#flushing = false;
  }

  /** Refuses what has waited too long behind a log that does not take entries: every wait has an end. */
  #withinDeadline(waiting: readonly Waiting[]): Waiting[] {
    const since = performance.now() - QUEUE_DEADLINE_MS;
    return waiting.filter((entry) => {
      if (entry.since >= since) return true;
      entry.reject(new CaveatError("UNAVAILABLE", "waited too long for the log"));
      return false;
    });
  }

  /** Drains a committed outbox row into the log, together with whatever else waits; resolves when it is durable. */
  async drain(id: string): Promise<Appended> {
    let batch = this.#drain;
    if (!batch) {
      const ids: string[] = [];
      const promise = this.#draining.then(async () => {
        this.#drain = null;
        return new Map((await this.#store.drain(ids)).map((a) => [a.id, a]));
      });
      this.#draining = promise.catch(() => undefined);
      batch = { ids, promise };
      this.#drain = batch;
    }
    batch.ids.push(id);
    try {
      const appended = (await batch.promise).get(id);
      if (!appended) throw new Error("drained entry is missing");
      return appended;
    } catch (error) {
      throw new CaveatError("UNAVAILABLE", "outbox not drained", { cause: error });
    }
  }
}
