import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import { MANIFEST_PATH } from "../../audit/index.ts";
import { checkedContent, contentOf, type Content, type ContentDigest } from "./content.ts";
import { DeliveryError } from "./errors.ts";
import { checkDataPath, sortedByPath } from "./paths.ts";
import { tarStream, type TarEntry } from "./tar.ts";

/** A data file of a package: where it stands, what the manifest says of it, and where its bytes come from. */
export interface PackageFile extends ContentDigest {
  readonly path: string;
  readonly content: Content;
}

/** Everything that a package holds. */
export interface PackageParts {
  /** The exact bytes of manifest.json that were approved. */
  readonly manifest: Uint8Array;
  readonly files: readonly PackageFile[];
  /** The files beside the manifest that prove the release, by path (see `composeProof`). Empty before the release. */
  readonly proof: ReadonlyMap<string, Uint8Array>;
}

/** Eleven octal digits: the most that a ustar header says without an extension. */
const MAX_TAR_FILE = 0o77777777777;

const entryOf = (path: string, bytes: Uint8Array): TarEntry => ({
  path,
  bytes: bytes.length,
  content: contentOf(bytes),
});

/**
 * The entries of a package, sorted by path. Each data file is measured again while it is read, so that only the bytes that the
 * manifest names can leave; reading one that changed throws `CONTENT_CHANGED`.
 *
 * @throws {DeliveryError} `PATH_REFUSED`, `PATH_TWICE`, `FILE_TOO_LARGE`.
 */
export const assemblePackage = (parts: PackageParts): readonly TarEntry[] => {
  for (const { path, bytes } of parts.files) {
    checkDataPath(path);
    if (bytes > MAX_TAR_FILE) throw new DeliveryError("FILE_TOO_LARGE", `${path} has ${bytes} bytes`);
  }
  for (const path of parts.proof.keys()) {
    if (!/^proof\/[a-z][a-z.-]*$/.test(path)) throw new DeliveryError("PATH_REFUSED", `${path} is no path of a proof`);
  }
  return sortedByPath([
    entryOf(MANIFEST_PATH, parts.manifest),
    ...parts.files.map((file) => ({
      path: file.path,
      bytes: file.bytes,
      content: checkedContent(file.path, file.content, file),
    })),
    ...[...parts.proof].map(([path, bytes]) => entryOf(path, bytes)),
  ]);
};

/** The package as one ustar stream, the same bytes for the same parts. A changed file destroys the stream before its end. */
export const packageTar = (parts: PackageParts): Readable => tarStream(assemblePackage(parts));

/**
 * Writes the package as a directory that appears under its name only when it is whole and on the disk.
 *
 * @throws {DeliveryError} `TARGET_PRESENT` when the directory is there already; `CONTENT_CHANGED`, and then nothing is left behind.
 */
export const writePackageDirectory = async (directory: string, parts: PackageParts): Promise<void> => {
  const entries = assemblePackage(parts);
  const present = await stat(directory).then(
    () => true,
    () => false,
  );
  if (present) throw new DeliveryError("TARGET_PRESENT", `${directory} is there already`);
  const partial = `${directory}.${randomBytes(8).toString("hex")}.partial`;
  try {
    await mkdir(partial);
    for (const entry of entries) {
      const path = join(partial, entry.path);
      await mkdir(dirname(path), { recursive: true });
      await pipeline(entry.content.read(), createWriteStream(path, { flags: "wx", mode: 0o644, flush: true }));
    }
    await rename(partial, directory);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
  const parent = await open(dirname(directory), "r");
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
};
