import { LEVELS } from "../markings/index.ts";
import type { Level } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import type { InternedMarking, Page, PageRequest, PersonStanding } from "../storage/ports.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";
import { markingOfParts, visibleStandings } from "./standings.ts";

/** A person with the marking of what is known about him. */
export interface AdministeredPerson extends PersonStanding {
  readonly markingId: string;
}

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
  const programMarkings = new Set<string>();
  for (const id of [...person.programs, ...(added.programId === undefined ? [] : [added.programId])]) {
    const markingId = await grant.proposals.programMarking(id);
    if (markingId === null) return null;
    programMarkings.add(markingId);
  }
  return markingOfParts(grant, {
    level: LEVELS.findLast((level) => levels.includes(level)) ?? "TS",
    readOns: [...person.readOns, ...(added.token === undefined ? [] : [added.token])],
    programMarkings: [...programMarkings].toSorted(),
  });
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

/**
 * The people whom the caller may administer, ascending by id, `first` and one more where there are more: one index range for
 * each standing that he may see. Each is decided about once more, by what he is cleared for now.
 */
export async function visiblePeople(grant: Grant, { first, after }: PageRequest): Promise<AdministeredPerson[]> {
  const standings = await visibleStandings(grant, "person.administer");
  const seen: AdministeredPerson[] = [];
  let from = after;
  for (;;) {
    const batch = await grant.proposals.peopleWith(standings, from, first + 1);
    for (const person of batch) {
      const one = seen.length > first ? null : await maySee(grant, person);
      if (one) seen.push(one);
    }
    from = batch.at(-1)?.id ?? null;
    if (seen.length > first || batch.length <= first) return seen;
  }
}

/** A page of the people whom the caller may administer, ascending by id. */
export const people: Command<PageRequest, Page<AdministeredPerson>> = command({
  name: "people",
  action: "person.administer",
  target: () => null,
  async run(grant, page) {
    const seen = await visiblePeople(grant, page);
    const rows = seen.slice(0, page.first);
    for (const person of rows) await disclose(grant, person);
    return { rows, hasNextPage: seen.length > page.first };
  },
});
