import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EVENTS } from "../auditing/event-catalogue.ts";
import type { EventName, EventRecord } from "../auditing/event-catalogue.ts";
import { COMMAND_EVENTS, JOB_EVENTS, ROOT_FIELD_EVENTS, ROUTE_EVENTS } from "../auditing/event-sources.ts";
import { readConfig } from "../config.ts";
import { globalId } from "../transport/global-id.ts";
import { DOOR_HELP } from "./door.ts";
import { runVerb, say, sayJson, verbsHelp } from "./door-command.ts";
import type { Verbs } from "./door-command.ts";
import { proposeAndSay } from "./proposal-text.ts";
import { demonstrationToken } from "./token.ts";
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

/** Fetches the archive of the activity log into DIR/log.ndjson through the running server's door. Returns an exit code. */
export async function exportArchiveTo(folder: string, url: string, token: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const partial = join(folder, "log.ndjson.partial");
  try {
    const reply = await fetch(new URL("/audit/archive", url), { headers: { authorization: `Bearer ${token}` } }).catch(
      () => null,
    );
    if (!reply) {
      process.stderr.write(`caveat: no server answers at ${url}\n`);
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

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const AUDIT_VERBS: Verbs = {
  erase: {
    words: ["PERSON"],
    needs: { months: "MONTH[,MONTH...]", authority: "TEXT" },
    may: { marking: "BANNER" },
    does: "asks that what the log holds of a person's own requests in these months be erased for good",
    who: "otto",
    run: (call) => {
      const person = call.get("PERSON");
      const marking = call.option("marking");
      return proposeAndSay(call, "auditErasePropose", "AuditEraseProposeInput", {
        // Sections of the log name people by the id that they are stored under.
        personId: UUID.test(person) ? globalId("person", person) : person,
        months: call.get("months").split(","),
        authority: call.get("authority"),
        ...(marking === undefined ? {} : { markings: [marking] }),
      });
    },
  },
};

const SOURCES = { ...ROOT_FIELD_EVENTS, ...ROUTE_EVENTS, ...COMMAND_EVENTS, ...JOB_EVENTS };

/** Writes the catalogue of events: what the log records, by which kinds of entries, of which sources, and what it does not. */
function sayEvents(json: boolean): void {
  for (const [event, record] of Object.entries(EVENTS) as [EventName, EventRecord][]) {
    const sources = Object.keys(SOURCES).filter((source) => SOURCES[source] === event);
    if (json) sayJson({ event, ...record, sources });
    else if ("kinds" in record) say(`${event}  in ${record.kinds.join(", ")}: ${record.tells}`);
    else say(`${event}  is not recorded: ${record.notRecorded}`);
    if (json) continue;
    if (record.covers.length > 0) say(`  covers ${record.covers.join("; ")}`);
    if (sources.length > 0) say(`  of ${sources.join(", ")}`);
  }
}

/** `caveat audit`: what a compliance officer does with the log. */
export const auditCommand: Subcommand = {
  summary: "export the audit archive, list its events, ask that sections be erased",
  verbs: ["export", "events", ...Object.keys(AUDIT_VERBS)],
  help: `Usage: caveat audit export DIR [--as PERSON] [--url URL]
       caveat audit events [--json]
${verbsHelp("audit", AUDIT_VERBS)}

export fetches the archive of the activity log into DIR/log.ndjson, as a named person, through the running server's door.
In the demonstration that is otto unless --as names another; in production give a token in CAVEAT_TOKEN instead.
Check it with: caveat-audit verify log DIR --key .caveat/trust.json

events prints the catalogue of events, without any server: each with the kinds of entries that record it, or why nothing does,
with what it covers of the events that standards want recorded, and which fields, routes, commands and jobs are recorded so.

erase asks, and a security officer approves: caveat proposal approve. PERSON is the id of a person as it stands in the sections
of his entries; MONTH is one that is over, in UTC, as 2026-09; TEXT is the legal basis, which stands in the entry. What is
erased is the keys of those sections that the asking officer may open (of one marking with --marking). No section opens
again, in no process and for nobody; entries, chain and commitments stay, and the log verifies as before. Entries that others
made about the person, approvals and releases among them, are not his own and stay. Backups: see SECURITY.md.
--json prints the proposal as one JSON object, events as one a line.
${DOOR_HELP}

Exit codes: 0 exported, listed or asked; 1 refused; 2 wrong usage; 3 no server there.
`,
  async run(args) {
    if (Object.hasOwn(AUDIT_VERBS, args[0] ?? "")) return runVerb("audit", AUDIT_VERBS, args);
    const { values, words, flags } = parseArguments(args, ["as", "url"], ["json"]);
    const [verb, folder] = words;
    if (verb === "events" && words.length === 1) {
      sayEvents(flags.has("json"));
      return EXIT.done;
    }
    if (verb !== "export" || folder === undefined || words.length !== 2 || flags.has("json"))
      throw new UsageError("audit export DIR, or audit erase PERSON");
    const config = readConfig();
    const given = process.env["CAVEAT_TOKEN"];
    if (given === undefined && config.mode !== "demonstration")
      throw new UsageError("production mode: give a token in CAVEAT_TOKEN");
    const token = given ?? (await demonstrationToken(config.stateFolder, config.installation, values.as ?? "otto"));
    return exportArchiveTo(folder, values.url ?? `http://127.0.0.1:${config.port}`, token);
  },
};
