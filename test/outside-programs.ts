import { spawnSync } from "node:child_process";

/** Programs that tests use and that no npm package brings. */
export type OutsideProgram = "openssl" | "chromium" | "unshare" | "setpriv" | "cc" | "curl";

/** Whether a program is there, and the condition under which a test that needs it is skipped. */
export interface OutsideProgramState {
  readonly present: boolean;
  /** For `test.skipIf(outsideProgram("openssl").skip)`. */
  readonly skip: boolean;
}

/**
 * Looks for a program that a test needs.
 *
 * @throws Error under CI when it is missing: a test that silently does not run proves nothing
 */
export function outsideProgram(name: OutsideProgram): OutsideProgramState {
  const found = spawnSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" }).status === 0;
  if (!found && process.env["CI"] === "true") throw new Error(`CI must have ${name}: install it in .ci/run`);
  return { present: found, skip: !found };
}
