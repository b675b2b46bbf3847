import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { demonstrationIssuer } from "../composition/demonstration-issuer.ts";
import { readConfig } from "../config.ts";
import { CLIENT } from "../demonstration/people.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

const LEVELS = ["U", "C", "S", "TS"] as const;

/** The people of the demonstration that was started in a state folder, by handle. Throws UsageError. */
export function demonstrationPeople(
  stateFolder: string,
): Promise<Readonly<Record<string, { readonly id: string; readonly clearance: string }>>> {
  return readFile(join(stateFolder, "people.json"), "utf8").then(
    (text) => JSON.parse(text) as Record<string, { id: string; clearance: string }>,
    () => {
      throw new UsageError("no demonstration has been started here: run `npm start` first");
    },
  );
}

/** A demonstration token for one of the people that the running (or last run) server knows. Throws UsageError. */
export async function demonstrationToken(
  stateFolder: string,
  installation: string,
  handle: string,
  level?: string,
): Promise<string> {
  const people = await demonstrationPeople(stateFolder);
  const person = Object.hasOwn(people, handle) ? people[handle] : undefined;
  if (!person) throw new UsageError(`no such person; the demonstration has ${Object.keys(people).join(", ")}`);
  const sessionLevel = LEVELS.find((known) => known === (level ?? person.clearance));
  if (!sessionLevel) throw new UsageError(`--level is one of ${LEVELS.join(", ")}`);
  const { issuer } = await demonstrationIssuer(join(stateFolder, "keys"), installation);
  return issuer.issue(
    { personId: person.id, clientId: CLIENT.id, sessionId: randomUUID(), sessionLevel, purpose: "demonstration" },
    new Date(),
  );
}

/** `caveat token --as PERSON`. */
export const tokenCommand: Subcommand = {
  summary: "print a token of the demonstration issuer (15 minutes)",
  verbs: [],
  help: `Usage: caveat token --as PERSON [--level U|C|S|TS]

Prints a token of the demonstration issuer for a person of the demonstration program. It lasts 15 minutes.
--level chooses the session level: a ceiling on what is read.
Only in demonstration mode: a production server has no issuer of its own.

Exit codes: 0 printed; 2 wrong usage.
`,
  async run(args) {
    const { values, words } = parseArguments(args, ["as", "level"], []);
    if (words.length > 0 || values.as === undefined) throw new UsageError("token --as PERSON");
    const config = readConfig();
    if (config.mode !== "demonstration") throw new UsageError("tokens are printed in demonstration mode only");
    process.stdout.write(
      `${await demonstrationToken(config.stateFolder, config.installation, values.as, values.level)}\n`,
    );
    return EXIT.done;
  },
};
