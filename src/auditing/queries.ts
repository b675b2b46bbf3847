import type { AuditPort, MayOpen } from "../policy/audit-port.ts";
import { rankOf } from "../markings/index.ts";
import type { Effective } from "../markings/index.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { AccessProfile } from "../policy/profile.ts";
import { discloseEntries, disclosePolicies, discloseSections, mayOpen, requireOfficer } from "./officer.ts";

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

/**
 * Entries of the activity log from an index on, before `until` where it is given: header and hash of all, sections as far as
 * the officer dominates their marking.
 */
export const auditPage: Command<{ first: number; from: number; until?: number }, Officer> = command({
  name: "auditEntries",
  action: "audit.read",
  target: () => null,
  async run(grant, { first, from, until }) {
    requireOfficer(grant, "audit.read");
    const left = until === undefined ? first : Math.max(0, Math.min(first, until - from));
    const page = await grant.audit.page(from, left, mayOpen(grant));
    await discloseEntries(grant, page.entries);
    return { entries: page.entries, more: page.more && (until === undefined || from + left < until) };
  },
});

/** The archive of the activity log, line by line, with the sections that the officer may open and the policies that he may read. */
export const exportArchive: Command<Record<string, never>, { lines: AsyncIterable<string> }> = command({
  name: "auditExport",
  action: "audit.export",
  target: () => null,
  async run(grant) {
    requireOfficer(grant, "audit.export");
    const openable = await grant.audit.openable(mayOpen(grant));
    await discloseSections(
      grant,
      "audit.export",
      openable.map((marking) => [marking, ["audit:sections"]]),
    );
    return { lines: grant.audit.archive(mayOpen(grant), { policies: await disclosePolicies(grant) }) };
  },
});

/**
 * A file of the activity log's tree, by its path (C2SP tlog-tiles): of each entry it has the leaf, which every officer is given
 * with the archive, and no section. Null where there is none.
 */
export const logFile: Command<{ path: string }, Uint8Array | null> = command({
  name: "auditTile",
  action: "audit.export",
  target: () => null,
  run: async (grant, { path }) => {
    requireOfficer(grant, "audit.export");
    return grant.audit.tile(path);
  },
});

/**
 * The same archive in which only what concerns these subjects is opened, with the requests that belong to it: one person,
 * one object, or those of a case. Everything else is there, withheld, so that the whole still verifies.
 */
export const discloseArchive: Command<{ subjects: readonly string[] }, { lines: AsyncIterable<string> }> = command({
  name: "auditDisclose",
  action: "audit.export",
  target: () => null,
  async run(grant, { subjects }) {
    requireOfficer(grant, "audit.export");
    const names = subjects.flatMap(everyNameOf);
    const { places, markings } = await grant.audit.search.concerned(names, mayOpen(grant));
    const objects = subjects.map((subject) => `disclosed:${subject}`);
    await discloseSections(
      grant,
      "audit.export",
      [...markings].map((marking) => [marking, objects]),
    );
    const content = { opens: (index: number) => places.has(index), policies: await disclosePolicies(grant) };
    return { lines: grant.audit.archive(mayOpen(grant), content) };
  },
});

/** Every name under which entries about a subject are found. @param subject noun and id with a colon between */
function everyNameOf(subject: string): string[] {
  const [noun = "", id = ""] = subject.split(":");
  const own = noun === "person" ? [`actor:${id}`, `asker:${id}`] : [];
  return [...own, subject, `refused:${subject}`, `about:${id}`];
}
