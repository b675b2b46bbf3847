import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ERASE_HELP, ERASE_VERBS } from "./audit-erase.ts";
import { FSCK_HELP, auditFsck } from "./audit-fsck.ts";
import { QUESTION_VERBS } from "./audit-questions.ts";
import { TAIL_HELP, auditTail } from "./audit-tail.ts";
import { idsOfCase, objectId, personId } from "./audit-words.ts";
import { runVerb, throughDoor, verbsHelp } from "./door-command.ts";
import { DOOR_HELP, DOOR_OPTIONS, callerOf } from "./door.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

function progress(): Transform {
  let bytes = 0;
  let shown = Date.now();
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (Date.now() - shown > 1_000) {
        shown = Date.now();
        process.stderr.write(`caveat: ${(bytes / 1e6).toFixed(1)} MB received\n`);
      }
      done(null, chunk);
    },
  });
}

/**
 * Fetches the archive of the activity log into FOLDER/log.ndjson through the running server's door; opened for these subjects
 * only, where they are given. Returns an exit code.
 */
export async function exportArchiveTo(
  folder: string,
  server: string,
  token: string,
  about: readonly string[] | null = null,
): Promise<number> {
  await mkdir(folder, { recursive: true });
  const partial = join(folder, "log.ndjson.partial");
  const url = new URL("/audit/archive", server);
  if (about !== null) url.searchParams.set("about", about.join(","));
  try {
    const reply = await fetch(url, { headers: { authorization: `Bearer ${token}` } }).catch(() => null);
    if (!reply) {
      process.stderr.write(`caveat: no server answers at ${server}\n`);
      return EXIT.unreachable;
    }
    if (!reply.ok || !reply.body) {
      process.stderr.write(`caveat: refused: ${((await reply.text()) || String(reply.status)).slice(0, 200)}\n`);
      return EXIT.failed;
    }
    await pipeline(Readable.fromWeb(reply.body), progress(), createWriteStream(partial, { mode: 0o600 }));
    await rename(partial, join(folder, "log.ndjson"));
    process.stderr.write(`caveat: archive in ${join(folder, "log.ndjson")}\n`);
    return EXIT.done;
  } finally {
    await rm(partial, { force: true });
  }
}

/** Whom or what a disclosure is about. @throws UsageError where not exactly one of the options says so */
async function subjectsOf(values: {
  readonly person?: string;
  readonly asset?: string;
  readonly case?: string;
}): Promise<string[]> {
  const given = [values.person, values.asset, values.case].filter((value) => value !== undefined);
  if (given.length !== 1) throw new UsageError("audit disclose DIR with one of --person, --asset and --case");
  if (values.person !== undefined) return [await personId(values.person)];
  if (values.asset !== undefined) return [objectId(values.asset)];
  return idsOfCase(values.case ?? "");
}

async function fetchArchive(args: readonly string[]): Promise<number> {
  const { values, flags, words } = parseArguments(args, [...DOOR_OPTIONS, "person", "asset", "case"], ["json"]);
  const [verb, folder] = words;
  const selects = values.person ?? values.asset ?? values.case;
  if (
    (verb !== "export" && verb !== "disclose") ||
    folder === undefined ||
    words.length !== 2 ||
    (verb === "export" && selects !== undefined)
  )
    throw new UsageError("audit export DIR, or audit disclose DIR --person PERSON");
  const about = verb === "disclose" ? await subjectsOf(values) : null;
  const { token, url } = await callerOf(values, "otto");
  const code = await exportArchiveTo(folder, url, token, about);
  if (code === EXIT.done && flags.has("json"))
    process.stdout.write(`${JSON.stringify({ archive: join(folder, "log.ndjson"), about })}\n`);
  return code;
}

const AUDIT_VERBS = { ...QUESTION_VERBS, ...ERASE_VERBS };

/** `caveat audit`: what a compliance officer asks of the log, takes out of it, and asks to be erased. */
export const auditCommand: Subcommand = {
  summary: "ask the audit log, export or disclose its archive, list its events, ask that sections be erased",
  verbs: ["export", "disclose", "fsck", "tail", "events", ...Object.keys(AUDIT_VERBS)],
  help: `Usage:
  caveat audit export DIR [--json]
      the archive of the activity log into DIR/log.ndjson, with the rule files of the policies that were in force, where you
      may read policies (default: as otto)
  caveat audit fsck [--known FILE] [--json]
      checks the stored logs, on the machine that has them (more below)
${TAIL_HELP}
  caveat audit events [--json]
      the catalogue of events, without any server: each with the kinds of entries that record it, or why nothing does, with
      what it covers of the events that standards want recorded, and which fields, routes, commands and jobs it is of
  caveat audit disclose DIR --person PERSON | --asset ID | --case FILE [--json]
      the same archive, of which only what concerns one person, one object or the ids of a case is opened, as far as you may
      open it; everything else is in it, withheld (default: as otto)
${verbsHelp("audit", AUDIT_VERBS)}

ID is the id of an object as the interface shows it, or NOUN:UUID as the log names it; PERSON the id of a person, in the
demonstration also his handle; FILE holds one id a line. Answers come newest first and end with up to which entry they are
complete, how many entries are withheld from you and how many were erased. Each stands in the log, with the entries that were opened.

${ERASE_HELP}

Check an archive with: caveat-audit verify log DIR --key .caveat/trust.json, and what was decided with verify decisions.
--json prints one JSON object a line; a refusal is one line on standard error.
${DOOR_HELP}

Exit codes: 0 done; 1 refused or not found, or the index differs; 2 wrong usage; 3 no server there.

${FSCK_HELP}`,
  async run(args) {
    if (args[0] === "fsck") {
      const given = parseArguments(args.slice(1), ["known"], ["json"]);
      if (given.words.length > 0) throw new UsageError("audit fsck [--known FILE] [--json]");
      return auditFsck(given.values.known, given.flags.has("json"));
    }
    if (args[0] === "events") {
      const { words, flags } = parseArguments(args.slice(1), [], ["json"]);
      if (words.length > 0) throw new UsageError("audit events [--json]");
      // On demand: what it needs would cost every other command a part of a second.
      const { sayEvents } = await import("./audit-events.ts");
      sayEvents(flags.has("json"));
      return EXIT.done;
    }
    if (args[0] === "tail") return throughDoor(() => auditTail(args.slice(1)));
    if (args.includes("export") || args.includes("disclose")) return fetchArchive(args);
    return runVerb("audit", AUDIT_VERBS, args);
  },
};
