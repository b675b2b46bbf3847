import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ApiClient } from "./api-client.ts";
import { hasProgram, runProgram, runVerifier } from "./outside.ts";
import type { Ended, Environment } from "./outside.ts";
import { TourError, bytes, count, several, told, toldEqual } from "./story.ts";
import type { Telling } from "./story.ts";

/** What the verifier reports as JSON; the members that the story needs. */
interface Report {
  readonly verified: boolean;
  readonly findings: readonly {
    readonly code: string;
    readonly at: Readonly<Record<string, string | number>>;
    readonly sentence: string;
  }[];
  readonly warnings?: readonly { readonly code: string }[];
  readonly signed?: {
    readonly size: number;
    readonly root: string;
    readonly sections: { readonly opened: number; readonly sealed: number };
  } | null;
  readonly knownSize?: number | null;
  readonly delivery?: {
    readonly manifest: { readonly marking: { readonly banner: string } };
    readonly release: { readonly index: number; readonly origin: string };
  } | null;
}

/** Where the tour keeps what it fetches. */
export interface Shelf {
  readonly folder: string;
  readonly trust: string;
  readonly env: Environment;
}

function reportOf(ended: Ended): Report {
  try {
    return JSON.parse(ended.out) as Report;
  } catch (cause) {
    throw new TourError(
      "NOT_AS_TOLD",
      `the verifier ended with ${String(ended.code)} and no report: ${ended.err.trim().slice(0, 200)}`,
      { cause },
    );
  }
}

/** Otto fetches the trust file: public keys and certificates, nothing secret. */
export async function fetchTrust(otto: ApiClient, folder: string): Promise<string> {
  const path = join(folder, "trust.json");
  await otto.download("/trust", path);
  return path;
}

/** Runs the separate verifier on an archive. */
export async function verifyArchive(
  shelf: Shelf,
  archive: string,
  known: string | null = null,
): Promise<{ code: number | null; report: Report }> {
  const ended = await runVerifier(
    ["verify", "log", archive, "--key", shelf.trust, "--json", ...(known === null ? [] : ["--known", known])],
    shelf.env,
  );
  return { code: ended.code, report: reportOf(ended) };
}

/** Runs the separate verifier on a delivery package. */
export async function verifyPackage(shelf: Shelf, path: string): Promise<{ code: number | null; report: Report }> {
  const ended = await runVerifier(["verify", "delivery", path, "--trust", shelf.trust, "--json"], shelf.env);
  return { code: ended.code, report: reportOf(ended) };
}

/** The last checkpoint note of an archive: what an auditor keeps to hold the next archive against. */
async function lastCheckpoint(archive: string): Promise<string> {
  const lines = (await readFile(archive, "utf8")).split("\n").filter((line) => line.startsWith('{"checkpoint":'));
  const note = (JSON.parse(lines.at(-1) ?? "{}") as { checkpoint?: string }).checkpoint;
  told(note !== undefined, "the archive holds no checkpoint");
  return note;
}

/**
 * Otto exports the archive and verifies it with the separate program, against the checkpoint that he kept from the last
 * time if there was one. Returns archive and checkpoint.
 */
export async function exportAndVerify(
  tell: Telling,
  otto: ApiClient,
  shelf: Shelf,
  name: string,
  known: string | null,
): Promise<{ archive: string; checkpoint: string }> {
  const archive = join(shelf.folder, name);
  const size = await otto.download("/audit/archive", archive);
  const { code, report } = await verifyArchive(shelf, archive, known);
  toldEqual(code, 0, "exit code of the verifier");
  told(report.verified && report.signed != null, "the verifier did not verify");
  toldEqual(report.warnings?.length ?? 0, 0, "warnings of the verifier");
  const { signed } = report;
  tell.say(
    `${several(signed.size, "entry", "entries")}, ${bytes(size)}: whole, in order and signed; root ${signed.root.slice(0, 16)}...`,
  );
  tell.say(
    `${count(signed.sections.opened)} sections open to Otto and match, ${count(signed.sections.sealed)} stay sealed and are undamaged.`,
  );
  if (known !== null) {
    told((report.knownSize ?? 0) > 0, "the kept checkpoint did not count");
    tell.say(`It continues the ${count(report.knownSize ?? 0)} entries whose checkpoint Otto kept from before.`);
    tell.figure("knownSize", report.knownSize ?? 0);
  }
  tell.figure("entries", signed.size);
  tell.figure("bytes", size);
  const checkpoint = join(shelf.folder, `${name}.checkpoint`);
  await writeFile(checkpoint, await lastCheckpoint(archive), { mode: 0o600 });
  return { archive, checkpoint };
}

/** Petra fetches the package and verifies it with the separate program. Returns its file. */
export async function fetchAndVerify(
  tell: Telling,
  petra: ApiClient,
  shelf: Shelf,
  packageUrl: string,
): Promise<string> {
  const tar = join(shelf.folder, "delivery.tar");
  const size = await petra.download(packageUrl, tar);
  const { code, report } = await verifyPackage(shelf, tar);
  toldEqual(code, 0, "exit code of the verifier");
  told(report.verified && report.delivery != null, "the verifier did not verify");
  const { manifest, release } = report.delivery;
  tell.say(
    `${bytes(size)} of ${manifest.marking.banner}; statement, both approvals, every file and the release verify offline.`,
  );
  tell.say(`The release is entry ${release.index} of the recipient's own log.`);
  tell.figure("bytes", size);
  tell.figure("releaseIndex", release.index);
  return tar;
}

/**
 * Verifies the detached CMS signature with openssl, which knows nothing of Caveat, and lets it refuse another manifest.
 * Without openssl the step says that it is skipped; under CI that is an error.
 */
export async function verifyWithOpenssl(tell: Telling, shelf: Shelf, unpacked: string): Promise<void> {
  if (!hasProgram("openssl", shelf.env)) {
    if (shelf.env["CI"] === "true") throw new TourError("PROGRAM_MISSING", "openssl is missing, and CI=true");
    tell.skip("there is no openssl on this machine.");
    return;
  }
  const authority = join(shelf.folder, "CA.pem");
  const certificates = await runVerifier(["trust", "certificates", shelf.trust], shelf.env);
  toldEqual(certificates.code, 0, "exit code of the verifier");
  await writeFile(authority, certificates.out, { mode: 0o600 });
  const check = (content: string): Promise<Ended> =>
    runProgram(
      "openssl",
      [
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-in",
        "proof/manifest.cms",
        "-content",
        content,
        "-CAfile",
        authority,
        "-out",
        "/dev/null",
      ],
      {
        cwd: unpacked,
        env: shelf.env,
      },
    );
  const good = await check("manifest.json");
  told(good.code === 0, `openssl refused the signature: ${good.err.trim().slice(0, 200)}`);
  const other = join(shelf.folder, "other-manifest.json");
  await writeFile(other, await readFile(join(unpacked, "manifest.json")));
  await appendFile(other, " ");
  told((await check(other)).code !== 0, "openssl took the signature for another manifest");
  const version = (await runProgram("openssl", ["version"], { env: shelf.env })).out.trim();
  tell.say(
    `${version}: the CMS signature over the manifest verifies, and with one blank more in the manifest it does not.`,
  );
  tell.figure("openssl", version);
}
