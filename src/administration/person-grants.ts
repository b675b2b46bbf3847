import type { Register } from "../markings/index.ts";
import { UserError } from "../policy/command.ts";
import type { Plain } from "../policy/audit-port.ts";
import type { Grant } from "../policy/grant.ts";
import { COUNTRY_PATTERN, ROLES, TOKEN_PATTERN, rolesConflict } from "../policy/profile.ts";
import { isId } from "../policy/target.ts";
import { levelOf } from "./clients.ts";
import { markingOfStanding, personOf } from "./people.ts";
import type { Addition, AdministeredPerson } from "./people.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";
import type { Examined, ProposalRules } from "./proposal-kind.ts";

const NATO = /^(?:NATO-(?:R|C|S|TS)|ATOMAL|BALK|BOHEMIA)$/;
const NUCLEAR = /^(?:Q|CNWDI|SIGMA-(?:14|15|18|20))$/;
const SAR = /^SAR-[A-Z0-9][A-Z0-9 -]*$/;

/** Whether the register states what a read-on means; anything else is not granted, because nobody could say what it opens. */
function isKnownReadOn(token: string, register: Register): boolean {
  const system = token.split("-", 1)[0] ?? "";
  if (NATO.test(token) || NUCLEAR.test(token) || SAR.test(token)) return true;
  return register.sci.some(({ names }) => (names.any ? /^[A-Z0-9]{1,10}$/.test(system) : names.list.includes(system)));
}

async function examined(
  grant: Grant,
  person: AdministeredPerson,
  added: Addition,
  act: { readonly [member: string]: Plain },
): Promise<Examined> {
  const marking = await markingOfStanding(grant, person, added);
  const facts = grant.facts(NO_SUBJECT, null);
  // What he could not see himself he cannot ask for anybody: the same answer as for what does not exist.
  if (!marking || !(await grant.allows("person.administer", marking, facts, `person:${person.id}`)))
    throw new UserError("NOT_FOUND", "not found");
  return { act: { person: person.id, ...act }, subjectId: person.id, programId: NO_SUBJECT, marking };
}

/** A clearance for somebody; one that he has is replaced. All of it comes from the caller. */
export interface ClearanceInput {
  readonly personId: string;
  readonly level: string;
  readonly issuer: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

const YEAR = 366 * 86_400_000;

/** Grants a clearance until a date, at most ten years from now. */
export const clearanceGrant: ProposalRules<ClearanceInput> = {
  kind: "clearance.grant",
  async examine(grant, input) {
    const person = await personOf(grant, input.personId);
    const level = levelOf(input.level, "level");
    if (!COUNTRY_PATTERN.test(input.issuer)) throw new UserError("INVALID_INPUT", "three capital letters", ["issuer"]);
    const end = new Date(input.expiresAt);
    const lasts = end.getTime() - grant.now().getTime();
    if (!(lasts > 0 && lasts <= 10 * YEAR)) throw new UserError("INVALID_INPUT", "at most ten years", ["expiresAt"]);
    const act = { level, issuer: input.issuer, expiresAt: end.toISOString() };
    return examined(grant, person, { level }, act);
  },
};

/** Reads somebody on for one token: SI, SI-G, SAR-BP, NATO-S, Q. Those above it are granted one by one. */
export const readOnGrant: ProposalRules<{ readonly personId: string; readonly token: string }> = {
  kind: "readon.grant",
  async examine(grant, { personId, token }) {
    const person = await personOf(grant, personId);
    if (!TOKEN_PATTERN.test(token) || !isKnownReadOn(token, grant.office.register))
      throw new UserError("NOT_FOUND", "not found");
    const made = await examined(grant, person, { token }, { token });
    if (person.readOns.includes(token)) throw new UserError("ALREADY_DONE", "he is read on for it");
    return made;
  },
};

/** Reads somebody into a program. */
export const membershipGrant: ProposalRules<{ readonly personId: string; readonly programId: string }> = {
  kind: "membership.grant",
  async examine(grant, { personId, programId }) {
    const person = await personOf(grant, personId);
    if (!isId(programId)) throw new UserError("NOT_FOUND", "not found");
    const made = await examined(grant, person, { programId }, { program: programId });
    if (person.programs.includes(programId)) throw new UserError("ALREADY_DONE", "he is read into it");
    return made;
  },
};

/** Gives somebody a role. */
export const roleGrant: ProposalRules<{ readonly personId: string; readonly role: string }> = {
  kind: "role.grant",
  async examine(grant, { personId, role }) {
    const person = await personOf(grant, personId);
    if (!(ROLES as readonly string[]).includes(role)) throw new UserError("INVALID_INPUT", "not a role", ["role"]);
    if (person.roles.includes(role)) throw new UserError("ALREADY_DONE", "he has this role");
    if (rolesConflict([...person.roles, role]))
      throw new UserError("CONFLICTING_ROLES", "nobody holds these roles together", ["role"]);
    return examined(grant, person, {}, { role });
  },
};

/** Brings somebody back who was suspended. */
export const personRestore: ProposalRules<{ readonly personId: string }> = {
  kind: "person.restore",
  async examine(grant, { personId }) {
    const person = await personOf(grant, personId);
    if (!person.suspended) throw new UserError("ALREADY_DONE", "he is not suspended");
    return examined(grant, person, {}, {});
  },
};

const AUTHORITIES: readonly string[] = ["downgrade", "disclosure"];

/** Lets somebody lower what an owner owns ('downgrade' USA), or widen to a country ('disclosure' GBR) (standards B.4). */
export const authorityGrant: ProposalRules<{
  readonly personId: string;
  readonly authority: string;
  readonly scope: string;
}> = {
  kind: "authority.grant",
  async examine(grant, { personId, authority, scope }) {
    const person = await personOf(grant, personId);
    if (!AUTHORITIES.includes(authority))
      throw new UserError("INVALID_INPUT", "downgrade or disclosure", ["authority"]);
    if (!COUNTRY_PATTERN.test(scope)) throw new UserError("INVALID_INPUT", "three capital letters", ["scope"]);
    if (person.authorities.some((held) => held.authority === authority && held.scope === scope))
      throw new UserError("ALREADY_DONE", "he has it");
    return examined(grant, person, {}, { authority, scope });
  },
};
