import { decide } from "../policy/decide.ts";
import type { AuditPort, MayOpen } from "../policy/audit-port.ts";
import { CaveatError } from "../errors.ts";
import { rankOf } from "../markings/index.ts";
import type { Effective } from "../markings/index.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import type { AccessProfile } from "../policy/profile.ts";

const LEVEL_WORDS = { U: "UNCLASSIFIED", R: "CONFIDENTIAL", C: "CONFIDENTIAL", S: "SECRET", TS: "TOP SECRET" } as const;

type Own = Awaited<ReturnType<AuditPort["own"]>>;
type Officer = Awaited<ReturnType<AuditPort["page"]>>;

/** Whether an act was done in a session of this session's level or a lower one. */
function withinSession(profile: AccessProfile): MayOpen {
  const ceiling = rankOf(profile.environment.sessionLevel);
  return (marking) => {
    const { effective } = JSON.parse(marking) as { effective: Effective };
    return rankOf(effective.level) <= ceiling;
  };
}

/** What the caller did and how he was answered, newest first. */
export const ownAudit: Command<{ first: number; before: number | null }, Own> = command({
  name: "ownAudit",
  action: "audit.own",
  target: () => null,
  run: (grant, { first, before }) =>
    grant.audit.own(grant.principal.personId, before, first, withinSession(grant.principal.profile)),
});

/** Whether the caller may open a section: he dominates its marking and his role reads the log. `opened` gathers those. */
function mayOpen(grant: Grant, opened: Set<string> = new Set()): MayOpen {
  const known = new Map<string, boolean>();
  const facts = { member: false, assigned: false, owner: false, state: "ACTIVE" };
  return (marking) => {
    const cached = known.get(marking);
    if (cached === true) opened.add(marking);
    if (cached !== undefined) return cached;
    const { effective } = JSON.parse(marking) as { effective: Effective };
    const made = decide(
      grant.office.policy,
      grant.office.register.version,
      grant.principal.profile,
      effective,
      facts,
      "audit.read",
    );
    known.set(marking, made.decision === "allow");
    if (made.decision === "allow") opened.add(marking);
    return made.decision === "allow";
  };
}

/** Notes the markings of opened sections: the answer's banner covers them. */
async function discloseSections(
  grant: Grant,
  action: "audit.read" | "audit.export",
  markings: Iterable<string>,
): Promise<void> {
  for (const text of markings) {
    const { banner, effective } = JSON.parse(text) as { banner: string; effective: Effective };
    // A section whose parts have no common banner is shown at its level, for our own people only.
    const printed = grant.office.read(banner) ?? grant.office.read(`${LEVEL_WORDS[effective.level]}//NOFORN`);
    if (!printed) throw new CaveatError("UNAVAILABLE", "a section has no banner");
    await grant.disclose(action, await grant.office.intern(printed.structure, effective), "audit:sections");
  }
}

/** Refuses a caller who has no part in reading the log; he is told nothing else than anybody about what is not there. */
function requireOfficer(grant: Grant, action: "audit.read" | "audit.export"): void {
  const unclassified = grant.office.read("UNCLASSIFIED");
  const facts = { member: false, assigned: false, owner: false, state: "ACTIVE" };
  const made =
    unclassified &&
    decide(
      grant.office.policy,
      grant.office.register.version,
      grant.principal.profile,
      unclassified.effective,
      facts,
      action,
    );
  if (made?.decision !== "allow") throw new CaveatError("NOT_FOUND", "not a compliance officer");
}

/** Entries of the activity log: header and hash of all, sections as far as the officer dominates their marking. */
export const auditPage: Command<{ first: number; from: number }, Officer> = command({
  name: "auditEntries",
  action: "audit.read",
  target: () => null,
  async run(grant, { first, from }) {
    requireOfficer(grant, "audit.read");
    const opened = new Set<string>();
    const page = await grant.audit.page(from, first, mayOpen(grant, opened));
    await discloseSections(grant, "audit.read", opened);
    return page;
  },
});

/** The archive of the activity log, line by line, with the sections that the officer may open. */
export const exportArchive: Command<Record<string, never>, { lines: AsyncIterable<string> }> = command({
  name: "auditExport",
  action: "audit.export",
  target: () => null,
  async run(grant) {
    requireOfficer(grant, "audit.export");
    await discloseSections(grant, "audit.export", await grant.audit.openable(mayOpen(grant)));
    return { lines: grant.audit.archive(mayOpen(grant)) };
  },
});
