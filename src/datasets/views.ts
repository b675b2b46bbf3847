import { createHash } from "node:crypto";
import { CaveatError } from "../errors.ts";
import type { Ground } from "../geodesy/ground.ts";
import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import {
  PACK_HEAD,
  PLACE_BYTES,
  TILE_SIDE,
  groundPlaceAt,
  levelsOf,
  placeAt,
  readHead,
  readPlace,
  thumbnailLevel,
} from "../storage/imagery/tile-pack.ts";
import type { PackHead, TilePlace } from "../storage/imagery/tile-pack.ts";
import type { Stretch } from "../storage/imagery/stretch.ts";
import type { RowOf } from "../storage/tables.ts";
import { watermarked } from "./content.ts";

/** How long an image stays open without being opened anew, in milliseconds. */
const VIEW_MS = 60_000;
/** Bytes of a pack in which its head and the places of a few tiles lie: read at once. */
const FRONT = 4_096;

/** An image as it was opened: what its tiles are looked at by. All of it is the server's own word. */
export interface OpenView {
  readonly assetId: string;
  /** What its marking and its dataset's were, as 8 bytes: where one of them has changed, the image is to be opened anew. */
  readonly stood: Buffer;
  readonly until: Date;
}

function standing({ markingId, datasetMarkingId }: RowOf<"asset">): Buffer {
  return createHash("sha256").update(`${markingId}|${datasetMarkingId}`).digest().subarray(0, 8);
}

/** An image that was opened, and how its tiles are made of it. */
interface Opened {
  readonly view: OpenView;
  readonly head: PackHead;
  /** The level that is its thumbnail. */
  readonly thumbnail: number;
  readonly stretch: Stretch | null;
  /** Where it lies on the ground; null of images that were received before that was read. */
  readonly ground: Ground | null;
}

type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/** What a pack says of the ground. It is derived from the image and lies sealed with its tiles, under its marking. */
async function groundIn(read: ReadAt): Promise<Ground | null> {
  const at = groundPlaceAt(await read(0, PACK_HEAD));
  if (at === null) return null;
  const { offset, length } = readPlace(await read(at, PLACE_BYTES));
  return JSON.parse((await read(offset, length)).toString()) as Ground | null;
}

/** Opens an image for looking at its tiles, for a minute. Images that were received before tiles were made have none. */
export const openView: Command<{ assetId: string }, Opened> = command({
  name: "assetView",
  action: "asset.display",
  target: ({ assetId }) => ({ noun: "asset", id: assetId }),
  async run(grant, { assetId }) {
    const asset = await grant.read.byId("asset", assetId);
    const content = asset && (await grant.read.byId("assetContent", assetId, "asset"));
    const blob = content?.tilesBlobId ? await grant.blobs.row(content.tilesBlobId) : null;
    if (!asset || !content || !blob) throw new CaveatError("NOT_FOUND", "no tiles");
    const { width, height } = content;
    const head = { width, height, tileSide: TILE_SIDE, levels: levelsOf(width, height) };
    return {
      view: { assetId, stood: standing(asset), until: new Date(grant.now().getTime() + VIEW_MS) },
      head,
      thumbnail: thumbnailLevel(head),
      stretch: content.stretch ?? null,
      ground: await groundIn(await grant.blobs.openAt(blob)),
    };
  },
});

/**
 * One tile of an open image, as JPEG. Decided anew: the lease must last, the image must be seen through both locks and stand
 * where it stood when it was opened. Throws NOT_FOUND for whatever is not so, and for a place that the image does not have.
 */
export const viewedTile: Command<{ view: OpenView; place: TilePlace }, Buffer> = command({
  name: "assetTile",
  action: "asset.display",
  target: ({ view }) => ({ noun: "asset", id: view.assetId }),
  async run(grant, { view, place }) {
    if (grant.now() >= view.until) throw new CaveatError("NOT_FOUND", "the view is over");
    const asset = await grant.read.byId("asset", view.assetId);
    if (!asset || !standing(asset).equals(view.stood)) throw new CaveatError("NOT_FOUND", "it was marked anew");
    const content = await grant.read.byId("assetContent", asset.id, "asset");
    const blob = content?.tilesBlobId ? await grant.blobs.row(content.tilesBlobId) : null;
    if (!blob) throw new CaveatError("NOT_FOUND", "no tiles");
    const read = await grant.blobs.openAt(blob);
    const front = await read(0, Math.min(FRONT, blob.bytes));
    const head = readHead(front.subarray(0, PACK_HEAD));
    const at = placeAt(head, place);
    if (at === null) throw new CaveatError("NOT_FOUND", "no such tile");
    const found = readPlace(at + PLACE_BYTES <= front.length ? front.subarray(at) : await read(at, PLACE_BYTES));
    const tile = await read(found.offset, found.length);
    const duties = await grant.obligations(
      "asset.display",
      await grant.marking(asset.markingId),
      grant.facts(asset.programId, asset.authorId),
      `asset:${asset.id}`,
    );
    if (!duties.includes("WATERMARK")) return tile;
    // At an edge a tile is a strip; of a picture that has no room for the text itself, none leaves.
    const room = { width: Math.min(head.width, head.tileSide), height: Math.min(head.height, head.tileSide) };
    return watermarked(grant, [tile], room);
  },
});
