import { CaveatError } from "../errors.ts";
import { dominates, joinEffective, underLists } from "../markings/index.ts";
import type { Effective, ListDemand } from "../markings/index.ts";
import type { Principal, Standing, StandingSource } from "../identity/principal.ts";
import type { LocatedNoun, Placement } from "../storage/access-store.ts";
import type { ReleaseKeys } from "../signing/release-keys.ts";
import type { SealedAhead } from "../storage/blobs/ahead.ts";
import type { BlobOwner, BlobRow, BlobVault } from "../storage/blobs/vault.ts";
import type { CompilationRecords } from "../storage/compilation-records.ts";
import { DeliveryRecords } from "../storage/delivery-records.ts";
import { isForeignKeyViolation, sqlState } from "../storage/ports.ts";
import { ListRecords } from "../storage/list-records.ts";
import type { DistributionListRow, InternedMarking, StandingRecords } from "../storage/ports.ts";
import { Reader } from "../storage/reader.ts";
import { TaskRecords } from "../storage/task-records.ts";
import { WorkRecords } from "../storage/work-records.ts";
import { tables } from "../storage/tables.ts";
import type { RowOf, TableName } from "../storage/tables.ts";
import type { Transaction } from "../storage/transaction.ts";
import type { Action } from "./actions.ts";
import { UserError } from "./command.ts";
import type { UserErrorCode } from "./command.ts";
import type { Obligation } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { isId } from "./target.ts";
import type { HighWater } from "./high-water.ts";
import type { DecisionLedger } from "./last-look.ts";
import type { MarkingChanger } from "./marking-changer.ts";
import type { MarkingOffice } from "./marking-office.ts";
import type { AuditPort, OutboxDraft } from "./audit-port.ts";
import type { PolicySource } from "./policy-source.ts";
import type { AccessProfile } from "./profile.ts";
import { standingEffective } from "./standing.ts";
import type { TargetLocator } from "./target.ts";
import { Together } from "./together.ts";
import { stateOf } from "./workflow-state.ts";

export type { Standing } from "../identity/principal.ts";
export type { Hold } from "./together.ts";

/** Sealed blobs inside one transaction. */
export interface GrantedBlobs {
  /** Seals a stream and writes its row. */
  seal(owner: BlobOwner, source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<BlobRow>;
  /** Takes over what was sealed ahead, and writes its row. */
  adopt(owner: BlobOwner, sealed: SealedAhead): Promise<BlobRow>;
  /** The row of a blob through both locks; null when hidden or absent. */
  row(id: string): Promise<BlobRow | null>;
  /** Opens a blob: its key is fetched now, the bytes stream later. */
  open(row: BlobRow): Promise<AsyncGenerator<Buffer>>;
  /** Opens stretches of a blob: its key is fetched now. Reading beyond its end throws. */
  openAt(row: BlobRow): Promise<(offset: number, length: number) => Promise<Buffer>>;
}

/** What the functions of migrations/0008 refuse because of what happened in the meantime, by SQLSTATE. */
const EXECUTION_REFUSALS: Readonly<Record<string, UserErrorCode>> = {
  CV001: "STALE",
  CV002: "EXPIRED",
  CV003: "WITHDRAWN",
  CV004: "ALREADY_DONE",
  // The only names that are unique are those of one marking, which whoever changes it to that must be able to read.
  "23505": "NAME_TAKEN",
};

/** Lists that a marking is to stand under, by id: all of the first, and one of the second (need-to-know lists only). */
export interface Readers {
  readonly allOf: readonly string[];
  readonly anyOf: readonly string[];
}

const LISTS_OF_A_MARKING = 16;

/**
 * Tables whose rows hold nothing that their writer chose but what they are about: what he saw before cannot go down into
 * them. Any other row is minded. The reason of a raised marking is told in the log alone, at the marking that it was raised
 * to (`record`); what a file says of itself goes where its bytes go.
 */
const NOTHING_WRITTEN: ReadonlySet<TableName> = new Set<TableName>([
  "assetQuarantineReading",
  "deliveryApproval",
  "deliveryRelease",
  "markingChange",
  "proposalApproval",
  "proposalWithdrawal",
  "revocation",
]);

const transactions = new WeakMap<Grant, Transaction>();

/** The transaction of a grant, for the door itself; commands have repositories. */
export function transactionOf(grant: Grant): Transaction {
  const tx = transactions.get(grant);
  if (!tx) throw new Error("not a grant of the door");
  return tx;
}

/** What differs from case to case when a caller states a marking. */
export interface MarkingContext {
  readonly facts?: Facts;
  readonly readers?: Readers | null;
}

const unusable = (): UserError => new UserError("INVALID_MARKING", "this marking cannot be used here", ["marking"]);

/** What the door hands to a command: the only source of rows, blobs, markings and log entries. */
export class Grant {
  readonly principal: Principal;
  readonly read: Reader;
  readonly office: MarkingOffice;
  readonly blobs: GrantedBlobs;
  readonly deliveryRecords: DeliveryRecords;
  readonly lists: ListRecords;
  readonly tasks: TaskRecords;
  readonly work: WorkRecords;
  readonly audit: AuditPort;
  readonly releaseKeys: ReleaseKeys;
  readonly proposals: StandingRecords;
  /** How long a proposal waits for its approval, in milliseconds. */
  readonly proposalLifetime: number;
  readonly policies: PolicySource;
  readonly changes: MarkingChanger;
  readonly together: Together;
  readonly #tx: Transaction;
  readonly #ledger: DecisionLedger;
  readonly #clock: () => Date;
  readonly #standing: StandingSource;
  readonly #locate: TargetLocator["locate"];
  readonly #highWater: HighWater;
  readonly #confirmsBelow: boolean;
  #shown: Promise<Effective | null> | null = null;
  /** Why something was let through below the session's high-water: its writer confirmed it, or it is the end of a session. */
  wroteBelow: "confirmed" | "ended" | null = null;
  readonly changed: { readonly object: string; readonly marking: InternedMarking }[] = [];
  readonly outbox: { readonly id: string; readonly draft: OutboxDraft }[] = [];
  #executes = false;

  constructor(parts: {
    principal: Principal;
    tx: Transaction;
    office: MarkingOffice;
    vault: BlobVault;
    audit: AuditPort;
    releaseKeys: ReleaseKeys;
    ledger: DecisionLedger;
    compilations: CompilationRecords;
    locate: TargetLocator["locate"];
    standing: StandingSource;
    proposals: StandingRecords;
    proposalLifetime: number;
    policies: PolicySource;
    changes: MarkingChanger;
    highWater: HighWater;
    confirmsBelow: boolean;
    clock: () => Date;
  }) {
    this.#highWater = parts.highWater;
    this.#confirmsBelow = parts.confirmsBelow;
    this.policies = parts.policies;
    this.changes = parts.changes;
    this.proposals = parts.proposals;
    this.proposalLifetime = parts.proposalLifetime;
    const { principal, office, ledger, compilations: records, clock } = parts;
    this.together = new Together({ principal, office, ledger, records, clock });
    this.#locate = parts.locate;
    this.#standing = parts.standing;
    this.principal = parts.principal;
    this.#tx = parts.tx;
    transactions.set(this, parts.tx);
    this.office = parts.office;
    const { tx, vault } = parts;
    this.blobs = {
      seal: (owner, source) => vault.seal(tx, owner, source),
      row: (id) => vault.row(tx, id),
      adopt: (owner, sealed) => vault.adopt(tx, owner, sealed),
      open: (row) => vault.open(tx, row),
      openAt: (row) => vault.openAt(tx, row),
    };
    this.deliveryRecords = new DeliveryRecords(tx);
    this.lists = new ListRecords(tx);
    this.tasks = new TaskRecords(tx, (table, row) => this.#ledger.read(table, row));
    this.work = new WorkRecords(tx, (table, row) => this.#ledger.read(table, row));
    this.audit = parts.audit;
    this.releaseKeys = parts.releaseKeys;
    this.#ledger = parts.ledger;
    this.#clock = parts.clock;
    this.read = new Reader(parts.tx, (table, row) => this.#ledger.read(table, row));
  }

  /** Now, with millisecond precision: what PostgreSQL stores comes back equal. */
  now(): Date {
    return this.#clock();
  }

  /** The facts of an object in relation to the caller. @param state its workflow state, where its noun has any */
  facts(programId: string, ownerId: string | null, state = "ACTIVE"): Facts {
    return {
      member: this.principal.programs.has(programId),
      assigned: false,
      owner: ownerId === this.principal.personId,
      state,
    };
  }

  /** Whether the caller may do this to an object with this marking and these facts; noted with its reasons. */
  async allows(action: Action, marking: InternedMarking, facts: Facts, object: string): Promise<boolean> {
    return (await this.#ledger.decide(action, marking, facts, object)).decision === "allow";
  }

  /** What the caller is obliged to when he does this, if he may at all; noted like every decision. */
  async obligations(
    action: Action,
    marking: InternedMarking,
    facts: Facts,
    object: string,
  ): Promise<readonly Obligation[]> {
    return (await this.#ledger.decide(action, marking, facts, object)).obligations;
  }

  /** The marking of a row. */
  marking(id: string): Promise<InternedMarking> {
    return this.office.byId(id);
  }

  /** What readers, named by the caller, ask of a reader. Throws INVALID_MARKING for a list that he may not know of. */
  async #demandsOf({ allOf, anyOf }: Readers): Promise<readonly ListDemand[]> {
    const ids = [...new Set([...allOf, ...anyOf])];
    const known = ids.length <= LISTS_OF_A_MARKING && ids.every(isId) ? await this.lists.byIds(ids) : [];
    const kinds = new Map(known.map((list) => [list.id, list.kind]));
    const demand = (all: readonly string[]): ListDemand => {
      const [kind, ...more] = new Set(all.map((id) => kinds.get(id)));
      if (kind === undefined || more.length > 0) throw unusable();
      return { kind, anyOf: all };
    };
    return [...allOf.map((id) => demand([id])), ...(anyOf.length > 0 ? [demand(anyOf)] : [])];
  }

  /**
   * The marking of something made from sources: the text given by the caller if it dominates the join of the sources
   * (no write down, I3), or the join itself when no text is given. The lists of the sources bind what is made of them, and
   * `readers` adds others. One refusal for a text that the register does not understand, for a list that the caller may not
   * know of, and for what he may not read himself: which of them exist is not told. Nothing is kept of what is refused, or
   * callers could fill the matrix with what they type.
   */
  async markingOf(
    text: string | null,
    sources: readonly [InternedMarking, ...InternedMarking[]],
    action: Action,
    programId: string,
    { facts = this.facts(programId, this.principal.personId), readers = null }: MarkingContext = {},
  ): Promise<InternedMarking> {
    const demands = readers ? await this.#demandsOf(readers) : [];
    if (text === null && demands.length === 0) return this.office.derive(sources);
    const floor = sources.map((source) => source.effective).reduce(joinEffective);
    const given = text === null ? await this.office.derive(sources) : this.office.read(text);
    const effective = given && underLists(given.effective, demands, floor.lists);
    if (!given || !effective || !this.office.allows(this.principal.profile, effective, facts, action)) throw unusable();
    if (!dominates(effective, floor)) {
      throw new UserError("MARKING_TOO_LOW", "the marking is below what it is made from", ["marking"]);
    }
    return this.office.introduce(this.principal.personId, given.structure, effective, this.#clock());
  }

  /** Refuses a list that neither names the caller nor was made by him: the last look on what row security shows. */
  requireKnown(list: DistributionListRow): void {
    const { personId, profile } = this.principal;
    if (list.makerId === personId || profile.lists.includes(`${list.kind}:${list.id}`)) return;
    throw new CaveatError("UNAVAILABLE", "last look refused");
  }

  /**
   * Notes a list that this mutation makes, whose codes and names its maker chose. That it exists is known to those in it alone,
   * so the record stands under it. Throws BELOW_HIGHWATER as `insert` does.
   */
  async noteList({ id, kind }: DistributionListRow): Promise<void> {
    const country = this.principal.profile.countryOfAffiliation;
    const read = this.office.read(country === "USA" ? "UNCLASSIFIED" : `UNCLASSIFIED//REL TO USA, ${country}`);
    if (!read) throw new CaveatError("UNAVAILABLE", "no banner for a list");
    const banner = "see the effective marking";
    const effective: Effective = { ...read.effective, lists: [`${kind}:${id}`] };
    const marking = { id: `list:${id}`, structure: read.structure, effective, banner, portion: banner };
    await this.mindHighWater(marking);
    this.changed.push({ object: `distributionList:${id}`, marking });
  }

  /**
   * Writes rows of one table, each deciding once more about the action on its marking. `sources` are the markings that
   * the row was made from: a row below their join is a bug here and refused (I3), not an input error.
   */
  async insert<N extends TableName>(
    name: N,
    rows: readonly RowOf<N>[],
    action: Action,
    sources: readonly InternedMarking[],
    facts?: Facts,
  ): Promise<void> {
    const table = tables[name];
    const own = table.markings.at(-1);
    if (!own) throw new Error("a table without a marking");
    for (const row of rows) {
      const values = row as unknown as Record<string, unknown>;
      const marking = await this.marking(String(values[own[1]]));
      for (const source of sources) {
        if (!dominates(marking.effective, source.effective)) throw new Error("write down refused");
      }
      if (!NOTHING_WRITTEN.has(name)) await this.mindHighWater(marking);
      const object = `${name}:${String(values["id"] ?? values["assetId"] ?? values["deliveryId"] ?? values["datasetId"])}`;
      const about = facts ?? this.facts(String(values[table.program]), this.principal.personId, stateOf(name, values));
      if (!(await this.allows(action, marking, about, object))) throw new UserError("NOT_PERMITTED", "not permitted");
      this.changed.push({ object, marking });
    }
    try {
      await this.#tx.insert(table.entity as never, rows);
    } catch (error) {
      // Its keys carry the markings of what it hangs on, which somebody has changed meanwhile.
      if (isForeignKeyViolation(error)) throw new UserError("STALE", "what it belongs to has changed");
      throw error;
    }
    await this.#noteMarkings(name, rows as unknown as Readonly<Record<string, unknown>>[]);
  }

  /** Whether a row at this marking would be below what this session was shown. */
  async isBelowShown({ effective }: InternedMarking): Promise<boolean> {
    this.#shown ??= this.#highWater.of(this.principal, this.office);
    const shown = await this.#shown;
    return shown !== null && !dominates(effective, shown);
  }

  /** Whether the writer said that nothing of what he was shown is in what he writes below it, where the site lets him say so. */
  get writesBelow(): boolean {
    return this.#confirmsBelow && this.#highWater.rule === "confirm";
  }

  /** The marking of what may hold anything that this session was shown, and of something with the given one. */
  async aboveShown(marking: InternedMarking): Promise<InternedMarking> {
    let all = marking;
    for (const shown of await this.#highWater.shown(this.principal, this.office))
      all = await this.office.raised(all, shown);
    return all;
  }

  /**
   * Refuses something that the caller wrote where it would stand below what this session was shown, unless the site lets him
   * confirm it and he did. Throws BELOW_HIGHWATER.
   */
  async mindHighWater(marking: InternedMarking): Promise<void> {
    if (!(await this.isBelowShown(marking))) return;
    if (this.#highWater.rule === "refuse") {
      throw new UserError("BELOW_HIGHWATER", "this session was shown more than may be written down here", ["marking"]);
    }
    if (!this.#confirmsBelow) {
      throw new UserError(
        "BELOW_HIGHWATER",
        "this session was shown higher things: confirm that none of them is in this",
        ["belowHighWater"],
      );
    }
    this.wroteBelow = "confirmed";
  }

  /** The banner over everything that this session was shown before; null before the first row. */
  async highWater(): Promise<string | null> {
    const shown = await this.#highWater.shown(this.principal, this.office);
    for (const marking of shown) this.#ledger.disclose(marking);
    const summary = this.office.summarize(shown);
    return summary && (summary.banner ?? "see the effective marking");
  }

  /**
   * Whether another person, as he stands now, may do this to an object of a program: with his present clearance, roles and
   * memberships, through the caller's client and at his own level. `state` is the workflow state in which he would do it.
   */
  async couldStill(
    personId: string,
    action: Action,
    marking: InternedMarking,
    about: { readonly programId: string; readonly ownerId: string; readonly state?: string },
  ): Promise<boolean> {
    const standing = await this.#standing(personId, this.principal.client.id);
    if (!standing) return false;
    const facts = {
      member: standing.programs.has(about.programId),
      assigned: false,
      owner: about.ownerId === personId,
      state: about.state ?? "ACTIVE",
    };
    return this.office.allows(standing.profile, marking.effective, facts, action);
  }

  /** How another person stands now at a client; null for one who cannot sign in there. Whoever asks may see the person. */
  standingOf(personId: string, clientId: string): Promise<Standing | null> {
    return this.#standing(personId, clientId);
  }

  /** Where an object stands, whoever may see it: ids and markings, for a command that decides what it may tell of them. */
  placement(noun: LocatedNoun, id: string): Promise<Placement | null> {
    return this.#locate(noun, id);
  }

  /** Whether the caller may do this to what is known about the standing of such a profile. */
  overStanding(action: Action, profile: AccessProfile): boolean {
    const facts = { member: false, assigned: false, owner: false, state: "ACTIVE" };
    return this.office.allows(this.principal.profile, standingEffective(profile), facts, action);
  }

  /** Notes that something with this marking is disclosed that is no row: sections of log entries, keys of copies. */
  async disclose(
    action: Action,
    marking: InternedMarking,
    object: string,
    facts: Facts = { member: false, assigned: false, owner: false, state: "ACTIVE" },
  ): Promise<void> {
    const decision = await this.#ledger.decide(action, marking, facts, object);
    if (decision.decision !== "allow") throw new CaveatError("NOT_FOUND", "not to be disclosed");
    this.#ledger.disclose(marking);
  }

  /** Notes that a dataset or program holds rows of these markings: pages merge one index range for each. */
  async #noteMarkings(name: TableName, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    const distinct = new Map(rows.map((row) => [`${String(row["markingId"])}|${String(row["datasetId"])}`, row]));
    for (const row of distinct.values()) {
      const held = name === "labelRevision" || name === "labelReview" ? "label" : name;
      if (held === "asset" || held === "label" || held === "project" || held === "task") {
        await this.#tx.rows(
          `insert into data.dataset_marking (dataset_id, program_id, dataset_marking_id, noun, marking_id)
           values (?, ?, ?, ?, ?) on conflict do nothing`,
          [row["datasetId"], row["programId"], row["datasetMarkingId"], held, row["markingId"]],
        );
      } else if (name === "proposal") {
        await this.#tx.rows(
          "insert into data.proposal_marking (kind, family, program_id, marking_id) values (?, ?, ?, ?) on conflict do nothing",
          [row["kind"], row["family"], row["programId"], row["markingId"]],
        );
      } else if (name === "dataset" || name === "ontology" || name === "delivery") {
        await this.#tx.rows(
          "insert into data.program_marking (program_id, noun, marking_id) values (?, ?, ?) on conflict do nothing",
          [row["programId"], name, row["markingId"]],
        );
      }
    }
  }

  /** Says that rows of this transaction are executed by PostgreSQL when it ends. */
  executes(): void {
    this.#executes = true;
  }

  /**
   * Has PostgreSQL execute what waits for the end of the transaction, now that its entries are there; nothing may follow
   * but the commit, because it may have ended the very token under which this runs. Throws UserError for what somebody
   * else did in the meantime.
   */
  async settle(): Promise<void> {
    if (!this.#executes) return;
    try {
      await this.#tx.rows("set constraints all immediate");
    } catch (error) {
      const code = EXECUTION_REFUSALS[sqlState(error)];
      if (code !== undefined) throw new UserError(code, "this cannot be done any more");
      throw error;
    }
  }

  /**
   * Adds an entry of its own to this mutation; returns the id that it will have. It is numbered and written when the
   * command has succeeded: a number taken by what is rolled back would look like an entry that was kept from the log.
   */
  record(draft: OutboxDraft): string {
    const id = this.audit.newId();
    this.outbox.push({ id, draft });
    return id;
  }
}
