import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TileSource } from "../../audit/index.ts";
import { signedNote } from "./archive-fixture.ts";
import type { Archive } from "./archive-fixture.ts";

/** The files of a log's folder by path. */
export type Files = Map<string, Uint8Array>;

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();

/** MTH of RFC 6962 section 2.1 over hashes, written as it stands there. */
function mth(hashes: readonly Uint8Array[]): Uint8Array {
  const [only] = hashes;
  if (only && hashes.length === 1) return only;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return sha256(Uint8Array.of(1), mth(hashes.slice(0, split)), mth(hashes.slice(split)));
}

/** `000`, `x001/234`: the number of a tile as C2SP tlog-tiles writes it. */
function nameOf(number: number): string {
  const last = String(number % 1000).padStart(3, "0");
  let [rest, name] = [Math.floor(number / 1000), last];
  for (; rest > 0; rest = Math.floor(rest / 1000)) name = `x${String(rest % 1000).padStart(3, "0")}/${name}`;
  return name;
}

/** The tiles of some leaves, made by nothing of the verifier's own. */
export function tilesOf(leaves: readonly Uint8Array[]): Files {
  const files: Files = new Map();
  const put = (level: string, number: number, count: number, bytes: Buffer): void => {
    files.set(`tile/${level}/${nameOf(number)}${count < 256 ? `.p/${count}` : ""}`, new Uint8Array(bytes));
  };
  for (let from = 0; from < leaves.length; from += 256) {
    const some = leaves.slice(from, from + 256);
    const lengths = some.map((leaf) => Buffer.from([leaf.length >> 8, leaf.length & 255]));
    put("entries", from / 256, some.length, Buffer.concat(some.flatMap((leaf, at) => [lengths[at] ?? leaf, leaf])));
  }
  let hashes: Uint8Array[] = leaves.map((leaf) => sha256(Uint8Array.of(0), leaf));
  for (let level = 0; hashes.length > 0; level += 1) {
    const above: Uint8Array[] = [];
    for (let from = 0; from < hashes.length; from += 256) {
      const some = hashes.slice(from, from + 256);
      put(String(level), from / 256, some.length, Buffer.concat(some));
      if (some.length === 256) above.push(mth(some));
    }
    hashes = above;
  }
  return files;
}

/** The folder of an archive's log as of a size, with its checkpoint. */
export function folderOf(archive: Archive, size = archive.entries.length): Files {
  const files = tilesOf(archive.entries.slice(0, size).map(({ leaf }) => leaf));
  files.set("checkpoint", new TextEncoder().encode(signedNote(archive, size)));
  return files;
}

/** Files in memory as a verifier reads them. */
export function sourceOf(files: Files): TileSource {
  return { read: (path, most) => Promise.resolve(files.get(path)?.slice(0, most) ?? null) };
}

/** Lays files into a folder of their own; returns it and how to remove it. */
export function layOut(files: Files): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "caveat-tiles-"));
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
