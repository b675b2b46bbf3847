import type { Handling } from "./mandatory.ts";

/** What an action is about. A rule file exists for each. */
export const NOUNS = [
  "program",
  "dataset",
  "asset",
  "ontology",
  "label",
  "delivery",
  "person",
  "audit",
  "client",
  "policy",
  "marking",
  "list",
  "project",
  "task",
] as const;

/** A noun of the closed list. */
export type Noun = (typeof NOUNS)[number];

/**
 * Every action there is. The position is the bit in the matrix of decisions, which is stored: append only, never reorder.
 */
export const ACTIONS = [
  "program.read",
  "dataset.read",
  "dataset.create",
  "asset.read",
  "asset.create",
  "asset.display",
  "ontology.read",
  "ontology.create",
  "label.read",
  "label.create",
  "label.revise",
  "label.retract",
  "label.review",
  "label.import",
  "delivery.read",
  "delivery.request",
  "delivery.approve",
  "delivery.release",
  "delivery.fetch",
  "person.read",
  "audit.own",
  "audit.read",
  "audit.export",
  "person.administer",
  "person.approve",
  "client.administer",
  "client.approve",
  "policy.administer",
  "policy.approve",
  "marking.administer",
  "marking.approve",
  "marking.raise",
  "list.read",
  "list.create",
  "policy.read",
  "policy.explain",
  "policy.compare",
  "audit.administer",
  "audit.approve",
  "project.read",
  "project.create",
  "task.read",
  "task.create",
  "task.work",
  "task.review",
  "task.draft",
  "asset.examine",
  "asset.lift",
] as const;

/** An action of the closed list. */
export type Action = (typeof ACTIONS)[number];

// Looking is all that DISPLAY ONLY permits (standards B.3): whatever makes, changes, sends or takes away a copy is not here.
const VIEWING: ReadonlySet<Action> = new Set<Action>([
  "program.read",
  "dataset.read",
  "asset.read",
  "asset.display",
  "asset.examine",
  "ontology.read",
  "label.read",
  "delivery.read",
  "person.read",
  "audit.own",
  "audit.read",
  "list.read",
  "policy.read",
  "policy.explain",
  "policy.compare",
  "project.read",
  "task.read",
]);

/** Whether the value is an action of the closed list. */
export function isAction(value: unknown): value is Action {
  return (ACTIONS as readonly unknown[]).includes(value);
}

/** The bit of the action in the matrix, counted from 0. */
export function actionBit(action: Action): number {
  return ACTIONS.indexOf(action);
}

/** The noun that the action is about. */
export function nounOf(action: Action): Noun {
  const noun = NOUNS.find((candidate) => action.startsWith(`${candidate}.`));
  if (noun === undefined) throw new TypeError("action without a noun");
  return noun;
}

/** Whether the action shows pixels, only looks in another way, or makes a copy, which display only forbids (standards B.3). */
export function handlingOf(action: Action): Handling {
  if (action === "asset.display") return "display";
  return VIEWING.has(action) ? "view" : "copy";
}
