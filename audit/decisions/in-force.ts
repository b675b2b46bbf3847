import type { ArchiveEntry } from "../core/archive.ts";
import type { LeafKind, SlotName } from "../core/leaf.ts";
import { contentOf } from "./outcome-entry.ts";

/** Kinds of entries that say which policy is in force from then on, with the section that does. */
const SAYING: ReadonlyMap<LeafKind, SlotName> = new Map([
  ["log.boot", "detail"],
  ["policy.activation", "outcome"],
]);

/**
 * The version of the policy that an open entry says is in force (FORMAT.md section 10): a start of the server, or an
 * activation by two people that was completed. null for every other entry, and where the section is sealed. Never throws.
 */
export function policyInForce(kind: LeafKind, entry: ArchiveEntry): string | null {
  const slot = SAYING.get(kind);
  const said = slot === undefined ? null : contentOf(entry, slot);
  if (typeof said !== "object" || said === null) return null;
  // What else stands there is read by others.
  const { policyVersion, step = "in force" } = said as Readonly<Record<string, unknown>>;
  return typeof policyVersion === "string" && step === "in force" ? policyVersion : null;
}
