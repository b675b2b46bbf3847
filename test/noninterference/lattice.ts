import { loadPolicyFiles } from "../../src/composition/policy-files.ts";
import { dominates, effectiveOf, markingFromText } from "../../src/markings/index.ts";
import type { Effective } from "../../src/markings/index.ts";
import { isAction } from "../../src/policy/actions.ts";
import { decide } from "../../src/policy/decide.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { parseProfile } from "../../src/policy/profile.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import type { Chain, Who } from "./ask.ts";
import type { Person } from "./people.ts";

const { register, policy } = loadPolicyFiles();

const known = new Map<string, Effective>();

/** What decides about a marking that the register understands. */
function effective(text: string): Effective {
  const found = known.get(text);
  if (found) return found;
  const read = markingFromText(text, register);
  if (!read.ok) throw new Error(`${text}: ${read.code}`);
  const made = effectiveOf(read.marking, register);
  known.set(text, made);
  return made;
}

/** Whether the first marking is at least as restricted as the second. */
export function above(marking: string, floor: string): boolean {
  return dominates(effective(marking), effective(floor));
}

/** The profile by which decisions about a person in a session are made. */
function profileOf({ profile }: Person, level: Who["level"]): AccessProfile {
  return parseProfile({ ...profile, environment: { ...profile.environment, sessionLevel: level } });
}

const profiles = new Map<string, AccessProfile>();
const decided = new Map<string, boolean>();

/** Whether a profile may read something under one marking, as a member of its program or not. */
function mayRead(profile: AccessProfile, key: string, member: boolean, action: string, banner: string): boolean {
  if (!isAction(action)) throw new Error(`no action ${action}`);
  // A row that the person would see as its owner counts as seen.
  return [true, false].some((owner) => {
    const facts: Facts = { member, assigned: false, owner, state: "ACTIVE" };
    const cell = `${key}|${member}|${owner}|${action}|${banner}`;
    const before = decided.get(cell);
    if (before !== undefined) return before;
    const made = decide(policy, register.version, profile, effective(banner), facts, action).decision === "allow";
    decided.set(cell, made);
    return made;
  });
}

/** Whether a person in a session of this level sees a row of a program that stands under these markings. */
export function sees(person: Person, level: Who["level"], program: string, chain: Chain): boolean {
  const key = `${person.id}|${level}`;
  const profile = profiles.get(key) ?? profileOf(person, level);
  profiles.set(key, profile);
  const member = person.programs.includes(program);
  // Who may ask why others may read it sees where it stands, as the declassification list in SECURITY.md says.
  return [null, "policy.explain"].some((instead) =>
    chain.every(([action, banner]) => mayRead(profile, key, member, instead ?? action, banner)),
  );
}
