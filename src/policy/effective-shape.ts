import type { Effective } from "../markings/index.ts";
import { LEVELS, needsList } from "../markings/index.ts";

const SETS = ["sci", "sar", "aea", "nato", "fgi", "controls", "relTo", "displayTo", "lists"] as const;
const MEMBERS: ReadonlySet<PropertyKey> = new Set(["level", "noforn", "jointOwners", ...SETS]);

/**
 * Whether the value is a whole effective marking: every member there, of the right type, and none that is unknown here (a
 * marking with an axis that no condition looks at must not be readable). Decisions ask this first, because most conditions
 * of standards B.1 are true of a missing or empty member.
 */
export function isWholeEffective(value: unknown): value is Effective {
  if (typeof value !== "object" || value === null) return false;
  const members = value as Readonly<Record<PropertyKey, unknown>>;
  const names = Reflect.ownKeys(members);
  if (names.length !== MEMBERS.size || !names.every((name) => MEMBERS.has(name))) return false;
  if (!(LEVELS as readonly unknown[]).includes(members["level"]) || typeof members["noforn"] !== "boolean")
    return false;
  const owners = members["jointOwners"];
  if (!(owners === null || isTokenArray(owners)) || !SETS.every((name) => isTokenArray(members[name]))) return false;
  const { controls, lists } = members as unknown as Effective;
  // A control that needs a list always says which, or that there is none: a join could otherwise take another's list for it.
  return controls.every((control) => !needsList(control) || lists.some((token) => token.startsWith(`${control}:`)));
}

function isTokenArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string" && item.length > 0);
}
