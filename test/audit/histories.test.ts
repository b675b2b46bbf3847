import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { formatVkey } from "../../audit/index.ts";
import { runCommand } from "../../audit/command.ts";
import { SIGNER, bytesOf, makeArchive, rechain, signedNote } from "./archive-fixture.ts";
import type { Archive } from "./archive-fixture.ts";
import { folderOf, layOut } from "./tile-fixture.ts";

const KEY = formatVkey(SIGNER.key);
const folder = mkdtempSync(join(tmpdir(), "caveat-diff-"));
const laid: (() => void)[] = [() => rmSync(folder, { recursive: true, force: true })];
afterAll(() => {
  for (const remove of laid) remove();
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
async function run(...args: readonly string[]): Promise<Ran> {
  let [out, err] = ["", ""];
  const code = await runCommand(args, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    errIsTerminal: false,
  });
  return { code, out, err };
}

const LOG = makeArchive(300, []);
const signed = (archive: Archive, size = archive.entries.length): Archive => ({
  ...archive,
  entries: archive.entries.slice(0, size),
  checkpoints: [{ after: size, note: signedNote(archive, size) }],
  end: size,
});
function altered(index: number): Archive {
  const archive = { ...LOG, entries: LOG.entries.map((entry) => ({ ...entry })) };
  const entry = archive.entries[index];
  if (entry) entry.leaf = makeArchive(index + 1, [], 77).entries[index]?.leaf ?? entry.leaf;
  rechain(archive, index);
  return archive;
}
function file(name: string, archive: Archive): string {
  const path = join(folder, `${name}.ndjson`);
  writeFileSync(path, bytesOf(archive));
  return path;
}
function tiles(archive: Archive, size?: number): string {
  const { folder: path, remove } = layOut(folderOf(archive, size));
  laid.push(remove);
  return path;
}
const diff = async (a: string, b: string): Promise<Ran & { report: Record<string, unknown> }> => {
  const ran = await run("diff", a, b, "--key", KEY, "--json");
  return { ...ran, report: JSON.parse(ran.out) as Record<string, unknown> };
};

describe("I5 two histories of a log", () => {
  test("are told to be the same, also an archive and a folder of tiles", async () => {
    const whole = file("whole", signed(LOG));
    for (const other of [whole, tiles(LOG)]) {
      const { code, report } = await diff(whole, other);
      expect([code, report["agree"], report["relation"], report["common"]]).toEqual([0, true, "same", 300]);
    }
  });
  test("are told to be an older and a newer state of one log", async () => {
    const [whole, older] = [file("whole", signed(LOG)), file("older", signed(LOG, 120))];
    expect((await diff(older, whole)).report).toMatchObject({ agree: true, relation: "first-is-older", common: 120 });
    expect((await diff(tiles(LOG), older)).report).toMatchObject({ agree: true, relation: "second-is-older" });
  });
  test("that the key has signed both are told where they part, and who alone can have done it", async () => {
    const ran = await run("diff", file("whole", signed(LOG)), tiles(altered(41)), "--key", KEY);
    expect(ran.code).toBe(1);
    expect(ran.out).toMatch(
      /^REFUSED: They part at entry 41, and the log's key has signed both.*only the holder of the signing key/,
    );
    expect(ran.out.match(/, VERIFIED,/g)?.length).toBe(2);
  });
  test("of which one was changed without the key are told which", async () => {
    const changed = { ...altered(41), checkpoints: signed(LOG).checkpoints };
    const { code, report } = await diff(file("changed", changed), file("whole", signed(LOG)));
    expect([code, report["common"], report["relation"]]).toEqual([1, 41, "parted"]);
    expect(report["sentence"]).toMatch(/second leads to a root .* first does not/);
  });
  test("of which one is damaged after all they have in common do not agree", async () => {
    const cut = file("cut", { ...signed(LOG, 120), end: null });
    const { code, report } = await diff(cut, file("whole", signed(LOG)));
    expect([code, report["agree"], report["relation"]]).toEqual([1, false, "first-is-older"]);
  });
});

describe("the commands", () => {
  test("fsck answers 0 for whole tiles and 1 with the place for damaged ones", async () => {
    const path = tiles(LOG);
    expect(await run("fsck", path, "--key", KEY, "--quiet")).toMatchObject({
      code: 0,
      out: /^VERIFIED: .* all 300 entries/,
    });
    writeFileSync(join(path, "tile/0/000"), "x");
    const damaged = await run("fsck", path, "--key", KEY);
    expect(damaged).toMatchObject({ code: 1, out: /TILE_DAMAGED at "tile\/0\/000"/ });
  });
  test("verify log goes on from the report of an earlier run, and refuses one that is no such report", async () => {
    const head = join(folder, "head.json");
    const first = await run("verify", "log", file("older", signed(LOG, 120)), "--key", KEY, "--json");
    writeFileSync(head, first.out);
    const whole = file("whole", signed(LOG));
    const second = await run("verify", "log", whole, "--key", KEY, "--resume", head);
    expect(second).toMatchObject({ code: 0, out: /first 120 entries were not read this time/ });
    writeFileSync(
      head,
      (await run("verify", "log", file("cut", { ...signed(LOG), end: null }), "--key", KEY, "--json")).out,
    );
    expect(await run("verify", "log", whole, "--key", KEY, "--resume", head)).toMatchObject({ code: 2, out: "" });
    expect(await run("verify", "log", whole, "--key", KEY, "--resume", head, "--known", head)).toMatchObject({
      code: 2,
    });
  });
  test("each says how it is used, and refuses what it does not know", async () => {
    for (const command of [["fsck"], ["diff"], ["verify", "proof"]]) {
      expect(await run(...command, "--help")).toMatchObject({
        code: 0,
        out: new RegExp(`^caveat-audit ${command.join(" ")} `),
      });
      expect(await run(...command)).toMatchObject({ code: 2, out: "" });
    }
    expect(await run("fsck", folder, "more", "--key", KEY)).toMatchObject({ code: 2 });
    expect(await run("diff", folder, "--key", KEY)).toMatchObject({ code: 2 });
    expect(await run("fsck", join(folder, "nowhere"), "--key", KEY)).toMatchObject({ code: 1, out: /CHECKPOINT_BAD/ });
  });
});
