import { loadPolicyFiles } from "../composition/policy-files.ts";
import { accessSchema, decideLine } from "./access-commands.ts";
import { answerLines } from "./lines.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

/** `caveat access decide`: decisions on standard input, without any server. */
export const accessCommand: Subcommand = {
  summary: "take access decisions, one a line, without a server",
  verbs: ["decide"],
  help: `Usage: caveat access decide < LINES
       caveat access decide --schema

Reads one JSON object a line: {"profile","marking","facts","action"}; marking is a banner, a portion or a structure.
An optional member "lists" names the lists that the marking stands under, all of them: "OC:id", "NTK:id|id" (one of these).
Answers one JSON line each: {"decision","reasons",...}. Each line of input has exactly one line of output.
--schema prints the JSON schema of a line.

Exit codes: 0 all lines were answered; 2 wrong usage.
`,
  async run(args) {
    const { flags, words } = parseArguments(args, [], ["schema"]);
    if (words.length !== 1 || words[0] !== "decide") throw new UsageError("access decide");
    if (flags.has("schema")) {
      process.stdout.write(`${JSON.stringify(accessSchema(), null, 2)}\n`);
      return EXIT.done;
    }
    const { policy, register } = loadPolicyFiles();
    await answerLines((line) => decideLine(line, { policy, register }));
    return EXIT.done;
  },
};
