import { equal, fromUtf8, toHex } from "../core/bytes.ts";
import { openCheckpoint, type VerifiedCheckpoint } from "../core/checkpoint.ts";
import type { CryptoPort } from "../core/crypto-port.ts";
import { FormatError } from "../core/errors.ts";
import { parseLeaf } from "../core/leaf.ts";
import { cannotExclude } from "../core/log-report.ts";
import type { VerifierKey } from "../core/note.ts";
import { sayNotVerified } from "../core/signed-roots.ts";
import { Frontier, leafHash256 } from "../core/tree.ts";
import { FindingList, entriesAt, entriesText, type At } from "../core/verdict.ts";
import { Differences } from "./differences.ts";
import type { TileCode, TileReport } from "./fsck-report.ts";
import { TILE_WIDTH, tilePath, widthOf } from "./tile-path.ts";
import { readBundle, readTile, type TileSource } from "./tile-source.ts";
import { TileStack, type MadeTile } from "./tile-stack.ts";

/** What `fsck` is given; nothing but the key and the kept checkpoint is trusted. */
export interface FsckInput {
  readonly crypto: CryptoPort;
  readonly key: VerifierKey;
  readonly source: TileSource;
  /** A checkpoint note of this log that the checker kept from before. */
  readonly known?: string;
  /** Called after each bundle with the number of entries and bytes read so far. */
  readonly onProgress?: (entries: number, bytes: number) => void;
}

const MAX_CHECKPOINT_BYTES = 1_000_000;
const KEY_HOLDER = "only the holder of the signing key can have done this";
const WITHOUT_KEY = "whoever can write these files or the database can have done this without the signing key";

/**
 * Checks a log's folder of tiles (C2SP tlog-tiles) against the checkpoint in it: makes every tile anew from the leaves,
 * and where they do not lead to the signed root, finds by the tiles that do which leaves were changed. Reads everything once,
 * in memory that does not grow with it. Never throws for what the files hold; errors of the source pass through.
 */
export async function fsck(input: FsckInput): Promise<TileReport> {
  const found = new FindingList<TileCode>();
  const signed = await signedCheckpoint(input, found);
  const known = input.known === undefined ? null : openedNote(input, input.known, { what: "known" }, found);
  const check = new TileCheck(input, found);
  const root = signed ? await check.run(signed, known) : null;
  const verified = signed !== null && root !== null && found.empty;
  const knownSize = verified ? (known?.size ?? null) : null;
  return {
    verified,
    origin: input.key.name,
    findings: found.all(),
    signed: verified ? { size: signed.size, root: toHex(signed.root) } : null,
    tiles: check.tiles,
    knownSize,
    cannotExclude: cannotExclude(signed?.size ?? 0, knownSize, 0),
  };
}

/** What the checkpoint beside the tiles signs; null, and what is wrong with it is noted, where nobody has signed it. */
export async function signedCheckpoint(
  input: FsckInput,
  found: FindingList<TileCode>,
): Promise<VerifiedCheckpoint | null> {
  const bytes = await input.source.read("checkpoint", MAX_CHECKPOINT_BYTES);
  const at = { what: "file", path: "checkpoint" } as const;
  if (bytes) {
    try {
      return openedNote(input, fromUtf8(bytes), at, found);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
  found.add("CHECKPOINT_BAD", at, "There is no checkpoint here, so that nobody has signed what stands beside it.");
  return null;
}

/** A checkpoint note that the log's key has signed; null, and what is wrong with it is noted, where it has not. */
export function openedNote(
  { crypto, key }: FsckInput,
  note: string,
  at: At,
  found: FindingList<TileCode>,
): VerifiedCheckpoint | null {
  const result = openCheckpoint(crypto, note, key);
  if (result.outcome === "verified") return result.checkpoint;
  sayNotVerified(found, result, at, at.what === "known" ? "The kept checkpoint" : "The checkpoint of the folder");
  return null;
}

class TileCheck {
  readonly #input: FsckInput;
  readonly #found: FindingList<TileCode>;
  readonly #stack: TileStack;
  readonly #frontier: Frontier;
  readonly #differences: Differences;
  #size = 0;
  tiles = 0;

  constructor(input: FsckInput, found: FindingList<TileCode>) {
    this.#input = input;
    this.#found = found;
    this.#stack = new TileStack(input.crypto);
    this.#frontier = new Frontier(input.crypto);
    this.#differences = new Differences(input.crypto, input.source);
  }

  /** Reads everything; returns the root of the leaves, or null when some are gone with their hashes. */
  async run(signed: VerifiedCheckpoint, known: VerifiedCheckpoint | null): Promise<Uint8Array | null> {
    this.#size = signed.size;
    let agreed = 0;
    let bytes = 0;
    for (let number = 0; number * TILE_WIDTH < signed.size; number += 1) {
      const hashes = await this.#leafHashes(number, (read) => (bytes += read));
      if (!hashes) return null;
      for (const hash of hashes) {
        for (const tile of this.#stack.append(hash)) await this.#compare(tile);
        this.#frontier.append(hash);
        if (known?.size === this.#frontier.size && equal(known.root, this.#frontier.root())) agreed = known.size;
      }
      this.#input.onProgress?.(this.#frontier.size, bytes);
    }
    for (const tile of this.#stack.partial()) await this.#compare(tile);
    const root = this.#frontier.root();
    const whole = equal(root, signed.root);
    if (whole) this.#sayDamaged();
    else await this.#sayChanged(signed, agreed);
    if (known) this.#compareKnown(signed, known, whole, agreed);
    return root;
  }

  /** Hashes of the leaves of a bundle; where it is gone or cannot be read, those that its tile gives. */
  async #leafHashes(number: number, read: (bytes: number) => void): Promise<readonly Uint8Array[] | null> {
    const { crypto, source } = this.#input;
    const first = number * TILE_WIDTH;
    const last = Math.min(this.#size, first + TILE_WIDTH) - 1;
    this.tiles += 1;
    try {
      const leaves = await readBundle(source, number, this.#size);
      if (leaves) {
        leaves.forEach((leaf, at) => this.#readLeaf(first + at, leaf));
        read(leaves.reduce((sum, leaf) => sum + leaf.length, 0));
        return leaves.map((leaf) => leafHash256(crypto, leaf));
      }
      const sentence = `The file that holds the leaves of ${entriesText(first, last)} is gone: taken away by whoever can write these files, or lost.`;
      this.#found.add("LEAF_MISSING", entriesAt(first, last), sentence);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const sentence = `The file that holds the leaves of ${entriesText(first, last)} cannot be read (${error.message}): damaged, or changed by whoever can write these files.`;
      this.#found.add("LEAF_CHANGED", entriesAt(first, last), sentence);
    }
    const hashes = await readTile(source, 0, number, this.#size);
    if (hashes) return hashes;
    this.#sayTile(0, number, "is missing too or has a wrong length, so that nothing after it was checked");
    return null;
  }

  #readLeaf(index: number, leaf: Uint8Array): void {
    try {
      parseLeaf(leaf);
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      const sentence = `The leaf of entry ${index} is not one that the format allows (${error.message}): it was damaged or changed, or the log's writer made it so.`;
      this.#found.add("ARCHIVE_MALFORMED", { what: "entry", index }, sentence);
    }
  }

  async #compare(made: MadeTile): Promise<void> {
    this.tiles += 1;
    this.#differences.compare(made, await readTile(this.#input.source, made.level, made.number, this.#size));
  }

  #sayDamaged(): void {
    for (const { level, number, missing } of this.#differences.tiles())
      this.#sayTile(
        level,
        number,
        missing ? "is missing or has a wrong length" : "holds other hashes than the leaves give",
      );
  }

  #sayTile(level: number, number: number, what: string): void {
    const path = tilePath(level, number, widthOf(level, number, this.#size));
    const sentence = `The tile ${path} ${what}: damaged or changed by whoever can write these files. It can be made anew from the leaves.`;
    this.#found.add("TILE_DAMAGED", { what: "file", path }, sentence);
  }

  /** The leaves do not lead to the signed root: says which, as far as tiles that do lead there tell. */
  async #sayChanged(signed: VerifiedCheckpoint, agreed: number): Promise<void> {
    const ranges = await this.#differences.changedLeaves(signed);
    for (const { first, last } of ranges) {
      const sentence = `The tiles lead to the signed root, and by them ${entriesText(first, last)} ${first === last ? "is another one" : "held other leaves"} than the files now hold; ${WITHOUT_KEY}.`;
      this.#found.add("LEAF_CHANGED", entriesAt(first, last), sentence);
    }
    if (ranges.length > 0 || !this.#found.empty) return;
    const sentence = `Leaves and tiles agree with each other, but not with the root that was signed at size ${signed.size}: in ${entriesText(agreed, signed.size - 1)} something was changed, added or removed and the tiles made anew; ${WITHOUT_KEY}.`;
    this.#found.add("CHAIN_RECOMPUTED", entriesAt(agreed, signed.size - 1), sentence);
  }

  #compareKnown(signed: VerifiedCheckpoint, known: VerifiedCheckpoint, whole: boolean, agreed: number): void {
    if (known.size > signed.size) {
      const sentence = `The folder's checkpoint is of size ${signed.size}, while the log had signed ${known.size} when the kept checkpoint was made: the newest entries were left out by whoever made or carried these files, or the database was set back.`;
      this.#found.add("TRUNCATED", entriesAt(signed.size, known.size - 1), sentence);
    } else if (known.size > 0 && whole && agreed !== known.size) {
      const sentence = `Two histories were signed: the kept checkpoint has another root at size ${known.size} than the leaves, which the folder's own checkpoint confirms; ${KEY_HOLDER}.`;
      this.#found.add("FORK", { what: "known" }, sentence);
    }
  }
}
