import {
  encodeCanonical,
  encodeLeaf,
  nodeCrypto,
  parseArchiveLine,
  parseLeaf,
  sectionCommitment,
  utf8,
} from "../../audit/index.ts";
import type { ArchiveSlot } from "../../audit/index.ts";
import type { Json } from "../../audit/core/jcs.ts";
import { ORIGIN, bytesOf, partOf, rechain, signedNote } from "./archive-fixture.ts";
import type { Archive, CarriedPolicy } from "./archive-fixture.ts";

/** Text in JSON whose members a test changes in place. */
export type Content = Record<string, unknown>;

/** A decision in an outcome section. */
export interface RecordedDecision {
  action: string;
  marking: number;
  facts: unknown;
  decision: string;
  reasons: string[];
  obligations: string[];
}

const OUTCOME = 2;
const DETAIL = 3;

/**
 * An archive of a real log as its owner could have written it: the same entries, signed anew by a key that the tests hold
 * in the place of the server's.
 */
export class ForgedArchive {
  readonly #archive: Archive;

  constructor(text: string) {
    const lines = text.split("\n").filter((line) => line !== "");
    const entries = lines.flatMap((line) => {
      const parsed = parseArchiveLine(utf8(line));
      if (parsed.line !== "entry") return [];
      const { index, leaf, chain, slots } = parsed;
      return [{ index, leaf, chain, slots: [...slots] }];
    });
    const policies = lines.flatMap((line) => {
      const parsed = parseArchiveLine(utf8(line));
      return parsed.line === "policy" ? [parsed] : [];
    });
    this.#archive = { origin: ORIGIN, policies, entries, checkpoints: [], end: entries.length };
  }

  /** Places of entries of a kind for which something is true. */
  entries(where: (outcome: Content, kind: string) => boolean): number[] {
    return this.#archive.entries.flatMap(({ leaf }, index) => {
      const { kind } = parseLeaf(leaf);
      const open = kind.endsWith(".outcome") ? this.#open(index, OUTCOME)?.open : null;
      return open != null && where(JSON.parse(open.plaintext) as Content, kind) ? [index] : [];
    });
  }

  /** What the outcome section of an entry says. */
  outcome(index: number): Content {
    return JSON.parse(this.#open(index, OUTCOME)?.open?.plaintext ?? "null") as Content;
  }

  /** The decisions of an entry. */
  decisions(index: number): RecordedDecision[] {
    return this.outcome(index)["decisions"] as RecordedDecision[];
  }

  /** Writes a section anew: its commitment and the leaf follow, as a server makes them. */
  rewrite(index: number, slot: "outcome" | "detail", change: (content: Content) => void): this {
    const place = slot === "outcome" ? OUTCOME : DETAIL;
    const part = partOf(this.#archive, index);
    const given = this.#open(index, place);
    if (given?.open == null) throw new Error(`section ${slot} of entry ${index} is not open`);
    const content = JSON.parse(given.open.plaintext) as Content;
    change(content);
    const open = { ...given.open, plaintext: encodeCanonical(content as Json & object) };
    part.slots[place] = { ...given, open };
    const header = parseLeaf(part.leaf);
    const slots = header.slots.map((hashes, at) =>
      at === place ? { ...hashes, commitment: sectionCommitment(nodeCrypto, open) } : hashes,
    );
    part.leaf = encodeLeaf({ ...header, slots });
    return this;
  }

  /** The policies that it carries, to be changed in place. */
  get policies(): CarriedPolicy[] {
    return this.#archive.policies;
  }

  /** Closes a section, as an export for somebody who may not open it does. */
  seal(index: number, slot: "outcome" | "detail"): this {
    const place = slot === "outcome" ? OUTCOME : DETAIL;
    const given = this.#open(index, place);
    partOf(this.#archive, index).slots[place] = { open: null, sealed: given?.sealed ?? null };
    return this;
  }

  /** The archive with chain, root and signature over everything as it stands now. */
  bytes(): Uint8Array {
    rechain(this.#archive, 0);
    const size = this.#archive.entries.length;
    this.#archive.checkpoints = [{ after: size, note: signedNote(this.#archive, size) }];
    return bytesOf(this.#archive);
  }

  #open(index: number, place: number): ArchiveSlot | null {
    return partOf(this.#archive, index).slots[place] ?? null;
  }
}
