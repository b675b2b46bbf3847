import { parseGlobalId } from "../transport/global-id.ts";
import { DoorError, allNodes } from "./door.ts";
import type { Door } from "./door.ts";
import { EXIT } from "./usage.ts";

/** Of a person what decides about access. */
export interface PersonSummary {
  readonly country: string;
  readonly dutyOrganization: string;
  readonly roles: readonly string[];
  readonly readOns: readonly string[];
  readonly clearance: { readonly level: string } | null;
}

/** Roles, country and what somebody is cleared for, on one line. */
export const summaryOf = (person: PersonSummary): string =>
  [
    person.roles.join(", ") || "no role",
    person.country,
    person.dutyOrganization,
    [person.clearance?.level ?? "no clearance", ...person.readOns].join(" "),
  ].join("; ");

/** Every person whom the caller administers, with the fields that are asked for. */
export function everybody<T>(door: Door, fields: string): AsyncGenerator<T> {
  const query = `query ($first: Int!, $after: String) { people(first: $first, after: $after) {
    edges { node { ${fields} } } pageInfo { hasNextPage endCursor } } }`;
  return allNodes<T>(door, "people", query, {}, 100);
}

/** The id of a person whom the caller administers, by handle or id. Throws DoorError. */
export async function personIdOf(door: Door, word: string): Promise<string> {
  if (parseGlobalId(word)?.noun === "person") return word;
  for await (const { id, handle } of everybody<{ id: string; handle: string }>(door, "id handle"))
    if (handle === word) return id;
  throw new DoorError(EXIT.failed, `${word}: not found among the people that you administer (NOT_FOUND)`);
}

/** A person by id with the fields that are asked for; null where the caller does not administer him. */
export async function personBy<T>(door: Door, id: string, fields: string): Promise<T | null> {
  const { person } = await door.ask(`query ($id: ID!) { person(id: $id) { ${fields} } }`, { id });
  return person as T | null;
}

/** Handle and id of a person; the id alone where the caller does not administer him. */
export async function nameOf(door: Door, id: string): Promise<string> {
  const found = await personBy<{ handle: string }>(door, id, "handle");
  return found ? `${found.handle} (${id})` : `person ${id}`;
}
