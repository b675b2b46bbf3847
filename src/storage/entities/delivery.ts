import { defineEntity, p } from "@mikro-orm/core";
import type { AuthorityLines } from "../../markings/index.ts";

/** An office that may receive deliveries, with the profile that decides what it may be given. */
export const Recipient = defineEntity({
  name: "Recipient",
  schema: "data",
  tableName: "recipient",
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    country: p.text(),
    organization: p.text(),
    profile: p.json<unknown>(),
    logId: p.smallint(),
  },
});

/** A requested delivery: a frozen version, built, with the manifest that approvers approve. */
export const Delivery = defineEntity({
  name: "Delivery",
  schema: "data",
  tableName: "delivery",
  properties: {
    id: p.uuid().primary(),
    programId: p.uuid(),
    datasetId: p.uuid(),
    datasetMarkingId: p.uuid(),
    markingId: p.uuid(),
    requesterId: p.uuid(),
    recipientId: p.uuid(),
    purpose: p.text(),
    versionDigest: p.text(),
    manifest: p.blob(),
    manifestSha384: p.text(),
    files: p.json<readonly { readonly path: string; readonly blobId: string }[]>(),
    requestedAt: p.datetime(),
    authority: p.json<AuthorityLines>().nullable(),
    classCounts: p.json<Readonly<Record<string, number>>>().nullable(),
    state: p.text(),
  },
});

const ofDelivery = {
  programId: p.uuid(),
  deliveryMarkingId: p.uuid(),
  requesterId: p.uuid(),
  deliveryState: p.text(),
} as const;

/** One person's approval of exactly the manifest that it names. */
export const DeliveryApproval = defineEntity({
  name: "DeliveryApproval",
  schema: "data",
  tableName: "delivery_approval",
  properties: {
    id: p.uuid().primary(),
    deliveryId: p.uuid(),
    ...ofDelivery,
    approverId: p.uuid(),
    manifestSha384: p.text(),
    entryId: p.uuid(),
    approvedAt: p.datetime(),
  },
});

/** Why an approver says that what is in a delivery does not reveal what holds it below that marking. */
export const DeliveryHoldLift = defineEntity({
  name: "DeliveryHoldLift",
  schema: "data",
  tableName: "delivery_hold_lift",
  properties: {
    id: p.uuid().primary(),
    deliveryId: p.uuid(),
    ...ofDelivery,
    markingId: p.uuid(),
    aboutId: p.uuid(),
    approverId: p.uuid(),
    reason: p.text(),
    entryId: p.uuid(),
    liftedAt: p.datetime(),
  },
});

/** The act of release, committed together with its entry in the recipient's log. */
export const DeliveryRelease = defineEntity({
  name: "DeliveryRelease",
  schema: "data",
  tableName: "delivery_release",
  properties: {
    deliveryId: p.uuid().primary(),
    ...ofDelivery,
    releaserId: p.uuid(),
    releaseEntryId: p.uuid(),
    releasedAt: p.datetime(),
  },
});

/** The proof files laid beside the manifest after release: path to base64. */
export const DeliveryProof = defineEntity({
  name: "DeliveryProof",
  schema: "data",
  tableName: "delivery_proof",
  properties: { deliveryId: p.uuid().primary(), ...ofDelivery, files: p.json<Record<string, string>>() },
});

/** What a mutation made under an idempotency key: ids only, read anew through the door when replayed. */
export const Idempotency = defineEntity({
  name: "Idempotency",
  schema: "data",
  tableName: "idempotency",
  properties: {
    personId: p.uuid().primary(),
    profileId: p.uuid().primary(),
    key: p.text().primary(),
    command: p.text(),
    inputDigest: p.blob(),
    result: p.json<unknown>(),
  },
});
