import { LEVELS, dominates, joinEffective, rankOf } from "../markings/index.ts";
import type { Level } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import type { InternedMarking, Page, PageRequest, PersonStanding } from "../storage/ports.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";

/** A person with the marking of what is known about him. */
export interface AdministeredPerson extends PersonStanding {
  readonly markingId: string;
}

const BATCH = 100;

/** What somebody would be cleared and read on for with something added to it. */
export interface Addition {
  readonly level?: Level;
  readonly token?: string;
  readonly programId?: string;
}

/**
 * The marking of a person's standing: everything that he is cleared and read on for, and the programs that he belongs to,
 * with what is to be added. Null for a program that does not exist.
 */
export async function markingOfStanding(
  grant: Grant,
  person: PersonStanding,
  added: Addition = {},
): Promise<InternedMarking | null> {
  const levels: readonly Level[] = [person.clearance?.level ?? "U", added.level ?? "U"];
  const tokens = [...person.readOns, ...(added.token === undefined ? [] : [added.token])];
  const own = await grant.office.ofStanding({
    clearance: LEVELS.findLast((level) => levels.includes(level)) ?? "TS",
    fineAccessControls: [...new Set(tokens)].toSorted(),
  });
  const programs: InternedMarking[] = [];
  for (const id of [...person.programs, ...(added.programId === undefined ? [] : [added.programId])]) {
    const markingId = await grant.proposals.programMarking(id);
    if (markingId === null) return null;
    programs.push(await grant.marking(markingId));
  }
  // The name of a program mostly stands below what its members are cleared for; then nothing is added.
  const above = programs.filter(({ effective }) => !dominates(own.effective, effective));
  if (above.length === 0) return own;
  const effective = above.reduce((all, one) => joinEffective(all, one.effective), own.effective);
  const printed = [own, ...above].toSorted((a, b) => rankOf(b.effective.level) - rankOf(a.effective.level))[0] ?? own;
  return grant.office.intern(printed.structure, effective);
}

async function maySee(grant: Grant, person: PersonStanding): Promise<AdministeredPerson | null> {
  const marking = await markingOfStanding(grant, person);
  const facts = grant.facts(NO_SUBJECT, null);
  if (!marking || !(await grant.allows("person.administer", marking, facts, `person:${person.id}`))) return null;
  return { ...person, markingId: marking.id };
}

/**
 * A person whom the caller may administer: he dominates all that the person is cleared for. Anybody else is not there.
 * Throws NOT_FOUND.
 */
export async function personOf(grant: Grant, id: string): Promise<AdministeredPerson> {
  const found = isId(id) ? await grant.proposals.personStanding(id) : null;
  const seen = found && (await maySee(grant, found));
  if (!seen) throw new UserError("NOT_FOUND", "not found", ["personId"]);
  return seen;
}

async function disclose(grant: Grant, person: AdministeredPerson): Promise<AdministeredPerson> {
  await grant.disclose("person.administer", await grant.marking(person.markingId), `person:${person.id}`);
  return person;
}

/** A person by id; null when he is absent or hidden. */
export const personById: Command<{ id: string }, AdministeredPerson | null> = command({
  name: "personById",
  action: "person.administer",
  target: () => null,
  async run(grant, { id }) {
    const found = isId(id) ? await grant.proposals.personStanding(id) : null;
    const seen = found && (await maySee(grant, found));
    return seen && disclose(grant, seen);
  },
});

/** A page of the people whom the caller may administer, ascending by id. */
export const people: Command<PageRequest, Page<AdministeredPerson>> = command({
  name: "people",
  action: "person.administer",
  target: () => null,
  async run(grant, { first, after }) {
    const seen: AdministeredPerson[] = [];
    let from = after;
    for (;;) {
      const batch = await grant.proposals.peopleAfter(from, BATCH);
      for (const person of batch) {
        const one = await maySee(grant, person);
        if (one) seen.push(one);
        if (seen.length > first) break;
      }
      from = batch.at(-1)?.id ?? null;
      if (seen.length > first || batch.length < BATCH) break;
    }
    const rows = seen.slice(0, first);
    for (const person of rows) await disclose(grant, person);
    return { rows, hasNextPage: seen.length > first };
  },
});
