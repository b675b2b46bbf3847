import type { InternedMarking } from "../storage/ports.ts";
import type { Action } from "./actions.ts";
import { decide, decidePair } from "./decide.ts";
import type { Decision } from "./decision.ts";
import type { Facts } from "./facts.ts";
import type { AccessProfile } from "./profile.ts";
import type { Policy } from "./rules.ts";

/**
 * Decisions under one policy, each made once for a profile and a marking. Both are frozen and never change, and a decision
 * hangs on nothing else; what is remembered goes with them. Only an interned marking may be given, never one from outside.
 */
export class DecisionMemory {
  readonly #policy: Policy;
  readonly #registerVersion: string;
  readonly #made = new WeakMap<AccessProfile, WeakMap<InternedMarking, Map<string, Decision>>>();

  constructor(policy: Policy, registerVersion: string) {
    this.#policy = policy;
    this.#registerVersion = registerVersion;
  }

  /** As `decide`; without facts, for what stands above a row, marking and profile decide alone. */
  decision(profile: AccessProfile, marking: InternedMarking, facts: Facts | null, action: Action): Decision {
    // What could still change is decided about each time.
    if (!Object.isFrozen(profile) || !Object.isFrozen(marking)) return this.#decide(profile, marking, facts, action);
    const ofProfile = this.#made.get(profile) ?? new WeakMap<InternedMarking, Map<string, Decision>>();
    this.#made.set(profile, ofProfile);
    const ofMarking = ofProfile.get(marking) ?? new Map<string, Decision>();
    ofProfile.set(marking, ofMarking);
    const key = facts === null ? action : `${action} ${JSON.stringify(facts)}`;
    const decision = ofMarking.get(key) ?? this.#decide(profile, marking, facts, action);
    ofMarking.set(key, decision);
    return decision;
  }

  #decide(profile: AccessProfile, { effective }: InternedMarking, facts: Facts | null, action: Action): Decision {
    const policy = this.#policy;
    const registerVersion = this.#registerVersion;
    if (facts !== null) return decide(policy, registerVersion, profile, effective, facts, action);
    const { allow, reasons, obligations } = decidePair(policy, profile, effective, action);
    return { decision: allow ? "allow" : "deny", reasons, obligations, policyVersion: policy.version, registerVersion };
  }
}
