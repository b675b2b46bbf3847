import { parseArchiveLine } from "../core/archive.ts";
import type { ArchiveEntry } from "../core/archive.ts";
import { concat } from "../core/bytes.ts";
import { FormatError, formOf } from "../core/errors.ts";
import { ANSWER_KINDS, parseLeaf } from "../core/leaf.ts";
import { splitLines } from "../core/lines.ts";
import type { VerifyLogInput } from "../core/log-report.ts";
import { verifyLog } from "../core/verify-log.ts";
import { NOT_SHOWN, notCheckedSentence } from "./decisions-report.ts";
import type { DecisionsReport, Difference, RecomputedDecisions } from "./decisions-report.ts";
import { derive } from "./derive.ts";
import { policyInForce } from "./in-force.ts";
import { readDecisions } from "./outcome-entry.ts";
import type { NotCheckedReason, RecordedDecision } from "./outcome-entry.ts";
import { PoliciesAtHand } from "./policies-at-hand.ts";
import type { RuleSet } from "./rule-set.ts";

/** What `verifyDecisions` is given. */
export interface VerifyDecisionsInput extends VerifyLogInput {
  /** Policies that the auditor brings himself, by readRuleFiles; beside them stand those that the archive carries. */
  readonly policies: readonly RuleSet[];
}

/** At most so many differences are listed. */
const LISTED = 100;
const NEWLINE = Uint8Array.of(10);

/**
 * Checks a log as `verifyLog` does, and takes each decision of each outcome entry that is open in the archive again from
 * what the entry cites (invariant I6). The input is read once, so that what is recomputed is what was verified; memory does
 * not grow with it. Of a log that does not verify nothing but that is reported. Never throws for what the input holds;
 * errors of the input stream pass through.
 */
export async function verifyDecisions(input: VerifyDecisionsInput): Promise<DecisionsReport> {
  const recheck = new Recheck(new PoliciesAtHand(input.crypto, input.policies));
  const log = await verifyLog({ ...input, archive: watched(input.archive, recheck) });
  const recomputed = log.verified ? recheck.result() : null;
  const verified = recomputed !== null && recomputed.differ === 0 && recomputed.agree > 0;
  const policies = input.policies.map(({ version }) => version);
  return { verified, log, policies, recomputed, notShown: NOT_SHOWN };
}

/** The bytes as they are, line by line, each seen on its way. */
async function* watched(archive: VerifyLogInput["archive"], recheck: Recheck): AsyncGenerator<Uint8Array> {
  for await (const line of splitLines(archive)) {
    if (line.complete) recheck.see(line.bytes);
    yield line.complete ? concat(line.bytes, NEWLINE) : line.bytes;
  }
}

/** Recomputes the decisions of entries as their lines come by. Nothing it holds is to be believed before the log verifies. */
class Recheck {
  readonly #policies: PoliciesAtHand;
  readonly #differences: Difference[] = [];
  readonly #notChecked = new Map<NotCheckedReason, { entries: number; first: number }>();
  #agree = 0;
  #differ = 0;
  #checked = 0;
  #withoutDecisions = 0;

  constructor(policies: PoliciesAtHand) {
    this.#policies = policies;
  }

  /** Reads a line. What cannot be read is left to the verification of the log. */
  see(bytes: Uint8Array): void {
    const line = formOf(() => parseArchiveLine(bytes));
    if (line instanceof FormatError) return;
    if (line.line === "policy") this.#policies.carry(line);
    if (line.line === "entry") this.#seeEntry(line);
  }

  #seeEntry(entry: ArchiveEntry): void {
    const header = formOf(() => parseLeaf(entry.leaf));
    if (header instanceof FormatError) return;
    const named = policyInForce(header.kind, entry);
    if (named !== null) this.#policies.name(named);
    if (ANSWER_KINDS.has(header.kind)) this.#recheck(entry);
  }

  #recheck(entry: ArchiveEntry): void {
    const read = readDecisions(entry);
    if (typeof read === "string") return this.#skip(read, entry.index);
    if (read.decisions.length === 0) {
      this.#withoutDecisions += 1;
      return;
    }
    const policy = this.#policies.cite(read.policyVersion);
    if (typeof policy === "string") return this.#skip(policy, entry.index);
    this.#checked += 1;
    read.decisions.forEach((recorded, place) => this.#compare(policy, entry.index, place, recorded));
  }

  result(): RecomputedDecisions {
    const skipped = [...this.#notChecked];
    return {
      agree: this.#agree,
      differ: this.#differ,
      entries: {
        checked: this.#checked,
        withoutDecisions: this.#withoutDecisions,
        notChecked: skipped.reduce((sum, [, { entries }]) => sum + entries, 0),
      },
      differences: this.#differences,
      notChecked: skipped.map(([reason, counted]) => ({ reason, ...counted, sentence: notCheckedSentence(reason) })),
      ...this.#policies.result(),
    };
  }

  #compare(policy: RuleSet, index: number, place: number, { cited, banner, decision, obligations }: RecordedDecision) {
    const follows = derive(policy, cited);
    if (follows.decision === decision && same(follows.obligations, obligations)) {
      this.#agree += 1;
      return;
    }
    this.#differ += 1;
    if (this.#differences.length >= LISTED) return;
    const action = String(cited.action);
    const recorded = { decision, obligations };
    const sentence = `The decision about ${action} on ${banner ?? "no marking"} in entry ${index} is recorded as ${saying(recorded)}, while ${saying(follows)} follows from the policy, profile, marking and facts that the entry cites (${follows.because.join("; ")}): the server that decided erred or lied, or whoever held its keys wrote the entry so.`;
    const at = { what: "entry", index } as const;
    this.#differences.push({
      code: "DECISION_DIFFERS",
      at,
      decision: place,
      action,
      banner,
      recorded,
      follows,
      sentence,
    });
  }

  #skip(reason: NotCheckedReason, index: number): void {
    const { entries, first } = this.#notChecked.get(reason) ?? { entries: 0, first: index };
    this.#notChecked.set(reason, { entries: entries + 1, first });
  }
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, place) => text === b[place]);
}

function saying({ decision, obligations }: { decision: string; obligations: readonly string[] }): string {
  return obligations.length === 0 ? decision : `${decision} with ${obligations.join(" and ")}`;
}
