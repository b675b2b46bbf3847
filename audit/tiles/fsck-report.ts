import type { Finding, LogCode } from "../core/verdict.ts";

/** What can be wrong with a log's tiles. */
export type TileCode = LogCode | "TILE_DAMAGED"; // a tile is not what the leaves give, and can be made anew from them

/** The result of `fsck`. */
export interface TileReport {
  readonly verified: boolean;
  readonly origin: string;
  readonly findings: readonly Finding<TileCode>[];
  /** What the checkpoint in the folder signs; null unless verified. */
  readonly signed: { readonly size: number; readonly root: string } | null;
  /** Files that were read and compared. */
  readonly tiles: number;
  /** Size of the kept checkpoint when it agrees. */
  readonly knownSize: number | null;
  readonly cannotExclude: readonly string[];
}
