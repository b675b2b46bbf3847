import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { whySkipped } from "../../tooling/skipped-tests.ts";

const ALL = { program: () => true, path: () => true };
const NOTHING = { program: () => false, path: () => false };

test("what is skipped without a browser says that it is for want of one", () => {
  const without = { ...ALL, program: (name: string) => name !== "chromium" };
  expect(whySkipped("test/browser/workbench.test.ts", without)).toBe("for want of the program chromium");
});

test("what a file imports counts: a test of openssl says so where another file asks for it", () => {
  expect(whySkipped("test/deliveries/cms.test.ts", NOTHING)).toContain("the program openssl");
});

test("the main job on real imagery names the reference data that it lacks", () => {
  const file = "test/browser/main-job.test.ts";
  expect(whySkipped(file, { ...ALL, path: () => false })).toBe("for want of the reference data beside the repository");
  const some = { ...ALL, path: (path: string) => !path.endsWith("nitf-jitc") };
  expect(whySkipped(file, some)).toBe("for want of the reference data data/nitf-jitc");
});

test("where nothing is lacking the condition is told as it is written", () => {
  expect(whySkipped("test/browser/screenshots.test.ts", ALL)).toBe("where !asked");
  expect(whySkipped("test/embedded/embedded-postgres.test.ts", ALL)).toContain("where process.getuid?.() !== 0");
});

test("every skipped test stands above the closing line with its name, unless tests were asked for by name", () => {
  const folder = mkdtempSync(join(tmpdir(), "caveat-skipped-"));
  const report = join(folder, "report.json");
  const one = (status: string, fullName: string) => ({ status, fullName });
  const assertionResults = [one("passed", "runs"), one("skipped", "the pictures"), one("todo", "later")];
  const testResults = [{ name: resolve("test/browser/screenshots.test.ts"), status: "passed", assertionResults }];
  const counts = { numPassedTests: 1, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1 };
  writeFileSync(report, JSON.stringify({ ...counts, testResults }));
  const said = (...more: readonly string[]): string =>
    spawnSync(
      process.execPath,
      [
        "--disable-warning=ExperimentalWarning",
        "--experimental-strip-types",
        "tooling/count-tests.ts",
        report,
        "0",
        ...more,
      ],
      // As where all tests run.
      { encoding: "utf8", env: { ...process.env, CAVEAT_SAMPLE: undefined } },
    ).stdout;
  expect(said().trim().split("\n")).toEqual([
    expect.stringMatching(/^skipped, .*: test\/browser\/screenshots\.test\.ts: the pictures$/),
    expect.stringMatching(/^skipped, .*: test\/browser\/screenshots\.test\.ts: later$/),
    "1 passed, 0 failed, 2 skipped",
  ]);
  expect(said("test/browser", "-t", "runs").trim()).toBe("1 passed, 0 failed, 2 skipped");
  rmSync(folder, { recursive: true });
});
