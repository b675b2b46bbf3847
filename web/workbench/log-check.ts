import { toHex } from "../../audit/core/bytes.ts";
import { openCheckpoint } from "../../audit/core/checkpoint.ts";
import { FormatError } from "../../audit/core/errors.ts";
import type { LogReport } from "../../audit/core/log-report.ts";
import type { VerifierKey } from "../../audit/core/note.ts";
import { parseTrust } from "../../audit/core/trust.ts";
import { verifyLog } from "../../audit/core/verify-log.ts";
import { Refused, query, received } from "./api.ts";
import { browserCrypto } from "./browser-crypto.ts";

/** Milliseconds of checking after which the page may draw and hear its person. */
const TURN_MS = 25;

/** What an officer brings along, by ways that he trusts. */
export interface Kept {
  /** The bytes of a trust file; null where the one of this server is to be believed. */
  readonly trust: Uint8Array | null;
  /** A checkpoint note that he kept; null where he has none. */
  readonly checkpoint: string | null;
}

/** What came of a check. */
export interface Checked {
  readonly report: LogReport;
  /** The note of what was verified, to be kept for the next time; null where nothing was. */
  readonly checkpoint: string | null;
  readonly seconds: number;
}

/** The key of the activity log in a trust file. Throws FormatError for anything else than a trust file with one such log. */
export function activityKey(trust: Uint8Array): VerifierKey {
  const [log, ...more] = parseTrust(browserCrypto, trust).logs.filter(({ purpose }) => purpose === "activity");
  if (!log || more.length > 0) throw new FormatError("TRUST", "not exactly one activity log");
  return log.key;
}

/** A body piece by piece, with turns for everything else that the page does. */
async function* paced(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let since = performance.now();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
      if (performance.now() - since < TURN_MS) continue;
      await new Promise((resolve) => setTimeout(resolve));
      since = performance.now();
    }
  } finally {
    // Where the check stops in the midst of it, the server need not send the rest.
    await reader.cancel().catch(() => undefined);
  }
}

interface Signed {
  readonly auditCheckpoints: { readonly edges: readonly { readonly node: { size: number; note: string } }[] } | null;
}

const SIGNED = "{ auditCheckpoints(first: 5) { edges { node { size note } } } }";

async function signedSizes(): Promise<readonly { readonly size: number; readonly note: string }[]> {
  const { data } = await query<Signed>(SIGNED);
  return (data.auditCheckpoints?.edges ?? []).map(({ node }) => node);
}

/** A note of the size and root that were verified here: it is read again, for it comes by another way than the archive. */
async function noteOf({ signed }: LogReport, key: VerifierKey): Promise<string | null> {
  if (!signed) return null;
  for (const { note } of await signedSizes()) {
    const opened = openCheckpoint(browserCrypto, note, key);
    if (opened.outcome !== "verified") continue;
    const { size, root } = opened.checkpoint;
    if (size === signed.size && toHex(root) === signed.root) return note;
  }
  return null;
}

/** What is told while a log is checked. */
export interface Watcher {
  /** The banner over everything that comes, which the server worked out. */
  readonly marked: (banner: string | null) => void;
  /** How many entries are checked, and about how many there are. */
  readonly went: (entries: number, of: number) => void;
}

/**
 * Reads the whole activity log and verifies it here, with nothing of the server's but the archive. Throws Refused, and
 * FormatError for a trust file that is none.
 */
export async function checkLog(kept: Kept, end: AbortSignal, { marked, went }: Watcher): Promise<Checked> {
  const began = performance.now();
  const trust = kept.trust ?? new Uint8Array(await (await received("/trust", end)).arrayBuffer());
  const key = activityKey(trust);
  const of = (await signedSizes())[0]?.size ?? 0;
  const response = await received("/audit/archive", end);
  if (!response.body) throw new Refused("NO_ANSWER");
  marked(response.headers.get("caveat-marking"));
  went(0, of);
  const report = await verifyLog({
    crypto: browserCrypto,
    key,
    archive: paced(response.body),
    ...(kept.checkpoint === null ? {} : { known: kept.checkpoint }),
    onProgress: (entries) => went(entries, Math.max(of, entries)),
  }).catch((error: unknown) => {
    if (end.aborted || error instanceof FormatError) throw error;
    throw new Refused("NO_ANSWER");
  });
  const seconds = (performance.now() - began) / 1_000;
  return { report, checkpoint: await noteOf(report, key), seconds };
}
