import { randomUUID } from "node:crypto";
import { encodeCanonical } from "../../audit/index.ts";
import type { Plain } from "../policy/audit-port.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { installationMarking } from "../policy/installation.ts";
import { personOf } from "./people.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";

/** What one person takes away; it holds at the next statement of everybody whom it is about (I7). */
interface Taken {
  readonly family: "person" | "client";
  readonly subjectId: string;
  readonly marking: InternedMarking;
  readonly act: { readonly [member: string]: Plain };
}

/** Takes something away; `find` says what, or throws UserError. */
function revoking<I>(
  kind: string,
  family: Taken["family"],
  find: (grant: Grant, input: I) => Promise<Omit<Taken, "family">>,
) {
  return command<I, { readonly id: string }>({
    name: kind,
    action: `${family}.administer`,
    target: () => null,
    async run(grant, input) {
      const { subjectId, marking, act } = await find(grant, input);
      const id = randomUUID();
      const revokerId = grant.principal.personId;
      const content = encodeCanonical({ act, id, kind, revoker: revokerId });
      const row: RowOf<"revocation"> = {
        id,
        kind,
        family,
        programId: NO_SUBJECT,
        markingId: marking.id,
        revokerId,
        subjectId,
        content,
        entryId: grant.record({ kind: "authority.revocation", marking, outcome: { revocation: id, content } }),
        revokedAt: grant.now(),
      };
      await grant.insert("revocation", [row], `${family}.administer`, [marking], grant.facts(NO_SUBJECT, revokerId));
      grant.executes();
      return { id };
    },
  });
}

interface OfPerson {
  readonly personId: string;
}
type Revoke<I> = Command<I, { readonly id: string }>;

async function ofPerson(
  grant: Grant,
  personId: string,
  holds: (person: Awaited<ReturnType<typeof personOf>>) => boolean,
  act: { readonly [member: string]: Plain } = {},
): Promise<Omit<Taken, "family">> {
  const person = await personOf(grant, personId);
  if (!holds(person)) throw new UserError("ALREADY_DONE", "he does not have it");
  return {
    subjectId: person.id,
    marking: await grant.marking(person.markingId),
    act: { person: person.id, ...act },
  };
}

/** Takes somebody's clearance away. */
export const revokeClearance: Revoke<OfPerson> = revoking("clearance.revoke", "person", (grant, { personId }) =>
  ofPerson(grant, personId, ({ clearance }) => clearance !== null),
);

/** Takes a read-on away; those below it open nothing without it. */
export const revokeReadOn: Revoke<OfPerson & { readonly token: string }> = revoking(
  "readon.revoke",
  "person",
  (grant, { personId, token }) => ofPerson(grant, personId, ({ readOns }) => readOns.includes(token), { token }),
);

/** Takes somebody out of a program. */
export const revokeMembership: Revoke<OfPerson & { readonly programId: string }> = revoking(
  "membership.revoke",
  "person",
  (grant, { personId, programId }) =>
    ofPerson(grant, personId, ({ programs }) => programs.includes(programId), { program: programId }),
);

/** Takes a role away. */
export const revokeRole: Revoke<OfPerson & { readonly role: string }> = revoking(
  "role.revoke",
  "person",
  (grant, { personId, role }) => ofPerson(grant, personId, ({ roles }) => roles.includes(role), { role }),
);

/** Takes an authority to lower or to widen away. */
export const revokeAuthority: Revoke<OfPerson & { readonly authority: string; readonly scope: string }> = revoking(
  "authority.revoke",
  "person",
  (grant, { personId, authority, scope }) =>
    ofPerson(
      grant,
      personId,
      ({ authorities }) => authorities.some((held) => held.authority === authority && held.scope === scope),
      { authority, scope },
    ),
);

/** Suspends somebody: he cannot sign in, and what he has open shows nothing more. */
export const suspendPerson: Revoke<OfPerson> = revoking("person.suspend", "person", (grant, { personId }) =>
  ofPerson(grant, personId, ({ suspended }) => !suspended),
);

async function ofClient(grant: Grant, client: string, may: readonly string[]): Promise<Omit<Taken, "family">> {
  const found = await grant.proposals.clientStanding(client);
  if (!found) throw new UserError("NOT_FOUND", "not found", ["clientId"]);
  if (!may.includes(found.status)) throw new UserError("ALREADY_DONE", "it is taken away");
  return { subjectId: NO_SUBJECT, marking: await installationMarking(grant), act: { client: found.id } };
}

/** Suspends a client; two people may approve it again. */
export const suspendClient: Revoke<{ readonly client: string }> = revoking(
  "client.suspend",
  "client",
  (grant, { client }) => ofClient(grant, client, ["approved"]),
);

/** Revokes a client for good. */
export const revokeClient: Revoke<{ readonly client: string }> = revoking(
  "client.revoke",
  "client",
  (grant, { client }) => ofClient(grant, client, ["approved", "suspended"]),
);
