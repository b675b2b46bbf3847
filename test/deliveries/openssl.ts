import { spawnSync } from "node:child_process";
import { it } from "vitest";

const present = spawnSync("openssl", ["version"]).status === 0;
if (!present && process.env["CI"] === "true") throw new Error("openssl is needed where CI=true");

/** A test that asks the outside program openssl; skipped by name on a machine without it. */
export const itAsksOpenssl = it.skipIf(!present);

/** Runs openssl without a shell: whether it exited with 0, and what it said. */
export const openssl = (...args: readonly string[]): { readonly ok: boolean; readonly said: string } => {
  const run = spawnSync("openssl", args, { encoding: "utf8" });
  return { ok: run.status === 0, said: `${run.stdout}${run.stderr}` };
};
