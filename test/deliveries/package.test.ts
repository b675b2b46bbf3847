import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contentOf, digestContent, type Content } from "../../src/deliveries/content.ts";
import {
  assemblePackage,
  packageTar,
  writePackageDirectory,
  type PackageFile,
  type PackageParts,
} from "../../src/deliveries/package.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** A content that arrives in many pieces, as a file from a disk would. */
const inPieces = (bytes: Uint8Array, size: number): Content => ({
  read: async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  },
});

const fileOf = async (path: string, content: Content): Promise<PackageFile> => ({
  path,
  content,
  ...(await digestContent(content)),
});

const large = new Uint8Array(300_000).map((_, index) => (index * 31) % 251);
const parts = async (): Promise<PackageParts> => ({
  manifest: text("{}"),
  files: [
    await fileOf("data/labels.geojson", contentOf(text('{"type":"FeatureCollection"}'))),
    await fileOf("data/images/a.png", inPieces(large, 7_001)),
    await fileOf("data/images/empty.png", contentOf(new Uint8Array(0))),
  ],
  proof: new Map([["proof/release.leaf", text("leaf")]]),
});

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "caveat-package-"));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe("package", () => {
  it("is the same bytes when built twice, whatever the order of the files", async () => {
    const first = await buffer(packageTar(await parts()));
    const { files, ...rest } = await parts();
    const second = await buffer(packageTar({ ...rest, files: files.toReversed() }));
    expect(second.equals(first)).toBe(true);
    // A fixed value guards against a change that makes both builds differ from yesterday's.
    expect(createHash("sha256").update(first).digest("hex")).toMatchInlineSnapshot(
      `"9bcf07ad6a13cdb656f30e906d0149afa388824f0b5be539e59f6e36b8fcfef6"`,
    );
  });

  it("is a plain ustar archive: sorted paths, no owner, no time, no extension header", async () => {
    const bytes = await buffer(packageTar(await parts()));
    const headers: { name: string; mode: string; owner: string; time: string; type: string; magic: string }[] = [];
    for (let at = 0; bytes[at] !== 0;) {
      const field = (from: number, length: number): string =>
        bytes.toString("latin1", at + from, at + from + length).replace(/\0.*$/s, "");
      headers.push({
        name: field(0, 100),
        mode: field(100, 8),
        owner: `${field(108, 8)}|${field(116, 8)}|${field(265, 32)}|${field(297, 32)}`,
        time: field(136, 12),
        type: field(156, 1),
        magic: field(257, 6),
      });
      at += 512 + Math.ceil(Number.parseInt(field(124, 12), 8) / 512) * 512;
    }
    expect(headers.map((header) => header.name)).toEqual([
      "data/images/a.png",
      "data/images/empty.png",
      "data/labels.geojson",
      "manifest.json",
      "proof/release.leaf",
    ]);
    for (const header of headers) {
      expect(Number.parseInt(header.mode, 8)).toBe(0o644);
      expect(header.owner).toMatch(/^0+ ?\|0+ ?\|\|$/);
      expect(Number.parseInt(header.time, 8)).toBe(0);
      expect([header.type, header.magic]).toEqual(["0", "ustar"]);
    }
  });

  it("unpacks with an outside tar to the bytes that went in", async ({ skip }) => {
    if (spawnSync("tar", ["--version"]).status !== 0) skip("no tar on this machine");
    await writeFile(join(directory, "p.tar"), await buffer(packageTar(await parts())));
    expect(spawnSync("tar", ["-xf", join(directory, "p.tar"), "-C", directory]).status).toBe(0);
    expect(new Uint8Array(await readFile(join(directory, "data/images/a.png")))).toEqual(large);
  });

  it("refuses to finish when a file is not the approved one, and does not look complete", async () => {
    const good = await parts();
    const swapped = good.files.map((file) =>
      file.path.endsWith("a.png") ? { ...file, content: contentOf(large.with(5, 1)) } : file,
    );
    const shorter = good.files.map((file) =>
      file.path.endsWith("a.png") ? { ...file, content: contentOf(large.subarray(1)) } : file,
    );
    const longer = good.files.map((file) =>
      file.path.endsWith("empty.png") ? { ...file, content: contentOf(large) } : file,
    );
    for (const files of [swapped, shorter, longer]) {
      await expect(buffer(packageTar({ ...good, files }))).rejects.toMatchObject({ code: "CONTENT_CHANGED" });
      await expect(writePackageDirectory(join(directory, "bad"), { ...good, files })).rejects.toMatchObject({
        code: "CONTENT_CHANGED",
      });
    }
    expect((await readdir(directory)).filter((name) => name.startsWith("bad"))).toEqual([]);
  });

  it("stops reading when the one who fetches goes away", async () => {
    const closed = Promise.withResolvers<number>();
    const endless = {
      read: async function* () {
        let sent = 0;
        try {
          for (; ; sent += 1) yield new Uint8Array(65_536);
        } finally {
          closed.resolve(sent);
        }
      },
    };
    const file = { path: "data/endless", bytes: 2 ** 32, sha256: "", sha384: "", content: endless };
    const stream = packageTar({ ...(await parts()), files: [file] });
    await new Promise((resolve) => stream.once("data", resolve));
    stream.destroy();
    expect(await closed.promise).toBeLessThan(100);
  });

  it("writes the same files as a directory, and never over one that is there", async () => {
    const target = join(directory, "delivery");
    await writePackageDirectory(target, await parts());
    expect(new Uint8Array(await readFile(join(target, "data/images/a.png")))).toEqual(large);
    expect(
      (await readdir(target, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()),
    ).toHaveLength(5);
    await expect(writePackageDirectory(target, await parts())).rejects.toMatchObject({ code: "TARGET_PRESENT" });
  });

  it("refuses paths that leave the package or that two systems read in two ways", async () => {
    const good = await parts();
    const refused = [
      "../x",
      "data/../x",
      "/data/x",
      "data//x",
      "data/",
      "data/.x",
      "data/x.",
      "data/con",
      "data\\x",
      "data/a b",
      "data/é",
      "data/a:b",
      "images/x",
      `data/${"x".repeat(100)}`,
    ];
    for (const path of refused) {
      const files = [await fileOf(path, contentOf(text("x")))];
      expect(() => assemblePackage({ ...good, files })).toThrow(expect.objectContaining({ code: "PATH_REFUSED" }));
    }
    const huge = { path: "data/huge", bytes: 2 ** 33, sha256: "", sha384: "", content: contentOf(text("")) };
    expect(() => assemblePackage({ ...good, files: [huge] })).toThrow(
      expect.objectContaining({ code: "FILE_TOO_LARGE" }),
    );
    const twice = await Promise.all(["data/a", "data/A"].map(async (path) => fileOf(path, contentOf(text("x")))));
    expect(() => assemblePackage({ ...good, files: twice })).toThrow(expect.objectContaining({ code: "PATH_TWICE" }));
    expect(() => assemblePackage({ ...good, proof: new Map([["proof/../x", text("")]]) })).toThrow(
      expect.objectContaining({ code: "PATH_REFUSED" }),
    );
  });
});
