import type { ArchivePolicy } from "../../audit/index.ts";
export { ANSWER_KINDS } from "../../audit/index.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { Transaction } from "../storage/transaction.ts";

/** A value that canonical JSON can carry: no floats, no undefined. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [member: string]: Plain };

/** Kinds of entries that a command may add of its own. */
export type OutboxKind =
  | "delivery.approval"
  | "delivery.release"
  | "proposal.request"
  | "proposal.approval"
  | "proposal.withdrawal"
  | "authority.revocation"
  | "marking.change"
  | "policy.activation"
  | "section.erasure";

/** An entry that a command adds to its transaction. */
export interface OutboxDraft {
  readonly kind: OutboxKind;
  /** Log by id; the activity log where none is given. */
  readonly logId?: number;
  readonly marking: InternedMarking;
  readonly outcome: { readonly [member: string]: Plain };
}

/** An entry as the person whose it is gets to see it: what he asked and how he was answered, without reasons. */
export interface OwnEntry {
  readonly id: string;
  readonly at: string;
  /** Name of the command, or "query". */
  readonly operation: string;
  readonly answer: string;
}

/** An entry as a compliance officer sees it: header and hash always, sections as far as he dominates their marking. */
export interface OfficerEntry {
  readonly index: number;
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly leafHash: string;
  readonly chain: string;
  readonly sections: readonly {
    readonly slot: string;
    readonly state: "opened" | "withheld" | "erased" | "unused";
    readonly content: string | null;
    /** Canonical JSON of the marking of a section that is open; null of every other. */
    readonly marking: string | null;
  }[];
}

/** A data key under which sections of a person's entries of one month were sealed. */
export interface ErasableKey {
  readonly id: string;
  /** Canonical JSON, as {@link MayOpen} takes it. */
  readonly marking: string;
  /** `2026-09`. */
  readonly month: string;
  /** Whether it was destroyed. */
  readonly erased: boolean;
}

/** Decides whether a section with this marking (canonical JSON of banner and effective marking) may be opened. */
export type MayOpen = (marking: string) => boolean;

/** What an archive has beside the entries of the log. */
export interface ArchiveContent {
  /** Whether the sections of an entry are opened at all, by its index. */
  readonly opens: (index: number) => boolean;
  /** Rule files of policies, in ascending order of their versions, each version once. */
  readonly policies: readonly Omit<ArchivePolicy, "line">[];
}

/** Entries that a question found, newest first, and how far the answer holds. */
export interface FoundEntries {
  readonly entries: readonly OfficerEntry[];
  readonly more: boolean;
  /** The page after this one begins below this entry; null after the last. */
  readonly next: number | null;
  /** Whatever stands in entries 0 to completeTo-1 was looked through. */
  readonly completeTo: number;
  /** In so many of them something could not be read that is not erased: what they say may be missing. */
  readonly unread: number;
  /** In so many of them the section that was asked is withheld: whether they belong here is not told. */
  readonly withheld: number;
  /** In so many others it was erased: nobody can tell any more whether they belonged here. */
  readonly erased: number;
}

/** What stands between two signed sizes of the log. */
export interface Between {
  readonly from: number;
  readonly to: number;
  /** The signed checkpoints; null for the beginning of the log. */
  readonly fromNote: string | null;
  readonly toNote: string;
  readonly firstAt: string;
  readonly lastAt: string;
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
}

/** Outcomes and gathered refusals of a stretch of the log, oldest first; the stretch ends before entry `to`. */
export interface Stretch {
  readonly entries: readonly OfficerEntry[];
  readonly to: number;
  readonly size: number;
}

/** What a compliance officer asks of the log. Names are those under which the ledger keeps what an entry is about. */
export interface AuditSearchPort {
  /** Entries about one of these names, older than `before`. `slot` is the section that names them: actor or outcome. */
  about(
    names: readonly string[],
    page: { readonly before: number | null; readonly limit: number; readonly slot: 0 | 2 },
    mayOpen: MayOpen,
  ): Promise<FoundEntries>;
  /** Every entry about one of these names with its request, and the markings of their sections that may be opened. */
  concerned(names: readonly string[], mayOpen: MayOpen): Promise<{ places: Set<number>; markings: Set<string> }>;
  /** Signed checkpoints below a size, newest first. */
  checkpoints(
    before: number | null,
    limit: number,
  ): Promise<{ checkpoints: readonly { readonly size: number; readonly note: string }[]; more: boolean }>;
  /** What stands between two signed sizes; null where one of them was never signed. */
  between(from: number, to: number): Promise<Between | null>;
  stretch(from: number, limit: number, mayOpen: MayOpen): Promise<Stretch>;
  /** The log's name, and its chain value (hex) after the first `size` entries; null where there are fewer. */
  chainAt(size: number): Promise<{ readonly origin: string; readonly chain: string | null }>;
  /** Works the index out again for a stretch of the log and names the entries about which it says something else. */
  compare(from: number, limit: number): Promise<{ from: number; to: number; differing: readonly number[] }>;
}

/** The log as the door and the commands use it; implemented by the ledger. */
export interface AuditPort {
  readonly search: AuditSearchPort;
  /** A new id for an entry. */
  newId(): string;
  /** Writes an entry with this id into the outbox of a transaction. */
  outbox(tx: Transaction, id: string, draft: OutboxDraft): Promise<void>;
  /** Moves committed outbox entries into their logs; resolves when they are durable there. */
  drain(ids: readonly string[]): Promise<void>;
  /** Moves whatever else was committed and not moved, of whomever; resolves when it is durable. */
  drainRest(): Promise<void>;
  /** SHA-384 leaf hash (hex) of an entry of the activity log. */
  leafHash(entryId: string): Promise<string | null>;
  /** Markings (canonical JSON) of all sections that may be opened: what an archive made now discloses at most. */
  openable(mayOpen: MayOpen): Promise<string[]>;
  /** The keys of a person's entries of these months, whatever their markings: for a command that decides what it may tell. */
  erasableKeys(personId: string, months: readonly string[]): Promise<readonly ErasableKey[]>;
  /** How many sections of a person's entries are sealed under these keys. */
  sectionsUnder(personId: string, keyIds: readonly string[]): Promise<number>;
  /** Own entries, newest first, older than the cursor. */
  own(
    personId: string,
    before: number | null,
    limit: number,
    mayShow: MayOpen,
  ): Promise<{ entries: (OwnEntry & { position: number })[]; more: boolean }>;
  /** Entries of the activity log from an index on. */
  page(from: number, limit: number, mayOpen: MayOpen): Promise<{ entries: OfficerEntry[]; more: boolean }>;
  /** The archive of the activity log as of a checkpoint taken now, line by line. Without `opens` it is opened for all entries. */
  archive(mayOpen: MayOpen, content: Partial<ArchiveContent>): AsyncIterable<string>;
  /**
   * A file of the activity log's tree (C2SP tlog-tiles): its checkpoint taken now, a tile of hashes or a bundle of leaves; null
   * where there is none.
   */
  tile(path: string): Promise<Uint8Array | null>;
  /** Where a released entry stands in a recipient's log, with the checkpoint and the proof that covers it. */
  proveRelease(logId: number, entryId: string): Promise<ReleaseProof>;
  /** The log of a recipient. */
  recipientOrigin(logId: number): Promise<string>;
}

/** What travels with a package to prove its release. */
export interface ReleaseProof {
  /** C2SP verifier key line of the recipient's log. */
  readonly vkey: string;
  readonly origin: string;
  readonly index: number;
  readonly leaf: Buffer;
  readonly leaf384: Buffer;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: string;
  readonly openings: readonly ({
    readonly marking: string;
    readonly name: string;
    readonly plaintext: string;
    readonly salt: string;
  } | null)[];
}
