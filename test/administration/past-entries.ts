import { createHash } from "node:crypto";
import { encodeCanonical } from "../../audit/index.ts";
import { SectionSealer } from "../../src/ledger/sealing.ts";
import type { PlainSection } from "../../src/ledger/sealing.ts";
import { LedgerWriter } from "../../src/ledger/writer.ts";
import { sectionMarking } from "../../src/policy/caller-texts.ts";
import { personTag } from "../../src/policy/gate.ts";
import { MacKey } from "../../src/signing/mac-key.ts";
import { openPool } from "../../src/storage/connection.ts";
import { LedgerStore } from "../../src/storage/ledger-store.ts";
import type { TestHouse } from "../house.ts";

/** The first moment of the month so many months before this one, and its name. */
export function monthBefore(months: number): { readonly month: string; readonly at: Date } {
  const now = new Date();
  const at = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 15, 12));
  return { month: at.toISOString().slice(0, 7), at };
}

/** What is made of the log as a process whose clock stands elsewhere would make it. */
export interface PastEntries {
  /** Appends a request and its outcome of somebody, sealed at this banner, as they were written then; ids of both. */
  write(handle: string, banner: string, at: Date): Promise<readonly [string, string]>;
  /** A writer whose clock stands there, with a sealer of its own. */
  writer(at: Date): LedgerWriter;
  readonly store: LedgerStore;
  readonly sealer: SectionSealer;
  close(): Promise<void>;
}

/** Opens the log of a house beside it, as another process with the same key file does. */
export async function openPast(house: TestHouse): Promise<PastEntries> {
  const pool = openPool(house.database.as("caveat_ledger"), 2);
  const { keyring, keeper, office } = house.house;
  const store = new LedgerStore(pool);
  const tagKey = MacKey.of("sha256", await keyring.secret("person-tags"));
  const writer = (at: Date): LedgerWriter => {
    const sealer = new SectionSealer(store, keyring.kek);
    return new LedgerWriter({ store, sealer, logId: keeper.logId, replica: "past-1", clock: () => at });
  };
  return {
    store,
    writer,
    sealer: new SectionSealer(store, keyring.kek),
    async write(handle, banner, at) {
      const read = office.read(banner);
      if (!read) throw new Error(banner);
      const personId = house.personId(handle);
      const marking = sectionMarking(banner, read.effective);
      const section = (slot: 0 | 1 | 2 | 3, name: PlainSection["name"], content: object): PlainSection => ({
        slot,
        name,
        marking,
        plaintext: encodeCanonical(content as never),
      });
      const actor = section(0, "actor", { person: personId, purpose: "long ago" });
      const of = { personTag: personTag(tagKey, personId), gateHash: null } as const;
      const past = writer(at);
      const request = await past.append({
        ...of,
        kind: "operation.request",
        gateHash: createHash("sha256").update("past").digest(),
        sections: [actor, section(1, "request", { operation: "long ago" })],
      });
      const outcome = await past.append({
        ...of,
        kind: "mutation.outcome",
        sections: [
          actor,
          section(2, "outcome", {
            command: "labelCreate",
            result: "answered",
            error: null,
            decisions: [],
            changed: [],
          }),
          section(3, "detail", {}),
        ],
      });
      return [request.id, outcome.id];
    },
    close: () => pool.end(),
  };
}
