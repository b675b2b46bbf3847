import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { Reporter, TestModule } from "vitest/node";

/** Writes down how long each test file took, with its hooks and what it loads: whole seconds by path, into CAVEAT_TIMES. */
export default class FileTimes implements Reporter {
  readonly #path = process.env["CAVEAT_TIMES"] ?? "test/times.json";
  readonly #seconds = new Map<string, number>();

  onTestModuleEnd(module: TestModule): void {
    const { duration, collectDuration } = module.diagnostic();
    this.#seconds.set(relative(process.cwd(), module.moduleId), Math.round((duration + collectDuration) / 1_000));
  }

  onTestRunEnd(): void {
    const sorted = [...this.#seconds].toSorted(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(this.#path, `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
  }
}
