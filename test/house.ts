import { randomUUID } from "node:crypto";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { demonstrationIssuer } from "../src/composition/demonstration-issuer.ts";
import { openHouse } from "../src/composition/house.ts";
import type { House } from "../src/composition/house.ts";
import { readConfig } from "../src/config.ts";
import type { Config } from "../src/config.ts";
import { CLIENT, PEOPLE } from "../src/demonstration/people.ts";
import { seedDemonstration } from "../src/demonstration/seed.ts";
import type { Principal } from "../src/identity/principal.ts";
import type { Level } from "../src/markings/index.ts";
import { OBLIGATIONS } from "../src/policy/decision.ts";
import type { Operation } from "../src/policy/operation.ts";
import { createDatabase } from "./database.ts";
import type { TestDatabase } from "./database.ts";
import { placeRsaKeys } from "./rsa-keys.ts";

const REQUEST = {
  transport: "command",
  operation: "test",
  fields: [],
  digest: "",
  source: "test",
  honors: OBLIGATIONS,
} as const;

/** A running house on a database and a state folder of its own, with the people of the demonstration in it. */
export interface TestHouse {
  readonly house: House;
  readonly database: TestDatabase;
  readonly stateFolder: string;
  /** Superuser connection to the house's database; row security and grants do not bind it. */
  readonly admin: Client;
  /** The program of the demonstration. */
  readonly programId: string;
  /** Id of a person of the demonstration. */
  personId(handle: string): string;
  /** Signs a person in through the real issuer and authenticator; the session has his clearance unless told otherwise. */
  as(handle: string, level?: Level): Promise<Principal>;
  /** Opens an operation; whoever opens it must close it. */
  open(principal: Principal): Promise<Operation>;
  /** One operation from the door's opening to the outcome entry. */
  run<O>(principal: Principal, act: (operation: Operation) => Promise<O>): Promise<O>;
  /** Closes the house; database and state folder stay until `remove`. */
  close(): Promise<void>;
  /** Closes the house where it is still open and removes database and state folder. */
  remove(): Promise<void>;
}

/** How a test house differs from the usual one. */
export interface TestHouseOptions {
  readonly clock?: () => Date;
  /** A closed test house whose database and state folder are copied: the two then differ in nothing. */
  readonly from?: TestHouse;
  /** Settings that differ from those of a house without configuration. */
  readonly config?: Partial<Config>;
}

/** The URL by which the house reaches a database of the run's cluster through its Unix socket. */
function urlOf(database: TestDatabase): string {
  const { host, port, user } = database.admin;
  return `postgresql://${user}@localhost:${port}/${database.name}?host=${encodeURIComponent(host)}`;
}

/** Opens a house for a test (about a third of a second). Call `remove` in `afterAll`. */
export async function openTestHouse(options: TestHouseOptions = {}): Promise<TestHouse> {
  const database = await createDatabase(options.from?.database.name);
  const stateFolder = mkdtempSync(join(tmpdir(), "caveat-house-"));
  if (options.from) {
    cpSync(options.from.stateFolder, stateFolder, { recursive: true });
    // A copied folder gets the mode of the process, which the folders of keys and of the signer must not have.
    for (const name of ["keys", "signer"]) chmodSync(join(stateFolder, name), 0o700);
  } else placeRsaKeys(stateFolder);
  const config: Config = {
    ...readConfig({}, stateFolder),
    stateFolder,
    databaseUrl: urlOf(database),
    // The tests' cluster has no fsync, and lets in whoever enters the folder of its socket.
    databaseMayLack: ["durability", "host-rules"],
    ...options.config,
  };
  const clock = options.clock ?? ((): Date => new Date());
  const house = await openHouse(config, { clock });
  mkdirSync(house.workFolder, { recursive: true, mode: 0o700 });
  await seedDemonstration(house.admin, house.office, config.installation);
  const admin = new Client({ ...database.admin });
  await admin.connect();
  const people = new Map<string, string>();
  const meet = async (): Promise<void> => {
    const { rows } = await admin.query<{ id: string; handle: string }>("select id, handle from access.person");
    for (const { id, handle } of rows) people.set(handle, id);
  };
  await meet();
  const programs = await admin.query<{ id: string }>("select id from data.program where name = 'HARBOR WATCH'");
  const { issuer } = await demonstrationIssuer(house.keyring.directory, config.installation);
  const personId = (handle: string): string => {
    const id = people.get(handle);
    if (id === undefined) throw new Error(`nobody is called ${handle}`);
    return id;
  };
  let open = true;
  const test: TestHouse = {
    house,
    database,
    stateFolder,
    admin,
    programId: programs.rows[0]?.id ?? "",
    personId,
    async as(handle, level) {
      if (!people.has(handle)) await meet();
      const sessionLevel = level ?? PEOPLE.find((person) => person.handle === handle)?.clearance ?? "U";
      const request = {
        personId: personId(handle),
        clientId: CLIENT.id,
        sessionId: randomUUID(),
        sessionLevel,
        purpose: "test",
      };
      return house.authenticator.principal(`Bearer ${await issuer.issue(request, clock())}`);
    },
    open: (principal) => house.door.open(principal, REQUEST),
    async run(principal, act) {
      const operation = await house.door.open(principal, REQUEST);
      try {
        const result = await act(operation);
        await operation.close();
        return result;
      } catch (error) {
        await operation.close().catch(() => undefined);
        throw error;
      }
    },
    async close() {
      if (!open) return;
      open = false;
      await admin.end();
      await house.close();
    },
    async remove() {
      await test.close();
      await database.drop();
      rmSync(stateFolder, { recursive: true, force: true });
    },
  };
  return test;
}
