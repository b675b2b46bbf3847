import { loadPolicyFiles } from "../composition/policy-files.ts";
import { DOOR_HELP } from "./door.ts";
import { runVerb, verbsHelp } from "./door-command.ts";
import { answerLines } from "./lines.ts";
import { MARKING_CHANGES } from "./marking-change.ts";
import { checkLine } from "./marking-commands.ts";
import { rollupLine } from "./marking-rollup.ts";
import { MARKING_SCHEMAS } from "./marking-schema.ts";
import { parseBanner } from "../markings/index.ts";
import { convertLine, FORMS, isForm } from "./marking-convert.ts";
import { EXIT, UsageError, parseArguments } from "./usage.ts";
import type { Subcommand } from "./usage.ts";

/** When a label without another word is to be reviewed, in years after it was made. */
const REVIEW_YEARS = 10;

/** The same day and time `years` later. @throws UsageError when the text is no time. */
const yearsAfter = (time: string, years: number): string => {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) throw new UsageError("--created is a time such as 2026-01-01T00:00:00Z");
  date.setUTCFullYear(date.getUTCFullYear() + years);
  return date.toISOString();
};

/**
 * `caveat marking check`, `rollup` and `convert`: the marking language on standard input, without any server; and `raise`,
 * `lower` and `widen`, which change what stored objects are marked.
 */
export const markingCommand: Subcommand = {
  summary: "check, roll up and convert markings without a server; raise, lower and widen those of objects",
  verbs: ["check", "rollup", "convert", ...Object.keys(MARKING_CHANGES)],
  help: `Usage: caveat marking check --form banner|portion [--banner-context BANNER] < LINES
       caveat marking rollup < LINES
       caveat marking check|rollup|convert --schema
       caveat marking convert --from FORM --to FORM [--banner-context BANNER] [--created TIME] [--review TIME] < LINES

check reads one marking a line and answers one JSON line each:
  {"input","ok":true,"marking":{...},"rendered"} or {"input","ok":false,"code":"E_...","message"}
  The whole language: US, foreign, NATO and JOINT lines and CUI. A line may also be a JSON object
  {"marking":"(S//REL)","form":"portion","bannerContext":"SECRET//REL TO USA, FVEY"}; form and bannerContext (the
  document's banner, whose list a bare REL and whose owners a bare JOINT take) may be left out and then are the options.
  A line that begins with a brace and is no such object (another member, a member twice) is E_INPUT.
rollup reads one document a line and answers {"banner","effective","reasons"}: the banner over the portions, the join that
  decides access, and which choices of the register, or stricter line, decided the banner. A document is a JSON list of
  portions, or an object:
  {"portions":["(S//REL)",{"marking":"(C)","createdOn":"2012-01-31","exclude":false}],
   "bannerContext":"SECRET//REL TO USA, FVEY","analyticProduct":false,
   "banner":"TOP SECRET//NOFORN","compilationReason":"..."}
  All but portions may be left out. An excluded portion is no part of the banner but of the join. A stated banner is
  answered with the roll-up beside it as "rolledUp"; one that is lower, or higher without a compilationReason, is
  {"ok":false,"code":"E_COMPILATION","message"}; a line of another form is E_INPUT: not JSON, an unknown
  member, a member twice, a day of no calendar. Portions count from 0.
convert reads one marking a line in one form and answers it in another:
  {"input","ok":true,"output"} or {"input","ok":false,"code":"E_...","message"}
  banner, portion  the text of the marking, or a JSON object as for check
  ism              a JSON object of ISM attributes: lists of tokens, or their text with one space between tokens
  ism-xml          one empty XML element with ISM attributes
  stanag4774       the XML of an originator's confidentiality label, for what policies/markings/stanag-4774.json maps
  A line of XML may also be a JSON string that holds it, because XML has line ends.
  --created and --review give the times of STANAG labels that are written (now, and ten years later).
  What the new form cannot hold stands beside the output: "authority", the classification authority block as it is printed,
  and "informative", what a label says that restricts nobody (createDate, excludeFromRollup, compilationReason, noticeType,
  cuiControlledBy, cuiControlledByOffice, cuiPOC, cuiDecontrolDate, cuiDecontrolEvent), SARIdentifier where a program has another
  authority than DOD or a level, and compliesWith where CUI stands under other rules too.
--schema prints the JSON schema of the lines in and out.
Input is not trimmed; each line of input has exactly one line of output, empty and failing ones too.

Markings of stored objects, through the running server as a named person:
${verbsHelp("marking", MARKING_CHANGES)}
OBJECT is the id of a dataset, an asset or a label (or of a review, which can only be raised), MARKING a banner or a
portion. What is asked for is approved by somebody with the authority for it: caveat proposal approve.
${DOOR_HELP}

Exit codes: 0 all lines were answered, or done; 1 refused or not found; 2 wrong usage; 3 no server there.
`,
  async run(args) {
    if (Object.hasOwn(MARKING_CHANGES, args[0] ?? "")) return runVerb("marking", MARKING_CHANGES, args);
    const { values, flags, words } = parseArguments(
      args,
      ["form", "banner-context", "from", "to", "created", "review"],
      ["schema"],
    );
    const [command] = words;
    if (flags.has("schema")) {
      if (words.length !== 1 || (command !== "check" && command !== "rollup" && command !== "convert"))
        throw new UsageError("--schema belongs to marking check, marking rollup or marking convert");
      process.stdout.write(`${JSON.stringify(MARKING_SCHEMAS[command], null, 2)}\n`);
      return EXIT.done;
    }
    const { register } = loadPolicyFiles();
    if (words.length === 1 && words[0] === "check") {
      const form = values.form ?? "banner";
      if (form !== "banner" && form !== "portion") throw new UsageError("--form is banner or portion");
      const context = values["banner-context"] ?? null;
      if (context !== null && !parseBanner(context, register).ok) throw new UsageError("--banner-context is no banner");
      await answerLines((line) => checkLine(line, form, register, context));
      return EXIT.done;
    }
    if (words.length === 1 && words[0] === "rollup") {
      await answerLines((line) => rollupLine(line, register));
      return EXIT.done;
    }
    if (words.length === 1 && words[0] === "convert") {
      const { from, to } = values;
      if (!isForm(from) || !isForm(to)) throw new UsageError(`--from and --to are each one of ${FORMS.join(", ")}`);
      const createdAt = values.created ?? new Date().toISOString();
      const bannerContext = values["banner-context"] ?? null;
      if (bannerContext !== null && !parseBanner(bannerContext, register).ok)
        throw new UsageError("--banner-context is no banner");
      const context = {
        register,
        bannerContext,
        createdAt,
        reviewAt: values.review ?? yearsAfter(createdAt, REVIEW_YEARS),
      };
      await answerLines((line) => convertLine(line, from, to, context));
      return EXIT.done;
    }
    throw new UsageError("marking check, marking rollup or marking convert");
  },
};
