import { createHash } from "node:crypto";
import { encodeCanonical } from "../../audit/index.ts";
import { DeliveryError } from "./errors.ts";

/** One row of a frozen dataset version: an asset with the digest of its bytes, or a label with that of its revision. */
export interface FrozenRow {
  /** `asset`, `label`, `ontology_version` and so on: the table's word. */
  readonly noun: string;
  readonly id: string;
  /** The revision that is frozen; null for nouns that are never revised. */
  readonly revision: string | null;
  /** SHA-384, lower-case hex, of what the row holds. */
  readonly sha384: string;
}

const keyOf = (row: FrozenRow): string => `${row.noun}\u0000${row.id}`;

/**
 * Names a frozen version: SHA-384, in lower-case hex, over the canonical JSON (RFC 8785) of its rows
 * `{"id","noun","revision","sha384"}`, sorted by noun and then id in code units. Same rows, same digest, in whatever order they
 * come.
 *
 * @throws {DeliveryError} `ROW_TWICE` when one row is listed twice, be it with two revisions: a version holds one of each.
 */
export const versionDigest = (rows: readonly FrozenRow[]): string => {
  const sorted = rows
    .map((row) => ({ key: keyOf(row), row }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const hash = createHash("sha384");
  // Fed row by row, because the text of a large version would not fit into one string. The result is that of the whole text.
  hash.update("[");
  let before: string | null = null;
  for (const { key, row } of sorted) {
    if (key === before) throw new DeliveryError("ROW_TWICE", `${row.noun} ${row.id} is in the version twice`);
    if (before !== null) hash.update(",");
    hash.update(encodeCanonical({ id: row.id, noun: row.noun, revision: row.revision, sha384: row.sha384 }));
    before = key;
  }
  return hash.update("]").digest("hex");
};
