import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readUnverifiedCheckpoint } from "../../audit/index.ts";
import { readConfig } from "../config.ts";
import { SigningDesk } from "../signer/signing-desk.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

/** `caveat signer adopt CHECKPOINT`. */
export const signerCommand: Subcommand = {
  verbs: ["adopt"],
  summary: "say what a log's key signed last, where the signer's record of it is lost",
  help: `Usage: caveat signer adopt CHECKPOINT

The signer remembers in CAVEAT_STATE/signer what it signed last of each log, and signs nothing where a key is there and its
record is not: whoever lost the record could be led into a second history. CHECKPOINT is a file with the last checkpoint that
the log's key signed: from a safe, from whoever keeps checkpoints, or CAVEAT_STATE/logs/LOG/checkpoint. It must be the newest:
from an older one the signer could sign what contradicts the newer ones. The signature is checked; that there is no newer one
cannot be. What is on record is never set back.

Exit codes: 0 recorded; 1 refused; 2 wrong usage; 3 the file cannot be read.
`,
  async run(args) {
    const { words } = parseArguments(args, [], []);
    const [act, path, ...more] = words;
    if (act !== "adopt" || path === undefined || more.length > 0) throw new UsageError("signer adopt CHECKPOINT");
    const note = await readFile(path, "utf8").catch(() => null);
    if (note === null) {
      process.stderr.write(`caveat: ${path} cannot be read\n`);
      return EXIT.unreachable;
    }
    const { origin } = readUnverifiedCheckpoint(note);
    const { stateFolder } = readConfig();
    const desk = new SigningDesk({ keys: join(stateFolder, "keys"), records: join(stateFolder, "signer") });
    process.stdout.write(`${origin}: signed up to size ${await desk.adopt(origin, note)}\n`);
    return EXIT.done;
  },
};
