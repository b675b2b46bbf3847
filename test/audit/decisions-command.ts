import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { runCommand } from "../../audit/command.ts";
import type { DecisionsReport, RecomputedDecisions } from "../../audit/decisions/decisions-report.ts";

/** `caveat-audit verify decisions` as an auditor types it, over an archive in a folder of its own. */
export class DecisionsCommand {
  readonly folder = mkdtempSync(join(tmpdir(), "caveat-decisions-"));
  readonly path = join(this.folder, "log.ndjson");

  /** What it prints, with its exit code. It complains of nothing. */
  async verify(bytes: Uint8Array | string, key: string, ...more: readonly string[]) {
    writeFileSync(this.path, bytes);
    let [out, err] = ["", ""];
    const code = await runCommand(["verify", "decisions", this.path, "--key", key, ...more], {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      errIsTerminal: false,
    });
    expect(err).toBe("");
    return { code, out, first: out.split("\n")[0] ?? "" };
  }

  /** The report as JSON, and what it says of decisions; with these folders of policies, or with what the archive carries. */
  async reported(bytes: Uint8Array | string, key: string, ...folders: readonly string[]) {
    const given = folders.flatMap((folder) => ["--policies", folder]);
    const { code, out } = await this.verify(bytes, key, ...given, "--json");
    const report = JSON.parse(out) as DecisionsReport;
    expect(code).toBe(report.verified ? 0 : 1);
    return { report, found: report.recomputed as RecomputedDecisions };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An archive without the policies that it carries, as one of an older release is: no signature covers those lines. */
export function withoutPolicies(archive: string): string {
  return archive.replaceAll(/^\{"policy":.*\n/gm, "");
}
