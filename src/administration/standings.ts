import { LEVELS, dominates, joinEffective, rankOf } from "../markings/index.ts";
import type { Level } from "../markings/index.ts";
import type { Action } from "../policy/actions.ts";
import { actionBit } from "../policy/actions.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking, KeptStanding } from "../storage/ports.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";

/** What the marking of a person's standing is made of. */
export type StandingParts = Omit<KeptStanding, "id">;

/** The marking of a standing: everything that somebody is cleared and read on for, and the programs that he belongs to. */
export async function markingOfParts(
  grant: Grant,
  { level, readOns, programMarkings }: StandingParts,
): Promise<InternedMarking> {
  const own = await grant.office.ofStanding({
    clearance: LEVELS.find((known: Level) => known === level) ?? "TS",
    fineAccessControls: [...new Set(readOns)].toSorted(),
  });
  const programs: InternedMarking[] = [];
  for (const id of programMarkings) programs.push(await grant.marking(id));
  // The name of a program mostly stands below what its members are cleared for; then nothing is added.
  const above = programs.filter(({ effective }) => !dominates(own.effective, effective));
  if (above.length === 0) return own;
  const effective = above.reduce((all, one) => joinEffective(all, one.effective), own.effective);
  const printed = [own, ...above].toSorted((a, b) => rankOf(b.effective.level) - rankOf(a.effective.level))[0] ?? own;
  return grant.office.intern(printed.structure, effective);
}

/** Every standing that somebody has or had, by its marking under one policy. Standings are written once and never leave. */
class Standings {
  readonly #known = new Set<string>();
  readonly #byMarking = new Map<string, string[]>();
  #since: string | null = null;

  /** Learns the standings that there were not before: whoever asks first after somebody came to stand as nobody did. */
  async learn(grant: Grant): Promise<void> {
    const { found, next } = await grant.proposals.standingsSince(this.#since);
    for (const standing of found) {
      if (this.#known.has(standing.id)) continue;
      const marking = await markingOfParts(grant, standing);
      // Another call may have learned it meanwhile.
      if (this.#known.has(standing.id)) continue;
      this.#known.add(standing.id);
      this.#byMarking.set(marking.id, [...(this.#byMarking.get(marking.id) ?? []), standing.id]);
    }
    this.#since = next;
  }

  /** The standings of a marking. */
  of(markingId: string): readonly string[] {
    return this.#byMarking.get(markingId) ?? [];
  }
}

const kept = new WeakMap<Grant["office"], Standings>();

/** Markings on which the matrix allows the caller an action: the work is that of what it allows, whatever else there is. */
export async function openMarkings(grant: Grant, action: Action): Promise<readonly string[]> {
  const { office, principal, proposals } = grant;
  const profileId = await office.profileId(principal.profile);
  return (await proposals.openMarkings(office.policyId, profileId, actionBit(action))).toSorted();
}

/** The standings whose people the caller may do this to. Decided once for each marking; whose they are is not looked at. */
export async function visibleStandings(grant: Grant, action: Action): Promise<string[]> {
  const standings = kept.get(grant.office) ?? new Standings();
  kept.set(grant.office, standings);
  await standings.learn(grant);
  const facts = grant.facts(NO_SUBJECT, null);
  const visible: string[] = [];
  for (const id of await openMarkings(grant, action)) {
    const alike = standings.of(id);
    if (alike.length === 0) continue;
    const { effective } = await grant.marking(id);
    if (grant.office.allows(grant.principal.profile, effective, facts, action)) visible.push(...alike);
  }
  return visible;
}
