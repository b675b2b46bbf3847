import { join } from "node:path";
import { CheckpointPublisher } from "../../src/ledger/publisher.ts";
import { SigningDesk } from "../../src/signer/signing-desk.ts";
import type { CheckpointSigner } from "../../src/signing/checkpoint-signer.ts";
import { FileTiles } from "../../src/storage/blobs/tile-port.ts";
import type { LedgerStore } from "../../src/storage/ledger-store.ts";
import { ORIGIN } from "./fault-log.ts";

/** Folders of the signer's keys and records below one. */
export function deskFolders(folder: string): { readonly keys: string; readonly records: string } {
  return { keys: join(folder, "keys"), records: join(folder, "records") };
}

/** A publisher that knows what database and disk have, with a signer of its own over the same records as all others. */
export function openPublisher(
  store: LedgerStore,
  folder: string,
  logId: number,
  signer: CheckpointSigner = new SigningDesk(deskFolders(folder)),
): Promise<CheckpointPublisher> {
  return CheckpointPublisher.open({ store, signer, tiles: new FileTiles(join(folder, "logs")) }, logId, ORIGIN);
}
