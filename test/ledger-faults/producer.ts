import { createInterface } from "node:readline";
import { Client } from "pg";
import type { CheckpointPublisher } from "../../src/ledger/publisher.ts";
import { SectionSealer } from "../../src/ledger/sealing.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import { SignerProcess } from "../../src/signer/signer-process.ts";
import { openPool } from "../../src/storage/connection.ts";
import type { Connection } from "../../src/storage/connection.ts";
import { LedgerStore } from "../../src/storage/ledger-store.ts";
import { commitToOutbox, keyOfKeys } from "./fault-log.ts";
import { faultDraft } from "./fault-draft.ts";
import { deskFolders, openPublisher } from "./fault-publisher.ts";

// A process that appends, drains and signs without end, and says on standard output what it was told: the part of an API
// process that a fault hits. Reads one line of JSON, and then lines "clock MILLISECONDS" by which its clock is put wrong.

/** What the process is told. */
export interface ProducerOrder {
  readonly ledger: Connection;
  readonly admin: Connection;
  readonly logId: number;
  /** Where keys, records of the signers and tiles lie, for all producers. */
  readonly folder: string;
  readonly replica: string;
}

/** One line of what it says. */
export type Said =
  | { readonly acknowledged: { readonly id: string; readonly index: number; readonly leaf384: string } }
  | { readonly committed: string }
  | { readonly note: string }
  | { readonly refused: true }
  | { readonly ready: true };

const AT_ONCE = 4;
const ROUNDS_OF_A_CHECKPOINT = 3;

function say(said: Said): void {
  process.stdout.write(`${JSON.stringify(said)}\n`);
}

async function produce({ ledger, admin, logId, folder, replica }: ProducerOrder, clock: () => Date): Promise<void> {
  const store = new LedgerStore(openPool(ledger, 4, 5_000, 2_000));
  const signer = new SignerProcess(deskFolders(folder));
  const writer = new LedgerWriter({ store, sealer: new SectionSealer(store, keyOfKeys), logId, replica, clock });
  let publisher: CheckpointPublisher | null = null;
  let data: Client | null = null;
  const tried = async (act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch {
      say({ refused: true });
    }
  };
  const tell = ({ id, index, leaf384 }: { id: string; index: number; leaf384: Buffer }): void =>
    say({ acknowledged: { id, index, leaf384: leaf384.toString("hex") } });
  /** A session for mutations; a new one where the last one was lost. */
  const session = async (): Promise<Client> => {
    if (data) return data;
    const client = new Client({ ...admin, connectionTimeoutMillis: 2_000, statement_timeout: 5_000 });
    client.on("error", () => (data = null));
    await client.connect();
    data = client;
    return client;
  };
  say({ ready: true });
  for (let round = 0; ; round += 1) {
    const append = (_: unknown, at: number): Promise<void> =>
      tried(async () => tell(await writer.append(faultDraft(`${replica} ${round} ${at}`))));
    const mutate = (): Promise<void> =>
      tried(async () => {
        const record = await writer.proposed(faultDraft(`${replica} ${round} outbox`));
        await commitToOutbox(await session(), logId, record);
        say({ committed: record.id });
        tell(await writer.drain(record.id));
      });
    await Promise.all([...Array.from({ length: AT_ONCE }, append), mutate()]);
    if (round % ROUNDS_OF_A_CHECKPOINT !== 0) continue;
    await tried(async () => {
      publisher ??= await openPublisher(store, folder, logId, signer);
      try {
        say({ note: (await publisher.publish()).note });
      } catch (error) {
        publisher = null;
        throw error;
      }
    });
  }
}

let wrong = 0;
let begun = false;
createInterface({ input: process.stdin })
  .on("line", (line) => {
    if (line.startsWith("clock ")) wrong = Number(line.slice("clock ".length));
    else if (!begun) {
      begun = true;
      produce(JSON.parse(line) as ProducerOrder, () => new Date(Date.now() + wrong)).catch(() => process.exit(1));
    }
  })
  // Whoever started this process has gone.
  .on("close", () => process.exit(0));
