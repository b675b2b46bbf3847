import type { ListFilter, ListSort } from "./lists.ts";
import type { Effective, Level, ListKind, Marking } from "../markings/index.ts";

/** A marking as interned: text for people, structure for machines, effective marking for decisions. */
export interface InternedMarking {
  readonly id: string;
  readonly structure: Marking;
  readonly effective: Effective;
  readonly banner: string;
  readonly portion: string;
}

/** A person as those see him who administer him: whether he can sign in or not. */
export interface PersonStanding {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  readonly country: string;
  readonly dutyOrganization: string;
  readonly roles: readonly string[];
  readonly suspended: boolean;
  readonly clearance: { readonly level: Level; readonly issuer: string; readonly expiresAt: string } | null;
  readonly readOns: readonly string[];
  /** Over which owners he may lower ('downgrade'), and to which countries he may widen ('disclosure'). */
  readonly authorities: readonly { readonly authority: "downgrade" | "disclosure"; readonly scope: string }[];
  readonly programs: readonly string[];
}

/** What people are cleared and read on for who stand alike, with the markings of their programs: on it rests who sees them. */
export interface KeptStanding {
  readonly id: string;
  readonly level: Level;
  readonly readOns: readonly string[];
  readonly programMarkings: readonly string[];
}

/** A client as those see it who administer it. */
export interface ClientStanding {
  readonly id: string;
  readonly name: string;
  readonly status: "approved" | "suspended" | "revoked";
  readonly ceiling: Level;
  readonly deviceAttested: boolean;
  readonly networkCeiling: Level;
}

/** People, clients and the state of what can be proposed, as PostgreSQL has them: whoever asks decides what he may tell. */
export interface StandingRecords {
  /** The hash of what an act of this kind is about as it stands now; null when there is no such thing. */
  proposalState(kind: string, act: object): Promise<string | null>;
  /** A person by id; null when there is none. */
  personStanding(id: string): Promise<PersonStanding | null>;
  /** Every standing of a transaction that was not over at `since` (all of them without it); `next` is for the next call. */
  standingsSince(since: string | null): Promise<{ readonly found: readonly KeptStanding[]; readonly next: string }>;
  /** Markings on which the matrix allows a profile the action with this bit. */
  openMarkings(policyId: string, profileId: string, bit: number): Promise<readonly string[]>;
  /** People of these standings in ascending order of their ids, after one of them: one index range for each standing. */
  peopleWith(standings: readonly string[], after: string | null, limit: number): Promise<PersonStanding[]>;
  /** A client by name; null when there is none. */
  clientStanding(id: string): Promise<ClientStanding | null>;
  /** Clients in ascending order of their names, after one of them. */
  clientsAfter(after: string | null, limit: number): Promise<ClientStanding[]>;
  /** The marking of a program; null when there is none. */
  programMarking(id: string): Promise<string | null>;
}

/** A list that names readers: agencies by code, persons by id (standards B.1 #9 to #11). */
export interface DistributionListRow {
  readonly id: string;
  readonly kind: ListKind;
  readonly makerId: string;
  readonly agencies: readonly string[];
  readonly persons: readonly string[];
}

/** One page of rows in the order that was asked for. */
export interface Page<R> {
  readonly rows: readonly R[];
  readonly hasNextPage: boolean;
  /** The key after which a page begins that follows a row of this one; the row's id where there is none. */
  keyOf?(row: R): string;
}

/** How much of a list to read: at most `first` rows after the key of another row, in an order, narrowed by equalities. */
export interface PageRequest {
  readonly first: number;
  readonly after: string | null;
  readonly sort?: ListSort;
  readonly where?: { readonly [filter in ListFilter]?: string };
}

/** A noun whose marking can be lowered, widened and raised. */
export type MarkedNoun = "dataset" | "asset" | "label";

/** A noun whose marking can be raised. */
export type RaisedNoun = MarkedNoun | "labelReview" | "ontology" | "delivery";

/** The SQLSTATE with which PostgreSQL refused a statement; empty for any other error. */
export function sqlState(error: unknown): string {
  const code = (value: unknown): unknown =>
    value !== null && typeof value === "object" && "code" in value ? value.code : undefined;
  const cause = error !== null && typeof error === "object" && "cause" in error ? error.cause : undefined;
  const found = code(error) ?? code(cause);
  return typeof found === "string" ? found : "";
}

/** Whether PostgreSQL refused a statement for a unique key (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === "23505";
}

/** Whether PostgreSQL refused a statement because of a key to another row (SQLSTATE 23503). */
export function isForeignKeyViolation(error: unknown): boolean {
  return sqlState(error) === "23503";
}

/** A set of policy documents as it is kept, without the documents. */
export interface KeptPolicy {
  /** SHA-384 of the text of the documents, 96 hexadecimal digits. */
  readonly sha384: string;
  readonly version: string;
  readonly registerVersion: string;
  readonly keptAt: Date;
  readonly active: boolean;
  /** Whether it waits for the next start. */
  readonly scheduled: boolean;
}

/** One step of a policy's life: it came into force, or was put down for the next start. */
export interface PolicyStep {
  readonly step: "scheduled" | "in force";
  readonly at: Date;
  /** Ids of persons, or what the configuration of a first start names. */
  readonly requestedBy: string;
  readonly approvedBy: string;
  readonly proposalId: string | null;
}

/** A profile as it is kept; whoever reads it parses it. */
export interface StoredProfile {
  readonly id: string;
  /** The first 16 bytes of the digest of its content, hex: the order of profiles tells nothing of when they came. */
  readonly digest: string;
  readonly profile: unknown;
}

/** Own markings of the programs and datasets that are asked for: wherever they are, in some programs, or anywhere but there. */
export interface PlaceKeys {
  readonly everywhere: readonly string[];
  readonly inside: readonly string[];
  readonly outside: readonly string[];
  /** The programs that `inside` and `outside` are about. */
  readonly programs: readonly string[];
}

/** A program (without a dataset) or a dataset, by where it stands and the markings of what it holds. Ids and markings only. */
export interface Holding {
  /** The id of the dataset, or of the program where there is no dataset. */
  readonly id: string;
  readonly programId: string;
  readonly datasetId: string | null;
  readonly markingId: string;
  readonly holds: readonly { readonly noun: string; readonly markingId: string }[];
}
