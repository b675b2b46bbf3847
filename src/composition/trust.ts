import { trustFile } from "../deliveries/trust-file.ts";
import type { Keyring } from "../signing/keyring.ts";
import type { LedgerStore } from "../storage/ledger-store.ts";
import type { LedgerKeeper } from "./ledger-keeper.ts";

/** The public trust file of this installation: verifier keys of every log, statement keys, the CMS authority. */
export async function trustText(
  store: LedgerStore,
  keeper: LedgerKeeper,
  keyring: Keyring,
  authorityPem: string,
): Promise<string> {
  const logs = await Promise.all(
    (await store.logs()).map(async (log) => ({
      key: (await keeper.publisherOf(log.id)).verifier,
      purpose: log.id === keeper.logId ? ("activity" as const) : ("recipient" as const),
    })),
  );
  return trustFile({ logs, statementSigners: [keyring.statementSigner], authorities: [authorityPem] });
}
