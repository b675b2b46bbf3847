import { join } from "node:path";
import { packageRoot } from "../storage/package-root.ts";
import { DOOR_HELP, DOOR_OPTIONS, openDoor } from "./door.ts";
import { throughDoor } from "./door-command.ts";
import { checkFolder } from "./policy-check.ts";
import { diffPolicies } from "./policy-diff.ts";
import { explainWhat, explainWho, explainWhy } from "./policy-explain.ts";
import {
  approvePolicy,
  listProposals,
  listVersions,
  proposePolicy,
  showVersion,
  withdrawPolicy,
} from "./policy-versions.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

const HELP = `Usage: caveat policy check [FOLDER] [--json] [--strict]
       caveat policy explain PERSON OBJECT [--action ACTION] [--client CLIENT] [--json]
       caveat policy explain --who OBJECT [--action ACTION] [--client CLIENT] [--json]
       caveat policy explain --what PERSON [--client CLIENT] [--json]
       caveat policy diff OLD NEW [--json]
       caveat policy propose POLICY | proposals | approve PROPOSAL --hash HASH | withdraw PROPOSAL
       caveat policy list | show POLICY [--to FOLDER]

check      without a server: does the policy in FOLDER (default policies/) load, has every action rules and an expected allow
           and deny, are the expected decisions those taken; warns of rules that never match, are refused wherever they allow,
           repeat others or are tested by no table. --strict: warnings fail too
explain    why somebody may (or may not) do ACTION (default: read) to an object; --who: who may; --what: what somebody may read.
           PERSON is a handle or an id, OBJECT an id. CLIENT is the one that people would come through (default: yours)
diff       which cells (profile x marking x action) open and close over all that there are in the database, and which rules
           differ; --json: one line for each profile
propose    asks that a policy come into force; a second security officer approves the hash of its content. The proposal is
           void when another policy comes into force first, and ends after a day. A policy with other row rules comes into
           force with the next start. An old policy is taken back in the same way
list       policies that were proposed or in force; show writes their documents with --to

POLICY, OLD and NEW are a folder, the beginning of a policy's hash, or "active".
All but check go through the running server as a named person and stand in the log. They tell of people, objects and
markings that this person may see, and of others not even that they exist.

${DOOR_HELP}

Examples:
  caveat policy check ./proposal --json | jq '.findings[]'
  caveat policy explain ben YXNzZXQ6...
  caveat policy explain --who YXNzZXQ6... --action asset.display
  caveat policy diff active ./proposal
  caveat policy propose ./proposal --as sofia
  caveat policy approve cHJvcG9zYWw6... --hash 59241eaa... --as silas

Exit codes: 0 done (explain: allowed); 1 errors found, refused or not found; 2 wrong usage; 3 no server there.
`;

const VALUES = [...DOOR_OPTIONS, "action", "client", "hash", "to", "who", "what"] as const;
type Values = Partial<Record<(typeof VALUES)[number], string>>;

const need = (word: string | undefined, usage: string): string => {
  if (word === undefined) throw new UsageError(usage);
  return word;
};

async function explain(values: Values, words: readonly string[], json: boolean): Promise<number> {
  const [person, object, ...rest] = words;
  const { who, what, action, client } = values;
  const options = { action, client, json };
  if (who !== undefined && what === undefined && words.length === 0)
    return explainWho(await openDoor(values), who, options);
  if (what !== undefined && who === undefined && words.length === 0)
    return explainWhat(await openDoor(values), what, options);
  if (who !== undefined || what !== undefined || rest.length > 0) throw new UsageError("one question at a time");
  const usage = "policy explain PERSON OBJECT, or --who OBJECT, or --what PERSON";
  return explainWhy(await openDoor(values), need(person, usage), need(object, usage), options);
}

async function through(verb: string, values: Values, words: readonly string[], json: boolean): Promise<number> {
  const [first, second] = words;
  const counts: Readonly<Record<string, number>> = { diff: 2, list: 0, proposals: 0 };
  if (words.length !== (counts[verb] ?? 1)) throw new UsageError(`policy ${verb}: see --help`);
  const door = await openDoor(values, verb === "approve" ? "silas" : "sofia");
  switch (verb) {
    case "diff":
      return diffPolicies(door, need(first, "policy diff OLD NEW"), need(second, "policy diff OLD NEW"), json);
    case "propose":
      await proposePolicy(door, need(first, "policy propose POLICY"), json);
      return EXIT.done;
    case "proposals":
      await listProposals(door, json);
      return EXIT.done;
    case "approve":
      await approvePolicy(
        door,
        need(first, "policy approve PROPOSAL"),
        need(values.hash, "policy approve needs --hash"),
        json,
      );
      return EXIT.done;
    case "withdraw":
      await withdrawPolicy(door, need(first, "policy withdraw PROPOSAL"));
      return EXIT.done;
    case "list":
      await listVersions(door, json);
      return EXIT.done;
    case "show":
      await showVersion(door, need(first, "policy show POLICY"), values.to, json);
      return EXIT.done;
    default:
      throw new UsageError(`policy ${verb} is not known`);
  }
}

/** `caveat policy`: what security officers do with policies. */
export const policyCommand: Subcommand = {
  summary: "check, explain, compare, propose and approve policies",
  verbs: ["check", "explain", "diff", "propose", "proposals", "approve", "withdraw", "list", "show"],
  help: HELP,
  async run(args) {
    const { values, flags, words } = parseArguments(args, VALUES, ["json", "strict"]);
    const [verb, ...rest] = words;
    const json = flags.has("json");
    return throughDoor(async () => {
      if (verb === "check") {
        if (rest.length > 1) throw new UsageError("policy check [FOLDER]");
        return checkFolder(rest[0] ?? join(packageRoot(), "policies"), { json, strict: flags.has("strict") });
      }
      if (verb === "explain") return explain(values, rest, json);
      return through(need(verb, "policy check, explain, diff, propose, approve, list or show"), values, rest, json);
    });
  },
};
