import { parseArchiveLine, type ArchiveCheckpoint, type ArchiveEntry, type ArchiveLine } from "./archive.ts";
import { fromHex, toHex } from "./bytes.ts";
import { leafHash384, zeroChain } from "./chain.ts";
import { ChainWatch } from "./chain-watch.ts";
import { openCheckpoint } from "./checkpoint.ts";
import type { CryptoPort } from "./crypto-port.ts";
import { FormatError, formOf } from "./errors.ts";
import { parseLeaf, type LeafHeader } from "./leaf.ts";
import { splitLines, type InputLine } from "./lines.ts";
import { MissingEntries } from "./missing-entries.ts";
import { cannotExclude, type LogReport, type SignedPart, type VerifyLogInput } from "./log-report.ts";
import type { VerifierKey } from "./note.ts";
import { ProducerWatch } from "./producer-watch.ts";
import { SectionCheck } from "./section-check.ts";
import { SignedRoots, sayNotVerified } from "./signed-roots.ts";
import { Frontier, leafHash256 } from "./tree.ts";
import { treeSize } from "./numbers.ts";
import { MAX_POLICY_BYTES, policyVersion, type ArchivePolicy } from "./policy-line.ts";
import { FindingList, entriesAt, entriesText, type LogCode, type LogWarning } from "./verdict.ts";

/**
 * Checks an archive of a log with nothing but the log's public key: form, chain, RFC 6962 tree against every signed
 * checkpoint, sections. Reads the input once, in memory that does not grow with it. Never throws for what the input
 * holds; errors of the input stream itself pass through.
 */
export async function verifyLog(input: VerifyLogInput): Promise<LogReport> {
  const check = new LogCheck(input);
  let bytes = 0;
  let lines = 0;
  for await (const line of splitLines(input.archive)) {
    bytes += line.bytes.length + 1;
    lines += 1;
    if (!check.read(line, lines)) break;
    if (lines % 1024 === 0) input.onProgress?.(check.entries, bytes);
  }
  return check.finish();
}

class LogCheck {
  readonly #crypto: CryptoPort;
  readonly #key: VerifierKey;
  readonly #found = new FindingList<LogCode>();
  readonly #warnings = new FindingList<LogWarning>();
  readonly #frontier: Frontier;
  readonly #chain: ChainWatch;
  readonly #missing: MissingEntries;
  readonly #producers: ProducerWatch;
  readonly #sections: SectionCheck;
  readonly #roots: SignedRoots;
  /** Entries before this one were confirmed by an earlier check and are passed over. */
  readonly #from: number;
  #state: "header" | "entries" | "ended" | "stopped" = "header";
  #line = 0;
  readonly #policies = { count: 0, bytes: 0, last: "" };
  #next = 0;
  #previousChain: Uint8Array | null;
  /** False once an entry is not there, for then no later root can be computed. */
  #treeWhole = true;
  #firstTime: string | null = null;
  #lastTime: string | null = null;
  #signed: SignedPart | null = null;
  #counted = 0;
  entries = 0;

  constructor(input: VerifyLogInput) {
    this.#crypto = input.crypto;
    this.#key = input.key;
    const { size, chain, frontier } = input.resume ?? { size: 0, chain: toHex(zeroChain()), frontier: [] };
    this.#from = size;
    this.#next = size;
    this.#previousChain = fromHex(chain, 48);
    this.#frontier = new Frontier(input.crypto, {
      size: treeSize(size),
      hashes: frontier.map((hash) => fromHex(hash, 32)),
    });
    this.#chain = new ChainWatch(input.crypto, input.key.name, this.#found);
    this.#missing = new MissingEntries(this.#found);
    this.#producers = new ProducerWatch(this.#warnings, size === 0);
    this.#sections = new SectionCheck(input.crypto, this.#found);
    this.#roots = new SignedRoots(this.#found);
    if (input.known !== undefined) this.#openKnown(input.known);
  }

  /** Reads one line; false when there is no use in reading on. */
  read(line: InputLine, number: number): boolean {
    this.#line = number;
    if (!line.complete) {
      this.#say("ARCHIVE_CUT_SHORT", `Line ${number} breaks off: the file was cut, or was never finished.`);
      return this.#stop();
    }
    const parsed = formOf(() => parseArchiveLine(line.bytes));
    if (parsed instanceof FormatError) return this.#malformed(parsed.message);
    if (this.#state === "header") return this.#readHeader(parsed);
    if (this.#state === "ended") return this.#malformed("something stands after the end line");
    if (parsed.line === "entry") return this.#readEntry(parsed);
    if (parsed.line === "policy") return this.#readPolicy(parsed, line.bytes.length);
    if (parsed.line === "checkpoint") return this.#readCheckpoint(parsed);
    return parsed.line === "end" ? this.#readEnd(parsed.entries) : this.#malformed("a second header");
  }

  finish(): LogReport {
    const cut = `The end line is missing after line ${this.#line}: the file was cut, or was never finished.`;
    if (this.#state === "header" || this.#state === "entries") this.#say("ARCHIVE_CUT_SHORT", cut);
    const ended = this.#state === "ended";
    this.#missing.finish();
    this.#chain.finish();
    const explained = (from: number): boolean => this.#chain.shift !== 0 || this.#chain.brokenFrom(from);
    if (ended) this.#roots.finish(this.#next + this.#chain.shift, this.#counted, explained);
    if (ended && this.#found.empty) this.#sayUnsigned();
    if (ended) this.#producers.finish();
    const verified = ended && this.#found.empty;
    const knownSize = this.#from > 0 ? this.#from : this.#roots.knownAgreed;
    return {
      verified,
      origin: this.#key.name,
      findings: this.#found.all(),
      warnings: this.#warnings.all(),
      confirmedSize: this.#signed?.size ?? 0,
      signed: verified ? this.#signed : null,
      knownSize,
      cannotExclude: cannotExclude(this.#signed?.size ?? 0, knownSize, this.#from),
    };
  }

  #readHeader(line: ArchiveLine): boolean {
    if (line.line !== "header") return this.#malformed("the first line is not a header");
    if (line.origin !== this.#key.name) {
      const sentence = `The archive is of the log ${JSON.stringify(line.origin)}, while the key is that of ${JSON.stringify(this.#key.name)}: either is the wrong one. Nothing else was checked.`;
      this.#found.add("ORIGIN_MISMATCH", { what: "line", line: this.#line }, sentence);
      return this.#stop();
    }
    this.#state = "entries";
    this.#compareKnown();
    return true;
  }

  #readPolicy({ version, files }: ArchivePolicy, bytes: number): boolean {
    const read = this.#policies;
    read.count += 1;
    read.bytes += bytes;
    if (this.#line !== read.count + 1 || version <= read.last || read.bytes > MAX_POLICY_BYTES)
      return this.#malformed("policies stand after the header, ascending, none twice, in 16 MiB at most");
    read.last = version;
    const sentence = `The rule files on line ${this.#line} are not those of the policy version that they stand under: they were changed or exchanged by whoever made or carried the archive, or can write the database.`;
    if (policyVersion(this.#crypto, files) !== version) this.#say("POLICY_MISMATCH", sentence);
    return true;
  }

  #readEntry(entry: ArchiveEntry): boolean {
    this.entries += 1;
    if (entry.index < this.#from) return true;
    const leaf384 = leafHash384(this.#crypto, entry.leaf);
    let follows = true;
    if (entry.index >= this.#next) {
      const skipped = this.#missing.skippedTo(this.#next, entry.index);
      if (skipped) [this.#treeWhole, this.#previousChain] = [false, null];
      this.#roots.entryFollows(skipped);
      follows = this.#chain.check(entry.index, this.#previousChain, entry.chain, leaf384);
      this.#previousChain = entry.chain;
      this.#next = entry.index + 1;
      if (this.#treeWhole) this.#frontier.append(leafHash256(this.#crypto, entry.leaf));
    } else if (!this.#missing.foundLate(entry.index)) {
      return this.#malformed(`entry ${entry.index} stands there a second time`);
    }
    const header = this.#parseLeaf(entry, follows);
    this.#lastTime = header?.time ?? null;
    if (entry.index === 0) this.#firstTime = this.#lastTime;
    if (header !== null) {
      this.#producers.see(entry.index, header);
      this.#sections.check(entry, header);
    }
    this.#compareKnown();
    return true;
  }

  #parseLeaf(entry: ArchiveEntry, follows: boolean): LeafHeader | null {
    const header = formOf(() => parseLeaf(entry.leaf));
    if (!(header instanceof FormatError)) return header;
    // A changed leaf is reported as changed; one that the chain was really made from was written wrongly.
    if (follows) {
      const sentence = `The leaf of entry ${entry.index} is not one that the format allows (${header.message}): the log's writer made it so, or the chain was recomputed over it.`;
      this.#found.add("ARCHIVE_MALFORMED", { what: "entry", index: entry.index }, sentence);
    }
    return null;
  }

  #readCheckpoint(line: ArchiveCheckpoint): boolean {
    const opened = openCheckpoint(this.#crypto, line.note, this.#key);
    if (opened.outcome !== "verified") {
      const at = { what: "checkpoint", size: this.#next + this.#chain.shift, line: this.#line } as const;
      sayNotVerified(this.#found, opened, at, `The checkpoint on line ${this.#line}`);
      return true;
    }
    const { size, root } = opened.checkpoint;
    if (size < this.#from) return true; // covers only what was passed over
    // Once an entry is missing no root can be computed; but a checkpoint may show that more are missing at the end.
    if (!this.#rootKnown() && size <= this.#next + this.#chain.shift) return true;
    const signed = { size, root, line: this.#line, known: false };
    if (this.#roots.compareLine(signed, this.#next, this.#frontier.root())) this.#confirm();
    return true;
  }

  #readEnd(entries: number): boolean {
    const place = this.#next + this.#chain.shift;
    if (entries < this.#from) {
      const sentence = `The archive ends after ${entries} entries, while an earlier check confirmed ${this.#from}: the newest were left out by whoever made or carried the file, or the database was set back.`;
      this.#found.add("TRUNCATED", entriesAt(entries, this.#from - 1), sentence);
    } else if (entries < place) return this.#malformed(`the end line counts ${entries} entries where ${place} stand`);
    this.#state = "ended";
    this.#counted = entries;
    return true;
  }

  #rootKnown(): boolean {
    return this.#treeWhole && this.#chain.shift === 0;
  }

  #compareKnown(): void {
    if (this.#rootKnown() && this.#roots.compareKnown(this.#next, () => this.#frontier.root())) this.#confirm();
  }

  /** A signed root agrees with the entries read so far. */
  #confirm(): void {
    this.#chain.confirmLeaves();
    this.#signed = {
      size: this.#next,
      root: toHex(this.#frontier.root()),
      chain: toHex(this.#previousChain ?? zeroChain()),
      frontier: this.#frontier.hashes.map(toHex),
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      sections: { ...this.#sections.counts },
    };
  }

  #openKnown(note: string): void {
    const opened = openCheckpoint(this.#crypto, note, this.#key);
    if (opened.outcome === "verified") {
      const { size, root } = opened.checkpoint;
      this.#roots.keep({ size, root, line: 0, known: true });
    } else sayNotVerified(this.#found, opened, { what: "known" }, "The kept checkpoint");
  }

  #sayUnsigned(): void {
    const size = this.#signed?.size ?? 0;
    if (size === 0 && (this.#next > 0 || this.#signed === null)) {
      const sentence = "No entry is covered by a signed checkpoint, so that anybody can have written this archive.";
      this.#found.add("CHECKPOINT_BAD", { what: "input" }, sentence);
    } else if (size < this.#next) {
      const sentence = `No signed checkpoint covers what stands in ${entriesText(size, this.#next - 1)}: whoever can write the archive can have changed or added it.`;
      this.#found.add("UNSIGNED_SUFFIX", entriesAt(size, this.#next - 1), sentence);
    }
  }

  #malformed(why: string): boolean {
    const sentence = `Line ${this.#line} is not what an archive may hold (${why}); nothing after it was read.`;
    this.#say("ARCHIVE_MALFORMED", sentence);
    return this.#stop();
  }

  #say(code: LogCode, sentence: string): void {
    this.#found.add(code, { what: "line", line: this.#line }, sentence);
  }

  #stop(): boolean {
    this.#state = "stopped";
    return false;
  }
}
