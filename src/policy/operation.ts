import type { Principal, StandingSource } from "../identity/principal.ts";
import { CaveatError, toCaveatError } from "../errors.ts";
import type { ReleaseKeys } from "../signing/release-keys.ts";
import type { BlobVault } from "../storage/blobs/vault.ts";
import type { MarkingChangeStore } from "../storage/marking-changes.ts";
import type { InternedMarking, StandingRecords } from "../storage/ports.ts";
import type { Transaction } from "../storage/transaction.ts";
import type { AuditPort } from "./audit-port.ts";
import { UserError } from "./command.ts";
import type { Command } from "./command.ts";
import { Grant, transactionOf } from "./grant.ts";
import type { HighWater } from "./high-water.ts";
import { runOnce } from "./idempotency.ts";
import type { IdempotentCall } from "./idempotency.ts";
import { DecisionLedger } from "./last-look.ts";
import { MarkingChanger } from "./marking-changer.ts";
import type { MarkingOffice } from "./marking-office.ts";
import type { PolicySource } from "./policy-source.ts";
import type { Outcome } from "./outcome.ts";
import { decideTarget, refusalOf } from "./target.ts";
import type { TargetLocator } from "./target.ts";

/** What an operation needs of the house. */
export interface OperationParts {
  readonly principal: Principal;
  readonly requestId: string;
  readonly receipt: string;
  readonly office: MarkingOffice;
  readonly vault: BlobVault;
  readonly audit: AuditPort;
  readonly releaseKeys: ReleaseKeys;
  readonly locator: TargetLocator;
  readonly standing: StandingSource;
  readonly proposals: StandingRecords;
  readonly proposalLifetime: number;
  readonly policySource: PolicySource;
  readonly markingChanges: MarkingChangeStore;
  readonly highWater: HighWater;
  readonly clock: () => Date;
  readonly begin: () => Promise<Transaction>;
  readonly beginReading: () => Transaction;
  /** Writes an outcome entry and waits until it is durable. */
  readonly conclude: (outcome: Outcome, ledger: DecisionLedger, grant: Grant | null) => Promise<void>;
  /** Writes an outcome entry into the mutation's own transaction; the returned function waits until it is in the log. */
  readonly concludeIn: (
    tx: Transaction,
    outcome: Outcome,
    ledger: DecisionLedger,
    grant: Grant,
  ) => Promise<() => Promise<void>>;
}

/**
 * One passage through the door. Queries and nested fields share one transaction; each mutation has its own, which commits
 * together with its outcome entry or not at all. `close` writes the outcome of the whole before the reply may leave.
 */
export class Operation {
  readonly principal: Principal;
  readonly receipt: string;
  readonly #parts: OperationParts;
  readonly #ledger: DecisionLedger;
  #reading: Promise<Grant> | null = null;
  #failure: CaveatError | null = null;
  #refusals: string[] = [];
  #unrecorded = false;

  constructor(parts: OperationParts) {
    this.#parts = parts;
    this.principal = parts.principal;
    this.receipt = parts.receipt;
    this.#ledger = new DecisionLedger(parts.office, parts.principal, parts.clock);
  }

  #grant(tx: Transaction, ledger: DecisionLedger, confirmsBelow = false): Grant {
    const { principal, office, vault, audit, releaseKeys, clock, locator, standing, proposals, proposalLifetime } =
      this.#parts;
    const { policySource: policies, markingChanges, highWater } = this.#parts;
    return new Grant({
      principal,
      tx,
      office,
      vault,
      audit,
      releaseKeys,
      ledger,
      compilations: locator.compilations,
      locate: (noun, id) => locator.locate(noun, id),
      standing,
      proposals,
      proposalLifetime,
      policies,
      changes: new MarkingChanger(office, vault, markingChanges),
      highWater,
      confirmsBelow,
      clock,
    });
  }

  /** The grant of queries and nested fields: opened at the first use. */
  #readGrant(): Promise<Grant> {
    this.#reading ??= Promise.resolve(this.#grant(this.#parts.beginReading(), this.#ledger));
    return this.#reading;
  }

  /** Runs a query. Hidden and absent answer alike: null. */
  async query<I, O>(command: Command<I, O>, input: I): Promise<O | null> {
    try {
      const grant = await this.#readGrant();
      const target = command.target(input);
      const decided = await decideTarget(this.#parts.locator, grant, this.#ledger, command.action, target);
      if (decided.refusal) {
        this.#refusals.push(`${command.name}:${decided.refusal.code}`);
        return null;
      }
      if (command.showsTarget && decided.row !== null) return decided.row as O;
      return await command.run(grant, input);
    } catch (thrown) {
      throw this.#fail(thrown);
    }
  }

  /** The marking of a row that was read, where it is in memory. */
  knownMarking(id: string): InternedMarking | null {
    return this.#parts.office.known(id);
  }

  /** Reads for a nested field, inside the operation's grant and transaction. */
  async nested<O>(read: (grant: Grant) => Promise<O>): Promise<O> {
    try {
      return await read(await this.#readGrant());
    } catch (thrown) {
      throw this.#fail(thrown);
    }
  }

  /**
   * Sends what a nested field is going to read together with what is read now. Whatever goes wrong is told to whoever asks
   * for it then.
   */
  ahead(send: (grant: Grant) => void): void {
    this.#readGrant()
      .then(send)
      .catch(() => undefined);
  }

  /** Whether the log did not take what came of a mutation when it was to: whoever goes on after one that failed asks this (I4). */
  get unrecorded(): boolean {
    return this.#unrecorded;
  }

  #fail(thrown: unknown): CaveatError {
    const error = toCaveatError(thrown);
    this.#failure ??= error;
    return error;
  }

  /**
   * Runs a mutation in a transaction of its own. A refusal of the caller's input is thrown as UserError after it was
   * recorded; anything else fails closed. `confirmsBelow`: the writer says that nothing higher that his session was shown
   * is in what he writes. A transport passes on what he said; code that composes acts itself says it of them.
   */
  async mutate<I, O>(command: Command<I, O>, input: I, once?: IdempotentCall, confirmsBelow = true): Promise<O> {
    const ledger = new DecisionLedger(this.#parts.office, this.principal, this.#parts.clock);
    let tx: Transaction | null = null;
    let committed = false;
    let prepared: { readonly input: I; readonly dispose: () => Promise<void> } | null = null;
    try {
      if (command.prepare) {
        await this.#decideFirst(command, input, ledger);
        prepared = await command.prepare(input);
      }
      const ready = prepared ? prepared.input : input;
      tx = await this.#parts.begin();
      const grant = this.#grant(tx, ledger, confirmsBelow);
      await this.#requireTarget(command, ready, grant, ledger);
      const { result, replayed } = once
        ? await runOnce(grant, command, ready, once)
        : { result: await command.run(grant, ready), replayed: false };
      const refused = await ledger.lastLook();
      if (refused.length > 0) throw new CaveatError("UNAVAILABLE", "last look refused");
      const outcome: Outcome = {
        result: "answered",
        error: null,
        command: command.name,
        request: this.#parts.requestId,
        ...(grant.wroteBelow === null ? {} : { detail: { belowHighWater: grant.wroteBelow } }),
      };
      await this.#parts.highWater.note(this.principal, this.#parts.office, ledger.disclosed);
      const settled = await this.#parts.concludeIn(tx, outcome, ledger, grant);
      await grant.settle();
      await tx.commit();
      committed = true;
      await settled();
      // Whoever asks again may have been cut off between the commit and the drain: what he did then is in the log, too, before
      // he is told of it.
      if (replayed) await this.#parts.audit.drainRest();
      return result;
    } catch (thrown) {
      // Committed but not yet drained: the outcome stands in the outbox and is brought over later, when he asks again at the latest; the caller is told
      // nothing but UNAVAILABLE and finds his change under the idempotency key.
      if (committed) {
        this.#unrecorded = true;
        throw this.#fail(thrown);
      }
      await tx?.rollback().catch(() => undefined);
      // What was read on the way to a refusal is looked at once more too: a wrong cell must not tell that a row is there.
      const unseen = await ledger.lastLook().catch(() => ["unknown"]);
      const reason =
        unseen.length > 0 ? new CaveatError("UNAVAILABLE", "last look refused", { cause: thrown }) : thrown;
      if (reason instanceof UserError && reason.ids.length > 0) this.#tellOf(ledger);
      const code = reason instanceof UserError ? reason.code : toCaveatError(reason).detail;
      const outcome: Outcome = {
        result: reason instanceof UserError ? "refused" : "failed",
        error: code,
        command: command.name,
        request: this.#parts.requestId,
      };
      await this.#parts.conclude(outcome, ledger, null).catch((lost: unknown) => {
        this.#unrecorded = true;
        throw lost;
      });
      if (reason instanceof UserError) throw reason;
      throw this.#fail(reason);
    } finally {
      await prepared?.dispose();
    }
  }

  /** A refusal that names objects shows them: they count for the answer's banner, and for what the session was shown. */
  #tellOf(ledger: DecisionLedger): void {
    for (const marking of ledger.disclosed) this.#ledger.disclose(marking);
  }

  async #requireTarget<I, O>(command: Command<I, O>, input: I, grant: Grant, ledger: DecisionLedger): Promise<void> {
    const { locator } = this.#parts;
    const { refusal } = await decideTarget(locator, grant, ledger, command.action, command.target(input));
    if (refusal) throw refusalOf(refusal, command.action);
  }

  /** Decides about the target in a transaction that ends before the preparation begins. */
  async #decideFirst<I, O>(command: Command<I, O>, input: I, ledger: DecisionLedger): Promise<void> {
    const tx = this.#parts.beginReading();
    try {
      await this.#requireTarget(command, input, this.#grant(tx, ledger), ledger);
    } finally {
      await tx.rollback();
    }
  }

  /** Notes what this session is shown, before the outcome; false when that cannot be kept, and then nothing is shown. */
  async #noteShown(): Promise<boolean> {
    try {
      await this.#parts.highWater.note(this.principal, this.#parts.office, this.#ledger.disclosed);
      return true;
    } catch (thrown) {
      this.#fail(thrown);
      return false;
    }
  }

  /** Notes that the answer failed outside of a command (a transport error after the door). */
  failWith(error: CaveatError): void {
    this.#failure ??= error;
  }

  /**
   * Takes the last look, ends the reading transaction and makes the outcome durable. Returns the banner of everything
   * that was returned. Throws when the reply must not leave.
   */
  async close(): Promise<{ banner: string | null; receipt: string }> {
    const grant = this.#reading ? await this.#reading.catch(() => null) : null;
    const refused = await this.#ledger.lastLook();
    // Nothing hangs on how it ends: a session that does not roll back is not used again.
    if (grant)
      transactionOf(grant)
        .rollback()
        .catch(() => undefined);
    const summary = this.#parts.office.summarize(this.#ledger.disclosed);
    // An answer whose parts have no legal common banner cannot be marked, so it cannot leave.
    const unmarkable = summary !== null && summary.banner === null;
    if (refused.length > 0) this.#failure ??= new CaveatError("UNAVAILABLE", "last look refused");
    if (unmarkable) this.#failure ??= new CaveatError("UNAVAILABLE", "no common banner");
    const unnoted = this.#failure === null && !(await this.#noteShown());
    const failure = this.#failure;
    await this.#parts.conclude(
      {
        result: failure ? "failed" : this.#refusals.length > 0 ? "refused" : "answered",
        error: failure ? failure.detail : null,
        command: null,
        request: this.#parts.requestId,
        ...(refused.length + this.#refusals.length === 0
          ? {}
          : { detail: { refused: [...refused, ...this.#refusals] } }),
      },
      this.#ledger,
      grant,
    );
    if (failure && (refused.length > 0 || unmarkable || unnoted)) throw failure;
    return { banner: summary?.banner ?? null, receipt: this.receipt };
  }
}
