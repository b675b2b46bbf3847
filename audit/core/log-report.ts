import type { CryptoPort } from "./crypto-port.ts";
import type { VerifierKey } from "./note.ts";
import type { Finding, LogCode, LogWarning } from "./verdict.ts";

/** What `verifyLog` is given. */
export interface VerifyLogInput {
  readonly crypto: CryptoPort;
  /** The log's key, by a way that the checker trusts; its name is the origin. */
  readonly key: VerifierKey;
  /** The bytes of the archive; nothing about them is trusted. */
  readonly archive: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** A checkpoint note of this log that the checker kept from before. */
  readonly known?: string;
  /** What an earlier check of this log confirmed, kept by the checker: entries before its size are passed over. */
  readonly resume?: ChainHead;
  /** Called about every thousand entries with the number of entries and bytes read so far. */
  readonly onProgress?: (entries: number, bytes: number) => void;
}

/** Where a checked log ended, and what it takes to go on from there. Whoever can change it can make anything verify. */
export interface ChainHead {
  readonly size: number;
  /** Chain value of entry size-1, lower-case hex. */
  readonly chain: string;
  /** Hashes of the complete subtrees at the tree's right edge, largest first, lower-case hex. */
  readonly frontier: readonly string[];
}

/** What a signed root covers: every value here follows from signed bytes. */
export interface SignedPart extends ChainHead {
  /** Lower-case hex. */
  readonly root: string;
  /** Time of entry 0; null where it was passed over. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  /** Section slots whose content was read and matches, whose sealed bytes alone were there, of which nothing was there. */
  readonly sections: { readonly opened: number; readonly sealed: number; readonly absent: number };
}

/** The result of `verifyLog`. */
export interface LogReport {
  readonly verified: boolean;
  readonly origin: string;
  readonly findings: readonly Finding<LogCode>[];
  readonly warnings: readonly Finding<LogWarning>[];
  /** The leaves of entries 0 to confirmedSize-1 lead to a signed root, whatever else was found. */
  readonly confirmedSize: number;
  /** What that root covers; null unless verified, so that nothing doubtful is ever shown. */
  readonly signed: SignedPart | null;
  /** Size of the kept checkpoint when it agrees with the archive. */
  readonly knownSize: number | null;
  /** What this check cannot exclude, as English sentences. */
  readonly cannotExclude: readonly string[];
}

/** What a check that found nothing still cannot exclude, as sentences for the reader. `passed`: entries not read this time. */
export function cannotExclude(signedSize: number, knownSize: number | null, passed: number): readonly string[] {
  const lost = `it cannot be excluded that entries after the first ${signedSize} were left off`;
  const split =
    knownSize === null
      ? `Without a checkpoint that you kept from before (--known), ${lost} (truncation to an older signed size), nor that the holder of the signing key shows others a second history signed with the same key.`
      : `The first ${knownSize} entries are those that your ${passed > 0 ? "earlier check confirmed" : "kept checkpoint signed"}. Otherwise ${lost}, nor that a second history signed with the same key parts from this one after the first ${knownSize}.`;
  if (passed === 0) return [split];
  const before = `The first ${passed} entries were not read this time: the log still begins with those that the earlier check confirmed, but what this file has in their place was not looked at.`;
  return [split, before];
}
