// Prints the closing line that says how many tests ran: `node count-tests.ts REPORT EXIT_CODE`, with vitest's JSON report.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { whySkipped } from "./skipped-tests.ts";
import { sampledFiles } from "./test-sample.ts";

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function read(path: string): Report | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Report;
  } catch {
    return null;
  }
}

const [, , path = "", code = "0", ...asked] = process.argv;
const report = read(path);
const passed = report?.numPassedTests ?? 0;
// A file that could not be loaded has no failed test; it counts as one. So does an error outside every test.
const broken = (report?.testResults ?? []).filter(
  ({ status, assertionResults }) => status === "failed" && !assertionResults.some((test) => test.status === "failed"),
).length;
const counted = (report?.numFailedTests ?? 0) + broken;
const failed = counted === 0 && code !== "0" ? 1 : counted;
// Who asks for tests by their names knows why the others are left out.
const byName = asked.some((word) => /^(?:-t|--testNamePattern)/.test(word));
for (const { name, assertionResults } of byName ? [] : (report?.testResults ?? []))
  for (const { status, fullName } of assertionResults)
    if (["skipped", "pending", "todo"].includes(status)) {
      const file = relative(process.cwd(), name);
      console.log(`skipped, ${whySkipped(file)}: ${file}: ${fullName}`);
    }
const sample = sampledFiles();
if (sample) {
  for (const file of sample.left) console.log(`not in this sample: ${file}`);
  console.log(
    `${sample.run.length} of ${sample.run.length + sample.left.length} files, a sample drawn by the seed ${sample.seed}; npm run test:whole runs all, as CI does`,
  );
}
const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0);
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
if (failed > 0 || passed === 0) process.exitCode = 1;
