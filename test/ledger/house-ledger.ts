import { createSecretKey, randomUUID } from "node:crypto";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { expect } from "vitest";
import { exportArchive } from "../../src/auditing/queries.ts";
import { demonstrationIssuer } from "../../src/composition/demonstration-issuer.ts";
import { demonstrationPeople, demonstrationSignIn } from "../../src/demonstration/sign-in.ts";
import { ANY_LOOPBACK } from "../../src/identity/own-origin.ts";
import { CLIENT } from "../../src/demonstration/people.ts";
import type { Principal } from "../../src/identity/principal.ts";
import type { Level } from "../../src/markings/index.ts";
import { packageRoot } from "../../src/storage/package-root.ts";
import { buildServer } from "../../src/transport/http/server.ts";
import type { TestHouse } from "../house.ts";
import { entriesOf, judge, textOf } from "./ledger-fixture.ts";
import type { ArchivedEntry } from "./ledger-fixture.ts";

/** What an outcome section says, as far as the tests ask. */
export interface OutcomeContent {
  readonly command: string | null;
  readonly result: string;
  readonly error: string | null;
  readonly request: string;
  readonly changed: readonly { readonly object: string }[];
}

/** The archive as a compliance officer gets it, line by line. */
export async function archiveOf(house: TestHouse, officer: Principal): Promise<string> {
  const made = await house.run(officer, (operation) => operation.query(exportArchive, {}));
  if (!made) throw new Error("no archive for this person");
  return textOf(made.lines);
}

/** Entries of the activity log with every section open that Otto may open; the archive they come from verifies. */
export async function loggedBy(house: TestHouse): Promise<ArchivedEntry[]> {
  const archive = await archiveOf(house, await house.as("otto"));
  const report = await judge(archive, (await house.house.keeper.activity()).verifier);
  expect(report.findings).toEqual([]);
  return entriesOf(archive);
}

/** Outcomes of a command in the log, oldest first. */
export async function outcomesOf(house: TestHouse, command: string): Promise<OutcomeContent[]> {
  return (await loggedBy(house))
    .flatMap(({ slots }) => (slots[2]?.open == null ? [] : [JSON.parse(slots[2].open) as OutcomeContent]))
    .filter((outcome) => outcome.command === command);
}

/** Details of the log's own entries of a kind (boot, heartbeat, refused), oldest first. */
export async function detailsOf(house: TestHouse, kind: string): Promise<Readonly<Record<string, unknown>>[]> {
  return (await loggedBy(house))
    .filter((entry) => entry.kind === kind)
    .map(({ slots }) => JSON.parse(slots[3]?.open ?? "null") as Record<string, unknown>);
}

/** Takes the right to append from the server, as a full disk or a broken log would. */
export async function stopAppending(house: TestHouse): Promise<void> {
  await house.admin.query(
    "revoke execute on function audit.append(smallint, jsonb), audit.append_packed from caveat_ledger",
  );
}

/** Gives it back. */
export async function resumeAppending(house: TestHouse): Promise<void> {
  await house.admin.query(
    "grant execute on function audit.append(smallint, jsonb), audit.append_packed to caveat_ledger",
  );
}

/** What every connection of the application role did last: it changes as soon as one statement runs as that role. */
export async function labeledActivity(house: TestHouse): Promise<unknown[]> {
  const { rows } = await house.admin.query<Record<string, unknown>>(
    `select pid, query_start, xact_start, state from pg_stat_activity
     where usename = 'caveat_app' and datname = current_database() order by pid`,
  );
  return rows;
}

/** A bearer token of the real issuer. */
export async function bearer(house: TestHouse, handle: string, level: Level = "TS"): Promise<string> {
  const { issuer } = await demonstrationIssuer(house.house.keyring.directory, house.house.config.installation);
  const request = {
    personId: house.personId(handle),
    clientId: CLIENT.id,
    sessionId: randomUUID(),
    sessionLevel: level,
  };
  return `Bearer ${await issuer.issue({ ...request, purpose: "test" }, new Date())}`;
}

/** The HTTP server of a house, not listening: requests are injected. */
export async function serverOf({ house }: TestHouse): Promise<FastifyInstance> {
  return buildServer({
    door: house.door,
    authenticator: house.authenticator,
    sessions: house.sessions,
    origin: ANY_LOOPBACK,
    demonstrationToken: await demonstrationSignIn(house, await demonstrationPeople(house)),
    mode: "demonstration",
    workFolder: house.workFolder,
    imagePixels: house.config.imagePixels,
    ready: house.ready,
    news: house.news,
    refusals: { note: (kind, source) => house.keeper.noteRefusal(kind, source) },
    logger: pino({ level: "silent" }),
    cursorKey: createSecretKey(new Uint8Array(32)),
    copyKey: createSecretKey(new Uint8Array(32)),
    trustFile: house.trust,
    landing: {
      folder: join(packageRoot(), "web", "landing"),
      workbench: join(packageRoot(), "dist", "web"),
      people: [],
      tokenCommand: "",
    },
  });
}
