import type { Register } from "../markings/index.ts";
import type { PolicyRecord } from "../storage/activation.ts";
import type { KeptPolicy, PolicyStep } from "../storage/ports.ts";
import type { Policy } from "./rules.ts";

/** Policies as they are kept, for the commands of those who own them. None of it is a labeled row. */
export interface PolicySource {
  /** Keeps documents by the hash of their text. Whoever calls has checked them. */
  keep(record: PolicyRecord): Promise<void>;
  kept(sha384: string): Promise<PolicyRecord | null>;
  /** Every set of documents that is kept, the last one first. */
  list(): Promise<readonly KeptPolicy[]>;
  steps(sha384: string): Promise<readonly PolicyStep[]>;
  /**
   * Fills the matrix of a kept policy before it comes into force. Tells whether it can at once: its row security is the one
   * that stands in the database.
   */
  prepare(sha384: string, policy: Policy, register: Register): Promise<boolean>;
}
