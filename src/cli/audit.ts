import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { readConfig } from "../config.ts";
import { FSCK_HELP, auditFsck } from "./audit-fsck.ts";
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

/** `caveat audit export DIR`. */
export const auditCommand: Subcommand = {
  summary: "export the audit archive for a compliance officer",
  help: `Usage: caveat audit export DIR [--as PERSON] [--url URL]
       caveat audit fsck [--known FILE] [--json]

Fetches the archive of the activity log into DIR/log.ndjson, as a named person, through the running server's door.
--as    person of the demonstration (default otto); in production give a token in CAVEAT_TOKEN instead
--url   where the server is (default http://127.0.0.1:4000, or PORT)
Check it with: caveat-audit verify log DIR --key .caveat/trust.json

Exit codes: 0 exported; 1 refused; 2 wrong usage; 3 no server there.

${FSCK_HELP}`,
  async run(args) {
    if (args[0] === "fsck") {
      const given = parseArguments(args.slice(1), ["known"], ["json"]);
      if (given.words.length > 0) throw new UsageError("audit fsck [--known FILE] [--json]");
      return auditFsck(given.values.known, given.flags.has("json"));
    }
    const { values, words } = parseArguments(args, ["as", "url"], []);
    const [verb, folder] = words;
    if (verb !== "export" || folder === undefined || words.length !== 2) throw new UsageError("audit export DIR");
    const config = readConfig();
    const given = process.env["CAVEAT_TOKEN"];
    if (given === undefined && config.mode !== "demonstration")
      throw new UsageError("production mode: give a token in CAVEAT_TOKEN");
    const token = given ?? (await demonstrationToken(config.stateFolder, config.installation, values.as ?? "otto"));
    return exportArchiveTo(folder, values.url ?? `http://127.0.0.1:${config.port}`, token);
  },
};
