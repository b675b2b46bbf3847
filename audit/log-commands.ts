import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { compareHistories } from "./compare/histories.ts";
import { folderSource, isTileFolder, openSide } from "./compare/sides.ts";
import { FormatError } from "./core/errors.ts";
import { MAX_LEAF_BYTES } from "./core/leaf.ts";
import type { VerifyLogInput } from "./core/log-report.ts";
import { PROOF_PATHS } from "./core/manifest.ts";
import { parseOpenings } from "./core/release.ts";
import { verifyLog } from "./core/verify-log.ts";
import { verifyProof } from "./core/verify-proof.ts";
import { decisionsText } from "./decisions/decisions-text.ts";
import { readPolicyFolder } from "./decisions/policy-folder.ts";
import { verifyDecisions } from "./decisions/verify-decisions.ts";
import { archiveFile, originOf, originOfProof, readHead, readSmallFile, resolveKey } from "./inputs.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { Progress, logText } from "./output.ts";
import type { Output } from "./output.ts";
import { diffText, proofText, tilesText } from "./proof-text.ts";
import { fsck } from "./tiles/fsck.ts";

/** Options of commands over logs, as they were written. */
export interface LogOptions {
  readonly key: string;
  readonly known: string | undefined;
  readonly resume: string | undefined;
  readonly leaf: string | undefined;
  readonly open: string | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What a command answers. */
export interface Said {
  readonly text: string;
  /** Whether it verified. */
  readonly good: boolean;
}

const MAX_OPENINGS_BYTES = 8 * 1_048_576;

function said<R>(
  { json, quiet }: LogOptions,
  report: R,
  good: boolean,
  text: (report: R, quiet: boolean) => string,
): Said {
  return { text: json ? JSON.stringify(report, null, 2) : text(report, quiet), good };
}

/** `verify log`. */
export async function verifyArchive(path: string, options: LogOptions, output: Output): Promise<Said> {
  const { input, progress } = await logInput(path, options, output);
  const report = await verifyLog(input);
  progress.end();
  return said(options, report, report.verified, logText);
}

/** `verify decisions`. */
export async function verifyArchiveDecisions(
  path: string,
  folders: readonly string[],
  options: LogOptions,
  output: Output,
): Promise<Said> {
  const policies = [];
  for (const folder of folders) policies.push(await readPolicyFolder(folder));
  const { input, progress } = await logInput(path, options, output);
  const report = await verifyDecisions({ ...input, policies });
  progress.end();
  return said(options, report, report.verified, decisionsText);
}

/** What is checked of a log and how, from the command line, and the progress that goes with it. */
async function logInput(
  path: string,
  options: LogOptions,
  output: Output,
): Promise<{ readonly input: VerifyLogInput; readonly progress: Progress }> {
  const archive = await archiveFile(path);
  const key = await resolveKey(options.key, () => originOf(archive));
  const known = options.known === undefined ? {} : { known: await readSmallFile(options.known) };
  const resume = options.resume === undefined ? {} : { resume: await readHead(options.resume, key.name) };
  const progress = new Progress(output, !options.json);
  const onProgress = (entries: number, bytes: number): void => progress.show(entries, "entries", bytes);
  const input = { crypto: nodeCrypto, key, archive: createReadStream(archive), onProgress, ...known, ...resume };
  return { input, progress };
}

/** `verify proof`: a proof file with its leaf, or the proof of release in a delivery's directory. */
export async function verifyOneProof(path: string, options: LogOptions): Promise<Said> {
  const isPackage = (await stat(path)).isDirectory();
  const leafPath = options.leaf ?? (isPackage ? join(path, PROOF_PATHS.leaf) : undefined);
  const openPath = options.open ?? (isPackage ? join(path, PROOF_PATHS.openings) : undefined);
  if (leafPath === undefined) throw new FormatError("PROOF", "--leaf is missing: the file with the entry's leaf");
  const proof = await readSmallFile(isPackage ? join(path, PROOF_PATHS.proof) : path);
  const key = await resolveKey(options.key, () => Promise.resolve(originOfProof(proof)));
  const leaf = await readBytes(leafPath, MAX_LEAF_BYTES);
  const openings = openPath === undefined ? [] : parseOpenings(await readBytes(openPath, MAX_OPENINGS_BYTES));
  const report = verifyProof({ crypto: nodeCrypto, key, proof, leaf, openings });
  return said(options, report, report.verified, proofText);
}

async function readBytes(path: string, most: number): Promise<Uint8Array> {
  if ((await stat(path)).size > most) throw new FormatError("RANGE", `${path} is too large`);
  return new Uint8Array(await readFile(path));
}

/** `fsck`. */
export async function fsckFolder(folder: string, options: LogOptions, output: Output): Promise<Said> {
  const source = folderSource(folder);
  const key = await resolveKey(options.key, () => originOfFolder(folder));
  const progress = new Progress(output, !options.json);
  const onProgress = (entries: number, bytes: number): void => progress.show(entries, "entries", bytes);
  const known = options.known === undefined ? {} : { known: await readSmallFile(options.known) };
  const report = await fsck({ crypto: nodeCrypto, key, source, onProgress, ...known });
  progress.end();
  return said(options, report, report.verified, tilesText);
}

/** What a folder's checkpoint calls its log; only for choosing a key. */
async function originOfFolder(folder: string): Promise<string | null> {
  const path = join(folder, "checkpoint");
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  return there ? ((await readSmallFile(path)).split("\n")[0] ?? null) : null;
}

/** `diff`. */
export async function diff(a: string, b: string, options: LogOptions, output: Output): Promise<Said> {
  const origin = async (): Promise<string | null> =>
    (await isTileFolder(a)) ? originOfFolder(a) : originOf(await archiveFile(a));
  const key = await resolveKey(options.key, origin);
  const progress = new Progress(output, !options.json);
  const onProgress = (entries: number, bytes: number): void => progress.show(entries, "entries", bytes);
  const first = await openSide(a, key, onProgress);
  const second = await openSide(b, key, onProgress);
  const report = await compareHistories(first, second);
  progress.end();
  return said(options, report, report.agree, diffText);
}
