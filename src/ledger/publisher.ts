import { createPublicKey } from "node:crypto";
import {
  Frontier,
  checkpointBody,
  formatCheckpoint,
  formatVkey,
  nodeCrypto,
  treeSize,
  verifierKey,
} from "../../audit/index.ts";
import type { VerifierKey } from "../../audit/index.ts";
import type { Signer } from "../signing/signer.ts";
import type { LedgerStore } from "../storage/ledger-store.ts";

const READ_AHEAD = 4_096;

/** The C2SP verifier key of a log's signer; its name is the origin. */
export function verifierOf(origin: string, signer: Signer): VerifierKey {
  const spki = createPublicKey(signer.publicKeyPem()).export({ type: "spki", format: "der" });
  return verifierKey(nodeCrypto, origin, new Uint8Array(spki.subarray(-32)));
}

/**
 * Signs tree heads of one log. Keeps only the tree's right edge in memory; what it resumes from is the last signed
 * checkpoint, so that a restart re-reads no more than the entries after it. Refuses to sign a smaller tree.
 */
export class CheckpointPublisher {
  readonly #store: LedgerStore;
  readonly #signer: Signer;
  readonly logId: number;
  readonly origin: string;
  readonly verifier: VerifierKey;
  #frontier: Frontier | null = null;
  #signing: Promise<unknown> = Promise.resolve();

  constructor(store: LedgerStore, signer: Signer, logId: number, origin: string) {
    this.#store = store;
    this.#signer = signer;
    this.logId = logId;
    this.origin = origin;
    this.verifier = verifierOf(origin, signer);
  }

  /** The line that a verifier is given as --key. */
  get vkey(): string {
    return formatVkey(this.verifier);
  }

  async #resume(): Promise<Frontier> {
    if (this.#frontier) return this.#frontier;
    const last = await this.#store.lastCheckpoint(this.logId);
    const hashes = last
      ? Array.from(
          { length: last.frontier.length / 32 },
          (_, i) => new Uint8Array(last.frontier.subarray(i * 32, i * 32 + 32)),
        )
      : [];
    this.#frontier = new Frontier(nodeCrypto, last ? { size: treeSize(last.size), hashes } : undefined);
    return this.#frontier;
  }

  /** Signs the tree over all entries that are durable now; returns the note and its size. Calls follow one another. */
  publish(): Promise<{ size: number; note: string }> {
    const next = this.#signing.then(() => this.#publish());
    this.#signing = next.catch(() => undefined);
    return next;
  }

  async #publish(): Promise<{ size: number; note: string }> {
    const frontier = await this.#resume();
    const head = await this.#store.head(this.logId);
    if (head.size < frontier.size) throw new Error("the log is smaller than what was signed");
    const last = await this.#store.lastCheckpoint(this.logId);
    if (last && last.size === head.size && frontier.size === head.size) return { size: last.size, note: last.note };
    while (frontier.size < head.size) {
      const from: number = frontier.size;
      const to = Math.min(head.size, from + READ_AHEAD);
      const hashes = await this.#store.leafHashes(this.logId, from, to);
      if (hashes.length !== to - from) {
        // Nothing is signed over a hole; the frontier is read again from the last checkpoint next time.
        this.#frontier = null;
        throw new Error("entries are missing below the head");
      }
      for (const hash of hashes) frontier.append(new Uint8Array(hash));
    }
    const checkpoint = { origin: this.origin, size: frontier.size, root: frontier.root() };
    const signature = await this.#signer.sign(Buffer.from(checkpointBody(checkpoint), "utf8"));
    const note = formatCheckpoint(checkpoint, this.verifier, signature);
    await this.#store.keepCheckpoint(this.logId, frontier.size, note, Buffer.concat(frontier.hashes));
    return { size: frontier.size, note };
  }
}
