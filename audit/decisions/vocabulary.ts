/**
 * The closed lists of the policy format (FORMAT.md section 10), written down here a second time: what is not in them is
 * refused. Nothing in this folder comes from the server's code, so that a mistake there does not repeat itself here.
 */

/** Levels of classification, lowest first (standards B.1 #1). */
export const LEVELS: readonly string[] = ["U", "R", "C", "S", "TS"];

/** Place of a level in their order; -1 for a text that is none. */
export function rank(level: string): number {
  return LEVELS.indexOf(level);
}

/** What an action does with information: shows pixels, only looks in another way, or makes, changes or sends a copy (B.3). */
export type Handling = "display" | "view" | "copy";

/** Every action with its handling; the word before the point is its noun. */
export const ACTIONS: ReadonlyMap<string, Handling> = new Map<string, Handling>([
  ["program.read", "view"],
  ["dataset.read", "view"],
  ["dataset.create", "copy"],
  ["asset.read", "view"],
  ["asset.create", "copy"],
  ["asset.display", "display"],
  ["ontology.read", "view"],
  ["ontology.create", "copy"],
  ["label.read", "view"],
  ["label.create", "copy"],
  ["label.revise", "copy"],
  ["label.retract", "copy"],
  ["label.review", "copy"],
  ["label.import", "copy"],
  ["delivery.read", "view"],
  ["delivery.request", "copy"],
  ["delivery.approve", "copy"],
  ["delivery.release", "copy"],
  ["delivery.fetch", "copy"],
  ["person.read", "view"],
  ["person.administer", "copy"],
  ["person.approve", "copy"],
  ["audit.own", "view"],
  ["audit.read", "view"],
  ["audit.export", "copy"],
  ["audit.administer", "copy"],
  ["audit.approve", "copy"],
  ["client.administer", "copy"],
  ["client.approve", "copy"],
  ["policy.read", "view"],
  ["policy.explain", "view"],
  ["policy.compare", "view"],
  ["policy.administer", "copy"],
  ["policy.approve", "copy"],
  ["marking.administer", "copy"],
  ["marking.approve", "copy"],
  ["marking.raise", "copy"],
  ["list.read", "view"],
  ["list.create", "copy"],
  ["project.read", "view"],
  ["project.create", "copy"],
  ["task.read", "view"],
  ["task.create", "copy"],
  ["task.work", "copy"],
  ["task.review", "copy"],
  ["task.draft", "copy"],
  ["asset.examine", "view"],
  ["asset.lift", "copy"],
]);

/** What actions are about; a rule file is named for each. */
export const NOUNS: readonly string[] = [...new Set([...ACTIONS.keys()].map((action) => action.split(".")[0] ?? ""))];

/** Roles that a profile may hold and a rule may name. */
export const ROLES: readonly string[] = [
  "analyst",
  "approver",
  "compliance-officer",
  "disclosure-officer",
  "downgrade-authority",
  "program-officer",
  "reviewer",
  "security-officer",
  "steward",
];

/** Government, military, contractor (standards B.8). */
export const ENTITY_TYPES: readonly string[] = ["CTR", "GOV", "MIL"];

/** Duties that an allow may carry (standards B.8). */
export const OBLIGATIONS: readonly string[] = ["BANNER", "NO_CACHE", "RE_AUTHENTICATE", "VIEW_ONLY", "WATERMARK"];

/** Facts that are true or false. */
export const FLAGS: readonly string[] = ["assigned", "member", "owner"];

/** States that an object can be in. */
export const STATES: readonly string[] = [
  "ACTIVE",
  "APPROVED",
  "BLIND",
  "RELEASED",
  "REQUESTED",
  "RETRACTED",
  "REVOKED",
];

/** Sets of an effective marking that a refusing or obliging rule may look into. */
export const RULED_SETS: readonly string[] = ["aea", "controls", "fgi", "nato", "sar", "sci"];

/** A token of access ("SI", "SI-G", "SAR-BP-123"), at most 64 characters. */
export const TOKEN = /^(?=.{1,64}$)[A-Z0-9]+(?:[ -][A-Z0-9]+)*$/;

/** A country: three capital letters. */
export const COUNTRY = /^[A-Z]{3}$/;
