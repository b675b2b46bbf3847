import { accessCommand } from "./access.ts";
import { auditCommand } from "./audit.ts";
import { clientCommand } from "./client.ts";
import { markingCommand } from "./marking.ts";
import { personCommand } from "./person.ts";
import { policyCommand } from "./policy.ts";
import { proposalCommand } from "./proposal.ts";
import { signerCommand } from "./signer.ts";
import { startCommand } from "./start.ts";
import { tokenCommand } from "./token.ts";
import { tourCommand } from "./tour.ts";
import { EXIT, UsageError } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

const COMMANDS: Readonly<Record<string, Subcommand>> = {
  start: startCommand,
  tour: tourCommand,
  audit: auditCommand,
  token: tokenCommand,
  marking: markingCommand,
  access: accessCommand,
  policy: policyCommand,
  person: personCommand,
  client: clientCommand,
  proposal: proposalCommand,
  signer: signerCommand,
};

function help(): string {
  const lines = Object.entries(COMMANDS).map(([name, command]) => `  ${name.padEnd(10)}${command.summary}`);
  return `caveat: the place where restricted data is labeled

Usage: caveat COMMAND [OPTION ...]        caveat COMMAND --help

Commands:
${lines.join("\n")}

Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 the server or a file cannot be reached.
`;
}

async function main(): Promise<number> {
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(help());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new UsageError(`unknown command: ${name}`);
  if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(command.help);
    return EXIT.done;
  }
  return command.run(rest);
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (error instanceof UsageError) {
      process.stderr.write(`caveat: ${error.message}\nTry: caveat --help\n`);
      process.exitCode = EXIT.usage;
      return;
    }
    process.stderr.write(`caveat: ${error instanceof Error ? error.message : "failed"}\n`);
    process.exitCode = EXIT.failed;
  },
);
