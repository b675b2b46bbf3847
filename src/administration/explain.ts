import { CaveatError } from "../errors.ts";
import { LEVELS } from "../markings/index.ts";
import type { Level } from "../markings/index.ts";
import type { Action } from "../policy/actions.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import { decide } from "../policy/decide.ts";
import type { Facts } from "../policy/facts.ts";
import type { Grant, Standing } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import { reasonOf } from "../rulebook/reasons.ts";
import type { Reason } from "../rulebook/reasons.ts";
import type { InternedMarking } from "../storage/ports.ts";
import { personOf, visiblePeople } from "./people.ts";
import type { AdministeredPerson } from "./people.ts";

/** Nouns of objects that can be asked about. */
export const EXPLAINED_NOUNS = ["program", "dataset", "ontology", "asset", "label", "delivery"] as const;

/** A noun of an object that can be asked about. */
export type ExplainedNoun = (typeof EXPLAINED_NOUNS)[number];

/** By which actions what stands above an object is read, in the order in which its markings are kept. */
const ABOVE: Readonly<Record<ExplainedNoun, readonly Action[]>> = {
  program: [],
  dataset: [],
  ontology: [],
  asset: ["dataset.read"],
  label: ["dataset.read", "asset.read"],
  delivery: ["dataset.read"],
};

/** One decision of several that must all allow: on what stands above the object, then on the object itself. */
export interface ExplainedStep {
  readonly action: Action;
  readonly marking: InternedMarking;
  readonly allowed: boolean;
  readonly reasons: readonly Reason[];
  readonly obligations: readonly string[];
}

/** Whether somebody may do something to an object, with everything that it rests on. */
export interface Explanation {
  readonly allowed: boolean;
  readonly steps: readonly ExplainedStep[];
  readonly facts: Facts;
  readonly policyVersion: string;
  readonly registerVersion: string;
}

/** Who may, or may not. */
export interface ExplainedPerson extends Explanation {
  readonly id: string;
  readonly person: AdministeredPerson;
}

/** An object as its place: markings and ids, never what it holds. */
interface Place {
  readonly programId: string;
  readonly authorId: string | null;
  readonly markings: readonly InternedMarking[];
  readonly state: string;
}

/**
 * Marks an answer to an officer: as high as what he himself may see in this session, because a report over many markings
 * has no banner of its own.
 */
export async function discloseToOfficer(grant: Grant, action: "policy.explain" | "policy.compare"): Promise<void> {
  const { clearance, fineAccessControls, environment } = grant.principal.profile;
  const ceilings: readonly Level[] = [
    clearance,
    environment.sessionLevel,
    environment.clientCeiling,
    environment.networkCeiling,
  ];
  const level = LEVELS.find((one) => ceilings.includes(one)) ?? "U";
  const marking = await grant.office.ofStanding({ clearance: level, fineAccessControls });
  await grant.disclose(action, marking, "policy:report");
}

/** Where an object stands, for an officer who may see every marking that it stands under; null for all others. */
export async function placeOf(grant: Grant, noun: ExplainedNoun, id: string): Promise<Place | null> {
  const found = isId(id) ? await grant.placement(noun, id) : null;
  if (!found) return null;
  const markings: InternedMarking[] = [];
  for (const markingId of found.markingIds) {
    const marking = await grant.marking(markingId);
    const facts = grant.facts(found.programId, null);
    if (!(await grant.allows("policy.explain", marking, facts, `${noun}:${id}`))) return null;
    markings.push(marking);
  }
  return { programId: found.programId, authorId: found.authorId, markings, state: found.state };
}

/** Takes the decisions as the door would for this person. `standing` is null for somebody who cannot sign in. */
export function explained(
  grant: Grant,
  standing: Standing | null,
  facts: Facts,
  steps: readonly { readonly action: Action; readonly marking: InternedMarking }[],
): Explanation {
  const { policy, register } = grant.office;
  const taken = steps.map(({ action, marking }): ExplainedStep => {
    const made = standing && decide(policy, register.version, standing.profile, marking.effective, facts, action);
    return {
      action,
      marking,
      allowed: made?.decision === "allow",
      reasons: (made?.reasons ?? ["person.cannot-sign-in"]).map((id) => reasonOf(policy, id)),
      obligations: made?.obligations ?? [],
    };
  });
  return {
    allowed: taken.length > 0 && taken.every(({ allowed }) => allowed),
    steps: taken,
    facts,
    policyVersion: policy.version,
    registerVersion: register.version,
  };
}

/** The facts of an object in relation to another person: as the door takes them. */
export function factsFor(
  standing: Standing | null,
  personId: string,
  programId: string,
  authorId: string | null,
  state: string,
): Facts {
  return {
    member: standing?.programs.has(programId) ?? false,
    assigned: false,
    owner: authorId === personId,
    state,
  };
}

async function about(
  grant: Grant,
  person: AdministeredPerson,
  input: ObjectQuestion,
  place: Place,
): Promise<ExplainedPerson> {
  const standing = await grant.standingOf(person.id, input.clientId);
  const actions = [...ABOVE[input.noun], input.action];
  const steps = place.markings.flatMap((marking, index) => {
    const action = actions[index];
    return action === undefined ? [] : [{ action, marking }];
  });
  if (steps.length !== actions.length) throw new CaveatError("UNAVAILABLE", "a place without all its markings");
  const facts = factsFor(standing, person.id, place.programId, place.authorId, place.state);
  return { id: person.id, person, ...explained(grant, standing, facts, steps) };
}

/** What is asked about an object. All of it comes from the caller. */
export interface ObjectQuestion {
  readonly noun: ExplainedNoun;
  readonly objectId: string;
  /** An action of the object's own noun. */
  readonly action: Action;
  /** The client that people would come through. */
  readonly clientId: string;
}

/** Why a person may, or may not, do something to an object; null when the officer may not see one of the two. */
export const explainDecision: Command<ObjectQuestion & { personId: string }, ExplainedPerson | null> = command({
  name: "policyExplanation",
  action: "policy.explain",
  target: () => null,
  async run(grant, input) {
    const place = await placeOf(grant, input.noun, input.objectId);
    const person = await personOf(grant, input.personId).catch(absent);
    if (!place || !person) return null;
    await discloseToOfficer(grant, "policy.explain");
    return about(grant, person, input, place);
  },
});

/** A hidden person is as absent as one that there is not. */
function absent(error: unknown): null {
  if (error instanceof Error && "code" in error && error.code === "NOT_FOUND") return null;
  throw error;
}

/**
 * Everybody whom the officer may administer, each with the decision about one object: a page of them in the order of their
 * ids. Null when he may not see the object.
 */
export const explainReaders: Command<
  ObjectQuestion & { first: number; after: string | null },
  { rows: ExplainedPerson[]; hasNextPage: boolean } | null
> = command({
  name: "policyReaders",
  action: "policy.explain",
  target: () => null,
  async run(grant, input) {
    const place = await placeOf(grant, input.noun, input.objectId);
    if (!place) return null;
    const seen = await visiblePeople(grant, { first: input.first, after: input.after });
    await discloseToOfficer(grant, "policy.explain");
    const rows: ExplainedPerson[] = [];
    for (const person of seen.slice(0, input.first)) rows.push(await about(grant, person, input, place));
    return { rows, hasNextPage: seen.length > input.first };
  },
});
