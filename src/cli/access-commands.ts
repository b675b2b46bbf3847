import { isDeepStrictEqual } from "node:util";
import { effectiveOf, markingFromText, readListDemand, renderPortion, underLists } from "../markings/index.ts";
import type { Effective, ListDemand, Marking, Register } from "../markings/index.ts";
import { isAction } from "../policy/actions.ts";
import { closedObject } from "../policy/closed-object.ts";
import { decide } from "../policy/decide.ts";
import { parseFacts } from "../policy/facts.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { parseProfile } from "../policy/profile.ts";
import type { Policy } from "../policy/rules.ts";
import { LIST_DEMAND_LIMIT } from "../policy/schema.ts";
import { parseStrictJson } from "../policy/strict-json.ts";

export { accessSchema } from "../policy/schema.ts";

/** What decisions are taken under. */
export interface DecideContext {
  readonly policy: Policy;
  readonly register: Register;
}

/** A line longer than this is refused unread (characters). */
const LINE_LIMIT = 1_000_000;

/**
 * Answers one line of JSON {"profile","marking","facts","action"}, optionally with "lists" (what lists the marking stands
 * under), with one line of JSON {"decision","reasons",
 * "obligations","policyVersion","registerVersion"}. Takes the decision as the server would, with the same code. Whatever is
 * malformed, missing, unknown or named twice is answered with deny, a reason 'input.…' and a member "code"; never throws.
 */
export function decideLine(line: string, context: DecideContext): string {
  const versions = { policyVersion: context.policy.version, registerVersion: context.register.version };
  try {
    if (line.length > LINE_LIMIT) throw new PolicyError("input-value", "line");
    const input = readQuestion(line);
    const profile = parseProfile(input["profile"]);
    const facts = parseFacts(input["facts"]);
    const action = input["action"];
    if (!isAction(action)) throw new PolicyError("input-value", "action");
    const effective = readMarking(
      input["marking"],
      Object.hasOwn(input, "lists") ? input["lists"] : [],
      context.register,
    );
    return JSON.stringify(decide(context.policy, context.register.version, profile, effective, facts, action));
  } catch (error) {
    const { code, at } = error instanceof PolicyError ? error : new PolicyError("input-value", "unreadable");
    return JSON.stringify({ decision: "deny", reasons: [`input.${at}`], obligations: [], ...versions, code });
  }
}

function readQuestion(line: string): Readonly<Record<string, unknown>> {
  try {
    return closedObject(parseStrictJson(line), ["profile", "marking", "facts", "action"], "question", ["lists"]);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new PolicyError(error.code, error.at.replace(/^question\./, ""), { cause: error });
  }
}

// A structure is taken only when it is exactly what reading its own portion gives, so that every rule of the grammar and
// the register binds it and nothing is left out or added.
function readMarking(value: unknown, lists: unknown, register: Register): Effective {
  const demands = readLists(lists);
  try {
    const text = typeof value === "string" ? value : renderPortion(value as Marking, register);
    const read = markingFromText(text, register);
    if (!read.ok || (typeof value !== "string" && !isDeepStrictEqual(value, read.marking))) {
      throw new PolicyError("input-value", "marking");
    }
    const effective = underLists(effectiveOf(read.marking, register), demands);
    if (effective === null) throw new PolicyError("input-value", "lists");
    return effective;
  } catch (cause) {
    if (cause instanceof PolicyError) throw cause;
    throw new PolicyError("input-value", "marking", { cause });
  }
}

function readLists(value: unknown): readonly ListDemand[] {
  if (!Array.isArray(value) || value.length > LIST_DEMAND_LIMIT) throw new PolicyError("input-value", "lists");
  const demands = value.map((item: unknown) => (typeof item === "string" ? readListDemand(item) : null));
  if (new Set(value).size !== value.length || !demands.every((demand) => demand !== null))
    throw new PolicyError("input-value", "lists");
  return demands;
}
