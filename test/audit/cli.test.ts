import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { formatVkey } from "../../audit/index.ts";
import { runCommand } from "../../audit/command.ts";
import { ORIGIN, SIGNER, bytesOf, makeArchive, noteOf, signedNote } from "./archive-fixture.ts";
import { makeDelivery, trustText } from "./delivery-fixture.ts";
import type { Files } from "./delivery-fixture.ts";
import { makeTar } from "./tar-fixture.ts";
import { noteSigner } from "./seeded.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "caveat-audit-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const VKEY = formatVkey(SIGNER.key);
const whole = makeArchive(20, [10, 20]);
const archive = write("good/log.ndjson", bytesOf(whole));

function write(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return path;
}
function writeAll(name: string, files: Files): string {
  for (const [path, bytes] of files) write(join(name, path), bytes);
  return join(folder, name);
}
async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await runCommand(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    errIsTerminal: false,
  });
  return { code, out, err };
}

describe("caveat-audit verify log", () => {
  test("answers 0 and one sentence for a whole archive, given as file or directory", async () => {
    for (const path of [archive, dirname(archive)]) {
      const { code, out, err } = await run("verify", "log", path, "--key", VKEY);
      expect({ code, err }).toEqual({ code: 0, err: "" });
      expect(out.split("\n")[0]).toBe(
        `VERIFIED: the log ${ORIGIN} is whole: 20 entries from the first on, as signed by its key.`,
      );
      expect(out).toMatch(/cannot|it cannot be excluded/);
    }
  });
  test("takes the key from a line, a file, or a trust file by the origin", async () => {
    const other = noteSigner("caveat.example/recipient/1", 3);
    const trust = {
      caveat: "trust/v1",
      logs: [other.key, SIGNER.key].map((key) => ({ origin: key.name, purpose: "activity", vkey: formatVkey(key) })),
      keys: [],
      certificates: [],
    };
    for (const key of [VKEY, write("key.txt", `${VKEY}\n`), write("trust.json", JSON.stringify(trust, null, 2))]) {
      expect(await run("verify", "log", archive, "--key", key)).toMatchObject({ code: 0 });
    }
    const without = write("trust-2.json", JSON.stringify({ ...trust, logs: trust.logs.slice(0, 1) }));
    const { code, out } = await run("verify", "log", archive, "--key", without);
    expect(code).toBe(1);
    expect(out).toMatch(/ORIGIN_MISMATCH at line 1/);
  });
  test("answers 1 and names what and where for a changed one", async () => {
    const bytes = Buffer.from(bytesOf(whole))
      .toString()
      .replace(/("i":7,"leaf":")(.)/, (_, head: string, first: string) => head + (first === "e" ? "f" : "e"));
    const { code, out } = await run("verify", "log", write("bad.ndjson", bytes), "--key", VKEY);
    expect(code).toBe(1);
    expect(out.split("\n")[0]).toMatch(/^REFUSED: the archive of the log .* The leaf of entry 7 is not the one/);
    expect(out).toMatch(/^ {2}LEAF_CHANGED at entry 7: /m);
  });
  test("takes a kept checkpoint", async () => {
    const good = write("known", signedNote(whole, 15));
    const newer = write("newer", noteOf(30, new Uint8Array(32)));
    expect((await run("verify", "log", archive, "--key", VKEY, "--known", good)).out).toMatch(
      /first 15 entries are those that your kept checkpoint/,
    );
    const { code, out } = await run("verify", "log", archive, "--key", VKEY, "--known", newer);
    expect(code).toBe(1);
    expect(out).toMatch(/TRUNCATED at entries 20 to 29/);
  });
  test("prints the report as JSON, and only the verdict when quiet", async () => {
    const { out } = await run("verify", "log", archive, "--key", VKEY, "--json");
    expect(JSON.parse(out)).toMatchObject({ verified: true, origin: ORIGIN, signed: { size: 20 }, findings: [] });
    expect((await run("verify", "log", archive, "--key", VKEY, "--quiet")).out.trim().split("\n")).toHaveLength(1);
  });
  test("writes no control character that the input holds", async () => {
    const lines = Buffer.from(bytesOf(whole)).toString().replace(ORIGIN, "x\u009b2J\u202e");
    const { code, out } = await run("verify", "log", write("escape.ndjson", lines), "--key", VKEY);
    expect(code).toBe(1);
    expect(out).toMatch(/x\\u\{9b\}2J\\u\{202e\}/);
    expect(out).not.toMatch(/[\u009b\u202e]/);
  });
});

describe("caveat-audit verify delivery", () => {
  const trust = (): string => write("delivery-trust.json", trustText());
  test("verifies a directory and a tar, and prints the openssl command", async () => {
    const files = await makeDelivery();
    for (const path of [writeAll("delivery", files), write("delivery.tar", makeTar(files))]) {
      const { code, out } = await run("verify", "delivery", path, "--trust", trust());
      expect(code).toBe(0);
      expect(out).toMatch(/^VERIFIED: delivery /);
      expect(out).toContain(
        "openssl cms -verify -binary -inform DER -in proof/manifest.cms -content manifest.json -CAfile CA.pem -out /dev/null",
      );
    }
  });
  test("refuses a changed file, a link and an empty folder, each by name", async () => {
    const files = await makeDelivery();
    const path = writeAll("delivery-2", files);
    symlinkSync("/etc/hostname", join(path, "data/link"));
    expect((await run("verify", "delivery", path, "--trust", trust())).out).toMatch(/PATH_UNSAFE at "data\/link"/);
    rmSync(join(path, "data/link"));
    mkdirSync(join(path, "data/empty"));
    expect((await run("verify", "delivery", path, "--trust", trust())).out).toMatch(/PATH_UNSAFE at "data\/empty"/);
    rmSync(join(path, "data/empty"), { recursive: true });
    write("delivery-2/data/labels.coco.json", '{"images":[1]}');
    const { code, out } = await run("verify", "delivery", path, "--trust", trust());
    expect(code).toBe(1);
    expect(out).toMatch(/FILE_CHANGED at "data\/labels.coco.json"/);
    const tar = makeTar(files);
    tar[3] = (tar[3] ?? 0) ^ 1;
    expect((await run("verify", "delivery", write("bad.tar", tar), "--trust", trust(), "--json")).out).toMatch(
      /PACKAGE_MALFORMED/,
    );
  });
});

describe("the command line", () => {
  test("explains itself everywhere", async () => {
    for (const args of [
      ["--help"],
      ["verify", "--help"],
      ["verify", "log", "--help"],
      ["verify", "decisions", "--help"],
      ["verify", "delivery", "-h"],
      ["trust", "--help"],
    ]) {
      const { code, out } = await run(...args);
      expect(code).toBe(0);
      expect(out).toMatch(/Exit codes:/);
    }
    expect((await run()).code).toBe(2);
    expect((await run("--version")).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
  test.each([
    [["verify", "log", archive]],
    [["verify", "log", "--key", VKEY]],
    [["verify", "log", archive, "--key", VKEY.replace("+", "+0")]],
    [["verify", "log", archive, "--key", VKEY, "--trust", "x"]],
    [["verify", "log", archive, "more", "--key", VKEY]],
    [["verify", "log", archive, "--key", VKEY, "--none"]],
    [["verify", "decisions", archive, "--policies", folder]],
    [["verify", "decisions", archive, "--key", VKEY, "--policies", ""]],
    [["verify", "log", archive, "--key", VKEY, "--policies", folder]],
    [["verify", "nothing", archive]],
    [["verify", "delivery", archive, "--trust", archive]],
  ])("answers 2 to %j", async (args) => {
    const { code, out, err } = await run(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^caveat-audit: .*--help/);
  });
  test("answers 3 when the input cannot be read", async () => {
    expect((await run("verify", "log", join(folder, "none"), "--key", VKEY)).code).toBe(3);
    expect((await run("verify", "log", folder, "--key", VKEY)).code).toBe(3);
    expect((await run("verify", "log", archive, "--key", join(folder, "none"))).code).toBe(3);
    expect((await run("verify", "delivery", join(folder, "none"), "--trust", write("t.json", trustText()))).code).toBe(
      3,
    );
  });
});

describe("the compiled command", () => {
  const dist = join(folder, "dist");
  execFileSync(
    join(ROOT, "node_modules/.bin/tsc"),
    ["-p", join(ROOT, "audit/tsconfig.json"), "--outDir", dist, "--pretty", "false"],
    { encoding: "utf8" },
  );
  write("dist/package.json", '{"type":"module"}');

  const system = spawnSync("node", ["--version"], { encoding: "utf8", env: { PATH: "/usr/local/bin:/usr/bin:/bin" } });
  const found = system.status === 0 && Number(/^v(\d+)/.exec(system.stdout)?.[1]) >= 20;
  test("runs without an install step on this Node", () => {
    const done = spawnSync(process.execPath, [join(dist, "cli.js"), "verify", "log", archive, "--key", VKEY], {
      encoding: "utf8",
    });
    expect(done).toMatchObject({ status: 0, stderr: "" });
    expect(done.stdout).toMatch(/^VERIFIED/);
  });
  test.skipIf(!found)("runs on the system Node (20 or later), and answers 1 to a cut file", () => {
    const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };
    const good = spawnSync("node", [join(dist, "cli.js"), "verify", "log", archive, "--key", VKEY], {
      encoding: "utf8",
      env,
    });
    expect(good).toMatchObject({ status: 0, stderr: "" });
    const cut = write("cut.ndjson", bytesOf(whole).slice(0, 5_000));
    const bad = spawnSync("node", [join(dist, "cli.js"), "verify", "log", cut, "--key", VKEY], {
      encoding: "utf8",
      env,
    });
    expect(bad.status).toBe(1);
    expect(bad.stdout).toMatch(/ARCHIVE_CUT_SHORT/);
  });
  test("the sources run as they are on a Node that strips types", () => {
    const done = spawnSync(process.execPath, [join(ROOT, "audit/cli.ts"), "--version"], { encoding: "utf8" });
    expect(done.stdout).toMatch(/^\d/);
  });
});
