import { join } from "node:path";
import { packageRoot } from "../storage/package-root.ts";
import { checkFolder } from "./policy-check.ts";
import { UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

/** `caveat policy`: what security officers do with policies. */
export const policyCommand: Subcommand = {
  summary: "check a policy before it is proposed",
  help: `Usage: caveat policy check [FOLDER] [--json] [--strict]

check    reads a policy folder (default: policies/) without a server or a database and reports
         errors:   what does not load, actions without rules or without an expected allow and an expected deny,
                   expected decisions that are not the ones taken, names that the register does not know
         warnings: rules that never match, are refused wherever they allow, repeat others or are tested by no table
--json   the report as one JSON object
--strict warnings fail too

Examples:
  caveat policy check
  caveat policy check ./proposal --json | jq '.findings[]'

Exit codes: 0 no errors; 1 errors (with --strict: or warnings); 2 wrong usage or no such folder.
`,
  async run(args) {
    const { flags, words } = parseArguments(args, [], ["json", "strict"]);
    const [verb, folder, ...rest] = words;
    if (verb !== "check" || rest.length > 0) throw new UsageError("policy check [FOLDER]");
    const options = { json: flags.has("json"), strict: flags.has("strict") };
    return checkFolder(folder ?? join(packageRoot(), "policies"), options);
  },
};
