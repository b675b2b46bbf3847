import type { Content } from "./forged-archive.ts";

/** What somebody who writes an entry cites for a decision that does not follow from it, by the section that says so. */
export const LIES: readonly (readonly [
  what: string,
  section: "outcome" | "detail",
  change: (content: Content) => void,
])[] = [
  ["a duty that was added", "outcome", eachDecision({ obligations: ["NO_CACHE"] })],
  ["another action", "outcome", eachDecision({ action: "policy.approve" })],
  ["an action that there is not", "outcome", eachDecision({ action: "label.destroy" })],
  ["a place without a marking", "outcome", eachDecision({ marking: 900 })],
  ["somebody outside the program", "outcome", eachFacts((facts) => ({ ...facts, member: false }))],
  ["facts of which one was lost", "outcome", eachFacts(({ member }) => ({ member }))],
  ["a higher marking", "outcome", eachMarking((effective) => ({ ...effective, sci: ["HCS-P"] }))],
  ["a marking of which a member was lost", "outcome", eachMarking(withoutLists)],
  ["another clearance", "detail", inProfile({ clearance: "U" })],
  ["a profile with a member too much", "detail", inProfile({ also: true })],
  ["a client that is not approved", "detail", inEnvironment({ client: "unapproved" })],
];

function eachDecision(members: object): (outcome: Content) => void {
  return (outcome) => {
    for (const one of outcome["decisions"] as Content[]) if (one["decision"] === "allow") Object.assign(one, members);
  };
}

function eachFacts(change: (facts: Content) => unknown): (outcome: Content) => void {
  return (outcome) => {
    for (const one of outcome["decisions"] as Content[]) {
      if (one["facts"] !== null) one["facts"] = change(one["facts"] as Content);
    }
  };
}

function eachMarking(change: (effective: Content) => unknown): (outcome: Content) => void {
  return (outcome) => {
    for (const one of outcome["markings"] as Content[]) one["effective"] = change(one["effective"] as Content);
  };
}

function withoutLists(effective: Content): Content {
  return Object.fromEntries(Object.entries(effective).filter(([name]) => name !== "lists"));
}

function inProfile(members: object): (detail: Content) => void {
  return (detail) => void Object.assign(detail["profile"] as object, members);
}

function inEnvironment(members: object): (detail: Content) => void {
  return (detail) => void Object.assign((detail["profile"] as Content)["environment"] as object, members);
}
