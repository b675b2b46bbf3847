import type { Effective } from "../markings/index.ts";
import type { Action } from "./actions.ts";
import { ACTIONS, actionBit, handlingOf } from "./actions.ts";
import type { Obligation } from "./decision.ts";
import { OBLIGATIONS } from "./decision.ts";
import { isWholeEffective } from "./effective-shape.ts";
import { requireLoaded } from "./load.ts";
import { MANDATORY, mandatoryObligations, passesMandatory } from "./mandatory.ts";
import type { Handling, MandatoryCondition } from "./mandatory.ts";
import { askPair, obligationsOf, obligingAbility, onMarking, pairAbility, pairAttributes } from "./pair.ts";
import type { AccessProfile } from "./profile.ts";
import { wholeProfile } from "./profile.ts";
import type { Policy } from "./rules.ts";

/** A marking, read once for all profiles. */
export interface MatrixColumn {
  /** Null when the marking is not whole: nobody may do anything with it. */
  readonly effective: Effective | null;
  /** Markings that no pair rule of the policy can tell apart have the same class. */
  readonly kind: string;
}

/** The cell of a marking: bit n is set when the action with bit n is allowed. */
export type MatrixRow = (column: MatrixColumn) => bigint;

type PairAbility = ReturnType<typeof pairAbility>;

const maskOf = (actions: readonly Action[]): bigint =>
  actions.reduce((bits, action) => bits | (1n << BigInt(actionBit(action))), 0n);
const HANDLINGS: readonly (readonly [Handling, bigint])[] = (["display", "view", "copy"] as const).map((handling) => [
  handling,
  maskOf(ACTIONS.filter((action) => handlingOf(action) === handling)),
]);
/** The actions for which rules oblige to something, by obligation. */
type Duties = readonly (readonly [Obligation, bigint])[];

/**
 * The matrix of decisions, computed by what many cells have in common: the mandatory conditions once for each way
 * of handling, the pair rules once for all profiles to which the same rules apply and all markings that these rules cannot
 * tell apart. Each bit equals what decidePair says of its action; a property test holds the two together.
 */
export class Matrix {
  readonly #policy: Policy;
  readonly #conditions: readonly MandatoryCondition[];
  /** By attribute of a marking that a pair rule looks at: the tokens that the rules name. */
  readonly #looked: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #answers = new WeakMap<PairAbility, Map<string, bigint>>();
  readonly #duties = new WeakMap<PairAbility, Map<string, Duties>>();

  /** @throws PolicyError policy-not-loaded */
  constructor(policy: Policy, conditions: readonly MandatoryCondition[] = MANDATORY) {
    requireLoaded(policy);
    this.#policy = policy;
    this.#conditions = conditions;
    this.#looked = lookedAt(policy);
  }

  /** A marking as a column of the matrix. */
  column(effective: Effective): MatrixColumn {
    if (!isWholeEffective(effective)) return { effective: null, kind: "" };
    const own = structuredClone(effective);
    const attributes = pairAttributes(own);
    return {
      effective: own,
      kind: JSON.stringify([...this.#looked].map(([at, named]) => seen(attributes[at], named))),
    };
  }

  /** A profile as a row of the matrix. One that is not whole may do nothing. */
  row(profile: AccessProfile): MatrixRow {
    let reader: AccessProfile;
    let ability: PairAbility;
    let obliging: PairAbility;
    try {
      reader = wholeProfile(profile);
      ability = pairAbility(this.#policy, reader);
      obliging = obligingAbility(this.#policy, reader);
    } catch {
      return () => 0n;
    }
    const answers = known(this.#answers, ability);
    const duties = known(this.#duties, obliging);
    const honors = new Set(reader.environment.honors);
    return ({ effective, kind }) => {
      if (effective === null) return 0n;
      const passing = HANDLINGS.filter(([handling]) => this.#passes(reader, effective, handling, honors));
      if (passing.length === 0) return 0n;
      let allowed = answers.get(kind);
      if (allowed === undefined) {
        allowed = maskOf(ACTIONS.filter((action) => asked(ability, effective, action)));
        answers.set(kind, allowed);
      }
      let obliged = duties.get(kind);
      if (obliged === undefined) {
        obliged = this.#dutiesOf(obliging, effective);
        duties.set(kind, obliged);
      }
      const handled = passing.reduce((bits, [, mask]) => bits | mask, 0n);
      const left = obliged.reduce((bits, [duty, mask]) => (honors.has(duty) ? bits : bits | mask), 0n);
      return allowed & handled & ~left;
    };
  }

  #dutiesOf(obliging: PairAbility, effective: Effective): Duties {
    const of = ACTIONS.map((action) => [action, obligationsOf(this.#policy, obliging, effective, action)] as const);
    return OBLIGATIONS.map((duty) => [
      duty,
      maskOf(of.flatMap(([action, all]) => (all.includes(duty) ? [action] : []))),
    ]);
  }

  // Whatever goes wrong while deciding is a refusal.
  #passes(reader: AccessProfile, object: Effective, handling: Handling, honors: ReadonlySet<Obligation>): boolean {
    try {
      const of = { reader, object, handling };
      return passesMandatory(of, this.#conditions) && mandatoryObligations(of).every((duty) => honors.has(duty));
    } catch {
      return false;
    }
  }
}

function known<T>(by: WeakMap<PairAbility, Map<string, T>>, ability: PairAbility): Map<string, T> {
  const found = by.get(ability) ?? new Map<string, T>();
  by.set(ability, found);
  return found;
}

/** What rules can see of an attribute: of a list the tokens that they name, and whether it holds others. */
function seen(value: unknown, named: ReadonlySet<string>): unknown {
  if (!Array.isArray(value)) return value;
  const tokens = value.map(String);
  const told = tokens.filter((token) => named.has(token));
  return [told.toSorted(), told.length < tokens.length];
}

function lookedAt(policy: Policy): Map<string, Set<string>> {
  const looked = new Map<string, Set<string>>();
  for (const rule of policy.rules) {
    if (!("pair" in rule.when)) continue;
    for (const [attribute, operators] of Object.entries(onMarking(rule.when.pair) ?? {})) {
      const named = looked.get(attribute) ?? new Set();
      looked.set(attribute, named);
      for (const text of Object.values(operators).flat()) named.add(String(text));
    }
  }
  return looked;
}

function asked(ability: PairAbility, effective: Effective, action: Action): boolean {
  try {
    return askPair(ability, effective, action).allow;
  } catch {
    return false;
  }
}

const matrices = new WeakMap<Policy, Matrix>();

/** The matrix of a policy. @throws PolicyError policy-not-loaded */
export function matrixOf(policy: Policy): Matrix {
  const made = matrices.get(policy) ?? new Matrix(policy);
  matrices.set(policy, made);
  return made;
}

/** One cell of the matrix. @throws PolicyError policy-not-loaded */
export function pairBits(policy: Policy, profile: AccessProfile, effective: Effective): bigint {
  const matrix = matrixOf(policy);
  return matrix.row(profile)(matrix.column(effective));
}
