import { mkdir, readdir, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { loadPolicyFiles } from "../composition/policy-files.ts";
import { isForTheTour, readMarking } from "../tour/clearance.ts";
import { Story, TourError } from "../tour/story.ts";
import type { StoryStyle } from "../tour/story.ts";
import { demonstrationToken } from "./token.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

const INSTALLATION = "caveat.local";
const RELEASED = "SECRET//REL TO USA, FVEY";
/** Exit code of a shell for a command that SIGINT ended. */
const INTERRUPTED = 130;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Unicode only where a terminal says that it shows it. */
function styleOf(json: boolean): StoryStyle {
  if (json) return "json";
  const { LC_ALL, LC_CTYPE, LANG } = process.env;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== "") ?? "";
  return process.stdout.isTTY && /utf-?8/iu.test(locale) ? "unicode" : "ascii";
}

/** The caller's environment without what would make the tour's server another one than its own. */
function environment(): Record<string, string | undefined> {
  const { DATABASE_URL: _database, PORT: _port, LOG_LEVEL: _level, NODE_OPTIONS: _options, ...rest } = process.env;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith("CAVEAT_")));
}

async function emptyFolder(path: string): Promise<string> {
  const folder = resolve(path);
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw new UsageError(`--keep: ${path} is not empty`);
  return folder;
}

async function existingFolder(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() !== true) throw new UsageError(`--images: ${path} is no folder`);
  return path;
}

/** `caveat tour`. */
export const tourCommand: Subcommand = {
  summary: "see the whole job done, as nine people, and leave nothing behind",
  verbs: [],
  help: `Usage: caveat tour [--images DIR] [--marking TEXT] [--keep DIR] [--json]

Starts a server of its own on a free port and does the whole job through the public API: load, mark, label, review, be
refused, verify the log, approve and fetch a delivery, verify it, damage both by one byte. Then it removes everything.
--images   folder of images with CSV, Pascal VOC or COCO files beside them (default: a harbor that Caveat draws itself)
--marking  marking of the images: a level, SI, TK, and NOFORN or REL TO (default ${RELEASED})
--keep     an empty or new folder for archive, package, trust file and pictures
--json     one JSON object a step

Exit codes: 0 every step came out as told; 1 one did not, and is named; 2 wrong usage.
`,
  async run(args) {
    const { values, flags, words } = parseArguments(args, ["images", "marking", "keep"], ["json"]);
    if (words.length > 0) throw new UsageError("tour takes no words");
    const { register } = loadPolicyFiles();
    const marking = readMarking(values.marking ?? RELEASED, register);
    if (marking === null) throw new UsageError("--marking: the register does not understand it");
    if (!isForTheTour(marking, register))
      throw new UsageError(
        "--marking: a level, SI, TK, and NOFORN or REL TO countries of FVEY; nobody of the tour is read into more",
      );
    const images = values.images === undefined ? null : await existingFolder(values.images);
    const keep = values.keep === undefined ? null : await emptyFolder(values.keep);
    const interrupted = new AbortController();
    const stop = (): void => interrupted.abort(new TourError("NOT_AS_TOLD", "interrupted"));
    for (const signal of SIGNALS) process.once(signal, stop);
    // Whoever reads may stop reading (`| head`): what was started is ended and removed all the same.
    process.stdout.on("error", stop);
    const story = new Story(styleOf(flags.has("json")), (text) => void process.stdout.write(text));
    try {
      const { runTour } = await import("../tour/tour.ts");
      await runTour({
        images,
        marking,
        keep,
        register,
        env: environment(),
        tokenFor: (state, handle) => demonstrationToken(state, INSTALLATION, handle),
        story,
        complain: (lines) => void process.stderr.write(`caveat: the server said:\n${lines}\n`),
        signal: interrupted.signal,
      });
      return EXIT.done;
    } catch (error) {
      if (interrupted.signal.aborted) return INTERRUPTED;
      process.stderr.write(
        `caveat: the tour did not come out as told at step ${story.current}: ${error instanceof Error ? error.message : "failed"}\n`,
      );
      return EXIT.failed;
    } finally {
      for (const signal of SIGNALS) process.off(signal, stop);
    }
  },
};
