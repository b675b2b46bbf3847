import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { packageRoot } from "../storage/package-root.ts";
import { allCommands, commandOf } from "./commands.ts";
import { EXIT, UsageError } from "./usage.ts";

async function help(): Promise<string> {
  const lines = Object.entries(await allCommands()).map(([name, command]) => `  ${name.padEnd(10)}${command.summary}`);
  return `caveat: the place where restricted data is labeled

Usage: caveat COMMAND [OPTION ...]        caveat COMMAND --help        caveat --version

Commands:
${lines.join("\n")}

Exit codes: 0 done; 1 refused or failed; 2 wrong usage; 3 the server or a file cannot be reached.
`;
}

async function version(): Promise<string> {
  const { version: own } = JSON.parse(await readFile(join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  return own;
}

async function main(): Promise<number> {
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    process.stdout.write(await help());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  if (name === "--version" || name === "-V") {
    process.stdout.write(`caveat ${await version()} on Node ${process.versions.node}\n`);
    return EXIT.done;
  }
  const command = await commandOf(name);
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
