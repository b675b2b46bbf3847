import { decide } from "../policy/decide.ts";
import type { ArchiveContent, MayOpen, OfficerEntry } from "../policy/audit-port.ts";
import { CaveatError } from "../errors.ts";
import type { Effective } from "../markings/index.ts";
import type { Grant } from "../policy/grant.ts";
import { installationMarking } from "../policy/installation.ts";

const LEVEL_WORDS = { U: "UNCLASSIFIED", R: "CONFIDENTIAL", C: "CONFIDENTIAL", S: "SECRET", TS: "TOP SECRET" } as const;

const FACTS = { member: false, assigned: false, owner: false, state: "ACTIVE" } as const;

type LogAction = "audit.read" | "audit.export";

/** Whether the caller may open a section: he dominates its marking and his role reads the log. */
export function mayOpen(grant: Grant): MayOpen {
  const known = new Map<string, boolean>();
  const { policy, register } = grant.office;
  return (marking) => {
    const cached = known.get(marking);
    if (cached !== undefined) return cached;
    const { effective } = JSON.parse(marking) as { effective: Effective };
    const made = decide(policy, register.version, grant.principal.profile, effective, FACTS, "audit.read");
    known.set(marking, made.decision === "allow");
    return made.decision === "allow";
  };
}

/** Notes sections of these markings as opened: the answer's banner covers them, the outcome names `objects` with each. */
export async function discloseSections(
  grant: Grant,
  action: LogAction,
  opened: Iterable<readonly [marking: string, objects: Iterable<string>]>,
): Promise<void> {
  for (const [text, objects] of opened) {
    const { banner, effective } = JSON.parse(text) as { banner: string; effective: Effective };
    // A section whose parts have no common banner is shown at its level, for our own people only.
    const printed = grant.office.read(banner) ?? grant.office.read(`${LEVEL_WORDS[effective.level]}//NOFORN`);
    if (!printed) throw new CaveatError("UNAVAILABLE", "a section has no banner");
    const marking = await grant.office.intern(printed.structure, effective);
    for (const object of objects) await grant.disclose(action, marking, object);
  }
}

/**
 * The policies that an archive for this caller carries, so that its decisions can be taken again: all that were ever in
 * force, where he may read policies, and otherwise none. Notes the documents that each was taken from as disclosed.
 */
export async function disclosePolicies(grant: Grant): Promise<ArchiveContent["policies"]> {
  const marking = await installationMarking(grant);
  if (!(await grant.allows("policy.read", marking, FACTS, "policy:rules"))) return [];
  const policies = await grant.policies.archived();
  for (const { documents } of policies)
    await grant.disclose("policy.read", marking, `policy:${documents.slice(0, 16)}`);
  return policies;
}

/** Notes each entry that was opened, with the marking of each of its sections. */
export async function discloseEntries(grant: Grant, entries: readonly OfficerEntry[]): Promise<void> {
  const opened = new Map<string, Set<string>>();
  for (const { id, sections } of entries) {
    for (const { marking } of sections) {
      if (marking === null) continue;
      const ids = opened.get(marking) ?? new Set<string>();
      opened.set(marking, ids.add(`entry:${id}`));
    }
  }
  await discloseSections(grant, "audit.read", opened);
}

/** Refuses a caller who has no part in reading the log; he is told nothing else than anybody about what is not there. */
export function requireOfficer(grant: Grant, action: LogAction): void {
  const { policy, register } = grant.office;
  const unclassified = grant.office.read("UNCLASSIFIED");
  const made =
    unclassified && decide(policy, register.version, grant.principal.profile, unclassified.effective, FACTS, action);
  if (made?.decision !== "allow") throw new CaveatError("NOT_FOUND", "not a compliance officer");
}
