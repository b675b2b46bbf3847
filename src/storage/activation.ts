import { inAdministratorTransaction } from "./administration.ts";
import type { Administer } from "./administration.ts";
import type { Connection } from "./connection.ts";

/** A policy as it is kept: its documents by the hash of their text, and the versions of the rules and the register in them. */
export interface PolicyRecord {
  readonly sha384: string;
  readonly content: string;
  readonly version: string;
  readonly registerVersion: string;
}

/** The two people who had a version activated. */
export interface Activation {
  readonly requestedBy: string;
  readonly approvedBy: string;
}

/** A policy in the database. */
export interface StandingPolicy extends PolicyRecord, Activation {
  readonly id: string;
}

/** Row security as SQL text, and the hash by which it is known whether it stands in the database already. */
export interface RowSecurity {
  readonly text: string;
  readonly sha384: string;
}

/** What is in force, and what two people have put down for the next start; null where there is none. */
export interface Standing {
  readonly active: StandingPolicy | null;
  readonly scheduled: (StandingPolicy & { readonly proposalId: string }) | null;
}

/** Starts follow one another: two servers never complete the same activation. */
export const ONE_START_AT_A_TIME = "select pg_advisory_xact_lock(7233, 3)";

async function asOwner<T>(admin: Connection, work: (run: Administer) => Promise<T>): Promise<T> {
  const made: { value?: T } = {};
  await inAdministratorTransaction(admin, async (run) => {
    await run(ONE_START_AT_A_TIME);
    await run("set local role caveat_owner");
    made.value = await work(run);
    return true;
  });
  if (!("value" in made)) throw new Error("nothing was done");
  return made.value;
}

const POLICY = `p.id, d.sha384, d.content, p.version, p.register_version as "registerVersion"`;

/** The policy in force and the one that waits for a start, as the migrating login reads them. */
export function readStanding(admin: Connection): Promise<Standing> {
  return asOwner(admin, async (run) => {
    const active = await run<StandingPolicy>(
      `select ${POLICY}, p.requested_by as "requestedBy", p.approved_by as "approvedBy"
       from access.policy p join access.policy_documents d on d.sha384 = p.documents_sha384 where p.active`,
    );
    const scheduled = await run<StandingPolicy & { proposalId: string }>(
      `select ${POLICY}, s.requested_by as "requestedBy", s.approved_by as "approvedBy", s.proposal_id as "proposalId"
       from access.scheduled_activation() s join access.policy p on p.id = s.policy_id
       join access.policy_documents d on d.sha384 = p.documents_sha384`,
    );
    return { active: active[0] ?? null, scheduled: scheduled[0] ?? null };
  });
}

/** Activates the first policy of a database that has none; does nothing where there is one. Afterwards it takes two people. */
export async function activateFirstPolicy(
  admin: Connection,
  offered: PolicyRecord,
  activation: Activation,
): Promise<void> {
  await asOwner(admin, async (run) => {
    const known = await run("select id from access.policy limit 1");
    if (known.length > 0) return;
    await run(
      "insert into access.policy_documents (sha384, content, version, register_version) values ($1, $2, $3, $4) on conflict do nothing",
      [offered.sha384, offered.content, offered.version, offered.registerVersion],
    );
    await run(
      `with made as (
         insert into access.policy (version, register_version, documents_sha384, requested_by, approved_by, activated_at, active)
         values ($1, $2, $3, $4, $5, clock_timestamp(), true) returning id)
       insert into access.policy_activation (position, policy_id, requested_by, approved_by, step, row_security)
       select 1, id, $4, $5, 'in force', '' from made`,
      [offered.version, offered.registerVersion, offered.sha384, activation.requestedBy, activation.approvedBy],
    );
  });
}

/** Installs row security unless it stands there already, in the caller's transaction. */
async function install(run: Administer, { text, sha384 }: RowSecurity): Promise<void> {
  const installed = await run<{ sha384: string | null }>("select access.installed_row_security() as sha384");
  if (installed[0]?.sha384 === sha384) return;
  await run(text);
  await run(
    "insert into access.row_security (installed, sha384) select coalesce(max(installed), 0) + 1, $1 from access.row_security",
    [sha384],
  );
}

/** Makes row security that of the policy that is about to run. */
export async function installRowSecurity(admin: Connection, rowSecurity: RowSecurity): Promise<void> {
  await asOwner(admin, (run) => install(run, rowSecurity));
}

/**
 * Completes an activation that two people had put down for the next start: its row security and the policy come into force
 * together or not at all.
 */
export async function completeActivation(
  admin: Connection,
  scheduled: StandingPolicy & { readonly proposalId: string },
  rowSecurity: RowSecurity,
): Promise<void> {
  await asOwner(admin, async (run) => {
    const still = await run<{ policy_id: string | null }>("select (access.scheduled_activation()).policy_id");
    if (still[0]?.policy_id !== scheduled.id) return;
    await install(run, rowSecurity);
    await run("select access.put_in_force($1, $2, $3, $4, $5)", [
      scheduled.id,
      scheduled.proposalId,
      scheduled.requestedBy,
      scheduled.approvedBy,
      rowSecurity.sha384,
    ]);
  });
}
