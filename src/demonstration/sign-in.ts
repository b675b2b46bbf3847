import { randomUUID } from "node:crypto";
import { demonstrationIssuer } from "../composition/demonstration-issuer.ts";
import type { House } from "../composition/house.ts";
import type { Level } from "../markings/index.ts";
import { asAdministrator } from "../storage/administration.ts";
import { CLIENT } from "./people.ts";

/** The people of a demonstration by their handles. */
export type DemonstrationPeople = Readonly<Record<string, { readonly id: string; readonly clearance: Level }>>;

/** A token for whoever is called so, at a level; null where nobody is. */
export type SignIn = (handle: string, level: Level) => Promise<string | null>;

/** The people of a house. */
export async function demonstrationPeople(house: House): Promise<DemonstrationPeople> {
  const rows = await asAdministrator(house.admin, (run) =>
    run<{ handle: string; id: string; level: Level }>(
      "select p.handle, p.id, c.level from access.person p join access.clearance c on c.person_id = p.id order by p.handle",
    ),
  );
  return Object.fromEntries(rows.map((row) => [row.handle, { id: row.id, clearance: row.level }]));
}

/**
 * Signs people of the demonstration in without asking for anything, by its issuer. It stands where a production server has the
 * token of a trusted issuer.
 */
export async function demonstrationSignIn(
  house: House,
  people: DemonstrationPeople,
  clock: () => Date = () => new Date(),
): Promise<SignIn> {
  const { issuer } = await demonstrationIssuer(house.keyring.directory, house.config.installation);
  return async (handle, sessionLevel) => {
    const person = Object.hasOwn(people, handle) ? people[handle] : undefined;
    if (!person) return null;
    const request = { personId: person.id, clientId: CLIENT.id, sessionId: randomUUID(), sessionLevel };
    return issuer.issue({ ...request, purpose: "demonstration" }, clock());
  };
}
