import { DoorError } from "./door.ts";
import { doorCommand, say, sayJson } from "./door-command.ts";
import type { Call, Verb } from "./door-command.ts";
import { everybody, personBy, personIdOf, summaryOf } from "./people.ts";
import type { PersonSummary } from "./people.ts";
import { proposeAndSay } from "./proposal-text.ts";
import { EXIT, UsageError } from "./usage.ts";

interface Person extends PersonSummary {
  readonly id: string;
  readonly handle: string;
  readonly displayName: string;
  readonly suspended: boolean;
  readonly clearance: { readonly level: string; readonly issuer: string; readonly expiresAt: string } | null;
  readonly authorities: readonly { readonly authority: string; readonly scope: string }[];
  readonly programIds: readonly string[];
}

const PERSON = `id handle displayName country dutyOrganization roles readOns suspended clearance { level issuer expiresAt }
  authorities { authority scope } programIds`;

type Input = (call: Call) => object;

const none: Input = () => ({});
const readOn: Input = (call) => ({ token: call.get("TOKEN") });
const membership: Input = (call) => ({ programId: call.get("PROGRAM") });
const role: Input = (call) => ({ role: call.get("ROLE") });
const authority: Input = (call) => ({ authority: call.get("AUTHORITY"), scope: call.get("SCOPE") });
const clearance: Input = (call) => ({
  level: call.get("LEVEL"),
  issuer: call.get("issuer"),
  expiresAt: timeOf(call.get("until")),
});

/** A time as in RFC 3339, in UTC; a day is its beginning. @throws UsageError for anything else, and for days of no calendar */
function timeOf(word: string): string {
  const whole = /^\d{4}-\d\d-\d\d$/.test(word) ? `${word}T00:00:00Z` : word;
  const date = new Date(whole);
  if (
    !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(whole) ||
    Number.isNaN(date.getTime()) ||
    !date.toISOString().startsWith(whole.slice(0, 19))
  )
    throw new UsageError("--until is a day or a time such as 2030-01-31 or 2030-01-31T12:00:00Z");
  return date.toISOString();
}

function proposes(field: string, inputType: string, words: readonly string[], does: string, input: Input): Verb {
  const run = async (call: Call): Promise<void> => {
    const rest = input(call);
    const personId = await personIdOf(call.door, call.get("PERSON"));
    await proposeAndSay(call, field, inputType, { personId, ...rest });
  };
  return { words: ["PERSON", ...words], does: `asks that ${does}`, who: "sofia", run };
}

function takes(field: string, inputType: string, words: readonly string[], does: string, input: Input): Verb {
  const run = async (call: Call): Promise<void> => {
    const personId = await personIdOf(call.door, call.get("PERSON"));
    const payload = await call.door.act(field, inputType, { personId, ...input(call) }, `person { ${PERSON} }`);
    const person = payload["person"] as Person | null;
    if (call.json) return sayJson(person ?? { id: personId });
    say("Done: it holds at the next statement.");
    if (person) sayPerson(person);
  };
  return { words: ["PERSON", ...words], does: `${does}, at once`, who: "sofia", run };
}

function sayPerson(person: Person): void {
  const { clearance: held } = person;
  say(`${person.displayName} (${person.handle})${person.suspended ? ", suspended" : ""}`);
  say(`  id           ${person.id}`);
  say(`  is           ${person.country}, ${person.dutyOrganization}, ${person.roles.join(", ") || "no role"}`);
  say(`  clearance    ${held ? `${held.level}, issued by ${held.issuer}, until ${held.expiresAt}` : "none"}`);
  say(`  read-ons     ${person.readOns.join(" ") || "none"}`);
  for (const { authority: what, scope } of person.authorities) say(`  authority    ${what} ${scope}`);
  for (const id of person.programIds) say(`  program      ${id}`);
}

async function listPeople({ door, json }: Call): Promise<void> {
  for await (const one of everybody<Person>(door, PERSON))
    if (json) sayJson(one);
    else say(`${one.handle.padEnd(12)} ${summaryOf(one)}${one.suspended ? "; suspended" : ""}`);
}

async function showPerson({ door, json, get }: Call): Promise<void> {
  const person = await personBy<Person>(door, await personIdOf(door, get("PERSON")), PERSON);
  if (!person) throw new DoorError(EXIT.failed, "not found (NOT_FOUND)");
  if (json) sayJson(person);
  else sayPerson(person);
}

const AUTHORITY = ["AUTHORITY", "SCOPE"] as const;

/** `caveat person`: what security officers grant to people, two by two, and take away alone. */
export const personCommand = doorCommand({
  name: "person",
  summary: "list people, ask that they be granted something, take it away",
  verbs: {
    list: { words: [], does: "the people whom you administer", who: "sofia", run: listPeople },
    show: { words: ["PERSON"], does: "all that one is cleared for", who: "sofia", run: showPerson },
    "grant clearance": {
      ...proposes("clearanceGrantPropose", "ClearanceGrantInput", ["LEVEL"], "a clearance be granted", clearance),
      needs: { issuer: "COUNTRY", until: "TIME" },
    },
    "grant read-on": proposes("readOnGrantPropose", "ReadOnInput", ["TOKEN"], "somebody be read on", readOn),
    "grant membership": proposes(
      "membershipGrantPropose",
      "MembershipInput",
      ["PROGRAM"],
      "somebody be read into a program",
      membership,
    ),
    "grant role": proposes("roleGrantPropose", "RoleInput", ["ROLE"], "a role be given", role),
    "grant authority": proposes(
      "authorityGrantPropose",
      "MarkingAuthorityInput",
      AUTHORITY,
      "somebody may lower for an owner (downgrade USA) or widen to a country (disclosure GBR)",
      authority,
    ),
    restore: proposes("personRestorePropose", "PersonInput", [], "somebody who is suspended come back", none),
    "take clearance": takes("clearanceRevoke", "PersonInput", [], "takes the clearance away", none),
    "take read-on": takes("readOnRevoke", "ReadOnInput", ["TOKEN"], "takes a read-on away", readOn),
    "take membership": takes(
      "membershipRevoke",
      "MembershipInput",
      ["PROGRAM"],
      "takes somebody out of a program",
      membership,
    ),
    "take role": takes("roleRevoke", "RoleInput", ["ROLE"], "takes a role away", role),
    "take authority": takes(
      "authorityRevoke",
      "MarkingAuthorityInput",
      AUTHORITY,
      "takes an authority to lower or widen away",
      authority,
    ),
    suspend: takes("personSuspend", "PersonInput", [], "suspends somebody: he signs in no more", none),
  },
  notes: `What is granted is asked by one security officer and approved by another: caveat proposal approve. Nobody asks or
approves for himself. PERSON is a handle or an id, PROGRAM an id as "show" prints it, LEVEL one of U, R, C, S, TS, TOKEN
what somebody is read on for (SI, SI-G, SAR-BP, NATO-S), TIME a day or a time in UTC.

Example:
  caveat person grant read-on ben SI --as sofia
  caveat proposal approve cHJvcG9zYWw6... --hash 59241eaa... --as silas
  caveat person take read-on ben SI --as silas`,
});
