import { readFile } from "node:fs/promises";
import type { StoredLogReport, StoredReport } from "../composition/stored-log-check.ts";
import { readConfig } from "../config.ts";
import { progressBar } from "./progress.ts";
import { EXIT } from "./usage.ts";

/** What the help of `caveat audit` says of it. */
export const FSCK_HELP = `caveat audit fsck [--known FILE] [--json]

Checks the logs of this installation, on the machine that has it, with the verifier that strangers use: in its database, and
as tiles on its disk; and holds the columns by which entries are found against the entries. Works while the server runs, and without it. It opens
nothing for anybody, and is not recorded: whoever can run it can read the database anyway.
--known FILE   a checkpoint that you kept from before
--json         print the report as JSON

Exit codes: 0 whole; 1 something is wrong, and the output says what and where; 2 wrong usage; 3 no database can be reached.
`;

function linesOf({ origin, verified, log, columns, tiles, unsigned }: StoredLogReport): string[] {
  const size = log?.confirmedSize ?? 0;
  const more = unsigned > 0 ? `, and ${unsigned} after them that are not signed yet` : "";
  const head = verified
    ? `WHOLE: ${origin}: ${size} entries as signed by its key${more}; their columns say what they say.`
    : `WRONG: ${origin}: ${size} entries lead to a root that its key has signed${more}.`;
  return [
    head,
    ...(log?.findings ?? []).map(({ code, sentence }) => `  ${code}: ${sentence}`),
    ...(log?.warnings ?? []).map(({ code, sentence }) => `  warning ${code}: ${sentence}`),
    ...(tiles?.findings ?? []).map(({ code, sentence }) => `  on the disk ${code}: ${sentence}`),
    ...columns.lies.map(({ code, sentence }) => `  ${code}: ${sentence}`),
    ...(columns.found > columns.lies.length ? [`  ${columns.found - columns.lies.length} more INDEX_LIE`] : []),
    ...(columns.notChecked > 0
      ? [`  not checked: the person of ${columns.notChecked} entries, whose section was erased or does not open`]
      : []),
    ...(verified && log ? log.cannotExclude.map((sentence) => `  ${sentence}`) : []),
  ];
}

/** `caveat audit fsck`. Returns an exit code. */
export async function auditFsck(known: string | undefined, json: boolean): Promise<number> {
  const bar = progressBar("entries");
  let report: StoredReport;
  try {
    const note = known === undefined ? null : await readFile(known, "utf8");
    // On demand: every other command would load it, too.
    const { checkStoredLogs } = await import("../composition/stored-log-check.ts");
    report = await checkStoredLogs(readConfig(), note, (_origin, entries, of) => bar.show(entries, of));
  } catch (error) {
    bar.end();
    process.stderr.write(`caveat: ${error instanceof Error ? error.message : "failed"}\n`);
    return EXIT.unreachable;
  }
  bar.end();
  const text = json ? JSON.stringify(report, null, 2) : report.logs.flatMap(linesOf).join("\n");
  process.stdout.write(`${text}\n`);
  return report.verified ? EXIT.done : EXIT.failed;
}
