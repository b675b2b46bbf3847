import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { VERSION } from "../../audit/version.ts";

const AUDIT = resolve(import.meta.dirname, "../../audit");
const CORE = join(AUDIT, "core");
const files = readdirSync(AUDIT, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.startsWith("dist") && !path.includes("node_modules"))
  .map((path) => join(AUDIT, path));

function source(path: string): string {
  return readFileSync(path, "utf8");
}
/** Everything that a file imports or re-exports, as written. */
function importsOf(path: string): string[] {
  const text = source(path);
  const statements = [
    ...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom\s+["']([^"']+)["']/gm),
    ...text.matchAll(/\bimport\(\s*["']([^"']+)["']/g),
    ...text.matchAll(/^import\s+["']([^"']+)["']/gm),
  ];
  return statements.map(([, specifier]) => specifier ?? "");
}
/** The file and all that it reaches. */
function reached(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const specifier of importsOf(path))
    if (specifier.startsWith(".")) reached(resolve(dirname(path), specifier), seen);
  return seen;
}
function codeLines(path: string): number {
  return source(path)
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .filter((line) => !/^\s*(?:\/\/.*)?$/.test(line)).length;
}

describe("the verifier stands alone", () => {
  test("audit/core imports nothing from outside itself, not even from Node", () => {
    const core = files.filter((path) => path.startsWith(CORE));
    expect(core.flatMap(importsOf).length).toBeGreaterThan(60);
    for (const path of core) {
      for (const specifier of importsOf(path)) {
        expect(specifier.startsWith("./"), `${relative(AUDIT, path)} imports ${specifier}`).toBe(true);
      }
      expect(source(path)).not.toMatch(/\b(?:process|Buffer|require|fetch|globalThis)\b\s*[.(]/);
    }
  });
  test("audit imports nothing but itself and Node built-ins that open no connection", () => {
    for (const path of files) {
      for (const specifier of importsOf(path)) {
        const inside = specifier.startsWith(".") && resolve(dirname(path), specifier).startsWith(AUDIT + "/");
        const builtIn = ["node:crypto", "node:fs", "node:fs/promises", "node:path", "node:util"].includes(specifier);
        expect(inside || builtIn, `${relative(AUDIT, path)} imports ${specifier}`).toBe(true);
      }
    }
  });
  test("the package has no dependencies and says its version once", () => {
    const manifest = JSON.parse(source(join(AUDIT, "package.json"))) as { dependencies: object; version: string };
    expect(manifest.dependencies).toEqual({});
    expect(manifest.version).toBe(VERSION);
  });
  test("what checks a log or the proof of an entry is at most 1,500 lines of code, so that one person can read it", () => {
    const reach = [...reached(join(CORE, "verify-proof.ts"), reached(join(CORE, "verify-log.ts")))];
    expect(reach.length).toBeGreaterThan(15);
    const lines = reach.reduce((sum, path) => sum + codeLines(path), 0);
    expect(lines).toBeLessThanOrEqual(1_500);
  });
  test("no file is longer than 300 lines", () => {
    for (const path of files) expect(source(path).split("\n").length, relative(AUDIT, path)).toBeLessThanOrEqual(300);
  });
});
