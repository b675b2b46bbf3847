import { copyFile, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readTarEntries } from "../../audit/tar.ts";
import { count, told, toldEqual } from "./story.ts";
import type { Telling } from "./story.ts";
import { verifyArchive, verifyPackage } from "./verifying.ts";
import type { Shelf } from "./verifying.ts";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Replaces one byte of a file. */
async function writeByte(path: string, offset: number, change: (byte: number) => number): Promise<void> {
  const file = await open(path, "r+");
  try {
    const byte = new Uint8Array(1);
    await file.read(byte, 0, 1, offset);
    byte[0] = change(byte[0] ?? 0);
    await file.write(byte, 0, 1, offset);
  } finally {
    await file.close();
  }
}

/**
 * Where in an archive a byte stands whose change turns one digit of a leaf's salt into another: the line stays an entry,
 * its leaf stays a leaf, and only the hashes can tell. The last of four base64 characters holds the low bits of its byte.
 */
function digitOf(text: string, index: number): number {
  const at = text.indexOf(`"i":${index},"leaf":"`);
  told(at >= 0, `the archive has no entry ${index}`);
  const start = text.indexOf('"leaf":"', at) + '"leaf":"'.length;
  const leaf = Buffer.from(text.slice(start, text.indexOf('"', start)), "base64");
  for (let byte = leaf.indexOf('"z":"') + 5; byte < leaf.length; byte += 1) {
    if (byte % 3 === 2 && /[0-9]/u.test(String.fromCharCode(leaf[byte] ?? 0))) return start + ((byte - 2) / 3) * 4 + 3;
  }
  throw new Error("a salt without a digit");
}

/** Damages one byte in the middle of a copy of the archive; the verifier must refuse it and name the entry. */
export async function damageArchive(tell: Telling, shelf: Shelf, archive: string): Promise<void> {
  const text = await readFile(archive, "latin1");
  const entries = text.split("\n").filter((line) => line.startsWith('{"chain":')).length;
  const index = Math.floor(entries / 2);
  const damaged = join(shelf.folder, "damaged-log.ndjson");
  await copyFile(archive, damaged);
  const offset = digitOf(text, index);
  await writeByte(damaged, offset, (byte) => BASE64.charCodeAt(BASE64.indexOf(String.fromCharCode(byte)) ^ 1));
  const { code, report } = await verifyArchive(shelf, damaged);
  toldEqual(code, 1, "exit code of the verifier on the damaged archive");
  const finding = report.findings.find(({ code: found }) => found === "LEAF_CHANGED");
  toldEqual(finding?.at["index"] ?? null, index, "the entry that the verifier names");
  tell.say(
    `Byte ${offset} of a copy changed, inside entry ${index} of ${count(entries)}: refused, LEAF_CHANGED at entry ${index}.`,
  );
  tell.figure("entry", index);
  tell.figure("code", "LEAF_CHANGED");
}

/** Damages one byte of an image in a copy of the package; the verifier must refuse it and name the file. */
export async function damagePackage(tell: Telling, shelf: Shelf, tar: string): Promise<void> {
  const bytes = await readFile(tar);
  const entries = await readTarEntries(
    (from, length) => Promise.resolve(bytes.subarray(from, from + length)),
    bytes.length,
  );
  const image = entries.find(({ path }) => path.startsWith("data/images/"));
  told(image !== undefined, "the package holds no image");
  const damaged = join(shelf.folder, "damaged-delivery.tar");
  await copyFile(tar, damaged);
  const offset = image.offset + Math.floor(image.bytes / 2);
  await writeByte(damaged, offset, (byte) => byte ^ 1);
  const { code, report } = await verifyPackage(shelf, damaged);
  toldEqual(code, 1, "exit code of the verifier on the damaged package");
  const finding = report.findings.find(({ code: found }) => found === "FILE_CHANGED");
  toldEqual(finding?.at["path"] ?? null, image.path, "the file that the verifier names");
  tell.say(`One bit of byte ${offset} of a copy changed, inside ${image.path}: refused, FILE_CHANGED at that file.`);
  tell.figure("file", image.path);
  tell.figure("code", "FILE_CHANGED");
}
