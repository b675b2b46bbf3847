import { DOOR_HELP, DOOR_OPTIONS, DoorError, openDoor } from "./door.ts";
import type { Door } from "./door.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

/** What a verb is run with. */
export interface Call {
  readonly door: Door;
  readonly json: boolean;
  /** The word or option of this name that the verb cannot do without. */
  readonly get: (name: string) => string;
  /** The option of this name, where it is given. */
  readonly option: (name: string) => string | undefined;
  readonly has: (flag: string) => boolean;
}

/** Something that a command does through the running server's door, as a named person. */
export interface Verb {
  /** Names of the words that it takes, in order. */
  readonly words: readonly string[];
  /** Options that it cannot do without, each with what its value is called. */
  readonly needs?: Readonly<Record<string, string>>;
  /** Options that may be left out, each with what its value is called. */
  readonly may?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly does: string;
  /** Who of the demonstration does it where nobody is named. */
  readonly who: string;
  readonly run: (call: Call) => Promise<void>;
}

/** Verbs by their names; a name may be of two words: "grant clearance". */
export type Verbs = Readonly<Record<string, Verb>>;

/** One command with its verbs. */
export interface DoorCommand {
  readonly name: string;
  readonly summary: string;
  readonly verbs: Verbs;
  /** What stands below the list of verbs. */
  readonly notes: string;
}

const flagsOf = (verb: Verb): readonly string[] => ["json", ...(verb.flags ?? [])];

function usageOf(command: string, name: string, verb: Verb): string {
  const options = (of: Verb["needs"], around: (text: string) => string): string[] =>
    Object.entries(of ?? {}).map(([option, value]) => around(`--${option} ${value}`));
  const flags = flagsOf(verb).map((flag) => `[--${flag}]`);
  const parts = [...verb.words, ...options(verb.needs, (text) => text), ...options(verb.may, (text) => `[${text}]`)];
  return ["caveat", command, name, ...parts, ...flags].join(" ");
}

/** The lines of a help that say how each verb is called, what it does and who does it in the demonstration. */
export function verbsHelp(command: string, verbs: Verbs): string {
  return Object.entries(verbs)
    .map(([name, verb]) => `  ${usageOf(command, name, verb)}\n      ${verb.does} (default: as ${verb.who})`)
    .join("\n");
}

/** Ends a command whose door was shut: one line on standard error with the code of the refusal, and its exit code. */
export async function throughDoor(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof DoorError)) throw error;
    process.stderr.write(`${plain(`caveat: ${error.message}`)}\n`);
    return error.exitCode;
  }
}

function verbOf(verbs: Verbs, words: readonly string[]): readonly [name: string, verb: Verb] | null {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(" ");
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (verb) return [name, verb];
  }
  return null;
}

/** Runs one of the verbs with the words after the command's name. Returns an exit code. @throws UsageError */
export function runVerb(command: string, verbs: Verbs, args: readonly string[]): Promise<number> {
  const every = Object.values(verbs);
  const valued = every.flatMap(({ needs, may }) => [...Object.keys(needs ?? {}), ...Object.keys(may ?? {})]);
  const { values, flags, words } = parseArguments<string, string>(
    args,
    [...DOOR_OPTIONS, ...valued],
    every.flatMap(flagsOf),
  );
  const found = verbOf(verbs, words);
  if (!found) throw new UsageError(`caveat ${command}: one of ${Object.keys(verbs).join(", ")}`);
  const [name, verb] = found;
  const given = words.slice(name.split(" ").length);
  const takes: readonly string[] = [...DOOR_OPTIONS, ...Object.keys(verb.needs ?? {}), ...Object.keys(verb.may ?? {})];
  if (
    given.length !== verb.words.length ||
    !Object.keys(verb.needs ?? {}).every((option) => values[option] !== undefined) ||
    !Object.keys(values).every((option) => takes.includes(option)) ||
    ![...flags].every((flag) => flagsOf(verb).includes(flag))
  )
    throw new UsageError(`usage: ${usageOf(command, name, verb)}`);
  const named = new Map([...Object.entries(values), ...verb.words.map((word, i) => [word, given[i]] as const)]);
  const get = (what: string): string => {
    const value = named.get(what);
    if (value === undefined) throw new UsageError(`${what} is missing`);
    return value;
  };
  return throughDoor(async () => {
    const door = await openDoor(values, verb.who);
    const option = (what: string): string | undefined => named.get(what);
    await verb.run({ door, json: flags.has("json"), get, option, has: (flag) => flags.has(flag) });
    return EXIT.done;
  });
}

/** A command all of whose verbs go through the door; its help is made of what it takes. */
export function doorCommand({ name, summary, verbs, notes }: DoorCommand): Subcommand {
  return {
    summary,
    verbs: Object.keys(verbs),
    help: `Usage:
${verbsHelp(name, verbs)}

${notes}

Each goes through the running server as a named person and stands in the log. What this person may not see is not there.
--json prints one JSON object a line; a refusal is one line on standard error that ends with its code.
${DOOR_HELP}

Exit codes: 0 done; 1 refused or not found; 2 wrong usage; 3 no server there.
`,
    run: (args) => runVerb(name, verbs, args),
  };
}

/** A line in which what could steer a terminal is written as its number: names and reasons come from callers, texts from servers. */
export function plain(line: string): string {
  return line.replaceAll(/\p{C}/gu, (found) => `\\u{${found.codePointAt(0)?.toString(16) ?? ""}}`);
}

/** Writes a line for people. */
export function say(line: string): void {
  process.stdout.write(`${plain(line)}\n`);
}

/** Writes one JSON object on a line of its own. */
export function sayJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
