import { parseArgs } from "node:util";
import { FormatError } from "./core/errors.ts";
import { verifyDelivery } from "./core/verify-delivery.ts";
import { HELP, HELPS } from "./help.ts";
import { readTrust } from "./inputs.ts";
import { diff, fsckFolder, verifyArchive, verifyArchiveDecisions, verifyOneProof } from "./log-commands.ts";
import type { LogOptions, Said } from "./log-commands.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { Progress, deliveryText, printable } from "./output.ts";
import type { Output } from "./output.ts";
import { openPackage } from "./package-files.ts";
import { VERSION } from "./version.ts";

/** What the command answers with: 0 verified, 1 refused, 2 wrong usage, 3 input cannot be read. */
export type ExitCode = 0 | 1 | 2 | 3;

class UsageError extends Error {}

const OPTIONS = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
  json: { type: "boolean" },
  quiet: { type: "boolean" },
  key: { type: "string" },
  known: { type: "string" },
  leaf: { type: "string" },
  open: { type: "string" },
  resume: { type: "string" },
  policies: { type: "string", multiple: true },
  trust: { type: "string" },
} as const;
type Options = ReturnType<typeof readArguments>["values"];

/** Runs one command line (without the program's name). Writes only to `output`, and never throws for a bad input. */
export async function runCommand(args: readonly string[], output: Output): Promise<ExitCode> {
  try {
    const { values, positionals } = readArguments(args);
    const [command = "", subject = "", path, ...surplus] = positionals;
    if (values.version === true) return say(output, VERSION);
    if (values.help === true || args.length === 0)
      return say(output, helpFor(command, subject), args.length === 0 ? 2 : 0);
    const [first, second] = [needed.bind(null, path), needed.bind(null, subject)];
    // These have no subject: what stands in its place is the first of their paths.
    if (command === "diff" || command === "fsck") {
      if (surplus.length > 0 || (command === "fsck" && path !== undefined)) throw new UsageError("too many arguments");
      const options = allowed(
        values,
        command === "diff" ? ["key", "json", "quiet"] : ["key", "known", "json", "quiet"],
      );
      return tell(
        output,
        command === "diff"
          ? await diff(second("A"), first("B"), logOptions(options), output)
          : await fsckFolder(second("DIR"), logOptions(options), output),
      );
    }
    if (surplus.length > 0) throw new UsageError("too many arguments");
    switch (`${command} ${subject}`) {
      case "verify log": {
        const options = allowed(values, ["key", "known", "resume", "json", "quiet"]);
        return tell(output, await verifyArchive(first("PATH"), logOptions(options), output));
      }
      case "verify proof": {
        const options = allowed(values, ["key", "leaf", "open", "json", "quiet"]);
        return tell(output, await verifyOneProof(first("PATH"), logOptions(options)));
      }
      case "verify decisions": {
        const options = allowed(values, ["key", "known", "policies", "json", "quiet"]);
        const folders = (options.policies ?? []).map((folder) => needed(folder, "--policies"));
        return tell(output, await verifyArchiveDecisions(first("ARCHIVE"), folders, logOptions(options), output));
      }
      case "verify delivery":
        return await verifyDeliveryCommand(first("PATH"), allowed(values, ["trust", "json", "quiet"]), output);
      case "trust certificates":
        return await certificatesCommand(first("FILE"), allowed(values, []), output);
      default:
        throw new UsageError(`there is no command "${command} ${subject}"`);
    }
  } catch (error) {
    return complain(error, output);
  }
}

async function verifyDeliveryCommand(path: string, options: Options, output: Output): Promise<ExitCode> {
  const trust = await readTrust(needed(options.trust, "--trust"));
  const reader = await openPackage(path);
  const progress = new Progress(output, options.json !== true);
  const onProgress = (files: number, bytes: number): void => progress.show(files, "files", bytes);
  const report = await verifyDelivery({ crypto: nodeCrypto, trust, package: reader, onProgress });
  progress.end();
  const text = options.json === true ? JSON.stringify(report, null, 2) : deliveryText(report, options.quiet === true);
  return say(output, text, report.verified ? 0 : 1);
}

async function certificatesCommand(path: string, _options: Options, output: Output): Promise<ExitCode> {
  const { certificates } = await readTrust(path);
  return say(output, certificates.map((pem) => pem.trimEnd()).join("\n"));
}

/** What commands over logs are given; `--known` and `--resume` say the same thing in two ways. */
function logOptions(options: Options): LogOptions {
  const { key, known, resume, leaf, open, json, quiet } = options;
  if (known !== undefined && resume !== undefined)
    throw new UsageError(
      "--resume goes on from an earlier check, which --known then adds nothing to: give one of them",
    );
  return { key: needed(key, "--key"), known, resume, leaf, open, json: json === true, quiet: quiet === true };
}

function tell(output: Output, { text, good }: Said): ExitCode {
  return say(output, text, good ? 0 : 1);
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "unreadable arguments");
  }
}

function allowed(options: Options, names: readonly (keyof Options)[]): Options {
  const other = (Object.keys(options) as (keyof Options)[]).find((name) => !names.includes(name));
  if (other !== undefined) throw new UsageError(`--${other} does not belong to this command`);
  return options;
}

function needed(value: string | undefined, name: string): string {
  if (value === undefined || value === "") throw new UsageError(`${name} is missing`);
  return value;
}

function helpFor(command: string, subject: string): string {
  return HELPS.get(`${command} ${subject}`) ?? HELPS.get(command) ?? HELP;
}

function complain(error: unknown, output: Output): ExitCode {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError || error instanceof FormatError) {
    output.err(printable(`caveat-audit: ${message} (try --help)`) + "\n");
    return 2;
  }
  if (error instanceof Error && "syscall" in error) {
    output.err(printable(`caveat-audit: the input cannot be read: ${message}`) + "\n");
    return 3;
  }
  throw error;
}

function say(output: Output, text: string, code: ExitCode = 0): ExitCode {
  output.out(`${text}\n`);
  return code;
}
