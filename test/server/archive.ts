import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/storage/package-root.ts";
import { call } from "./http.ts";
import { cleanEnvironment, temporaryFolder } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";
import type { TokenChange } from "./tokens.ts";

/** An entry of the log with the sections that the compliance officer could open. */
export interface OpenedEntry {
  readonly index: number;
  readonly id: string;
  readonly kind: string;
  readonly actor: ActorSection | null;
  readonly request: RequestSection | null;
  readonly outcome: OutcomeSection | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

interface ActorSection {
  readonly person: string;
  readonly session: string;
  readonly client: string;
}

interface RequestSection {
  readonly transport: string;
  readonly operation: string;
  readonly receipt: string;
}

interface OutcomeSection {
  readonly request: string;
  readonly command: string | null;
  readonly result: string;
  readonly error: string | null;
  readonly changed: readonly { readonly object: string }[];
}

/** An archive as a compliance officer got it, after the verifier has judged it. */
export interface JudgedArchive {
  /** Exit code of the verifier: 0 is verified. */
  readonly exitCode: number | null;
  readonly report: VerifierReport;
  readonly entries: readonly OpenedEntry[];
}

interface VerifierReport {
  readonly verified: boolean;
  readonly findings: readonly { readonly code: string; readonly sentence: string }[];
  readonly warnings: readonly { readonly code: string; readonly sentence: string }[];
}

/** Fetches the archive as the compliance officer and has the verifier, a program of its own, judge it by the trust file. */
export async function fetchArchive(server: RunningServer, change: TokenChange = {}): Promise<JudgedArchive> {
  const token = await tokenOf(server.state, "otto", change);
  const answer = await call(server.url, {
    method: "GET",
    path: "/audit/archive",
    headers: { authorization: `Bearer ${token}` },
  });
  if (answer.status !== 200) throw new Error(`the archive was refused: ${answer.status} ${answer.body.toString()}`);
  const folder = temporaryFolder();
  writeFileSync(join(folder, "log.ndjson"), answer.body);
  const { exitCode, stdout, stderr } = await verify(folder, join(server.state, "trust.json"));
  if (exitCode !== 0 && exitCode !== 1) throw new Error(`the verifier ended with ${exitCode}: ${stderr}`);
  return { exitCode, report: JSON.parse(stdout) as VerifierReport, entries: readEntries(answer.body) };
}

/** Runs the auditor's command. */
function verify(
  folder: string,
  trust: string,
): Promise<{ readonly exitCode: number | null; readonly stdout: string; readonly stderr: string }> {
  const command = join(packageRoot(), "bin", "caveat-audit");
  const child = spawn(command, ["verify", "log", folder, "--key", trust, "--json"], { env: cleanEnvironment() });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (part: Buffer) => (output.stdout += part.toString()));
  child.stderr.on("data", (part: Buffer) => (output.stderr += part.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...output }));
  });
}

/** How a request of a session stands in the log: "request, failed" for example. */
export function recordOf(entries: readonly OpenedEntry[], session: string): string {
  const request = entries.find((entry) => entry.kind === "operation.request" && entry.actor?.session === session);
  const outcome = entries.find((entry) => entry.outcome !== null && entry.outcome.request === request?.id);
  return `${request ? "request" : "nothing"}, ${outcome?.outcome?.result ?? "no outcome"}`;
}

interface ArchiveLine {
  readonly i?: number;
  readonly leaf?: string;
  readonly s?: readonly ({ readonly open: { readonly name: string; readonly plaintext: string } | null } | null)[];
}

function readEntries(archive: Buffer): OpenedEntry[] {
  const entries: OpenedEntry[] = [];
  for (const text of archive.toString().split("\n")) {
    const line = text === "" ? {} : (JSON.parse(text) as ArchiveLine);
    if (line.i === undefined || line.leaf === undefined) continue;
    const leaf = JSON.parse(Buffer.from(line.leaf, "base64").toString()) as { id: string; k: string };
    const opened = new Map(
      (line.s ?? []).flatMap((slot) => (slot?.open ? [[slot.open.name, slot.open.plaintext]] : [])),
    );
    const section = (name: string): unknown => JSON.parse(opened.get(name) ?? "null");
    entries.push({
      index: line.i,
      id: leaf.id,
      kind: leaf.k,
      actor: section("actor") as ActorSection | null,
      request: section("request") as RequestSection | null,
      outcome: section("outcome") as OutcomeSection | null,
      detail: section("detail") as Record<string, unknown> | null,
    });
  }
  return entries;
}
