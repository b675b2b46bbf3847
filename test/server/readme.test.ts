import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../src/storage/package-root.ts";
import { outsideProgram } from "../outside-programs.ts";
import { dataOf } from "./hostile-world.ts";
import { cleanEnvironment, endEverything, startServer, temporaryFolder } from "./running-server.ts";
import type { RunningServer } from "./running-server.ts";
import { tokenOf } from "./tokens.ts";

const ROOT = packageRoot();
const README = readFileSync(join(ROOT, "README.md"), "utf8");

/** Commands of the README that another test runs, or that are this test. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^npm start\b/, "test/architecture/start.test.ts and every test with a server"],
  [/^npm test\b/, "this is it"],
  [/^npm run tour\b/, "test/tour/tour.test.ts"],
  [/verify delivery delivery\.tar/, "test/tour/tour.test.ts, which has a delivery"],
];

/** Commands of all shell blocks in order, each with its continued lines and without its comment. */
function commandsOf(document: string): string[] {
  return [...document.matchAll(/^```sh\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block = ""]) => block.replaceAll("\\\n", " ").split("\n"))
    .map((line) => line.replace(/\s+#\s.*$/, "").trim())
    .filter((line) => line !== "");
}

const { skip } = outsideProgram("curl");
const COMMANDS = commandsOf(README);
const RUN_HERE = COMMANDS.filter((command) => !ELSEWHERE.some(([form]) => form.test(command)));

let server: RunningServer;
let folder: string;
/** What words in capitals stand for, as a reader puts in what he was shown. */
const shown = new Map<string, string>();

beforeAll(async () => {
  folder = temporaryFolder();
  const state = join(folder, ".caveat");
  mkdirSync(state, { mode: 0o700 });
  server = await startServer({ state });
  symlinkSync(join(ROOT, "policies"), join(folder, "policies"));
  // "npm run -s NAME -- WORDS" in the folder of a reader: what it runs is the same program.
  mkdirSync(join(folder, "bin"));
  const npm = `#!/bin/sh\n[ "$1 $2" = "run -s" ] && [ "$4" = "--" ] || exit 9\nname=$3; shift 4; exec sh ${ROOT}/bin/$name "$@"\n`;
  writeFileSync(join(folder, "bin", "npm"), npm);
  chmodSync(join(folder, "bin", "npm"), 0o755);
  const asset = await server.graphql(
    await tokenOf(state, "sam"),
    "{ programs(first: 1) { edges { node { datasets(first: 1) { edges { node { assets(first: 9) { edges { node { id marking { banner } } } } } } } } } } }",
  );
  const low = /"id":"([^"]+)","marking":\{"banner":"SECRET\/\/REL TO USA, FVEY"/;
  shown.set("ASSET", low.exec(JSON.stringify(dataOf(asset)))?.[1] ?? "");
});
afterAll(endEverything);

function run(command: string): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { port } = new URL(server.url);
  // The token is in the environment, as the reader's shell has it.
  const words = [...shown].filter(([word]) => word !== "TOKEN");
  const said = words.reduce((text, [word, value]) => text.replaceAll(new RegExp(`\\b${word}\\b`, "g"), value), command);
  const environment = cleanEnvironment({ CAVEAT_STATE: join(folder, ".caveat"), PORT: port });
  const { status, stdout, stderr } = spawnSync("sh", ["-ec", said.replaceAll("127.0.0.1:4000", `127.0.0.1:${port}`)], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...environment,
      PATH: `${join(folder, "bin")}:${environment["PATH"] ?? ""}`,
      TOKEN: shown.get("TOKEN") ?? "",
    },
  });
  return { code: status, out: stdout, err: stderr };
}

describe("what the README tells the reader to type", () => {
  test("is found here or has its test elsewhere", () => {
    expect(RUN_HERE.length).toBeGreaterThan(15);
    for (const [form] of ELSEWHERE)
      expect(
        COMMANDS.some((command) => form.test(command)),
        String(form),
      ).toBe(true);
  });
  for (const command of RUN_HERE)
    test.skipIf(command.startsWith("curl") && skip)(`works: ${command}`, () => {
      const assigned = /^(\w+)=\$\((.*)\)$/.exec(command);
      const { code, out, err } = run(assigned?.[2] ?? command);
      expect([code, err]).toEqual([0, code === 0 ? err : ""]);
      if (assigned?.[1] !== undefined) shown.set(assigned[1], out.trim());
      if (command.includes("person grant")) {
        shown.set("PROPOSAL", /^Proposal (\S+),/m.exec(out)?.[1] ?? "");
        shown.set("SHA384", /^ {2}sha384 +(\S+)$/m.exec(out)?.[1] ?? "");
      }
      if (command.endsWith("> checked.json")) {
        const report = JSON.parse(readFileSync(join(folder, "checked.json"), "utf8")) as { signed: { size: number } };
        shown.set("KEPT", String(report.signed.size));
      }
      if (command.startsWith("curl")) expect(out).toMatch(/^\{"data":\{"programs"/);
      if (/caveat-audit [^>]*$/.test(command)) expect(out).toMatch(/^(VERIFIED|WHOLE|AGREE)/);
    });
});
