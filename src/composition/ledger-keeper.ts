import { encodeCanonical } from "../../audit/index.ts";
import type { LeafKind } from "../../audit/index.ts";
import type { AuditIndexer } from "../ledger/indexer.ts";
import { LogError } from "../ledger/log-error.ts";
import { CheckpointPublisher } from "../ledger/publisher.ts";
import type { LedgerWriter } from "../ledger/writer.ts";
import { sectionMarking } from "../policy/caller-texts.ts";
import type { PolicyInForce } from "../policy/in-force.ts";
import type { Plain } from "../policy/audit-port.ts";
import type { CheckpointSigner } from "../signing/checkpoint-signer.ts";
import type { TilePort } from "../storage/blobs/tile-port.ts";
import type { LedgerStore } from "../storage/ledger-store.ts";

const MINUTE = 60_000;
/** How often what came into the log is taken into its index, and how much at a time. */
const INDEX_EVERY = 5_000;
const INDEX_MOST = 65_536;
const MOST_SOURCES = 10_000;

const OUTCOME = { slot: 2, name: "outcome" } as const;
const DETAIL = { slot: 3, name: "detail" } as const;

/** What the keeper is made of. */
export interface LedgerKeeperParts {
  readonly store: LedgerStore;
  readonly writer: LedgerWriter;
  readonly signer: CheckpointSigner;
  readonly tiles: TilePort;
  readonly indexer: AuditIndexer;
  readonly logId: number;
  readonly origin: string;
  readonly policies: PolicyInForce;
  readonly clock: () => Date;
}

/** Keeps the log's own time: boot and shutdown entries, a heartbeat and a signed checkpoint every minute, gathered refusals. */
export class LedgerKeeper {
  readonly #parts: LedgerKeeperParts;
  readonly #publishers = new Map<number, Promise<CheckpointPublisher>>();
  #timer: NodeJS.Timeout | null = null;
  #indexTimer: NodeJS.Timeout | null = null;
  #indexing = false;
  #refusals = new Map<string, { kind: string; source: string; count: number }>();
  #refusalTimer: NodeJS.Timeout | null = null;
  #failures = 0;

  constructor(parts: LedgerKeeperParts) {
    this.#parts = parts;
  }

  /** The activity log. */
  get logId(): number {
    return this.#parts.logId;
  }

  /** The publisher of the activity log. */
  activity(): Promise<CheckpointPublisher> {
    return this.publisherOf(this.#parts.logId);
  }

  /** The publisher of a log by id. */
  publisherOf(logId: number): Promise<CheckpointPublisher> {
    const known = this.#publishers.get(logId);
    if (known) return known;
    const opening = (async () => {
      const { origin } = await this.#parts.store.head(logId);
      return CheckpointPublisher.open(this.#parts, logId, origin);
    })();
    this.#publishers.set(logId, opening);
    opening.catch(() => this.#publishers.delete(logId));
    return opening;
  }

  async #write(kind: LeafKind, content: { readonly [member: string]: Plain }): Promise<void> {
    const { writer, policies } = this.#parts;
    const { office } = policies;
    const read = office.read("UNCLASSIFIED");
    if (!read) throw new Error("the register does not know UNCLASSIFIED");
    await writer.append({
      kind,
      personTag: null,
      gateHash: null,
      sections: [
        {
          ...(kind === "policy.activation" ? OUTCOME : DETAIL),
          marking: sectionMarking("UNCLASSIFIED", read.effective),
          plaintext: encodeCanonical(content),
        },
      ],
    });
  }

  /**
   * That database, tiles and signer are of one history. Throws LogError or SignerError, in which case nothing may be appended:
   * a database that was set back would grow into a second history.
   */
  async #inspect(): Promise<void> {
    const { store, signer } = this.#parts;
    const logs = await store.logs();
    for (const { id } of logs) await (await this.publisherOf(id)).inspect();
    const here = new Set(logs.map(({ origin }) => origin));
    for (const { origin, size } of await signer.logs()) {
      if (!here.has(origin) && size > 0)
        throw new LogError(
          "DATABASE_SMALLER",
          `the log ${origin} is smaller than what was signed: the database does not have it, the signer signed ${size}`,
        );
    }
  }

  /**
   * Looks at all logs, brings over what an earlier process committed but did not drain, writes the boot entry, signs, starts
   * the clock. Throws LogError or SignerError, with nothing appended, where database, tiles and signer do not agree.
   */
  async start(): Promise<void> {
    const { store, policies } = this.#parts;
    const { office } = policies;
    await this.#inspect();
    await store.drain(null);
    await this.#write("log.boot", {
      node: process.versions.node,
      policyVersion: office.policy.version,
      registerVersion: office.register.version,
    });
    await this.#sign();
    this.#timer = setInterval(() => void this.#beat(), MINUTE);
    this.#timer.unref();
    this.#indexTimer = setInterval(() => void this.#index(), INDEX_EVERY);
    this.#indexTimer.unref();
  }

  /** The index may lag: whoever asks is told up to where it is complete, and a failure here is met again in a moment. */
  async #index(): Promise<void> {
    this.#parts.indexer.expire();
    if (this.#indexing) return;
    this.#indexing = true;
    await this.#parts.indexer.catchUp(INDEX_MOST).catch(() => undefined);
    this.#indexing = false;
  }

  /** Writes that this start brought into force what two people had put down for it. */
  async noteActivation(completed: { readonly proposalId: string; readonly documentsSha384: string }): Promise<void> {
    const { office } = this.#parts.policies;
    await this.#write("policy.activation", {
      proposal: completed.proposalId,
      documents: completed.documentsSha384,
      policyVersion: office.policy.version,
      registerVersion: office.register.version,
      step: "in force",
    });
  }

  async #sign(): Promise<void> {
    for (const log of await this.#parts.store.logs()) {
      if (log.size > 0) await (await this.publisherOf(log.id)).publish();
    }
  }

  async #beat(): Promise<void> {
    try {
      await this.#parts.store.drain(null);
      await this.#flushRefusals();
      await this.#write("log.heartbeat", { counter: this.#parts.writer.counter });
      await this.#sign();
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    }
  }

  /** Notes a refusal before there is an identity; one entry for each kind and source a second, with a count. */
  noteRefusal(kind: string, source: string): void {
    this.#gather(kind, source, 1);
    this.#refusalTimer ??= setTimeout(() => void this.#flushRefusals(), 1_000);
  }

  #gather(kind: string, source: string, count: number): void {
    // Sources come from whoever knocks: beyond a bound they are counted together.
    const full = this.#refusals.size >= MOST_SOURCES && !this.#refusals.has(`${kind}|${source}`);
    const from = full ? "further sources" : source;
    const key = `${kind}|${from}`;
    const known = this.#refusals.get(key);
    if (known) known.count += count;
    else this.#refusals.set(key, { kind, source: from, count });
  }

  async #flushRefusals(): Promise<void> {
    if (this.#refusalTimer) clearTimeout(this.#refusalTimer);
    this.#refusalTimer = null;
    const gathered = [...this.#refusals.values()];
    this.#refusals = new Map();
    for (const refusal of gathered) {
      await this.#write("refused", { kind: refusal.kind, source: refusal.source, count: refusal.count }).catch(() => {
        // Kept until the log takes entries again: probing during an outage leaves its trace.
        this.#failures += 1;
        this.#gather(refusal.kind, refusal.source, refusal.count);
      });
    }
  }

  /** Whether the log has been appendable lately, its head can be read now and holds what the signer, which answers, has signed. */
  async ready(): Promise<boolean> {
    if (this.#failures >= 3) return false;
    return (await this.activity()).answers().then(
      () => true,
      () => false,
    );
  }

  /** Writes what was gathered and the shutdown entry with the last producer counter, and signs once more. */
  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    if (this.#indexTimer) clearInterval(this.#indexTimer);
    await this.#parts.indexer.stop();
    if (this.#refusalTimer) clearTimeout(this.#refusalTimer);
    await this.#flushRefusals();
    await this.#write("log.shutdown", { counter: this.#parts.writer.counter });
    await this.#sign();
  }
}
