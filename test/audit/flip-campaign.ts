import { fsck, nodeCrypto, verifyLog } from "../../audit/index.ts";
import type { At, LogReport } from "../../audit/index.ts";
import { SIGNER, bytesOf, makeArchive, samplePolicies } from "./archive-fixture.ts";
import type { Carried } from "./archive-fixture.ts";
import { flipBit } from "./seeded.ts";
import { folderOf, sourceOf } from "./tile-fixture.ts";
import type { Files } from "./tile-fixture.ts";

const NEWLINE = 0x0a;

/** The bits of one archive, each of which a campaign flips alone. */
export class ArchiveFlips {
  readonly #bytes: Uint8Array;
  /** Where each line begins, in bytes. */
  readonly #starts: readonly number[];
  readonly #lines: readonly string[];
  readonly #count: number;

  constructor(count: number, sizes: readonly number[], carried: Carried) {
    this.#count = count;
    this.#bytes = bytesOf({ ...makeArchive(count, sizes, 1, SIGNER, carried), policies: samplePolicies() });
    this.#lines = new TextDecoder().decode(this.#bytes).split("\n").slice(0, -1);
    const ends = [...this.#bytes.entries()].filter(([, byte]) => byte === NEWLINE).map(([at]) => at + 1);
    this.#starts = [0, ...ends.slice(0, -1)];
  }

  get bits(): number {
    return this.#bytes.length * 8;
  }

  /** The first bit of each line that carries a policy, and the one behind its line end. */
  get policies(): readonly (readonly [from: number, to: number])[] {
    return this.#lines.flatMap((line, at) => {
      const [from, to] = [this.#starts[at] ?? 0, this.#starts[at + 1] ?? 0];
      return line.startsWith('{"policy":') ? [[8 * from, 8 * to] as const] : [];
    });
  }

  /** Flips a bit; null when that was found and located, or else what came of it. */
  async flip(bit: number): Promise<string | null> {
    const report = await verifyLog({ crypto: nodeCrypto, key: SIGNER.key, archive: [flipBit(this.#bytes, bit)] });
    const at = Math.floor(bit / 8);
    const number = this.#lineOf(at);
    // Nothing signs when the archive was made, and nothing that is shown depends on it.
    if (number === 1 && report.verified && this.#isMade(at)) return null;
    const found = report.findings.map(({ code, at: place }) => `${code} ${Object.values(place).join(":")}`).join(", ");
    if (report.verified || !this.#located(report, number)) return `bit ${bit} of line ${number}: ${found}`;
    return null;
  }

  #lineOf(at: number): number {
    let [low, high] = [0, this.#starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  #isMade(at: number): boolean {
    const first = this.#lines[0]?.indexOf('"made":"') ?? 0;
    return at >= first + 8 && at < first + 8 + 27;
  }

  /** Whether a finding names the line, or the entry that stands on it; of the end line, what it counts. */
  #located({ findings }: LogReport, number: number): boolean {
    const text = this.#lines[number - 1] ?? "";
    const entry = /"i":(\d+),/.exec(text)?.[1];
    const index = entry === undefined ? null : Number(entry);
    const end = text.startsWith('{"end":');
    return findings.some(({ at }) => {
      if (at.what === "line" || at.what === "checkpoint") return at.line === number;
      if (index !== null) return names(at, index);
      return end && names(at, this.#count);
    });
  }
}

function names(at: At, index: number): boolean {
  if (at.what === "entry" || at.what === "section") return at.index === index;
  return at.what === "entries" && at.first <= index && index <= at.last;
}

/** The bits of the files of one folder of tiles, each of which a campaign flips alone. */
export class FolderFlips {
  readonly #files: Files;

  constructor(count: number) {
    this.#files = folderOf(makeArchive(count, []));
  }

  get paths(): readonly string[] {
    return [...this.#files.keys()];
  }

  bits(path: string): number {
    return (this.#files.get(path)?.length ?? 0) * 8;
  }

  /** Flips a bit of a file; null when that was found and the file or entries of it were named, or else what came of it. */
  async flip(path: string, bit: number): Promise<string | null> {
    const bytes = this.#files.get(path) ?? new Uint8Array(0);
    const source = sourceOf(new Map([...this.#files, [path, flipBit(bytes, bit)]]));
    const { verified, findings } = await fsck({ crypto: nodeCrypto, key: SIGNER.key, source });
    const bundle = /^tile\/entries\/(\d{3})/.exec(path)?.[1];
    const located = findings.some(({ at }) => {
      if (at.what === "file") return at.path === path;
      if (bundle === undefined) return false;
      const first = Number(bundle) * 256;
      if (at.what === "entry") return at.index >= first && at.index < first + 256;
      return at.what === "entries" && at.first >= first && at.last < first + 256;
    });
    if (!verified && located) return null;
    return `bit ${bit} of ${path}: ${findings.map(({ code, at }) => `${code} ${Object.values(at).join(":")}`).join(", ")}`;
  }
}
