import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isSafePath, openPackage } from "../../audit/index.ts";
import { told } from "./story.ts";

/** An unpacked delivery: its small files in memory, and the SHA-256 of every file. */
export interface Unpacked {
  readonly folder: string;
  readonly sha256: ReadonlyMap<string, string>;
  readonly text: (path: string) => string;
}

/** Unpacks a delivery's tar into a folder, as a recipient would. Paths come from the tar, so each is checked. */
export async function unpack(tar: string, folder: string): Promise<Unpacked> {
  const reader = await openPackage(tar);
  const sha256 = new Map<string, string>();
  const texts = new Map<string, string>();
  for (const { path } of await reader.list()) {
    told(isSafePath(path), "the package holds a path that leads elsewhere");
    const chunks: Uint8Array[] = [];
    for await (const chunk of reader.read(path)) chunks.push(chunk);
    const content = Buffer.concat(chunks);
    sha256.set(path, createHash("sha256").update(content).digest("hex"));
    if (/\.(?:json|geojson)$/u.test(path)) texts.set(path, content.toString("utf8"));
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content, { mode: 0o600 });
  }
  return {
    folder,
    sha256,
    text: (path) => {
      const text = texts.get(path);
      told(text !== undefined, `the package has no ${path}`);
      return text;
    },
  };
}
