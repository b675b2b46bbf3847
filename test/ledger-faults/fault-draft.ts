import { encodeCanonical } from "../../audit/index.ts";
import type { EntryDraft } from "../../src/ledger/writer.ts";

const LOW = encodeCanonical({ banner: "UNCLASSIFIED", effective: { level: "U" } });
const HIGH = encodeCanonical({ banner: "SECRET//NOFORN", effective: { level: "S" } });

/** An entry with two sealed sections. */
export function faultDraft(text: string): EntryDraft {
  return {
    kind: "operation.request",
    personTag: null,
    gateHash: null,
    sections: [
      { slot: 0, name: "actor", marking: LOW, plaintext: encodeCanonical({ text }) },
      { slot: 1, name: "request", marking: HIGH, plaintext: encodeCanonical({ text }) },
    ],
  };
}
