import { closedObject, flag, oneOf } from "./closed-object.ts";

/** Facts of an object in relation to the caller that are true or false. */
export const FLAGS = ["member", "assigned", "owner"] as const;

/** A fact that is true or false. */
export type Flag = (typeof FLAGS)[number];

/** States an object can be in; a noun without states is always ACTIVE. Closed, so that a rule cannot misspell one. */
export const STATES = ["ACTIVE", "BLIND", "RETRACTED", "REQUESTED", "APPROVED", "RELEASED", "REVOKED"] as const;

/** A state of the closed list. */
export type State = (typeof STATES)[number];

/**
 * What row rules may depend on, closed. member: the caller is read into the object's program; assigned: the object is his
 * task; owner: he made the object (for a review, the revision); state: of a delivery, or of a label at its own marking, as the
 * act found it. Whether a list names him is no fact of the row but of
 * marking and profile, so that it decides in the matrix.
 */
export interface Facts {
  readonly member: boolean;
  readonly assigned: boolean;
  readonly owner: boolean;
  readonly state: string;
}

/** Names of the facts, all required. */
export const FACT_MEMBERS = ["member", "assigned", "owner", "state"] as const satisfies readonly (keyof Facts)[];

/**
 * Reads facts from outside.
 * @throws PolicyError input-missing, input-unknown, input-value with the path of the fact
 */
export function parseFacts(value: unknown): Facts {
  const members = closedObject(value, FACT_MEMBERS, "facts");
  return Object.freeze({
    member: flag(members["member"], "facts.member"),
    assigned: flag(members["assigned"], "facts.assigned"),
    owner: flag(members["owner"], "facts.owner"),
    state: oneOf(members["state"], STATES, "facts.state"),
  });
}
