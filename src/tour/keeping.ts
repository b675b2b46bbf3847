import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Loaded } from "./loading.ts";
import type { Unpacked } from "./package-files.ts";
import type { Shelf } from "./verifying.ts";

const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/tiff": "tif",
  "image/webp": "webp",
  "image/nitf": "ntf",
};

/** Name of a picture's file: its title, as far as every file system takes it. */
function fileName(title: string, mediaType: string, at: number): string {
  const plain = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "")
    .slice(0, 60);
  return `${String(at + 1).padStart(3, "0")}-${plain}.${EXTENSIONS[mediaType] ?? "bin"}`;
}

/** Copies archive, trust file, package and pictures to where the caller keeps them, with the damaged copies beside. */
export async function keep(
  target: string,
  shelf: Shelf,
  archive: string,
  tar: string,
  unpacked: Unpacked,
  loaded: Loaded,
): Promise<void> {
  await mkdir(join(target, "archive"), { recursive: true });
  await mkdir(join(target, "damaged"), { recursive: true });
  await mkdir(join(target, "pictures"), { recursive: true });
  await copyFile(archive, join(target, "archive", "log.ndjson"));
  await copyFile(shelf.trust, join(target, "trust.json"));
  await copyFile(tar, join(target, "delivery.tar"));
  for (const name of ["damaged-log.ndjson", "damaged-delivery.tar"])
    await copyFile(join(shelf.folder, name), join(target, "damaged", name));
  for (const name of ["labels.coco.json", "labels.geojson"])
    await writeFile(join(target, name), unpacked.text(`data/${name}`), { mode: 0o600 });
  for (const [at, { image }] of loaded.images.entries())
    await writeFile(join(target, "pictures", fileName(image.title, image.mediaType, at)), await image.read(), {
      mode: 0o600,
    });
}
