import { equal, toHex } from "../core/bytes.ts";
import type { VerifiedCheckpoint } from "../core/checkpoint.ts";
import { FormatError } from "../core/errors.ts";
import { parseLeaf } from "../core/leaf.ts";
import { cannotExclude } from "../core/log-report.ts";
import { ProducerWatch } from "../core/producer-watch.ts";
import { Frontier, leafHash256 } from "../core/tree.ts";
import { FindingList, type Finding, type LogWarning } from "../core/verdict.ts";
import { fsck, openedNote, signedCheckpoint, type FsckInput } from "./fsck.ts";
import type { TileCode, TileReport } from "./fsck-report.ts";
import { TILE_WIDTH } from "./tile-path.ts";
import { readBundle, subtreesOf, type TileSource } from "./tile-source.ts";

/** The result of `verifyGrowth`. */
export interface GrowthReport extends TileReport {
  readonly warnings: readonly Finding<LogWarning>[];
  /** Entries before this one were not read: their subtrees lead to the root that the kept checkpoint signed. */
  readonly from: number;
  /** Times of the first and last entry that were read; null where none was, or nothing is verified. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
}

/** Bundles that are asked for before they are needed: whoever serves them may be far away. */
const AHEAD = 2;

/** What is told of entries where none was looked at one by one. */
const UNREAD = { warnings: [], from: 0, firstTime: null, lastTime: null } as const;

/** Checks a log's tiles on from a kept checkpoint: reads the entries after it alone, and whatever is amiss is looked for by `fsck`. */
export async function verifyGrowth(input: FsckInput): Promise<GrowthReport> {
  const found = new FindingList<TileCode>();
  // A kept checkpoint that is none is told before a large log is read for it.
  const known = input.known === undefined ? null : openedNote(input, input.known, { what: "known" }, found);
  if (!found.empty) return refused(input, found.all());
  const grown = (): Promise<GrowthReport | null> =>
    new Growth(input, known).run().catch((error: unknown) => {
      if (error instanceof FormatError) return null;
      throw error;
    });
  const first = await grown();
  if (first) return first;
  const whole = await fsck(input);
  // What was amiss a moment ago and is not any more: looked at as before, so that nothing of the report is lacking.
  const again = whole.verified ? await grown() : null;
  return again ?? { ...whole, ...UNREAD };
}

const refused = ({ key }: FsckInput, findings: GrowthReport["findings"]): GrowthReport => ({
  verified: false,
  origin: key.name,
  findings,
  signed: null,
  tiles: 0,
  knownSize: null,
  cannotExclude: [],
  ...UNREAD,
});

class Growth {
  readonly #input: FsckInput;
  readonly #known: VerifiedCheckpoint | null;

  constructor(input: FsckInput, known: VerifiedCheckpoint | null) {
    this.#input = input;
    this.#known = known;
  }

  /** Null where something is not as it was signed. Throws FormatError for what cannot be read. */
  async run(): Promise<GrowthReport | null> {
    const { source, key } = this.#input;
    const known = this.#known;
    // What is wrong with it, fsck says.
    const signed = await signedCheckpoint(this.#input, new FindingList<TileCode>());
    if (!signed || (known?.size ?? 0) > signed.size) return null;
    const frontier = await this.#frontierAt(known, signed.size);
    if (known && !equal(frontier.root(), known.root)) return null;
    const from = known?.size ?? 0;
    const warnings = new FindingList<LogWarning>();
    const producers = new ProducerWatch(warnings, from === 0);
    const times: string[] = [];
    let [tiles, bytes] = [0, 0];
    for await (const { number, leaves } of bundles(source, Math.floor(from / TILE_WIDTH), signed.size)) {
      tiles += 1;
      for (const [at, leaf] of leaves.entries()) {
        const index = number * TILE_WIDTH + at;
        bytes += leaf.length;
        if (index < from) continue;
        const header = parseLeaf(leaf);
        producers.see(index, header);
        times[times.length === 0 ? 0 : 1] = header.time;
        frontier.append(leafHash256(this.#input.crypto, leaf));
      }
      this.#input.onProgress?.(frontier.size - from, bytes);
    }
    if (frontier.size !== signed.size || !equal(frontier.root(), signed.root)) return null;
    producers.finish();
    return {
      verified: true,
      origin: key.name,
      findings: [],
      signed: { size: signed.size, root: toHex(signed.root) },
      tiles,
      knownSize: known ? from : null,
      cannotExclude: [...cannotExclude(signed.size, known ? from : null, 0), ...notRead(from)],
      warnings: warnings.all(),
      from,
      firstTime: times[0] ?? null,
      lastTime: times.at(-1) ?? null,
    };
  }

  /** The right edge of the tree that was kept, as tiles of the grown one give it: whether it leads to the kept root is not looked at. */
  async #frontierAt(known: VerifiedCheckpoint | null, size: number): Promise<Frontier> {
    const { crypto, source } = this.#input;
    if (!known) return new Frontier(crypto);
    const subtree = subtreesOf(crypto, source, size);
    const hashes: Uint8Array[] = [];
    let done = 0;
    // Complete subtrees at the right edge, one for each one bit of the size, largest first.
    for (let level = Math.floor(Math.log2(Math.max(1, known.size))); level >= 0; level -= 1) {
      const width = 2 ** level;
      if (Math.floor(known.size / width) % 2 === 0) continue;
      hashes.push(await subtree(level, done / width));
      done += width;
    }
    return new Frontier(crypto, { size: known.size, hashes });
  }
}

/** What is to be said of entries before a kept checkpoint: nobody says that they were ever read. */
const notRead = (from: number): readonly string[] =>
  from === 0
    ? []
    : [
        `The first ${from} entries were not read: the log still begins with those that your kept checkpoint signed, but what these files have in their place was not looked at, and whether anybody ever read them is not known here.`,
      ];

/** Bundles in order, some of them asked for ahead. Throws FormatError for one that is not there or cannot be read. */
async function* bundles(
  source: TileSource,
  first: number,
  size: number,
): AsyncGenerator<{ readonly number: number; readonly leaves: readonly Uint8Array[] }> {
  const asked: Promise<readonly Uint8Array[] | null>[] = [];
  const last = Math.ceil(size / TILE_WIDTH) - 1;
  for (let number = first; number <= last; number += 1) {
    for (let next = number + asked.length; next <= Math.min(last, number + AHEAD); next += 1) {
      const bundle = readBundle(source, next, size);
      // Whoever stops before it comes does not wait for it.
      bundle.catch(() => undefined);
      asked.push(bundle);
    }
    const leaves = await asked.shift();
    if (!leaves) throw new FormatError("RANGE", `the leaves of bundle ${number} are not there`);
    yield { number, leaves };
  }
}
