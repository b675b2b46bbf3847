import { createHmac, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { encodeCanonical } from "../../audit/index.ts";
import type { Principal, StandingSource } from "../identity/principal.ts";
import type { EntryDraft, LedgerWriter } from "../ledger/writer.ts";
import type { PlainSection } from "../ledger/sealing.ts";
import type { ReleaseKeys } from "../signing/release-keys.ts";
import type { AccessStore } from "../storage/access-store.ts";
import type { BlobVault } from "../storage/blobs/vault.ts";
import type { MarkingChangeStore } from "../storage/marking-changes.ts";
import type { Appended } from "../storage/ledger-store.ts";
import type { StandingRecords } from "../storage/ports.ts";
import type { Database } from "../storage/database.ts";
import type { AuditPort, Plain } from "./audit-port.ts";
import { CallerTexts, nfc, sectionMarking } from "./caller-texts.ts";
import { gateHash, propose } from "./gate-token.ts";
import type { GateTokenMint } from "./gate-token.ts";
import type { Grant } from "./grant.ts";
import type { Obligation } from "./decision.ts";
import { askedObligations } from "./pair.ts";
import { DecisionLedger } from "./last-look.ts";
import type { PolicyInForce } from "./in-force.ts";
import { LongReading } from "./long-reading.ts";
import type { MarkingOffice } from "./marking-office.ts";
import type { PolicySource } from "./policy-source.ts";
import { Operation } from "./operation.ts";
import type { HighWater } from "./high-water.ts";
import { rowLock } from "./row-lock.ts";
import { outcomeSection } from "./outcome.ts";
import type { Outcome } from "./outcome.ts";

/** What is about to be done, as far as it can be told before anything is read. Ids and names come from the caller. */
export interface Request {
  readonly transport: "graphql" | "upload" | "download" | "session" | "command";
  readonly operation: string;
  readonly fields: readonly { readonly name: string; readonly ids: readonly string[] }[];
  readonly digest: string;
  readonly source: string;
  /** Obligations that this way out does (standards B.8); a decision that carries another one is deny. */
  readonly honors: readonly Obligation[];
}

/** What the door is made of. */
export interface DoorParts {
  readonly database: Database;
  readonly store: AccessStore;
  readonly policies: PolicyInForce;
  readonly policySource: PolicySource;
  readonly markingChanges: MarkingChangeStore;
  readonly vault: BlobVault;
  readonly standing: StandingSource;
  readonly standings: StandingRecords;
  readonly audit: AuditPort;
  readonly releaseKeys: ReleaseKeys;
  readonly writer: LedgerWriter;
  readonly mint: GateTokenMint;
  /** Key of the search tags: HMAC of a person's id. */
  readonly tagKey: KeyObject;
  /** How long a proposal waits for its approval, in milliseconds. */
  readonly proposalLifetime: number;
  readonly highWater: HighWater;
  readonly clock: () => Date;
}

/** Who asks, and what his entries repeat. */
interface Scene {
  readonly office: MarkingOffice;
  readonly principal: Principal;
  readonly profileId: string;
  /** Marking of what is known before anything is read. */
  readonly base: string;
  readonly actor: string;
  readonly tag: Buffer;
}

/** What further looks under a request entry rest on. The nonce opens its gate: it leaves the process sealed only. */
export interface Ticket {
  readonly requestId: string;
  readonly nonce: Buffer;
}

/** A request entry that is durable, and what opens its gate. */
interface Admitted<A extends Pick<Appended, "id"> = Appended> {
  readonly appended: A;
  readonly nonce: Buffer;
  readonly receipt: string;
}

const FIELD_LIMIT = 64;
const NAME_LIMIT = 200;

/** The keyed hash under which a person's entries are found. */
export function personTag(key: KeyObject, personId: string): Buffer {
  return createHmac("sha256", key).update(`person|${personId}`).digest();
}

/**
 * The one door. Writes the request entry and waits until it is durable, before anything is read; everything else happens
 * in the operation that it returns.
 */
export class Door {
  readonly #parts: DoorParts;
  readonly #texts = new CallerTexts();

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /** Opens an operation for a verified principal. Throws UNAVAILABLE when the log cannot be appended (I4, I9). */
  async open(caller: Principal, request: Request): Promise<Operation> {
    return (await this.openForLooks(caller, request)).operation;
  }

  /** As {@link open}; with what further looks at the same thing rest on, which the outcome of this operation says was disclosed. */
  async openForLooks(caller: Principal, request: Request): Promise<{ operation: Operation; ticket: Ticket }> {
    const scene = await this.#scene(caller, request.honors);
    const admitted = await this.#admit(scene, request);
    const ticket = { requestId: admitted.appended.id, nonce: admitted.nonce };
    return { operation: this.#operation(scene, admitted, "operation.outcome"), ticket };
  }

  /**
   * A further look under a request entry that is in the log: both locks and the last look decide it anew. It writes nothing
   * where it shows what the outcome of that entry says (a tile of an image that was opened), and an entry where it fails.
   */
  async look(caller: Principal, honors: Request["honors"], { requestId, nonce }: Ticket): Promise<Operation> {
    const receipt = randomBytes(16).toString("hex");
    return this.#operation(await this.#scene(caller, honors), { appended: { id: requestId }, nonce, receipt }, null);
  }

  /**
   * Opens a long reading: its request entry is durable when this resolves, each look of it is an operation with an entry of
   * its own, and so is its end. Throws UNAVAILABLE when the log cannot be appended.
   */
  async openLong(caller: Principal, request: Request): Promise<LongReading> {
    const first = await this.#scene(caller, request.honors);
    const admitted = await this.#admit(first, request);
    return new LongReading({
      opener: caller,
      request: admitted.appended,
      look: async (now, wrote) =>
        this.#operation(await this.#scene(now, request.honors), admitted, "operation.part", wrote),
      conclude: async (now, outcome) => {
        const scene = await this.#scene(now, request.honors);
        const ledger = new DecisionLedger(scene.office, scene.principal, this.#parts.clock);
        await this.#parts.writer.append(this.#outcome(scene, "operation.outcome", outcome, ledger, null));
      },
    });
  }

  /** Who asks, under the policy that is in force for him, behind a way out that honors no more than these. */
  async #scene(caller: Principal, honors: readonly Obligation[]): Promise<Scene> {
    const office = await this.#parts.policies.at(caller.policyId);
    const profile = this.#texts.honoring(caller.profile, askedOf(office, honors));
    const principal = { ...caller, profile };
    return {
      office,
      principal,
      profileId: await office.profileId(profile),
      base: this.#texts.base(principal, office),
      actor: encodeCanonical(nfc(actorOf(principal))),
      tag: personTag(this.#parts.tagKey, principal.personId),
    };
  }

  /** Writes the request entry and waits until it is durable. */
  async #admit({ office, principal, base, actor, tag }: Scene, request: Request): Promise<Admitted> {
    const { writer, tagKey } = this.#parts;
    const nonce = randomBytes(16);
    const receipt = randomBytes(16).toString("hex");
    const appended = await writer.append({
      kind: "operation.request",
      personTag: tag,
      gateHash: gateHash(nonce, principal.personId, principal.purpose),
      sections: [
        { slot: 0, name: "actor", marking: base, plaintext: actor },
        this.#section(1, "request", base, {
          transport: request.transport,
          operation: request.operation.slice(0, NAME_LIMIT),
          fields: request.fields
            .slice(0, FIELD_LIMIT)
            .map((f) => ({ name: f.name.slice(0, NAME_LIMIT), ids: f.ids.slice(0, 20).map((id) => id.slice(0, 64)) })),
          // Keyed: a digest alone would let an officer of this level try texts of a higher one.
          digest: createHmac("sha256", tagKey).update(request.digest).digest("hex"),
          source: request.source,
          receipt,
          policyVersion: office.policy.version,
          registerVersion: office.register.version,
        }),
      ],
    });
    return { appended, nonce, receipt };
  }

  /** The draft of an entry that says what came of a request. */
  #outcome(
    { office, principal, base, actor, tag }: Scene,
    kind: "operation.outcome" | "operation.part" | "mutation.outcome",
    outcome: Outcome,
    ledger: DecisionLedger,
    grant: Grant | null,
  ): EntryDraft {
    const { content, markings, lists } = outcomeSection(office, outcome, ledger.decisions, grant?.changed ?? []);
    const summary = office.summarize(markings);
    const marking = summary ? sectionMarking(summary.banner ?? "see the effective marking", summary.effective) : base;
    return {
      kind,
      personTag: tag,
      gateHash: null,
      sections: [
        { slot: 0, name: "actor", marking: base, plaintext: actor },
        this.#section(2, "outcome", marking, content),
        this.#texts.standing(principal),
      ],
      lists: lists.map((list) => ({ ...list, marking })),
    };
  }

  #operation(
    scene: Scene,
    { appended, nonce, receipt }: Admitted<Pick<Appended, "id">>,
    kind: "operation.outcome" | "operation.part" | null,
    wrote: (entryId: string) => void = () => undefined,
  ): Operation {
    const { writer, mint, clock } = this.#parts;
    const { office, principal, profileId } = scene;
    const claim = {
      personId: principal.personId,
      profileId,
      policyId: office.policyId,
      epoch: principal.epoch,
      requestId: appended.id,
      nonce,
      purpose: principal.purpose,
      client: principal.client.id,
      until: principal.until,
    };
    const lockValues = {
      policyId: office.policyId,
      profileId,
      personId: principal.personId,
      programIds: [...principal.programs],
    };
    const scope = { lock: rowLock(office.policy, lockValues) };
    const minted = (backend: number): string => mint.mint({ ...claim, backend }, clock());
    return new Operation({
      principal,
      requestId: appended.id,
      receipt,
      office,
      vault: this.#parts.vault,
      audit: this.#parts.audit,
      releaseKeys: this.#parts.releaseKeys,
      locator: this.#parts.store,
      standing: this.#parts.standing,
      proposals: this.#parts.standings,
      proposalLifetime: this.#parts.proposalLifetime,
      policySource: this.#parts.policySource,
      markingChanges: this.#parts.markingChanges,
      highWater: this.#parts.highWater,
      clock,
      begin: () =>
        kind === null ? Promise.reject(new Error("a look changes nothing")) : this.#parts.database.begin(minted, scope),
      beginReading: () => this.#parts.database.beginReading(minted, scope),
      conclude: async (outcome, ledger, grant) => {
        if (kind === null && outcome.result === "answered") return;
        const written = outcome.command === null ? (kind ?? "operation.part") : "mutation.outcome";
        wrote((await writer.append(this.#outcome(scene, written, outcome, ledger, grant))).id);
      },
      concludeIn: async (tx, outcome, ledger, grant) => {
        for (const entry of grant.outbox) await this.#parts.audit.outbox(tx, entry.id, entry.draft);
        const record = await writer.proposed(this.#outcome(scene, "mutation.outcome", outcome, ledger, grant));
        await propose(tx, mint, writer.logId, record);
        return async () => {
          await this.#parts.audit.drain([record.id, ...grant.outbox.map((entry) => entry.id)]);
        };
      },
    });
  }

  #section(
    slot: 0 | 1 | 2 | 3,
    name: PlainSection["name"],
    marking: string,
    said: { readonly [member: string]: Plain },
  ): PlainSection {
    const content = nfc(said);
    return { slot, name, marking, plaintext: encodeCanonical(content), content };
  }
}

/** Of what a transport does only what this policy ever asks for: nothing else makes profiles differ. */
function askedOf(office: MarkingOffice, honors: readonly Obligation[]): readonly Obligation[] {
  const asked = askedObligations(office.policy);
  return honors.filter((one) => asked.has(one));
}

function actorOf(principal: Principal): { readonly [member: string]: Plain } {
  return {
    person: principal.personId,
    session: principal.session.id,
    sessionLevel: principal.session.level,
    client: principal.client.id,
    purpose: principal.purpose,
  };
}
