import type { ArchiveEntry } from "./archive.ts";
import { equal } from "./bytes.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { SLOT_NAMES, usesSlot, type LeafHeader } from "./leaf.ts";
import { sealedHash, sectionCommitment } from "./section.ts";
import type { FindingList, LogCode } from "./verdict.ts";

/** Checks what an archive carries of each section against the two hashes in the leaf. */
export class SectionCheck {
  readonly #crypto: CryptoPort;
  readonly #found: FindingList<LogCode>;
  /** Slots whose content was read, whose sealed bytes alone were there, of which nothing was there. */
  readonly counts = { opened: 0, sealed: 0, absent: 0 };

  constructor(crypto: CryptoPort, found: FindingList<LogCode>) {
    this.#crypto = crypto;
    this.#found = found;
  }

  check(entry: ArchiveEntry, header: LeafHeader): void {
    SLOT_NAMES.forEach((slot, i) => {
      const given = entry.slots[i] ?? null;
      const hashes = header.slots[i];
      if (given === null || hashes === undefined) {
        this.counts.absent += 1;
        if (!usesSlot(header.kind, slot)) return;
        const sentence = `Section ${slot} of entry ${entry.index} was left out, sealed bytes and all: by whoever made or carried the archive, or can write the store.`;
        this.#found.add("SECTION_MISSING", { what: "section", index: entry.index, slot }, sentence);
        return;
      }
      this.counts[given.open === null ? "sealed" : "opened"] += 1;
      const at = { what: "section", index: entry.index, slot } as const;
      if (given.sealed !== null && !equal(sealedHash(this.#crypto, given.sealed), hashes.sealedHash)) {
        const sentence = `The sealed bytes of section ${slot} of entry ${entry.index} are not those that its leaf names: they were damaged or replaced by whoever can write the store or the archive.`;
        this.#found.add("SECTION_DAMAGED", at, sentence);
      }
      if (given.open === null) return;
      const commitment = sectionCommitment(this.#crypto, given.open);
      if (given.open.name !== slot || !equal(commitment, hashes.commitment)) {
        const sentence = `What is shown as section ${slot} of entry ${entry.index} is not what its leaf commits to: the text, its marking or its salt was changed by whoever opened it or carried the archive.`;
        this.#found.add("SECTION_MISMATCH", at, sentence);
      }
    });
  }
}
