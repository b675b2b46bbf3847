import { createReadStream } from "node:fs";
import { parseArgs } from "node:util";
import { FormatError } from "./core/errors.ts";
import type { VerifyLogInput } from "./core/log-report.ts";
import { verifyDelivery } from "./core/verify-delivery.ts";
import { verifyLog } from "./core/verify-log.ts";
import { decisionsText } from "./decisions/decisions-text.ts";
import { readPolicyFolder } from "./decisions/policy-folder.ts";
import type { RuleSet } from "./decisions/rule-set.ts";
import { verifyDecisions } from "./decisions/verify-decisions.ts";
import { HELP, TRUST_HELP, VERIFY_DECISIONS_HELP, VERIFY_DELIVERY_HELP, VERIFY_LOG_HELP } from "./help.ts";
import { archiveFile, readSmallFile, readTrust, resolveKey } from "./inputs.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { Progress, deliveryText, logText, printable } from "./output.ts";
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
    if (surplus.length > 0) throw new UsageError("too many arguments");
    switch (`${command} ${subject}`) {
      case "verify log":
        return await verifyLogCommand(needed(path, "PATH"), allowed(values, ["key", "known", "json", "quiet"]), output);
      case "verify decisions": {
        const options = allowed(values, ["key", "known", "policies", "json", "quiet"]);
        return await verifyDecisionsCommand(needed(path, "ARCHIVE"), options, output);
      }
      case "verify delivery":
        return await verifyDeliveryCommand(needed(path, "PATH"), allowed(values, ["trust", "json", "quiet"]), output);
      case "trust certificates":
        return await certificatesCommand(needed(path, "FILE"), allowed(values, []), output);
      default:
        throw new UsageError(`there is no command "${command} ${subject}"`);
    }
  } catch (error) {
    return complain(error, output);
  }
}

async function verifyLogCommand(path: string, options: Options, output: Output): Promise<ExitCode> {
  const { input, progress } = await logInput(path, options, output);
  const report = await verifyLog(input);
  progress.end();
  const text = options.json === true ? JSON.stringify(report, null, 2) : logText(report, options.quiet === true);
  return say(output, text, report.verified ? 0 : 1);
}

async function verifyDecisionsCommand(path: string, options: Options, output: Output): Promise<ExitCode> {
  const policies: RuleSet[] = [];
  for (const folder of [needed(options.policies?.[0], "--policies"), ...(options.policies ?? []).slice(1)]) {
    policies.push(await readPolicyFolder(needed(folder, "--policies")));
  }
  const { input, progress } = await logInput(path, options, output);
  const report = await verifyDecisions({ ...input, policies });
  progress.end();
  const text = options.json === true ? JSON.stringify(report, null, 2) : decisionsText(report, options.quiet === true);
  return say(output, text, report.verified ? 0 : 1);
}

/** What is checked of a log and how, from the command line, and the progress that goes with it. */
async function logInput(
  path: string,
  options: Options,
  output: Output,
): Promise<{ readonly input: VerifyLogInput; readonly progress: Progress }> {
  const keyText = needed(options.key, "--key");
  const archive = await archiveFile(path);
  const key = await resolveKey(keyText, archive);
  const known = options.known === undefined ? {} : { known: await readSmallFile(options.known) };
  const progress = new Progress(output, options.json !== true);
  const onProgress = (entries: number, bytes: number): void => progress.show(entries, "entries", bytes);
  return { input: { crypto: nodeCrypto, key, archive: createReadStream(archive), onProgress, ...known }, progress };
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
  if (command === "verify" && subject === "log") return VERIFY_LOG_HELP;
  if (command === "verify" && subject === "decisions") return VERIFY_DECISIONS_HELP;
  if (command === "verify" && subject === "delivery") return VERIFY_DELIVERY_HELP;
  return command === "trust" ? TRUST_HELP : HELP;
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
