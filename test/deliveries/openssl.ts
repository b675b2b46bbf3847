import { spawnSync } from "node:child_process";
import { it } from "vitest";
import { outsideProgram } from "../outside-programs.ts";

/** A test that asks the outside program openssl; skipped by name on a machine without it. */
export const itAsksOpenssl = it.skipIf(outsideProgram("openssl").skip);

/** Runs openssl without a shell: whether it exited with 0, and what it said. */
export const openssl = (...args: readonly string[]): { readonly ok: boolean; readonly said: string } => {
  const run = spawnSync("openssl", args, { encoding: "utf8" });
  return { ok: run.status === 0, said: `${run.stdout}${run.stderr}` };
};

/** Verifies a detached CMS signature (DER) over a file; `authority` is a PEM file, and no check is switched off. */
export const opensslCms = (cms: string, content: string, authority: string): ReturnType<typeof openssl> =>
  openssl(
    ..."cms -verify -binary -inform DER -out /dev/null".split(" "),
    "-in",
    cms,
    "-content",
    content,
    "-CAfile",
    authority,
  );
