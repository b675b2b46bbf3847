import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { CaveatError } from "../errors.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { burnWatermark } from "../storage/imagery/watermark.ts";
import { openAhead, sealAhead } from "../storage/blobs/ahead.ts";
import type { SealedAhead } from "../storage/blobs/ahead.ts";
import { deriveFrom } from "../storage/imagery/deriving.ts";
import { ImageError } from "../storage/imagery/image-error.ts";
import { IMAGE_LIMITS, limitsOf } from "../storage/imagery/limits.ts";
import type { ImageHeader } from "../storage/imagery/probe.ts";
import type { ToldPercent } from "../storage/imagery/progress.ts";
import type { Stretch } from "../storage/imagery/stretch.ts";
import type { Made } from "./commands.ts";
import { quarantine, quarantineOf } from "./quarantine.ts";
import type { Kept } from "./quarantine.ts";
import { isUniqueViolation } from "../storage/ports.ts";

/** Largest original in bytes. */
export const MAX_UPLOAD_BYTES = 512 * 1024 * 1024;

/** Bytes of an asset on their way in. They come from the caller and are believed in nothing. */
export interface ReceiveContentInput {
  readonly assetId: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** A private folder for what is sealed before it is known whose it is. */
  readonly workFolder: string;
  /** Most pixels of a picture; 2^30 where none are given. */
  readonly pixels?: number;
  /** Hears how much is made of what was received, percent by percent. */
  readonly told?: ToldPercent;
  /** What was received, once it has been. */
  readonly received?: Received;
}

/** An original that was received, and what was made of it. */
interface Received {
  readonly original: SealedAhead;
  readonly header: ImageHeader;
  readonly display: Uint8Array;
  readonly tiles: SealedAhead;
  readonly stretch: Stretch | null;
}

/** What receiving made of an asset. */
export interface ReceivedContent extends Made {
  /** Whether it waits for somebody to look at its marking. */
  readonly quarantined: boolean;
}

/** A stream with a limit in bytes. Throws TOO_LARGE. */
async function* within(body: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > limit) throw new CaveatError("TOO_LARGE", "upload too large");
    yield chunk;
  }
}

/** What an image that is none, or is too large, or of a kind that is not decoded, is told as. */
function refusalOfImage(error: unknown): unknown {
  if (!(error instanceof ImageError)) return error;
  const named = error.code === "NITF_VERSION" || error.code === "NITF_JPEG2000" ? error.code : "INVALID_REQUEST";
  const code = error.code === "IMAGE_TOO_LARGE" ? "TOO_LARGE" : named;
  return new CaveatError(code, error.code, { cause: error });
}

/**
 * Receives the bytes of an asset: checks size, type and pixel grid from the header before anything is decoded, makes the
 * display copy and the tiles without metadata. The original is sealed while it comes in, under a key that is in memory alone,
 * and opened into memory to be decoded: nothing of it is on a disk unsealed. Pictures are decoded before there is a
 * transaction. An asset receives its bytes once. A file whose own marking is not what was declared, or not understood, waits
 * in quarantine.
 */
export const receiveContent: Command<ReceiveContentInput, ReceivedContent> = command({
  name: "assetContentReceive",
  action: "asset.create",
  target: ({ assetId }) => ({ noun: "asset", id: assetId }),
  async prepare(input) {
    const sealed: SealedAhead[] = [];
    const seal = async (source: Parameters<typeof sealAhead>[1]): Promise<SealedAhead> => {
      const one = await sealAhead(input.workFolder, source);
      sealed.push(one);
      return one;
    };
    const dispose = async (): Promise<void> => {
      for (const one of sealed) await one.dispose();
    };
    try {
      await mkdir(input.workFolder, { recursive: true, mode: 0o700 });
      const original = await seal(within(input.body, MAX_UPLOAD_BYTES));
      const { bytes } = original;
      const limits = limitsOf(input.pixels ?? IMAGE_LIMITS.pixels);
      const derived = await deriveFrom({ bytes, read: () => openAhead(original) }, limits, input.told);
      const tiles = await seal(derived.pack).finally(() => derived.end());
      const { header, display, stretch } = derived;
      return { input: { ...input, received: { original, header, display, tiles, stretch } }, dispose };
    } catch (error) {
      await dispose();
      throw refusalOfImage(error);
    }
  },
  async run(grant, { assetId, received, workFolder }) {
    if (received === undefined) throw new Error("nothing was received");
    const asset = await grant.read.byId("asset", assetId);
    if (!asset) throw new UserError("NOT_FOUND", "not found");
    if (
      (await grant.read.byId("assetContent", assetId, "asset")) ||
      (await grant.read.byId("assetQuarantine", assetId, "asset"))
    )
      throw new UserError("ALREADY_DONE", "this asset has its content");
    const { header, display, tiles, stretch } = received;
    if (header.mediaType !== asset.mediaType)
      throw new CaveatError("INVALID_REQUEST", "media type differs from what was announced");
    const owner = {
      assetId: asset.id,
      deliveryId: null,
      programId: asset.programId,
      datasetMarkingId: asset.datasetMarkingId,
      markingId: asset.markingId,
    };
    const waits = header.nitf ? await quarantineOf(grant, asset, header.nitf) : null;
    const keep = async (
      kind: "original" | "display" | "tiles",
      mediaType: string,
      sealed: SealedAhead,
    ): Promise<Kept> => {
      const { id } = await grant.blobs.adopt({ ...owner, kind, mediaType }, sealed);
      return { id, contentKey: sealed.contentKey };
    };
    const original = await keep("original", header.mediaType, received.original);
    const shown = await keep("display", "image/jpeg", await sealAhead(workFolder, [display]));
    const pack = await keep("tiles", "application/octet-stream", tiles);
    const row = {
      assetId: asset.id,
      datasetId: asset.datasetId,
      programId: asset.programId,
      datasetMarkingId: asset.datasetMarkingId,
      markingId: asset.markingId,
      width: header.width,
      height: header.height,
      stretch,
      originalBlobId: original.id,
      displayBlobId: shown.id,
      tilesBlobId: pack.id,
    };
    try {
      if (waits) await quarantine(grant, row, waits, [original, shown, pack]);
      else
        await grant.insert("assetContent", [{ ...row, uploadedAt: grant.now() }], "asset.create", [
          await grant.marking(asset.markingId),
        ]);
    } catch (error) {
      if (isUniqueViolation(error)) throw new UserError("ALREADY_DONE", "this asset has its content");
      throw error;
    }
    return { id: asset.id, quarantined: waits !== null };
  },
});

/** Bytes on their way out: fetched through the locks now, streamed after. */
export interface Outgoing {
  readonly mediaType: string;
  readonly bytes: number;
  readonly etag: string;
  readonly body: AsyncGenerator<Buffer>;
}

/**
 * The copy with who sees it and when burnt in (WATERMARK); `of` where it is a piece of what has that size at least. One that
 * cannot be marked does not leave.
 */
export async function watermarked(
  grant: Grant,
  body: AsyncIterable<Buffer> | Iterable<Buffer>,
  of?: { readonly width: number; readonly height: number },
): Promise<Buffer> {
  const { handle, personId } = grant.principal;
  const at = `${grant.now().toISOString().slice(0, 16).replace("T", " ")}Z`;
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  try {
    return Buffer.from(await burnWatermark(Buffer.concat(chunks), `${handle} ${personId.slice(0, 8)} ${at}`, of));
  } catch (cause) {
    throw new CaveatError("NOT_FOUND", "no watermark", { cause });
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** The display copy of an asset. The original leaves only in a delivery. */
export const displayCopy: Command<{ assetId: string }, Outgoing> = command({
  name: "assetDisplay",
  action: "asset.display",
  target: ({ assetId }) => ({ noun: "asset", id: assetId }),
  async run(grant, { assetId }) {
    const asset = await grant.read.byId("asset", assetId);
    const content = asset && (await grant.read.byId("assetContent", assetId, "asset"));
    const blob = content && (await grant.blobs.row(content.displayBlobId));
    if (!asset || !blob) throw new CaveatError("NOT_FOUND", "no display copy");
    const etag = createHash("sha256").update(`${grant.principal.personId}|${blob.id}`).digest("hex").slice(0, 32);
    const body = await grant.blobs.open(blob);
    const facts = grant.facts(asset.programId, asset.authorId);
    const duties = await grant.obligations(
      "asset.display",
      await grant.marking(asset.markingId),
      facts,
      `asset:${asset.id}`,
    );
    if (!duties.includes("WATERMARK")) return { mediaType: blob.mediaType, bytes: blob.bytes, etag, body };
    const marked = await watermarked(grant, body);
    return { mediaType: blob.mediaType, bytes: marked.length, etag, body: once(marked) };
  },
});
