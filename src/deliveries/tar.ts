import { once } from "node:events";
import { Readable } from "node:stream";
import { pack, type Pack } from "tar-stream";
import type { Content } from "./content.ts";

/** One plain file of an archive. Paths must already be plain ASCII of at most 100 bytes. */
export interface TarEntry {
  readonly path: string;
  readonly bytes: number;
  readonly content: Content;
}

const addEntry = async (archive: Pack, entry: TarEntry): Promise<void> => {
  const { promise: done, resolve, reject } = Promise.withResolvers<undefined>();
  // Every field that could tell one run from another is fixed.
  const sink = archive.entry(
    {
      name: entry.path,
      size: entry.bytes,
      type: "file",
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: new Date(0),
      uname: "",
      gname: "",
    },
    (error) => (error ? reject(error) : resolve(undefined)),
  );
  // Without a listener the stream would throw its error at nobody.
  sink.on("error", reject);
  // Whoever awaits `done` below reports the failure; this keeps one that comes earlier from being unhandled.
  done.catch(() => undefined);
  for await (const chunk of entry.content.read()) {
    if (!sink.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
      await Promise.race([once(sink, "drain"), done]);
  }
  sink.end(undefined);
  await done;
};

/**
 * A ustar stream (POSIX.1-1988) of the entries in the given order. The same entries give the same bytes on every machine and at
 * every time. Reading is driven by whoever consumes the stream.
 *
 * A content that fails destroys the stream before its end-of-archive blocks, so that a reader sees a cut archive and never a
 * complete one.
 */
export const tarStream = (entries: readonly TarEntry[]): Readable => {
  const archive = pack();
  const fill = async (): Promise<void> => {
    for (const entry of entries) await addEntry(archive, entry);
    archive.finalize();
  };
  fill().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
  return Readable.from(archive, { objectMode: false });
};
