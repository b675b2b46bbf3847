import {
  equal,
  formatVkey,
  leafIndex,
  nodeCrypto,
  openCheckpoint,
  readUnverifiedCheckpoint,
  treeSize,
  utf8,
} from "../../audit/index.ts";
import type { LeafIndex, VerifierKey } from "../../audit/index.ts";
import { SignerError } from "../signing/checkpoint-signer.ts";
import type { CheckpointSigner, SignedHead } from "../signing/checkpoint-signer.ts";
import type { TilePort } from "../storage/blobs/tile-port.ts";
import type { LedgerStore } from "../storage/ledger-store.ts";
import { LogError } from "./log-error.ts";
import { LogTiles } from "./log-tiles.ts";
import type { LeafSource, TreeHead } from "./log-tiles.ts";
import type { TileEdge } from "./tile-edge.ts";
import { CHECKPOINT_PATH } from "./tile-layout.ts";

/** A log of at most so many entries is read whole when the server starts, tile by tile; of a larger one the right edge. */
const READ_WHOLE = 16_384;
const ROUNDS = 5;

/** What a publisher is made of. */
export interface PublisherParts {
  readonly store: LedgerStore;
  readonly signer: CheckpointSigner;
  readonly tiles: TilePort;
}

/** A signed checkpoint with its tree. */
export interface Published extends TreeHead {
  readonly note: string;
}

/**
 * Brings one log from the database into its tiles, has the tree signed, and makes proofs from the tiles. Each step is durable
 * before the next begins: entries, tiles, the signer's own record, the note. All of them give the same when they are done
 * again, so whatever a crash left is finished by the next call.
 */
export class CheckpointPublisher {
  readonly #parts: PublisherParts;
  readonly #tiles: LogTiles;
  readonly logId: number;
  readonly origin: string;
  readonly verifier: VerifierKey;
  /** A proof failed: every tile is looked at before anything else is made of them. */
  #suspect = false;
  #signing: Promise<unknown> = Promise.resolve();

  private constructor(parts: PublisherParts, logId: number, origin: string, verifier: VerifierKey) {
    this.#parts = parts;
    this.#tiles = new LogTiles(parts.tiles, origin);
    this.logId = logId;
    this.origin = origin;
    this.verifier = verifier;
  }

  /** The publisher of a log. Throws SignerError where its signer refuses it. */
  static async open(parts: PublisherParts, logId: number, origin: string): Promise<CheckpointPublisher> {
    const { keys } = await parts.signer.open(origin);
    const [first, ...further] = keys;
    // A log whose key was replaced has several, by size; the server does not know how to tell verifiers of them yet.
    if (!first || further.length > 0) throw new LogError("CHECKPOINT_BAD", `${origin} has not exactly one key`);
    return new CheckpointPublisher(parts, logId, origin, first.key);
  }

  /** The line that a verifier is given as --key. */
  get vkey(): string {
    return formatVkey(this.verifier);
  }

  readonly #leaves: LeafSource = async (from, to) =>
    (await this.#parts.store.leaves(this.logId, from, to)).map((leaf) => new Uint8Array(leaf));

  /** What was signed last and how large the log is now. Throws DATABASE_SMALLER. */
  async #heads(): Promise<{ last: SignedHead; size: number }> {
    // The signer first: what it signed was in the database before.
    const { last } = await this.#parts.signer.open(this.origin);
    const { size } = await this.#parts.store.head(this.logId);
    if (size < last.size)
      throw new LogError(
        "DATABASE_SMALLER",
        `the log ${this.origin} is smaller than what was signed: the database holds ${size} entries, the signer signed ${last.size}`,
      );
    return { last, size };
  }

  /** That the signer answers and the database holds what it signed. Throws SignerError or LogError. */
  async answers(): Promise<void> {
    await this.#heads();
  }

  /**
   * Compares database, signer and tiles before anything is appended, and derives the tiles anew where they are missing or
   * damaged. Throws LogError where they are not of one history.
   */
  inspect(): Promise<void> {
    return this.#inTurn(async () => {
      const { last } = await this.#heads();
      const kept = await this.#parts.store.lastCheckpoint(this.logId);
      // Roots, not notes: what a person adopted may bear the signatures of witnesses, too.
      const same = kept?.size === last.size && equal(readUnverifiedCheckpoint(kept.note).root, last.root);
      if (kept && kept.size >= last.size && !same)
        throw new LogError(
          "SIGNER_BEHIND",
          `the database keeps a checkpoint of ${this.origin} at size ${kept.size}, and the signer's record ends with another at size ${last.size}`,
        );
      if (last.size === 0) return;
      this.#suspect ||= last.size <= READ_WHOLE;
      await this.#edge(last);
      const end = leafIndex(last.size - 1);
      const [stored] = await this.#leaves(end, last.size);
      if (!stored || !equal(stored, await this.#tiles.leaf(end, last.size)))
        throw new LogError(
          "DATABASE_DIFFERS",
          `entry ${end} of ${this.origin} in the database is not the one that was signed at size ${last.size}`,
        );
    });
  }

  /** The right edge of what was signed last, from tiles that lead to its root. */
  async #edge(last: SignedHead): Promise<TileEdge> {
    const sound = this.#suspect ? await this.#tiles.sound(last) : true;
    const edge = sound ? await this.#tiles.edge(last).catch(unlessDamaged) : null;
    if (!edge) await this.#tiles.derive(last, this.#leaves);
    this.#suspect = false;
    return edge ?? this.#tiles.edge(last);
  }

  /** A file of the tree: a checkpoint taken now, or a tile as it lies there, null where there is none. */
  async file(path: string): Promise<Uint8Array | null> {
    if (path === CHECKPOINT_PATH) return utf8((await this.publish()).note);
    return this.#parts.tiles.read(this.origin, path);
  }

  /** Signs the tree over all entries that are durable now; returns the note and its tree. Calls follow one another. */
  publish(): Promise<Published> {
    return this.#inTurn(async () => {
      for (let round = 1; ; round += 1) {
        try {
          return await this.#publish();
        } catch (error) {
          // Another process on the same log was signed in between: its tree is larger, and this one's can be, too.
          const overtaken = error instanceof SignerError && (error.code === "STALE" || error.code === "REGRESSION");
          if (!overtaken || round === ROUNDS) throw error;
        }
      }
    });
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#signing.then(act);
    this.#signing = next.catch(() => undefined);
    return next;
  }

  async #publish(): Promise<Published> {
    const { last, size } = await this.#heads();
    if (last.note !== null && size === last.size && (await this.#isPublished(last.size, last.note)))
      return { ...last, note: last.note };
    const edge = await this.#edge(last);
    await this.#tiles.grow(edge, treeSize(size), this.#leaves);
    const frontier = edge.frontier();
    const tree = { size: edge.size, root: frontier.root() };
    const proof = await this.#suspecting(() => this.#tiles.consistency(last, tree));
    const note = await this.#parts.signer.sign({ origin: this.origin, ...tree, from: last.size, proof });
    this.#requireOf(tree, note);
    await this.#parts.store.keepCheckpoint(this.logId, tree.size, note, Buffer.concat(frontier.hashes));
    await this.#tiles.publish(note, last.size, tree.size);
    return { ...tree, note };
  }

  async #isPublished(size: number, note: string): Promise<boolean> {
    if (this.#suspect) return false;
    const kept = await this.#parts.store.lastCheckpoint(this.logId);
    return kept?.size === size && (await this.#tiles.checkpoint()) === note;
  }

  /** The signer is another program: what it gives is looked at before anybody gets it. */
  #requireOf({ size, root }: TreeHead, note: string): void {
    const opened = openCheckpoint(nodeCrypto, note, this.verifier);
    if (opened.outcome !== "verified" || opened.checkpoint.size !== size || !equal(opened.checkpoint.root, root))
      throw new LogError("CHECKPOINT_BAD", `the signer gave a note that is not of ${this.origin} at size ${size}`);
  }

  async #suspecting<T>(act: () => Promise<T>): Promise<T> {
    return act().catch((error: unknown) => {
      this.#suspect ||= error instanceof LogError && error.code === "TILE_DAMAGED";
      throw error;
    });
  }

  /** Inclusion proof of a leaf in a published tree. Throws TILE_DAMAGED; the next call to publish then looks at every tile. */
  prove(leaf: Uint8Array, index: LeafIndex, tree: TreeHead): Promise<readonly Uint8Array[]> {
    return this.#suspecting(() => this.#tiles.inclusion(leaf, index, tree));
  }
}

function unlessDamaged(error: unknown): null {
  if (error instanceof LogError && error.code === "TILE_DAMAGED") return null;
  throw error;
}
