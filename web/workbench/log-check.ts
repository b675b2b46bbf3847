import { concat, toHex } from "../../audit/core/bytes.ts";
import { openCheckpoint, readUnverifiedCheckpoint } from "../../audit/core/checkpoint.ts";
import { FormatError, formOf } from "../../audit/core/errors.ts";
import type { LogReport } from "../../audit/core/log-report.ts";
import type { VerifierKey } from "../../audit/core/note.ts";
import { parseTrust } from "../../audit/core/trust.ts";
import { verifyLog } from "../../audit/core/verify-log.ts";
import { verifyGrowth } from "../../audit/tiles/growth.ts";
import type { GrowthReport } from "../../audit/tiles/growth.ts";
import type { TileSource } from "../../audit/tiles/tile-source.ts";
import { Refused, nodes, query, received } from "./api.ts";
import { browserCrypto } from "./browser-crypto.ts";
import { SIGNED_NOTES } from "./generated/console.ts";
import { turns } from "./turns.ts";

const MOST_TRUST_BYTES = 1_048_576;
/** Where the server has too much to do for this person, it is asked again so often, each time after a longer rest. */
const MOST_TRIES = 8;
const REST_MS = 250;

/** What an officer brings along, by ways that he trusts. */
export interface Kept {
  /** The bytes of a trust file; null where the one of this server is to be believed. */
  readonly trust: Uint8Array | null;
  /** A checkpoint note that he kept; null where he has none. */
  readonly checkpoint: string | null;
}

/** What came of a check of the archive. */
export interface Checked {
  readonly report: LogReport;
  /** The note of what was verified, to be kept for the next time; null where nothing was. */
  readonly checkpoint: string | null;
  readonly seconds: number;
}

/** What came of a check of the tiles, likewise. */
export interface TilesChecked extends Omit<Checked, "report"> {
  readonly report: GrowthReport;
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
  const turn = turns();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
      await turn();
    }
  } finally {
    // Where the check stops in the midst of it, the server need not send the rest.
    await reader.cancel().catch(() => undefined);
  }
}

async function signedSizes(): Promise<readonly { readonly size: number; readonly note: string }[]> {
  return nodes((await query(SIGNED_NOTES)).data.auditCheckpoints);
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

/** As many bytes of an answer as are wanted, and one more where there are more: the rest is not waited for. */
async function atMost({ body }: Response, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = body?.getReader();
  if (!reader) return new Uint8Array(0);
  try {
    while (length <= most) {
      const { done, value } = await reader.read();
      if (done) break;
      pieces.push(value);
      length += value.length;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return concat(...pieces).subarray(0, most);
}

/** Asks for what the log is made of; where too much is asked at once, again after a while. Throws Refused. */
async function fileOf(path: string, end: AbortSignal): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await received(path, end);
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "BUSY" || tries === MOST_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, REST_MS * tries));
    }
  }
}

/** What both checks begin with. Throws Refused, and FormatError for a trust file that is none. */
async function keyFor({ trust }: Kept, end: AbortSignal): Promise<VerifierKey> {
  return activityKey(trust ?? (await atMost(await received("/trust", end), MOST_TRUST_BYTES)));
}

/** The files of the log's tree, from this server, with turns for everything else that the page does. Whoever serves them may have made them. */
function tilesOf(end: AbortSignal, { marked }: Watcher, keep: (path: string, bytes: Uint8Array) => void): TileSource {
  const turn = turns();
  return {
    read: async (path, most) => {
      await turn();
      const response = await fileOf(`/audit/log/${path}`, end).catch((error: unknown) => {
        if (error instanceof Refused && error.code === "NOT_FOUND") return null;
        throw error;
      });
      if (!response) return null;
      marked(response.headers.get("caveat-marking"));
      // What is longer than it may be is cut, and is then none of what it should be.
      const bytes = await atMost(response, most);
      keep(path, bytes);
      return bytes;
    },
  };
}

/**
 * Verifies the activity log here by its tiles: after a kept checkpoint only what came since is read. Throws Refused, and
 * FormatError for a trust file that is none.
 */
export async function checkTiles(kept: Kept, end: AbortSignal, watcher: Watcher): Promise<TilesChecked> {
  const began = performance.now();
  const key = await keyFor(kept, end);
  let [note, of] = ["", 0];
  const source = tilesOf(end, watcher, (path, bytes) => {
    if (path !== "checkpoint") return;
    note = new TextDecoder().decode(bytes);
    const known = kept.checkpoint === null ? 0 : (sizeOf(kept.checkpoint) ?? 0);
    of = Math.max(0, (sizeOf(note) ?? 0) - known);
  });
  const report = await verifyGrowth({
    crypto: browserCrypto,
    key,
    source,
    ...(kept.checkpoint === null ? {} : { known: kept.checkpoint }),
    onProgress: (entries) => watcher.went(entries, Math.max(of, entries)),
  });
  return { report, checkpoint: report.verified ? note : null, seconds: (performance.now() - began) / 1_000 };
}

/** The size that a checkpoint claims, checked or not: for a bar, never for trusting. */
function sizeOf(note: string): number | null {
  const found = formOf(() => readUnverifiedCheckpoint(note));
  return found instanceof FormatError ? null : found.size;
}

/**
 * Reads the whole activity log and verifies it here, with nothing of the server's but the archive. Throws Refused, and
 * FormatError for a trust file that is none.
 */
export async function checkLog(kept: Kept, end: AbortSignal, { marked, went }: Watcher): Promise<Checked> {
  const began = performance.now();
  const key = await keyFor(kept, end);
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
