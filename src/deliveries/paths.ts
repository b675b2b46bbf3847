import { isSafePath } from "../../audit/index.ts";
import { DeliveryError } from "./errors.ts";

/** What fits the name field of a ustar header (POSIX.1-1988) without any extension that readers treat differently. */
const MAX_PATH = 100;

/**
 * Compares paths by code unit, the same order on every machine and in every locale. Fit for `toSorted`.
 */
export const byPath = (a: { readonly path: string }, b: { readonly path: string }): number =>
  a.path < b.path ? -1 : a.path > b.path ? 1 : 0;

/**
 * Lets only paths through that every unpacking program and every verifier reads in one way: `data/` and then plain names (see
 * `isSafePath`), 100 bytes in all. Names of files can come from whoever uploaded them.
 *
 * @throws {DeliveryError} `PATH_REFUSED`.
 */
export const checkDataPath = (path: string): void => {
  if (path.length > MAX_PATH || !path.startsWith("data/") || !isSafePath(path)) {
    throw new DeliveryError("PATH_REFUSED", `refused path ${JSON.stringify(path)}`);
  }
};

/**
 * Sorts by path and refuses two of one path, also when they differ only in case: on a file system that folds case the second
 * would replace the first.
 *
 * @throws {DeliveryError} `PATH_TWICE`.
 */
export const sortedByPath = <T extends { readonly path: string }>(items: readonly T[]): readonly T[] => {
  const seen = new Set<string>();
  for (const { path } of items) {
    const folded = path.toLowerCase();
    if (seen.has(folded)) throw new DeliveryError("PATH_TWICE", `path ${path} occurs twice`);
    seen.add(folded);
  }
  return items.toSorted(byPath);
};
