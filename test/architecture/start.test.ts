import { type SpawnSyncReturns, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT } from "./tree.ts";

/**
 * A clone as `bin/` sees one, whose npm and compiler write down that they were called: what is tested is when they are
 * called and what is left when they fail, not they.
 */
let clone = "";

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), "caveat-start-"));
  cpSync(join(ROOT, "bin"), join(clone, "bin"), { recursive: true });
  for (const folder of ["src/cli", "audit", "migrations", "tools", "typed-here"])
    mkdirSync(join(clone, folder), { recursive: true });
  for (const file of ["tsconfig.json", "tsconfig.build.json", "package-lock.json"])
    writeFileSync(join(clone, file), "{}");
  writeFileSync(join(clone, "src/cli/main.js"), "console.log(process.cwd(), ...process.argv.slice(2));");
  program("npm", [
    "echo npm >>calls",
    "mkdir -p node_modules/.bin",
    "cp tools/tsc node_modules/.bin/tsc",
    "mkdir -p node_modules/vite/bin",
    "cp tools/vite.js node_modules/vite/bin/vite.js",
    `ln -s '${process.execPath}' node_modules/.bin/node`,
    "echo output of npm",
  ]);
  writeFileSync(join(clone, "tools", "vite.js"), 'if (require("node:fs").existsSync("page-error")) process.exit(1);');
  program("tsc", [
    "echo tsc >>calls",
    "echo output of tsc",
    "sleep 0.2",
    "test ! -e type-error || exit 1",
    "mkdir -p .build-dist/src/cli && cp src/cli/main.js .build-dist/src/cli/main.js",
  ]);
});

afterEach(() => {
  rmSync(clone, { recursive: true, force: true });
});

function program(name: string, lines: readonly string[]): void {
  writeFileSync(join(clone, "tools", name), `#!/bin/sh\nset -e\n${lines.join("\n")}\n`);
  chmodSync(join(clone, "tools", name), 0o755);
}

function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: `${join(clone, "tools")}:/usr/bin:/bin`, ...more };
}

function caveat(more: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> {
  return spawnSync("sh", ["bin/caveat", "a", "b c"], { cwd: clone, env: environment(more), encoding: "utf8" });
}

function calls(): string {
  return existsSync(join(clone, "calls")) ? readFileSync(join(clone, "calls"), "utf8") : "";
}

test("the first start installs and builds, and stdout holds the command's output only", () => {
  const { stdout, stderr, status } = caveat();
  expect({ stdout, status }).toEqual({ stdout: `${clone} a b c\n`, status: 0 });
  expect(stderr).toContain("output of npm");
  expect(calls()).toBe("npm\ntsc\n");
});

test("a start when everything is current calls neither npm nor the compiler, and says nothing", () => {
  caveat();
  expect(caveat()).toMatchObject({ stdout: `${clone} a b c\n`, stderr: "" });
  expect(calls()).toBe("npm\ntsc\n");
});

test("a changed source, a removed one and a changed lock file are noticed whatever their times say", () => {
  caveat();
  writeFileSync(join(clone, "audit/new.ts"), "");
  caveat();
  rmSync(join(clone, "audit/new.ts"));
  caveat();
  expect(calls()).toBe("npm\ntsc\ntsc\ntsc\n");
  writeFileSync(join(clone, "package-lock.json"), "{ }");
  rmSync(join(clone, "node_modules"), { recursive: true });
  caveat();
  expect(calls()).toBe("npm\ntsc\ntsc\ntsc\nnpm\n");
});

test("two starts at once install and build once, and both run", async () => {
  const children = [1, 2].map(() => spawn("sh", ["bin/caveat"], { cwd: clone, env: environment(), stdio: "ignore" }));
  const codes = await Promise.all(children.map((child) => once(child, "exit")));
  expect(codes).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(calls()).toBe("npm\ntsc\n");
});

test("a type error stops the start and leaves the last build as it was", () => {
  caveat();
  writeFileSync(join(clone, "type-error"), "");
  writeFileSync(join(clone, "src/cli/main.js"), "wrong");
  expect(caveat()).toMatchObject({ status: 1, stdout: "" });
  expect(readFileSync(join(clone, "dist/src/cli/main.js"), "utf8")).toContain("process.cwd()");
});

test("a page that does not build stops the start, too, and leaves the last build as it was", () => {
  caveat();
  writeFileSync(join(clone, "page-error"), "");
  writeFileSync(join(clone, "src/cli/main.js"), "wrong");
  expect(caveat()).toMatchObject({ status: 1, stdout: "" });
  expect(readFileSync(join(clone, "dist/src/cli/main.js"), "utf8")).toContain("process.cwd()");
});

test("paths that a person gives to an npm script are relative to where he typed", () => {
  const typed = join(clone, "typed-here");
  expect(caveat({ npm_lifecycle_event: "caveat", INIT_CWD: typed }).stdout).toBe(`${typed} a b c\n`);
});

test("an installed package neither installs nor builds", () => {
  rmSync(join(clone, "tsconfig.build.json"));
  mkdirSync(join(clone, "dist/src/cli"), { recursive: true });
  cpSync(join(clone, "src/cli/main.js"), join(clone, "dist/src/cli/main.js"));
  mkdirSync(join(clone, "node_modules/.bin"), { recursive: true });
  symlinkSync(process.execPath, join(clone, "node_modules/.bin/node"));
  expect(caveat()).toMatchObject({ status: 0, stdout: `${clone} a b c\n`, stderr: "" });
  expect(calls()).toBe("");
});
