import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/longest-first.ts";
import { ALL, sampledFiles } from "./tooling/test-sample.ts";

export default defineConfig({
  // graphql 16 has no exports map: without this Vite loads a second copy of it and schema checks fail across realms.
  resolve: { alias: [{ find: /^graphql$/, replacement: "graphql/index.js" }] },
  test: {
    include: process.env["CAVEAT_LONG"] === "1" ? ["test/**/*.test.ts"] : [...(sampledFiles()?.run ?? ALL)],
    globalSetup: ["test/global-setup.ts"],
    // A machine that is slow is not wrong: what is waited for is waited for.
    expect: { poll: { timeout: 30_000 } },
    testTimeout: 180_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
    // Files share a worker and what it has loaded: a quarter of the run went into loading the same modules for each of them.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
});
