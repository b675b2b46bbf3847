import { createSecretKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { encodeCanonical, nodeCrypto, verifyLog } from "../../audit/index.ts";
import type { LogReport, VerifierKey } from "../../audit/index.ts";
import { writeArchive } from "../../src/ledger/archive.ts";
import { CheckpointPublisher } from "../../src/ledger/publisher.ts";
import type { PublisherParts } from "../../src/ledger/publisher.ts";
import { SectionSealer } from "../../src/ledger/sealing.ts";
import { SubjectHashes } from "../../src/ledger/subject-hashes.ts";
import type { PlainSection } from "../../src/ledger/sealing.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import type { EntryDraft } from "../../src/ledger/writer.ts";
import type { MayOpen } from "../../src/policy/audit-port.ts";
import { SigningDesk } from "../../src/signer/signing-desk.ts";
import { FileTiles } from "../../src/storage/blobs/tile-port.ts";
import { openPool } from "../../src/storage/connection.ts";
import { LedgerStore } from "../../src/storage/ledger-store.ts";
import { createDatabase } from "../database.ts";
import type { TestDatabase } from "../database.ts";

export const ORIGIN = "test.example/activity";
export const LOW = encodeCanonical({ banner: "UNCLASSIFIED", effective: { level: "U" } });
export const HIGH = encodeCanonical({ banner: "SECRET//NOFORN", effective: { level: "S" } });

/** A log with its writer and its key on a database of its own, without the house around it. */
export interface TestLedger {
  readonly database: TestDatabase;
  readonly store: LedgerStore;
  readonly sealer: SectionSealer;
  /** Under what the index finds things. */
  readonly hashes: SubjectHashes;
  /** The key file's key, under which data keys are wrapped. */
  readonly kek: KeyObject;
  readonly logId: number;
  readonly writer: LedgerWriter;
  readonly verifier: VerifierKey;
  /** Superuser connection to the ledger's database. */
  readonly admin: Client;
  /** Another producer on the same log. */
  anotherWriter(replica: string): LedgerWriter;
  /** Folder with `keys`, the signer's `records` and the `logs` in tiles. */
  readonly folder: string;
  /** A publisher that knows no more than what is in the database and on the disk, as after a restart. */
  publisher(change?: Partial<PublisherParts>): Promise<CheckpointPublisher>;
  /** A publisher of somebody who holds the log's key and remembers nothing of what it signed. */
  forger(): Promise<CheckpointPublisher>;
  /** The archive, made by a service that was started just now. */
  archive(mayOpen?: MayOpen, own?: CheckpointPublisher): Promise<string>;
  remove(): Promise<void>;
}

/** Opens an empty log. Call `remove` in `afterAll`. */
export async function openLedger(): Promise<TestLedger> {
  const database = await createDatabase();
  const folder = mkdtempSync(join(tmpdir(), "caveat-ledger-"));
  const at = (...names: string[]): string => join(folder, ...names);
  const pool = openPool(database.as("caveat_ledger"), 6);
  const store = new LedgerStore(pool);
  const kek = createSecretKey(randomBytes(32));
  const sealer = new SectionSealer(store, kek);
  const logId = await store.openLog(ORIGIN, "activity", null);
  const clock = (): Date => new Date();
  const anotherWriter = (replica: string): LedgerWriter => new LedgerWriter({ store, sealer, logId, replica, clock });
  const writer = anotherWriter("api-1");
  const publisher = (change: Partial<PublisherParts> = {}): Promise<CheckpointPublisher> => {
    const signer = new SigningDesk({ keys: at("keys"), records: at("records") });
    return CheckpointPublisher.open({ store, signer, tiles: new FileTiles(at("logs")), ...change }, logId, ORIGIN);
  };
  const forger = async (): Promise<CheckpointPublisher> => {
    const own = mkdtempSync(at("forger-"));
    const folders = { keys: join(own, "keys"), records: join(own, "records") };
    await new SigningDesk(folders).open(ORIGIN);
    cpSync(at("keys"), folders.keys, { recursive: true });
    chmodSync(folders.keys, 0o700);
    return publisher({ signer: new SigningDesk(folders), tiles: new FileTiles(join(own, "logs")) });
  };
  const admin = new Client({ ...database.admin });
  await admin.connect();
  return {
    database,
    store,
    sealer,
    hashes: new SubjectHashes(createSecretKey(randomBytes(32))),
    kek,
    logId,
    writer,
    verifier: (await publisher()).verifier,
    admin,
    folder,
    anotherWriter,
    publisher,
    forger,
    async archive(mayOpen = () => true, given?: CheckpointPublisher) {
      const own = given ?? (await publisher());
      return textOf(writeArchive({ store, sealer, logId, publisher: own, clock }, mayOpen));
    },
    async remove() {
      await admin.end();
      await pool.end();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** An entry with two sections of different markings. */
export function draft(text: string, marking = HIGH): EntryDraft {
  const section = (slot: 0 | 1, name: PlainSection["name"], of: string): PlainSection => ({
    slot,
    name,
    marking: of,
    plaintext: encodeCanonical({ text }),
  });
  return {
    kind: "operation.request",
    personTag: null,
    gateHash: null,
    sections: [section(0, "actor", LOW), section(1, "request", marking)],
  };
}

/** Lines of a stream as one text, each with its line feed. */
export async function textOf(lines: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const line of lines) text += `${line}\n`;
  return text;
}

/** Has the verifier judge an archive. */
export function judge(archive: string, key: VerifierKey, known?: string): Promise<LogReport> {
  const input = { crypto: nodeCrypto, key, archive: [Buffer.from(archive, "utf8")] };
  return verifyLog(known === undefined ? input : { ...input, known });
}

/** The findings as short texts, `CODE what:where`, in order. */
export function codesOf(report: LogReport): string[] {
  return report.findings.map(({ code, at }) => `${code} ${Object.values(at).join(":")}`);
}

/** Entries of an archive with the sections in it. */
export interface ArchivedEntry {
  readonly index: number;
  readonly leaf: string;
  readonly chain: string;
  readonly kind: string;
  readonly slots: readonly ({ readonly open: string | null; readonly sealed: string | null } | null)[];
}

interface ArchiveLine {
  readonly i?: number;
  readonly leaf?: string;
  readonly chain?: string;
  readonly s?: readonly ({
    readonly open: { readonly plaintext: string } | null;
    readonly sealed: string | null;
  } | null)[];
}

/** Reads the entries of an archive without judging them. */
export function entriesOf(archive: string): ArchivedEntry[] {
  return archive.split("\n").flatMap((text) => {
    const { i, leaf, chain, s } = text === "" ? ({} as ArchiveLine) : (JSON.parse(text) as ArchiveLine);
    if (i === undefined || leaf === undefined || chain === undefined || s === undefined) return [];
    const { k: kind } = JSON.parse(Buffer.from(leaf, "base64").toString("utf8")) as { k: string };
    const slots = s.map((slot) => (slot === null ? null : { open: slot.open?.plaintext ?? null, sealed: slot.sealed }));
    return [{ index: i, leaf, chain, kind, slots }];
  });
}
