import { isDeepStrictEqual } from "node:util";
import { effectiveOf, markingFromText, renderPortion } from "../markings/index.ts";
import type { Effective, Marking, Register } from "../markings/index.ts";
import { isAction } from "../policy/actions.ts";
import { closedObject } from "../policy/closed-object.ts";
import { decide } from "../policy/decide.ts";
import { parseFacts } from "../policy/facts.ts";
import { PolicyError } from "../policy/policy-error.ts";
import { parseProfile } from "../policy/profile.ts";
import type { Policy } from "../policy/rules.ts";
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
 * Answers one line of JSON {"profile","marking","facts","action"} with one line of JSON {"decision","reasons",
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
    const effective = readMarking(input["marking"], context.register);
    return JSON.stringify(decide(context.policy, context.register.version, profile, effective, facts, action));
  } catch (error) {
    const { code, at } = error instanceof PolicyError ? error : new PolicyError("input-value", "unreadable");
    return JSON.stringify({ decision: "deny", reasons: [`input.${at}`], obligations: [], ...versions, code });
  }
}

function readQuestion(line: string): Readonly<Record<string, unknown>> {
  try {
    return closedObject(parseStrictJson(line), ["profile", "marking", "facts", "action"], "question");
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    throw new PolicyError(error.code, error.at.replace(/^question\./, ""), { cause: error });
  }
}

// A structure is taken only when it is exactly what reading its own portion gives, so that every rule of the grammar and
// the register binds it and nothing is left out or added.
function readMarking(value: unknown, register: Register): Effective {
  try {
    const text = typeof value === "string" ? value : renderPortion(value as Marking, register);
    const read = markingFromText(text, register);
    if (!read.ok || (typeof value !== "string" && !isDeepStrictEqual(value, read.marking))) {
      throw new PolicyError("input-value", "marking");
    }
    return effectiveOf(read.marking, register);
  } catch (cause) {
    throw new PolicyError("input-value", "marking", { cause });
  }
}
