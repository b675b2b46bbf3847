import type { ArchivePolicy } from "../../audit/index.ts";
import type { Register } from "../markings/index.ts";
import type { PolicyRecord } from "../storage/activation.ts";
import type { Holding, InternedMarking, KeptPolicy, PlaceKeys, PolicyStep, StoredProfile } from "../storage/ports.ts";
import type { Policy } from "./rules.ts";

/** The rule files of a policy that was in force, as an archive of the log carries them. */
export interface ArchivedPolicy extends Omit<ArchivePolicy, "line"> {
  /** Hash of the documents that they were kept in. */
  readonly documents: string;
}

/** Policies as they are kept, for the commands of those who own them. None of it is a labeled row. */
export interface PolicySource {
  /** Keeps documents by the hash of their text. Whoever calls has checked them. */
  keep(record: PolicyRecord, at: Date): Promise<void>;
  kept(sha384: string): Promise<PolicyRecord | null>;
  /** Every set of documents that is kept, the last one first. */
  list(): Promise<readonly KeptPolicy[]>;
  steps(sha384: string): Promise<readonly PolicyStep[]>;
  /** The rules of the policies that were ever in force, in ascending order of their versions, as far as an archive carries them. */
  archived(): Promise<readonly ArchivedPolicy[]>;
  /** Every marking there is: whoever asks decides which of them he may tell. */
  markings(): Promise<readonly InternedMarking[]>;
  /** Profiles in ascending order of their digests, after one of them. */
  profilesAfter(after: string | null, limit: number): Promise<readonly StoredProfile[]>;
  /**
   * Programs and datasets of some markings in ascending order of their ids, after one of them, with what they hold at one of
   * all those markings: one index range for each.
   */
  holdings(keys: PlaceKeys, after: string | null, limit: number): Promise<readonly Holding[]>;
  /**
   * Fills the matrix of a kept policy before it comes into force. Tells whether it can at once: its row security is the one
   * that stands in the database.
   */
  prepare(sha384: string, policy: Policy, register: Register): Promise<boolean>;
}
