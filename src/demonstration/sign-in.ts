import { randomUUID } from "node:crypto";
import { demonstrationIssuer } from "../composition/demonstration-issuer.ts";
import type { House } from "../composition/house.ts";
import type { Level } from "../markings/index.ts";
import { demonstrationPeople } from "./load.ts";
import { CLIENT } from "./people.ts";

/**
 * Signs people of the demonstration in without asking for anything: a token of its issuer for whoever is called so, at a level.
 * Null where nobody is. It stands where a production server has the token of a trusted issuer.
 */
export async function demonstrationSignIn(
  house: House,
  clock: () => Date = () => new Date(),
): Promise<(handle: string, level: Level) => Promise<string | null>> {
  const people = await demonstrationPeople(house);
  const { issuer } = await demonstrationIssuer(house.keyring.directory, house.config.installation);
  return async (handle, sessionLevel) => {
    const person = Object.hasOwn(people, handle) ? people[handle] : undefined;
    if (!person) return null;
    const request = { personId: person.id, clientId: CLIENT.id, sessionId: randomUUID(), sessionLevel };
    return issuer.issue({ ...request, purpose: "demonstration" }, clock());
  };
}
