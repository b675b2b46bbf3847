import type { CryptoPort } from "../core/crypto-port.ts";
import { FormatError, formOf } from "../core/errors.ts";
import type { ArchivePolicy } from "../core/policy-line.ts";
import type { CitedPolicy } from "./decisions-report.ts";
import type { NotCheckedReason } from "./outcome-entry.ts";
import { readRuleFiles } from "./rule-files.ts";
import type { RuleSet } from "./rule-set.ts";

/** At most so many versions of each sort are listed. */
const LISTED = 100;
/** What no entry cites is remembered no further: a log that names more versions was not written by this server. */
const MAX_NAMED = 10_000;

/**
 * The policies that decisions can be taken again from: those that the auditor gave, and those that the archive carries. Each
 * goes by the hash of its rule files, so that no other is taken for the one that an entry cites. Nothing it holds is to be
 * believed before the log verifies.
 */
export class PoliciesAtHand {
  readonly #crypto: CryptoPort;
  readonly #given: ReadonlyMap<string, RuleSet>;
  /** null: rule files of a form that is not known here, as a later release may write. */
  readonly #carried = new Map<string, RuleSet | null>();
  readonly #cited = new Map<string, number>();
  readonly #absent = new Map<string, number>();
  readonly #named = new Set<string>();

  constructor(crypto: CryptoPort, given: readonly RuleSet[]) {
    this.#crypto = crypto;
    this.#given = new Map(given.map((policy) => [policy.version, policy]));
  }

  /** A policy line of the archive came by. */
  carry({ version, files }: ArchivePolicy): void {
    const texts = Array.from(files, ([name, text]) => ({ name, text }));
    const rules = formOf(() => readRuleFiles(this.#crypto, texts));
    if (rules instanceof FormatError) this.#carried.set(version, null);
    else this.#carried.set(rules.version, rules);
  }

  /** An open entry says that this version is in force. */
  name(version: string): void {
    if (this.#named.size < MAX_NAMED) this.#named.add(version);
  }

  /** The policy that an entry with decisions cites, or why it is not there. */
  cite(version: string): RuleSet | NotCheckedReason {
    const rules = this.#given.get(version) ?? this.#carried.get(version);
    const counts = rules === undefined ? this.#absent : this.#cited;
    const known = counts.get(version);
    if (known !== undefined || rules !== undefined || counts.size < LISTED) counts.set(version, (known ?? 0) + 1);
    if (rules === undefined) return "POLICY_NOT_GIVEN";
    return rules ?? "POLICY_UNKNOWN";
  }

  /** What came of them. */
  result(): {
    readonly policiesCarried: readonly CitedPolicy[];
    readonly policiesCarriedUncited: number;
    readonly policiesNotGiven: readonly CitedPolicy[];
    readonly policiesNotNamed: readonly CitedPolicy[];
  } {
    const carried = [...this.#cited].filter(([version]) => this.#carried.has(version));
    const unnamed = [...this.#cited, ...this.#absent].filter(([version]) => !this.#named.has(version));
    return {
      policiesCarried: listed(carried),
      policiesCarriedUncited: this.#carried.size - carried.length,
      policiesNotGiven: listed([...this.#absent]),
      policiesNotNamed: listed(unnamed),
    };
  }
}

function listed(counts: readonly (readonly [version: string, entries: number])[]): readonly CitedPolicy[] {
  return counts.slice(0, LISTED).map(([version, entries]) => ({ version, entries }));
}
