import type { AuditSearchPort, Between } from "../policy/audit-port.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { findingOf } from "./finding.ts";
import type { Findings } from "./finding.ts";
import { discloseEntries, mayOpen, requireOfficer } from "./officer.ts";

/** A page of findings, newest first, older than the entry `before`. */
export interface SearchPage {
  readonly first: number;
  readonly before: number | null;
}

async function found(
  grant: Grant,
  names: readonly string[],
  { first, before }: SearchPage,
  slot: 0 | 2,
  object: string | null,
): Promise<Findings> {
  requireOfficer(grant, "audit.read");
  const { entries, ...rest } = await grant.audit.search.about(names, { before, limit: first, slot }, mayOpen(grant));
  await discloseEntries(grant, entries);
  return { ...rest, findings: entries.map((entry) => findingOf(entry, object)) };
}

/**
 * Every answer that disclosed or changed an object: as a row of a list, below a label, as a display copy, in a delivery.
 * `object` is noun and id with a colon between, from the caller.
 */
export const auditAccesses: Command<SearchPage & { readonly object: string }, Findings> = command({
  name: "auditAccesses",
  action: "audit.read",
  target: () => null,
  run: (grant, { object, ...page }) => found(grant, [object], page, 2, object),
});

/** Every answer that a person got. The id comes from the caller. */
export const auditOfPerson: Command<SearchPage & { readonly personId: string }, Findings> = command({
  name: "auditOfPerson",
  action: "audit.read",
  target: () => null,
  run: (grant, { personId, ...page }) => found(grant, [`actor:${personId}`], page, 0, null),
});

/** What was refused or failed, and why; of one object where it is given. */
export const auditRefusals: Command<SearchPage & { readonly object: string | null }, Findings> = command({
  name: "auditRefusals",
  action: "audit.read",
  target: () => null,
  run: (grant, { object, ...page }) =>
    found(grant, [object === null ? "refusal" : `refused:${object}`], page, 2, object),
});

/** Signed checkpoints of the activity log, newest first, below a size. */
export const auditCheckpoints: Command<SearchPage, Awaited<ReturnType<AuditSearchPort["checkpoints"]>>> = command({
  name: "auditCheckpoints",
  action: "audit.read",
  target: () => null,
  async run(grant, { first, before }) {
    requireOfficer(grant, "audit.read");
    return grant.audit.search.checkpoints(before, first);
  },
});

/** What happened between two signed sizes of the log; null where one of them was never signed. */
export const auditBetween: Command<{ readonly from: number; readonly to: number }, Between | null> = command({
  name: "auditBetween",
  action: "audit.read",
  target: () => null,
  async run(grant, { from, to }) {
    requireOfficer(grant, "audit.read");
    return grant.audit.search.between(from, to);
  },
});

/** Entries about which the index says something else than the log, in a stretch of at most `first` entries. */
export const auditIndexCheck: Command<
  { readonly from: number; readonly first: number },
  Awaited<ReturnType<AuditSearchPort["compare"]>>
> = command({
  name: "auditIndexCheck",
  action: "audit.read",
  target: () => null,
  async run(grant, { from, first }) {
    requireOfficer(grant, "audit.read");
    return grant.audit.search.compare(from, first);
  },
});
