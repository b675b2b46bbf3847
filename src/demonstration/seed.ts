import { randomUUID } from "node:crypto";
import { recipientLogOrigin } from "../deliveries/recipient.ts";
import type { MarkingOffice } from "../policy/marking-office.ts";
import { inAdministratorTransaction } from "../storage/administration.ts";
import type { Administer } from "../storage/administration.ts";
import type { Connection } from "../storage/connection.ts";
import { CLIENT, PEOPLE, PROGRAM, RECIPIENTS } from "./people.ts";

const SOURCE = "demonstration program";

async function insertPeople(run: Administer, programId: string): Promise<void> {
  await run(
    `insert into access.client (id, name, status, ceiling, device_attested, network_ceiling, source) values ($1, $2, 'approved', 'TS', true, 'TS', $3)`,
    [CLIENT.id, CLIENT.name, SOURCE],
  );
  for (const person of PEOPLE) {
    const id = randomUUID();
    await run(
      `insert into access.person (id, handle, display_name, country, duty_organization, us_government_agency, entity_type, roles, source)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        id,
        person.handle,
        person.displayName,
        person.country,
        person.organization,
        person.usGovernmentAgency,
        person.entityType,
        person.roles,
        SOURCE,
      ],
    );
    await run(
      "insert into access.clearance (person_id, level, issuer, source, expires_at) values ($1, $2, $3, $4, now() + interval '1 year')",
      [id, person.clearance, person.country, SOURCE],
    );
    for (const token of person.readOns) {
      await run("insert into access.read_on (person_id, token, source) values ($1, $2, $3)", [id, token, SOURCE]);
    }
    if (person.member) {
      await run("insert into access.membership (person_id, program_id, source) values ($1, $2, $3)", [
        id,
        programId,
        SOURCE,
      ]);
    }
  }
}

async function insertRecipients(run: Administer, installation: string): Promise<void> {
  for (const recipient of RECIPIENTS) {
    const id = randomUUID();
    const rows = await run<{ id: number }>("select audit.open_log($1, 'recipient', $2) as id", [
      recipientLogOrigin(installation, id),
      id,
    ]);
    const profile = {
      clearance: recipient.clearance,
      fineAccessControls: recipient.fineAccessControls,
      countryOfAffiliation: recipient.country,
      clearanceIssuer: recipient.country,
      dutyOrganization: recipient.organization,
      usGovernmentAgency: recipient.usGovernmentAgency,
      entityType: recipient.entityType,
      role: [],
      lists: [],
      environment: {
        client: "approved",
        clientCeiling: "TS",
        deviceAttested: true,
        networkCeiling: "TS",
        sessionLevel: recipient.clearance,
        timeWindow: "open",
        honors: [],
      },
    };
    await run(
      "insert into data.recipient (id, name, country, organization, profile, log_id) values ($1, $2, $3, $4, $5, $6)",
      [id, recipient.name, recipient.country, recipient.organization, JSON.stringify(profile), rows[0]?.id],
    );
  }
}

/**
 * Loads the demonstration program into an empty database: the program, its people with clearances, read-ons and
 * membership, the approved client and two recipient offices. Does nothing where a program exists. As the migrating login:
 * the server itself has no right to make people.
 */
export async function seedDemonstration(
  admin: Connection,
  office: MarkingOffice,
  installation: string,
): Promise<boolean> {
  const parsed = office.read(PROGRAM.marking);
  if (!parsed) throw new Error("the register does not know the demonstration's marking");
  const marking = await office.intern(parsed.structure, parsed.effective);
  return inAdministratorTransaction(admin, async (run) => {
    await run("select pg_advisory_xact_lock(7233, 4)");
    await run("set local role caveat_owner");
    const people = await run("select id from access.person limit 1");
    if (people.length > 0) return false;
    // Row security binds the owner too; what makes the first rows sets it aside inside this transaction alone.
    await run("alter table data.program no force row level security");
    await run("alter table data.recipient no force row level security");
    const programId = randomUUID();
    await run("insert into data.program (id, marking_id, name) values ($1, $2, $3)", [
      programId,
      marking.id,
      PROGRAM.name,
    ]);
    await insertPeople(run, programId);
    await insertRecipients(run, installation);
    await run("alter table data.program force row level security");
    await run("alter table data.recipient force row level security");
    return true;
  });
}
