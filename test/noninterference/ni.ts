import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildSchema } from "graphql";
import { OutsideRun } from "./outside.ts";
import type { OutsideDifference } from "./outside.ts";

/** Fields of which something must have come back in a run of many cases; below it the run says nothing. */
const LEAST_ANSWERED = 20;
const LEAST_CASES = 50;

const HELP = `Usage: npm run -s ni -- --a URL --b URL --token T [options]

Sends the same generated requests to two servers and compares what comes back: status, headers but Date, length and bytes.
The servers stand over two copies of one database that differ in rows which the token's owner may not see (clone a database
with CREATE DATABASE ... TEMPLATE, copy its state folder, and let somebody of a higher clearance add rows to one of them).
Operations come from the printed schema, ids from what the servers answer. Fresh ids, cursors, receipts and hashes over them,
and moments of the last quarter of an hour, are renamed by the order in which they appear; nothing else is left out.

  --a URL           one server, such as http://127.0.0.1:4000
  --b URL           the other
  --token T         bearer token of an ordinary person, good at both
  --high-token T    somebody who sees more: used to learn ids that are hidden from the first
  --cases N         how many cases (default 500)
  --seed S          same seed, same cases (default 1)
  --only K          replays case number K alone
  --keep-going      does not stop at the first difference
  --schema FILE     default schema/schema.graphql of this project
  --json            one JSON object for each difference, and one at the end

Changes that the requests make (datasets, labels, ...) are made on both servers; use copies. A compliance officer's view of
the log differs by design (see SECURITY.md); use another person's token.

Exit codes: 0 no difference; 1 differences; 2 wrong usage, a server cannot be reached, or hardly anything was answered
(fewer than ${LEAST_ANSWERED} fields of the schema: the token may have run out), so that nothing was compared.
`;

const write = (text: string): void => void process.stdout.write(`${text}\n`);

function told({ seed, path, request, a, b }: OutsideDifference): string {
  const number = path.split(":")[0] ?? "";
  return [
    `difference {seed: "${seed}", path: "${path}"}; replay with --seed ${seed} --only ${number}`,
    `  ${request.method} ${request.path}`,
    ...(request.body === null ? [] : [`  ${request.body}`]),
    `  a: ${JSON.stringify(a)}`,
    `  b: ${JSON.stringify(b)}`,
  ].join("\n");
}

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    options: {
      a: text,
      b: text,
      token: text,
      "high-token": text,
      cases: text,
      seed: text,
      only: text,
      schema: text,
      json: flag,
      help: flag,
      "keep-going": flag,
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const cases = Number(values.cases ?? "500");
  if (
    values.a === undefined ||
    values.b === undefined ||
    values.token === undefined ||
    !Number.isInteger(cases) ||
    cases < 1 ||
    (values.only !== undefined && !/^\d{1,9}$/.test(values.only))
  ) {
    process.stderr.write(`ni: --a, --b and --token are needed, --cases and --only are whole numbers; see --help\n`);
    return 2;
  }
  const path = values.schema ?? new URL("../../schema/schema.graphql", import.meta.url);
  const schema = buildSchema(readFileSync(path, "utf8"));
  const run = new OutsideRun({
    a: values.a,
    b: values.b,
    token: values.token,
    highToken: values["high-token"] ?? null,
    schema,
    seed: values.seed ?? "1",
  });
  try {
    const ids = await run.learn();
    const numbers =
      values.only === undefined ? Array.from({ length: cases }, (_, index) => index) : [Number(values.only)];
    let [done, differences] = [0, 0];
    for (const number of numbers) {
      const difference = await run.case(number);
      done += 1;
      if (!difference) continue;
      differences += 1;
      write(values.json ? JSON.stringify({ event: "difference", ...difference }) : told(difference));
      if (!values["keep-going"]) break;
    }
    const { fields } = run.coverage.state;
    const answered = Object.values(fields).filter((count) => count.answered > 0).length;
    const summary = {
      event: "end",
      seed: values.seed ?? "1",
      cases: done,
      requests: run.asks,
      ids,
      fieldsAnswered: answered,
      fields: Object.keys(fields).length,
      differences,
    };
    write(
      values.json
        ? JSON.stringify(summary)
        : `${done} cases, ${run.asks} requests to each, ${ids} ids learnt, ${answered} of ${summary.fields} fields answered, ${differences} differences`,
    );
    if (differences > 0) return 1;
    if (values.only !== undefined || done < LEAST_CASES || answered >= LEAST_ANSWERED) return 0;
    process.stderr.write(`ni: only ${answered} fields were answered: nothing was compared; is the token good?\n`);
    return 2;
  } finally {
    run.end();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`ni: ${error instanceof Error ? error.message : "failed"}\n`);
    process.exitCode = 2;
  },
);
