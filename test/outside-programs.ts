import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Programs that tests use and that no npm package brings. */
export type OutsideProgram = "openssl" | "chromium" | "unshare" | "setpriv" | "go" | "cc" | "curl";

/** Where Debian's golang-golang-x-mod-dev lays the packages of Go's checksum database: a GOPATH. */
export const DEBIAN_GOPATH = "/usr/share/gocode";
const SUMDB = `${DEBIAN_GOPATH}/src/golang.org/x/mod/sumdb/tlog/tlog.go`;

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
  return state(name, spawnSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" }).status === 0);
}

/** Looks for the packages of Go's checksum database and for the Go that builds them. Throws as `outsideProgram`. */
export function outsideSumdb(): OutsideProgramState {
  const { present } = outsideProgram("go");
  return state("Go's sumdb packages", present && existsSync(SUMDB));
}

function state(what: string, found: boolean): OutsideProgramState {
  if (!found && process.env["CI"] === "true") throw new Error(`CI must have ${what}: install it in .ci/run`);
  return { present: found, skip: !found };
}
