import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

/** `caveat start`. */
export const startCommand: Subcommand = {
  summary: "start the server (demonstration mode without any configuration)",
  verbs: [],
  help: `Usage: caveat start

Starts the server on 127.0.0.1. Without configuration: demonstration mode with an embedded PostgreSQL below .caveat.

Environment:
  PORT                 port on 127.0.0.1 (default 4000)
  CAVEAT_STATE         folder for keys, blobs, logs, what was signed, and the embedded database (default .caveat)
  DATABASE_URL         a PostgreSQL from 15 on instead of the embedded one; its login owns the database (see README)
  CAVEAT_DATABASE_MAY_LACK
                       what that PostgreSQL may lack: tls (over the loopback only), durability, host-rules; by commas
  CAVEAT_MODE          demonstration (default) or production
  CAVEAT_ISSUERS       production: JSON file of issuers [{"issuer","audience","publicKey"}]
  CAVEAT_ORIGIN        production: the https address that browsers know it by, as https://caveat.example.mil; without it there
                       are no sessions of browsers
  CAVEAT_FIRST_POLICY  production, empty database: JSON file {"policyVersion","registerVersion","requestedBy","approvedBy"}
                       that names the versions of policies/ and the two people who had them activated
  CAVEAT_POLICIES      the policy that the server is told to run: a folder (default policies/), or the word "activated" for
                       whatever two people activated; the server refuses to start with any other than the activated one
  CAVEAT_INSTALLATION  first part of every log's origin (default caveat.local)
  LOG_LEVEL            pino level (default info)

SIGTERM and SIGINT drain and exit 0.
Exit codes: 0 stopped in order; 1 refused to start; 2 wrong usage.
`,
  async run(args) {
    const { words } = parseArguments(args, [], []);
    if (words.length > 0) throw new UsageError("start takes no words");
    // Loaded only here: the server is most of the program, and every other command would wait half a second for it.
    const { startServer } = await import("../main.ts");
    return (await startServer()) ? EXIT.done : EXIT.failed;
  },
};
