import { MANDATORY } from "../policy/mandatory.ts";
import type { Policy } from "../policy/rules.ts";

/** What a decision rests on, for people. */
export interface Reason {
  /** Id of a mandatory condition ('mac.level'), of a rule ('label.read.roles') or of a duty ('obligation.WATERMARK'). */
  readonly id: string;
  readonly kind: "condition" | "rule" | "duty" | "nothing";
  readonly sentence: string;
  readonly authority: string;
}

const NOTHING: Readonly<Record<string, string>> = {
  "pair.no-allow": "No rule allows this to such a person on such a marking.",
  "row.no-allow": "No rule allows this on an object with these facts.",
  "person.cannot-sign-in":
    "The person cannot sign in through this client: unknown to it, suspended, or without a clearance that is valid now.",
};

/** The reason that an id of a decision names, under the policy by which it was taken. */
export function reasonOf(policy: Policy, id: string): Reason {
  const condition = MANDATORY.find((one) => one.id === id);
  if (condition) return { id, kind: "condition", sentence: condition.sentence, authority: condition.authority };
  const rule = policy.rules.find((one) => one.id === id);
  if (rule) return { id, kind: "rule", sentence: rule.sentence, authority: rule.authority };
  if (id.startsWith("obligation."))
    return {
      id,
      kind: "duty",
      sentence: `An allow asks for the duty ${id.slice("obligation.".length)}, which cannot be done there.`,
      authority: "standards B.8",
    };
  return {
    id,
    kind: "nothing",
    sentence: NOTHING[id] ?? "What was asked cannot be decided, which is a refusal.",
    authority: "SP 800-53 AC-3, deny by default",
  };
}
