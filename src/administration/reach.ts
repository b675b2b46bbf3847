import type { Action } from "../policy/actions.ts";
import { isAction } from "../policy/actions.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Facts } from "../policy/facts.ts";
import type { Grant } from "../policy/grant.ts";
import type { Holding, InternedMarking, PlaceKeys } from "../storage/ports.ts";
import { discloseToOfficer, explained, factsFor } from "./explain.ts";
import type { Explanation } from "./explain.ts";
import { personOf } from "./people.ts";
import { NO_SUBJECT } from "./proposal-kind.ts";
import { openMarkings } from "./standings.ts";

/** What a program or a dataset holds of one noun at one marking, with the decision about reading it. */
export interface ReachCell extends Explanation {
  readonly noun: string;
  readonly marking: InternedMarking;
}

/** A program (without a dataset) or a dataset, with what it holds that the officer may see. */
export interface Reach {
  readonly id: string;
  readonly programId: string;
  readonly datasetId: string | null;
  readonly cells: readonly ReachCell[];
}

/** What is asked about a person. All of it comes from the caller. */
export interface ReachQuestion {
  readonly personId: string;
  readonly clientId: string;
  readonly first: number;
  readonly after: string | null;
}

async function visible(grant: Grant, holding: Holding, markingId: string): Promise<InternedMarking | null> {
  const marking = await grant.marking(markingId);
  const facts = grant.facts(holding.programId, null);
  const object = holding.datasetId === null ? `program:${holding.programId}` : `dataset:${holding.datasetId}`;
  return (await grant.allows("policy.explain", marking, facts, object)) ? marking : null;
}

/** Under which markings the officer may see programs and datasets: everywhere, or in his own programs only, or not there. */
async function placesFor(grant: Grant): Promise<PlaceKeys> {
  const { profile, programs } = grant.principal;
  const [own] = programs;
  const keys = { everywhere: [] as string[], inside: [] as string[], outside: [] as string[], programs: [...programs] };
  for (const id of await openMarkings(grant, "policy.explain")) {
    const { effective } = await grant.marking(id);
    const may = (programId: string): boolean =>
      grant.office.allows(profile, effective, grant.facts(programId, null), "policy.explain");
    const outside = may(NO_SUBJECT);
    const inside = own === undefined ? outside : may(own);
    if (inside || outside) keys[inside && outside ? "everywhere" : inside ? "inside" : "outside"].push(id);
  }
  return keys;
}

function readOf(noun: string): Action {
  const action = `${noun}.read`;
  if (!isAction(action)) throw new Error("a noun without reading");
  return action;
}

/**
 * What a person may read: every program and dataset whose own marking the officer may see, with each marking of what it
 * holds that he may see, and whether the person may read what stands there. Objects that the person made himself may be
 * more. Null when the officer may not see the person.
 */
export const explainReach: Command<ReachQuestion, { rows: Reach[]; hasNextPage: boolean } | null> = command({
  name: "policyReach",
  action: "policy.explain",
  target: () => null,
  async run(grant, { personId, clientId, first, after }) {
    const person = await personOf(grant, personId).catch((error: unknown) => {
      if (error instanceof Error && "code" in error && error.code === "NOT_FOUND") return null;
      throw error;
    });
    if (!person) return null;
    const standing = await grant.standingOf(person.id, clientId);
    const rows: Reach[] = [];
    const places = await placesFor(grant);
    let from = after;
    for (;;) {
      const batch = await grant.policies.holdings(places, from, first + 1);
      for (const holding of batch) {
        const own = rows.length > first ? null : await visible(grant, holding, holding.markingId);
        if (!own) continue;
        // As an object stands when it is new: one in a later state may be more or less open.
        const factsOf = (about: string): Facts =>
          factsFor(standing, person.id, holding.programId, null, about === "delivery" ? "REQUESTED" : "ACTIVE");
        const cells: ReachCell[] = [];
        const noun = holding.datasetId === null ? "program" : "dataset";
        const itself = { action: readOf(noun), marking: own };
        cells.push({ noun, marking: own, ...explained(grant, standing, factsOf(noun), [itself]) });
        for (const held of holding.holds) {
          const marking = await visible(grant, holding, held.markingId);
          if (!marking) continue;
          const steps = [...(noun === "dataset" ? [itself] : []), { action: readOf(held.noun), marking }];
          cells.push({ noun: held.noun, marking, ...explained(grant, standing, factsOf(held.noun), steps) });
        }
        rows.push({ id: holding.id, programId: holding.programId, datasetId: holding.datasetId, cells });
      }
      from = batch.at(-1)?.id ?? null;
      if (rows.length > first || batch.length <= first) break;
    }
    await discloseToOfficer(grant, "policy.explain");
    return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
  },
});
