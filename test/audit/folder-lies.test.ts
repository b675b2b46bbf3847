import { describe, expect, test } from "vitest";
import { fsck, nodeCrypto } from "../../audit/index.ts";
import { SIGNER, makeArchive, signedNote } from "./archive-fixture.ts";
import { folderOf, sourceOf, tilesOf } from "./tile-fixture.ts";
import type { Files } from "./tile-fixture.ts";

const LOG = makeArchive(600, []);
const LEAVES = LOG.entries.map(({ leaf }) => leaf);
const FOREIGN = makeArchive(3, [], 99)
  .entries.slice(2)
  .map(({ leaf }) => leaf);

async function findings(files: Files, known?: string): Promise<string[]> {
  const source = sourceOf(files);
  const report = await fsck({
    crypto: nodeCrypto,
    key: SIGNER.key,
    source,
    ...(known === undefined ? {} : { known }),
  });
  expect(report.verified).toBe(report.findings.length === 0);
  return report.findings.map(({ code, at }) => `${code} ${Object.values(at).join(":")}`);
}
/** The folder with bundles of other leaves under the tiles and the checkpoint that were signed. */
const bundlesOf = (leaves: readonly Uint8Array[]): Files =>
  new Map([
    ...[...folderOf(LOG)].filter(([path]) => !path.startsWith("tile/entries/")),
    ...[...tilesOf(leaves)].filter(([path]) => path.startsWith("tile/entries/")),
  ]);
/** The folder with other leaves and all tiles made anew, under the checkpoint that was signed. */
const rewritten = (leaves: readonly Uint8Array[]): Files =>
  new Map([...tilesOf(leaves), ...[...folderOf(LOG)].filter(([path]) => path === "checkpoint")]);

describe("I5 of a folder of tiles", () => {
  test("two leaves that were swapped are named", async () => {
    const [a, b] = [LEAVES.slice(40, 41), LEAVES.slice(300, 301)];
    const swapped = LEAVES.toSpliced(40, 1, ...b).toSpliced(300, 1, ...a);
    expect(await findings(bundlesOf(swapped))).toEqual(["LEAF_CHANGED entry:40", "LEAF_CHANGED entry:300"]);
  });
  test.each([
    ["taken out", LEAVES.toSpliced(40, 1)],
    ["put in", LEAVES.toSpliced(40, 0, ...FOREIGN)],
  ])("where a leaf was %s every place is named from there on", async (_, leaves) => {
    const [missing, ...changed] = await findings(bundlesOf(leaves));
    expect(missing).toBe("LEAF_MISSING entries:512:599");
    expect(changed.slice(0, 100)).toEqual(Array.from({ length: 100 }, (__, i) => `LEAF_CHANGED entry:${40 + i}`));
  });
  test("leaves that were cut off at the end are named", async () => {
    expect(await findings(bundlesOf(LEAVES.slice(0, 512)))).toEqual(["LEAF_MISSING entries:512:599"]);
  });
  test("a rewrite of everything but the signature is named, since the checkpoint that one has kept", async () => {
    const other = makeArchive(600, [], 2).entries.map(({ leaf }) => leaf);
    expect(await findings(rewritten(other))).toEqual(["CHAIN_RECOMPUTED entries:0:599"]);
    const since = rewritten([...LEAVES.slice(0, 400), ...other.slice(400)]);
    expect(await findings(since, signedNote(LOG, 400))).toEqual(["CHAIN_RECOMPUTED entries:400:599"]);
  });
  test("a second history that the key has signed verifies alone, and is a fork to one who kept a checkpoint of the first", async () => {
    const second = folderOf(makeArchive(600, [], 2));
    expect(await findings(second)).toEqual([]);
    for (const size of [17, 600]) expect(await findings(second, signedNote(LOG, size))).toEqual(["FORK known"]);
  });
});
