import { createSecretKey } from "node:crypto";
import { join } from "node:path";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { pino } from "pino";
import { demonstrationIssuer } from "../src/composition/demonstration-issuer.ts";
import { loadActivePolicy, policySource } from "../src/composition/policy-files.ts";
import { Authenticator, standings } from "../src/identity/authenticate.ts";
import { BrowserSessions } from "../src/identity/browser-sessions.ts";
import { BrowserSessionStore } from "../src/storage/browser-session-store.ts";
import type { Principal } from "../src/identity/principal.ts";
import { TokenVerifier } from "../src/identity/tokens.ts";
import type { AuditPort } from "../src/policy/audit-port.ts";
import type { Door, Request } from "../src/policy/gate.ts";
import { HighWater } from "../src/policy/high-water.ts";
import { Operation } from "../src/policy/operation.ts";
import { honoringOnly } from "../src/policy/profile.ts";
import { rowLock } from "../src/policy/row-lock.ts";
import { loadOrCreateKeyring } from "../src/signing/keyring.ts";
import type { ReleaseKeys } from "../src/signing/release-keys.ts";
import { AccessStore } from "../src/storage/access-store.ts";
import type { BlobVault } from "../src/storage/blobs/vault.ts";
import { openPool } from "../src/storage/connection.ts";
import { packageRoot } from "../src/storage/package-root.ts";
import type { Connection } from "../src/storage/connection.ts";
import { Database } from "../src/storage/database.ts";
import { MarkingChangeStore } from "../src/storage/marking-changes.ts";
import { PolicyStore } from "../src/storage/policy-store.ts";
import { SessionStore } from "../src/storage/session-store.ts";
import { StandingStore } from "../src/storage/standing-store.ts";
import { buildServer } from "../src/transport/http/server.ts";

/** What this process is told, as one line of JSON. */
export interface OffOptions {
  readonly connection: Connection;
  readonly state: string;
  readonly installation: string;
}

/** What a page of labels has no need of: whatever asks for it finds nothing there. */
const nothing: unknown = {};

/**
 * The product's server on the product's database, without its log, the sections of entries and the gate: identity, policy,
 * the filter of the repository and the last look are as always. It answers pages for the benchmark and is good for nothing else.
 */
async function serve({ connection, state, installation }: OffOptions): Promise<void> {
  const clock = (): Date => new Date();
  const keyring = await loadOrCreateKeyring(join(state, "keys"));
  const pool = openPool({ ...connection, user: "caveat_policy" }, 6);
  const database = await Database.open({ ...connection, user: "bench_off" }, 8);
  const store = new AccessStore(pool);
  const policyStore = new PolicyStore(pool);
  const office = await loadActivePolicy(store, policyStore);
  const issuer = (await demonstrationIssuer(keyring.directory, installation)).trusted;
  const highWater = new HighWater(new SessionStore(pool), "confirm");
  const open = async (caller: Principal, request: Request): Promise<Operation> => {
    const profile = honoringOnly(caller.profile, request.honors);
    const principal = { ...caller, profile };
    const profileId = await office.profileId(profile);
    const programIds = [...principal.programs];
    const lockValues = { policyId: office.policyId, profileId, personId: principal.personId, programIds };
    const scope = { lock: rowLock(office.policy, lockValues) };
    return new Operation({
      principal,
      requestId: "00000000-0000-4000-8000-000000000000",
      receipt: "",
      office,
      vault: nothing as BlobVault,
      audit: nothing as AuditPort,
      releaseKeys: nothing as ReleaseKeys,
      locator: store,
      standing: standings(store, clock),
      proposals: new StandingStore(pool),
      proposalLifetime: 1,
      policySource: policySource(store, policyStore),
      markingChanges: new MarkingChangeStore(pool),
      highWater,
      clock,
      begin: () => database.begin(() => "", scope),
      beginReading: () => database.beginReading(() => "", scope),
      conclude: () => Promise.resolve(),
      concludeIn: () => Promise.reject(new Error("pages only")),
    });
  };
  const sessions = new BrowserSessions(
    new BrowserSessionStore(pool),
    createSecretKey(Buffer.alloc(32)),
    () => true,
    clock,
  );
  const app = await buildServer({
    door: { open } as Pick<Door, "open"> as Door,
    authenticator: new Authenticator(await TokenVerifier.of([issuer]), sessions, store, clock),
    sessions,
    origin: null,
    demonstrationToken: null,
    mode: "demonstration",
    workFolder: state,
    imagePixels: 1,
    ready: () => Promise.resolve(true),
    news: () => Promise.resolve(false),
    refusals: { note: () => undefined },
    logger: pino({ level: "silent" }),
    cursorKey: await keyring.secret("cursors"),
    copyKey: await keyring.secret("task-copies"),
    trustFile: () => Promise.resolve("{}"),
    landing: { folder: join(packageRoot(), "web", "landing"), workbench: null, people: [], tokenCommand: "" },
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  process.stdout.write(`${JSON.stringify({ port: (app.server.address() as AddressInfo).port })}\n`);
}

createInterface({ input: process.stdin }).once("line", (line) => {
  serve(JSON.parse(line) as OffOptions).catch((error: unknown) => {
    process.stderr.write(`pages without the log: ${error instanceof Error ? error.message : "failed"}\n`);
    process.exitCode = 1;
  });
});
process.once("SIGTERM", () => process.exit(0));
