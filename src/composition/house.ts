import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { loadOrCreateDeliveryCertificates } from "../deliveries/certificate-store.ts";
import { Authenticator, standings } from "../identity/authenticate.ts";
import { BrowserSessions } from "../identity/browser-sessions.ts";
import { TokenVerifier } from "../identity/tokens.ts";
import type { TrustedIssuer } from "../identity/tokens.ts";
import { AuditSearch } from "../ledger/audit-search.ts";
import { AuditService } from "../ledger/audit-service.ts";
import { FreshEntries } from "../ledger/fresh-entries.ts";
import { AuditIndexer } from "../ledger/indexer.ts";
import { SectionSealer } from "../ledger/sealing.ts";
import { SubjectHashes } from "../ledger/subject-hashes.ts";
import { LedgerWriter } from "../ledger/writer.ts";
import { ACTIONS } from "../policy/actions.ts";
import { Door, personTag } from "../policy/gate.ts";
import { GateTokenMint, propose } from "../policy/gate-token.ts";
import { HighWater } from "../policy/high-water.ts";
import { PolicyInForce } from "../policy/in-force.ts";
import { MarkingOffice } from "../policy/marking-office.ts";
import { compileRowSecurity } from "../policy/row-security.ts";
import { SignerProcess } from "../signer/signer-process.ts";
import { loadOrCreateKeyring } from "../signing/keyring.ts";
import type { Keyring } from "../signing/keyring.ts";
import { MacKey } from "../signing/mac-key.ts";
import { AccessStore } from "../storage/access-store.ts";
import { AuditIndexStore } from "../storage/audit-index-store.ts";
import { FileBlobs } from "../storage/blobs/port.ts";
import { FileTiles } from "../storage/blobs/tile-port.ts";
import { BlobVault } from "../storage/blobs/vault.ts";
import { placeOf, requireSoundCatalog } from "../storage/catalog-check.ts";
import { openPool } from "../storage/connection.ts";
import type { Connection } from "../storage/connection.ts";
import { Database } from "../storage/database.ts";
import { MarkingChangeStore } from "../storage/marking-changes.ts";
import { BrowserSessionStore } from "../storage/browser-session-store.ts";
import { SessionStore } from "../storage/session-store.ts";
import { StandingStore } from "../storage/standing-store.ts";
import { LedgerStore } from "../storage/ledger-store.ts";
import { PolicyStore } from "../storage/policy-store.ts";
import { ensureRolePasswords, migrate } from "../storage/migrate.ts";
import { reachDatabase, rolePassword } from "./connections.ts";
import { demonstrationIssuer } from "./demonstration-issuer.ts";
import { LedgerKeeper } from "./ledger-keeper.ts";
import { loadActivePolicy, policySource, requireActivePolicy } from "./policy-files.ts";
import { trustText } from "./trust.ts";

/** The server's parts, wired and running, before anything listens. */
export interface House {
  readonly config: Config;
  readonly door: Door;
  readonly authenticator: Authenticator;
  readonly sessions: BrowserSessions;
  readonly keeper: LedgerKeeper;
  readonly keyring: Keyring;
  readonly admin: Connection;
  readonly store: AccessStore;
  readonly office: MarkingOffice;
  readonly trust: () => Promise<string>;
  /** Lays the trust file into the state folder anew: after logs have been opened. */
  readonly writeTrust: () => Promise<void>;
  readonly workFolder: string;
  /** Whether the log can be appended and the database answers. */
  readonly ready: () => Promise<boolean>;
  /** Whether the activity log has something to look at from an entry on. */
  readonly news: (from: number) => Promise<boolean>;
  /** Writes the shutdown entry, signs the last checkpoint, lets go of the database. */
  readonly close: () => Promise<void>;
}

/** How a house differs in tests: the clock, and where lines about the embedded database go. */
export interface HouseOptions {
  readonly clock?: () => Date;
  readonly log?: (line: string) => void;
  readonly replica?: string;
}

/**
 * Opens the house: database, migrations, policy, keys, log. Throws when anything that security rests on is missing or
 * contradicts itself; the caller then does not listen.
 */
export async function openHouse(config: Config, options: HouseOptions = {}): Promise<House> {
  const clock = options.clock ?? ((): Date => new Date());
  // Started first: it takes a moment to answer, and the database takes longer.
  const keyFolder = join(config.stateFolder, "keys");
  const signer = new SignerProcess({ keys: keyFolder, records: join(config.stateFolder, "signer") });
  // Has it read and flushed its records by the time that they are asked for.
  signer.logs().catch(() => undefined);
  const keysReady = loadOrCreateKeyring(keyFolder);
  // Made while the database starts; a refusal is met where the keys are awaited.
  keysReady.catch(() => undefined);
  const closers: (() => Promise<unknown>)[] = [() => signer.close()];
  try {
    const reached = await reachDatabase(config, options.log ?? ((): void => undefined));
    closers.unshift(reached.stop);
    await migrate(reached.admin, ACTIONS);
    const keyring = await keysReady;
    const password = reached.embedded ? null : rolePassword(await keyring.secret("database-roles"));
    if (password !== null) await ensureRolePasswords(reached.admin, password);
    const running = await requireActivePolicy(config, reached.admin);
    // After row security: what is looked at is what the server will rest on.
    await requireSoundCatalog(reached.admin, {
      place: reached.embedded ? "embedded" : placeOf(reached.admin),
      mayLack: config.databaseMayLack,
      rowSecurity: compileRowSecurity(running.policy),
    });
    const connections = reached.working(password);

    const policyPool = openPool(connections.policy, 6);
    const ledgerPool = openPool(connections.ledger, 6, 15_000, 5_000);
    closers.unshift(
      () => policyPool.end(),
      () => ledgerPool.end(),
    );
    const database = await Database.open(connections.app, 32);
    closers.unshift(() => database.close());

    const store = new AccessStore(policyPool);
    const policyStore = new PolicyStore(policyPool);
    const office = new MarkingOffice(store, running.register, running.policy, running.policyId);
    await office.fillMatrix();
    const policies = new PolicyInForce(office, () => loadActivePolicy(store, policyStore));
    const mint = new GateTokenMint();
    await mint.register(store);

    const ledgerStore = new LedgerStore(ledgerPool);
    const sealer = new SectionSealer(ledgerStore, keyring.kek);
    const origin = `${config.installation}/activity`;
    const logId = await ledgerStore.openLog(origin, "activity", null);
    const hashes = new SubjectHashes(await keyring.secret("audit-subjects"));
    const fresh = new FreshEntries(hashes);
    const replica = options.replica ?? "api-1";
    const writer = new LedgerWriter({ store: ledgerStore, sealer, logId, replica, clock, fresh });
    const index = new AuditIndexStore(ledgerPool);
    const indexer = new AuditIndexer({ store: ledgerStore, index, sealer, hashes, logId, fresh });
    const tiles = new FileTiles(join(config.stateFolder, "logs"));
    const keeper = new LedgerKeeper({
      store: ledgerStore,
      writer,
      signer,
      tiles,
      indexer,
      logId,
      origin,
      policies,
      clock,
    });
    const tagKey = MacKey.of("sha256", await keyring.secret("person-tags"));
    const tagOf = (personId: string): Buffer => personTag(tagKey, personId);
    const search = new AuditSearch({ store: ledgerStore, index, indexer, sealer, hashes, logId });
    const audit = new AuditService({
      store: ledgerStore,
      sealer,
      writer,
      publisher: await keeper.activity(),
      recipientPublisher: (id) => keeper.publisherOf(id),
      tagOf,
      propose: (tx, id, record) => propose(tx, mint, id, record),
      search,
      clock,
    });
    const certificates = await loadOrCreateDeliveryCertificates(
      keyring.directory,
      keyring,
      config.installation,
      clock(),
    );
    const vault = new BlobVault(new FileBlobs(join(config.stateFolder, "blobs")), keyring.kek);
    const issuers: readonly TrustedIssuer[] =
      config.mode === "demonstration"
        ? [(await demonstrationIssuer(keyring.directory, config.installation)).trusted]
        : config.issuers;
    const verifier = await TokenVerifier.of(issuers);
    const sessions = new BrowserSessions(
      new BrowserSessionStore(policyPool),
      await keyring.secret("browser-sessions"),
      (issuer) => verifier.trusts(issuer),
      clock,
    );
    const authenticator = new Authenticator(verifier, sessions, store, clock);
    const releaseKeys = {
      statementSigner: keyring.statementSigner,
      cmsSigner: keyring.cmsSigner,
      cmsCertificatePem: certificates.signerPem,
    };
    const door = new Door({
      database,
      store,
      policies,
      policySource: policySource(store, policyStore),
      markingChanges: new MarkingChangeStore(policyPool),
      vault,
      audit,
      standing: standings(store, clock),
      standings: new StandingStore(policyPool),
      releaseKeys,
      writer,
      mint,
      tagKey,
      proposalLifetime: config.proposalHours * 3_600_000,
      highWater: new HighWater(new SessionStore(policyPool), config.belowHighWater),
      clock,
    });

    await keeper.start();
    if (running.completed) await keeper.noteActivation(running.completed);
    const trust = (): Promise<string> => trustText(ledgerStore, keeper, keyring, certificates.authorityPem);
    const writeTrust = async (): Promise<void> =>
      writeFile(join(config.stateFolder, "trust.json"), await trust(), { mode: 0o644 });
    await writeTrust();
    return {
      config,
      door,
      authenticator,
      sessions,
      keeper,
      keyring,
      admin: reached.admin,
      store,
      get office() {
        return policies.office;
      },
      trust,
      writeTrust,
      workFolder: join(config.stateFolder, "work"),
      ready: () => keeper.ready(),
      news: (from) => search.news(from),
      close: async () => {
        await keeper.stop().catch(() => undefined);
        for (const close of closers) await close();
      },
    };
  } catch (error) {
    for (const close of closers) await close().catch(() => undefined);
    throw error;
  }
}
