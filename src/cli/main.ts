import { COMMANDS } from "./commands.ts";
import { EXIT, UsageError } from "./usage.ts";

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
  const { verbs } = command;
  // Whatever is no verb of the list is not run: each of them is in the catalogue of events.
  if (verbs.length > 0 && !verbs.some((verb) => verb.split(" ").every((word) => rest.includes(word))))
    throw new UsageError(`caveat ${name}: one of ${verbs.join(", ")}`);
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
