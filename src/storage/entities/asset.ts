import { defineEntity, p } from "@mikro-orm/core";
import type { AuthorityLines, NitfFinding, NitfSecurity } from "../../markings/index.ts";
import type { Stretch } from "../imagery/stretch.ts";

/** An asset: one image of a dataset. Its bytes are asset_content, written when the upload is complete. */
export const Asset = defineEntity({
  name: "Asset",
  schema: "data",
  tableName: "asset",
  properties: {
    id: p.uuid().primary(),
    datasetId: p.uuid(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
    markingId: p.uuid(),
    authorId: p.uuid(),
    title: p.text(),
    mediaType: p.text(),
    createdAt: p.datetime(),
    authority: p.json<AuthorityLines>().nullable(),
    reviewOn: p.text().nullable(),
  },
});

/** Size of the stored pixel grid and the two sealed blobs of an asset. */
export const AssetContent = defineEntity({
  name: "AssetContent",
  schema: "data",
  tableName: "asset_content",
  properties: {
    assetId: p.uuid().primary(),
    datasetId: p.uuid(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
    markingId: p.uuid(),
    width: p.integer(),
    height: p.integer(),
    originalBlobId: p.uuid(),
    displayBlobId: p.uuid(),
    tilesBlobId: p.uuid().nullable(),
    /** What is shown black and white; null where samples are shown as they are. */
    stretch: p.json<Stretch>().nullable(),
    uploadedAt: p.datetime(),
  },
});

/** An image that waits: its own marking was not taken at its word. Content is made of it when somebody lifts it. */
export const AssetQuarantine = defineEntity({
  name: "AssetQuarantine",
  schema: "data",
  tableName: "asset_quarantine",
  properties: {
    assetId: p.uuid().primary(),
    datasetId: p.uuid(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
    markingId: p.uuid(),
    receiverId: p.uuid(),
    fromMarkingId: p.uuid(),
    raisedMarkingId: p.uuid(),
    entryId: p.uuid(),
    findings: p.json<readonly NitfFinding[]>(),
    width: p.integer(),
    height: p.integer(),
    stretch: p.json<Stretch>().nullable(),
    originalBlobId: p.uuid(),
    displayBlobId: p.uuid(),
    tilesBlobId: p.uuid(),
    receivedAt: p.datetime(),
    /** Until somebody lifts it. */
    waits: p.boolean(),
  },
});

/** A security group of a file as it stands there, each of its texts without what no screen shows. */
interface ReadGroup extends NitfSecurity {
  /** The header and segments that say the same: "header", "image 1", "text 2-40". */
  readonly places: readonly string[];
  readonly findings: readonly NitfFinding[];
}

/** What the file of an image in quarantine says of its marking; for whoever decides about it alone. */
export const AssetQuarantineReading = defineEntity({
  name: "AssetQuarantineReading",
  schema: "data",
  tableName: "asset_quarantine_reading",
  properties: {
    assetId: p.uuid().primary(),
    datasetId: p.uuid(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
    markingId: p.uuid(),
    groups: p.json<readonly ReadGroup[]>(),
    /** Whether these are all that differ. */
    whole: p.boolean(),
  },
});

/** That somebody has said what its marking is. */
export const AssetQuarantineLift = defineEntity({
  name: "AssetQuarantineLift",
  schema: "data",
  tableName: "asset_quarantine_lift",
  properties: {
    assetId: p.uuid().primary(),
    datasetId: p.uuid(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
    markingId: p.uuid(),
    /** Who sent its file in. */
    receiverId: p.uuid(),
    lifterId: p.uuid(),
    reason: p.text(),
    liftedAt: p.datetime(),
  },
});

/** A sealed blob: keyed address, size and digests of the plaintext. */
export const Blob = defineEntity({
  name: "Blob",
  schema: "data",
  tableName: "blob",
  properties: {
    id: p.uuid().primary(),
    assetId: p.uuid().nullable(),
    deliveryId: p.uuid().nullable(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
    markingId: p.uuid(),
    kind: p.text(),
    address: p.text(),
    mediaType: p.text(),
    bytes: p.bigint("number"),
    sha256: p.blob(),
    sha384: p.blob(),
    /** Content key under the data key of the marking; null: sealed under the data key itself. */
    wrappedKey: p.blob().nullable(),
  },
});

/** The data key of a marking, wrapped by the key file; behind row security like the rows it opens. */
export const DataKey = defineEntity({
  name: "DataKey",
  schema: "data",
  tableName: "data_key",
  properties: { markingId: p.uuid().primary(), wrapped: p.blob() },
});
