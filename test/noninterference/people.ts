import { randomUUID } from "node:crypto";
import { Pool } from "pg";
import type { Client } from "pg";
import { CLIENT } from "../../src/demonstration/people.ts";
import { standings } from "../../src/identity/authenticate.ts";
import { ROLES } from "../../src/policy/profile.ts";
import type { AccessProfile } from "../../src/policy/profile.ts";
import { AccessStore } from "../../src/storage/access-store.ts";
import type { Connection } from "../../src/storage/connection.ts";
import { Dice } from "./dice.ts";

/** Somebody in a world with what decisions about him rest on. */
export interface Person {
  readonly id: string;
  readonly handle: string;
  readonly clearance: "U" | "C" | "S" | "TS";
  readonly roles: readonly string[];
  /** As the server reads it from its records, for a session at his own clearance. */
  readonly profile: AccessProfile;
  /** Ids of programs. */
  readonly programs: readonly string[];
}

const SOURCE = "non-interference campaign";
const LEVELS = ["U", "C", "S", "TS"] as const;
const COUNTRIES = ["USA", "USA", "USA", "GBR", "AUS", "CAN", "FRA"] as const;

/** Names of the programs beside the demonstration's own. */
const FURTHER_PROGRAMS = ["QUIET WATER", "HARBOR  WATCH"] as const;

/** Two who hold every role that goes together: they ask, and approve for each other, what nobody of the demonstration does. */
export const ABLE: readonly string[] = ["q1", "q2"];
const ABLE_ROLES = ROLES.filter((role) => role !== "compliance-officer");

/** Adds programs, and people of every clearance, nation, role and membership, as the administrator's seed does. */
export async function addPeople(admin: Client, seed: string, count: number): Promise<void> {
  const dice = new Dice(`${seed}/people`);
  const { rows: markings } = await admin.query<{ marking_id: string }>("select marking_id from data.program");
  for (const name of FURTHER_PROGRAMS) {
    await admin.query("insert into data.program (id, marking_id, name) values ($1, $2, $3)", [
      randomUUID(),
      markings[0]?.marking_id,
      name,
    ]);
  }
  const { rows: programs } = await admin.query<{ id: string; name: string }>(
    "select id, name from data.program order by name",
  );
  // Those who load the data belong to all programs.
  await admin.query(
    `insert into access.membership (person_id, program_id, source)
     select p.id, g.id, $1 from access.person p, data.program g where p.handle = any ($2) on conflict do nothing`,
    [SOURCE, ["sam", "ana", "rita", "petra", "victor", "wanda"]],
  );
  for (let index = 0; index < count + ABLE.length; index += 1) {
    const id = randomUUID();
    const able = ABLE[index - count];
    const country = able === undefined ? dice.pick(COUNTRIES) : "USA";
    const agency = country === "USA" && (able !== undefined || dice.chance(0.9));
    const organization = agency ? "NGA" : country === "USA" ? "ACME" : `${country}.MOD`;
    // Each role has somebody; some people have two roles or none.
    const further = dice.weighted([
      [8, 0],
      [1, 1],
    ]);
    const roles = able
      ? ABLE_ROLES
      : dice.chance(0.05)
        ? []
        : [...new Set([ROLES[index % ROLES.length] ?? "analyst", ...dice.some(ROLES, further)])];
    await admin.query(
      `insert into access.person (id, handle, display_name, country, duty_organization, us_government_agency, entity_type, roles, source)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        id,
        able ?? `p${index}`,
        `Person ${index}`,
        country,
        organization,
        agency,
        agency ? "GOV" : "CTR",
        roles,
        SOURCE,
      ],
    );
    await admin.query(
      "insert into access.clearance (person_id, level, issuer, source, expires_at) values ($1, $2, $3, $4, now() + interval '1 year')",
      [id, able ? "TS" : dice.pick(["U", "C", "S", "S", "TS", "TS"]), country, SOURCE],
    );
    for (const token of dice.some(["SI", "TK"], able ? 2 : dice.below(3)))
      await admin.query("insert into access.read_on (person_id, token, source) values ($1, $2, $3)", [
        id,
        token,
        SOURCE,
      ]);
    for (const program of programs) {
      if (!able && !dice.chance(0.7)) continue;
      await admin.query("insert into access.membership (person_id, program_id, source) values ($1, $2, $3)", [
        id,
        program.id,
        SOURCE,
      ]);
    }
  }
}

/** Everybody in a world whom the server knows as cleared, in the order of their handles. */
export async function peopleOf(connection: Connection): Promise<Person[]> {
  const pool = new Pool({ ...connection, max: 1 });
  try {
    const standing = standings(new AccessStore(pool), () => new Date());
    const { rows } = await pool.query<Pick<Person, "id" | "handle">>(
      "select id, handle from access.person order by handle",
    );
    const people: Person[] = [];
    for (const row of rows) {
      const stands = await standing(row.id, CLIENT.id);
      const clearance = LEVELS.find((level) => level === stands?.profile.clearance);
      if (stands && clearance)
        people.push({
          ...row,
          clearance,
          roles: stands.profile.role,
          profile: stands.profile,
          programs: [...stands.programs],
        });
    }
    return people;
  } finally {
    await pool.end();
  }
}
