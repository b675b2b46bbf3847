import { FormatError } from "./errors.ts";

declare const leafIndexBrand: unique symbol;
declare const treeSizeBrand: unique symbol;

/** Zero-based position of an entry in its log. A different type from TreeSize, because they are easily off by one. */
export type LeafIndex = number & { readonly [leafIndexBrand]: true };
/** Number of entries that a tree holds. */
export type TreeSize = number & { readonly [treeSizeBrand]: true };

/** The number as a leaf index, 0 to 2^53-2. Throws RANGE. */
export function leafIndex(value: number): LeafIndex {
  if (!Number.isSafeInteger(value) || value < 0 || value >= Number.MAX_SAFE_INTEGER)
    throw new FormatError("RANGE", `${value} is not a leaf index`);
  return value as LeafIndex;
}

/** The number as a tree size, 0 to 2^53-1. Throws RANGE. */
export function treeSize(value: number): TreeSize {
  if (!Number.isSafeInteger(value) || value < 0) throw new FormatError("RANGE", `${value} is not a tree size`);
  return value as TreeSize;
}

/** An ASCII decimal without leading zeros, as checkpoints and proofs write sizes and indices. Throws RANGE. */
export function parseDecimal(text: string): number {
  if (!/^(?:0|[1-9][0-9]{0,15})$/.test(text)) throw new FormatError("RANGE", "not a decimal without leading zeros");
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new FormatError("RANGE", `${text} is too large`);
  return value;
}
