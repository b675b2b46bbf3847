import { createHash, randomUUID } from "node:crypto";
import { parseManifest } from "../../audit/index.ts";
import { nameOf } from "../datasets/commands.ts";
import type { Made } from "../datasets/commands.ts";
import { CaveatError } from "../errors.ts";
import { linesOf, printDeclassifyOn } from "../markings/index.ts";
import type { AuthorityBlock } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import { mandatory } from "../policy/mandatory.ts";
import { parseProfile } from "../policy/profile.ts";
import type { AccessProfile } from "../policy/profile.ts";
import type { Grant } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RecipientRow } from "../storage/delivery-records.ts";
import type { RowOf } from "../storage/tables.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import { deliveryAuthority } from "./delivery-authority.ts";
import { freezeDataset } from "./freeze.ts";
import type { FrozenDataset } from "./freeze.ts";
import { versionDigest } from "./frozen-version.ts";
import { requireLifted, wholesOf } from "./holds.ts";
import { buildManifest } from "./manifest-builder.ts";
import type { DeliveredFile } from "./manifest-builder.ts";

/** Recipient offices, in the order of their names. */
export const recipients: Command<Record<string, never>, RecipientRow[]> = command({
  name: "recipients",
  action: "delivery.read",
  target: () => null,
  run: (grant) => grant.deliveryRecords.recipients(),
});

/** A recipient by id; null when there is none. */
export function recipientById(grant: Grant, id: string): Promise<RecipientRow | null> {
  return isId(id) ? grant.deliveryRecords.recipient(id) : Promise.resolve(null);
}

/** A recipient's registered profile as it stands now, with the lists that name his office, of those that the caller knows. */
export async function readerOf(grant: Grant, recipient: RecipientRow): Promise<AccessProfile> {
  const profile = parseProfile(recipient.profile);
  const named = (await grant.lists.naming(profile.dutyOrganization)).map(({ kind, id }) => `${kind}:${id}`);
  return parseProfile({ ...profile, lists: [...new Set([...profile.lists, ...named])] });
}

/** Whether a recipient (`readerOf`) may receive something with this marking. */
export function mayReceive(reader: AccessProfile, marking: InternedMarking): boolean {
  return mandatory({ reader, object: marking.effective, handling: "copy" }).failed.length === 0;
}

/** Objects that the recipient's registered profile may not receive; all of them are visible to the requester. */
function refusedFor(reader: AccessProfile, frozen: FrozenDataset): string[] {
  return [...frozen.byObject].filter(([, marking]) => !mayReceive(reader, marking)).map(([object]) => object);
}

/** Input of a request for a delivery. */
export interface RequestDeliveryInput {
  readonly datasetId: string;
  readonly recipientId: string;
  readonly purpose: string;
}

/**
 * Requests a delivery: freezes the dataset as the requester sees it and builds the manifest that approvers approve. A row
 * that the recipient may not receive refuses it and is named.
 */
export const requestDelivery: Command<RequestDeliveryInput, Made> = command({
  name: "deliveryRequest",
  action: "delivery.request",
  target: ({ datasetId }) => ({ noun: "dataset", id: datasetId }),
  async run(grant, input) {
    const dataset = await grant.read.byId("dataset", input.datasetId);
    const recipient = await recipientById(grant, input.recipientId);
    if (!dataset || !recipient) throw new UserError("NOT_FOUND", "not found", ["recipientId"]);
    const frozen = await freezeDataset(grant, dataset);
    const compilations = await wholesOf(grant, dataset.id, frozen);
    if (frozen.images.length === 0) throw new UserError("NOT_READY", "the dataset holds no image that you may see");
    const reader = await readerOf(grant, recipient);
    const refused = refusedFor(reader, frozen);
    if (refused.length > 0) {
      throw new UserError(
        "RECIPIENT_MAY_NOT_RECEIVE",
        `${refused.length} objects may not go to this recipient`,
        ["datasetId"],
        refused.slice(0, 50),
      );
    }
    const [first, ...rest] = [...frozen.markings, ...compilations];
    if (!first) throw new Error("a delivery without a marking");
    const whole = await grant.office.derive([first, ...rest]);
    if (!mayReceive(reader, whole))
      throw new UserError("RECIPIENT_MAY_NOT_RECEIVE", "the whole may not go to this recipient", ["datasetId"]);
    const id = randomUUID();
    const digest = versionDigest(frozen.rows);
    const authority = deliveryAuthority(grant, frozen, whole, digest);
    const { manifest, files } = await build(grant, {
      id,
      digest,
      authority,
      dataset,
      recipient,
      frozen,
      whole,
      purpose: nameOf(input.purpose, "purpose"),
    });
    const row: RowOf<"delivery"> = {
      id,
      programId: dataset.programId,
      datasetId: dataset.id,
      datasetMarkingId: dataset.markingId,
      markingId: whole.id,
      requesterId: grant.principal.personId,
      recipientId: recipient.id,
      purpose: nameOf(input.purpose, "purpose"),
      versionDigest: digest,
      manifest: Buffer.from(manifest),
      manifestSha384: createHash("sha384").update(manifest).digest("hex"),
      files,
      requestedAt: grant.now(),
      authority: authority === null ? null : linesOf(authority),
      classCounts: frozen.classCounts,
      state: "REQUESTED",
    };
    await grant.insert("delivery", [row], "delivery.request", [...frozen.markings]);
    return { id };
  },
});

async function build(
  grant: Grant,
  parts: {
    id: string;
    dataset: RowOf<"dataset">;
    recipient: RecipientRow;
    frozen: FrozenDataset;
    whole: InternedMarking;
    digest: string;
    authority: AuthorityBlock | null;
    purpose: string;
  },
): Promise<{ manifest: Uint8Array; files: { path: string; blobId: string }[] }> {
  const { dataset, recipient, frozen, whole, authority } = parts;
  const owner = {
    assetId: null,
    deliveryId: parts.id,
    programId: dataset.programId,
    datasetMarkingId: dataset.markingId,
    markingId: whole.id,
    kind: "package" as const,
  };
  const declassifyOn = authority === null ? null : printDeclassifyOn(authority.declassifyOn);
  const delivered: DeliveredFile[] = frozen.images.map(({ path, blob, marking, declassifyOn: on }) => ({
    path,
    ...blob,
    marking,
    declassifyOn: on,
  }));
  const files = frozen.images.map(({ path, blob }) => ({ path, blobId: blob.id }));
  for (const [path, text, mediaType] of [
    ["data/labels.coco.json", frozen.coco, "application/json"],
    ["data/labels.geojson", frozen.geoJson, "application/geo+json"],
  ] as const) {
    const blob = await grant.blobs.seal({ ...owner, mediaType }, [Buffer.from(text, "utf8")]);
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
    delivered.push({
      path,
      bytes: blob.bytes,
      sha256: hex(blob.sha256),
      sha384: hex(blob.sha384),
      mediaType,
      marking: whole,
      declassifyOn,
    });
    files.push({ path, blobId: blob.id });
  }
  const manifest = buildManifest({
    deliveryId: parts.id,
    dataset: dataset.id,
    versionDigest: parts.digest,
    counts: { images: frozen.images.length, labels: frozen.labels },
    files: delivered,
    banner: whole.banner,
    atLeast: [whole.effective],
    authority: authority === null ? null : linesOf(authority),
    policyVersion: grant.office.policy.version,
    registerVersion: grant.office.register.version,
    purpose: parts.purpose,
    recipient: {
      id: recipient.id,
      name: recipient.name,
      organization: recipient.organization,
      country: recipient.country,
    },
    requestedAt: `${grant.now().toISOString().slice(0, 23)}000Z`,
    requester: grant.principal.personId,
  });
  return { manifest, files };
}

/** State of a delivery as its approvals and release say. */
export async function deliveryState(
  grant: Grant,
  delivery: RowOf<"delivery">,
): Promise<"REQUESTED" | "APPROVED" | "RELEASED"> {
  if (await grant.read.byId("deliveryRelease", delivery.id, "delivery")) return "RELEASED";
  return (await approvalsOf(grant, delivery.id)).length >= 2 ? "APPROVED" : "REQUESTED";
}

/** Approvals of a delivery in the order in which they were given. */
export function approvalsOf(grant: Grant, deliveryId: string): Promise<RowOf<"deliveryApproval">[]> {
  return grant.read.all("deliveryApproval", { parent: "delivery", id: deliveryId }, 20, "t.approved_at, t.id");
}

/** A delivery that the caller may see. Throws NOT_FOUND. */
export async function deliveryOf(grant: Grant, id: string): Promise<RowOf<"delivery">> {
  const delivery = await grant.read.byId("delivery", id);
  if (!delivery) throw new UserError("NOT_FOUND", "not found");
  return delivery;
}

/** Whether a delivery stands where it was built: one that was raised since says of itself what does not hold any more. */
export function isAsBuilt(delivery: RowOf<"delivery">, marking: InternedMarking): boolean {
  return parseManifest(new Uint8Array(delivery.manifest)).marking.banner === marking.banner;
}

/** The marking of a delivery. Throws STALE where something in it was raised since it was built. */
export async function requireAsBuilt(grant: Grant, delivery: RowOf<"delivery">): Promise<InternedMarking> {
  const marking = await grant.marking(delivery.markingId);
  if (!isAsBuilt(delivery, marking))
    throw new UserError("STALE", "something in this delivery was raised", ["deliveryId"]);
  return marking;
}

/** Approves exactly the manifest whose hash is named; two approvers, neither of them the requester (I7). */
export const approveDelivery: Command<{ deliveryId: string; manifestSha384: string }, Made> = command({
  name: "deliveryApprove",
  action: "delivery.approve",
  target: ({ deliveryId }) => ({ noun: "delivery", id: deliveryId }),
  async run(grant, { deliveryId, manifestSha384 }) {
    const delivery = await deliveryOf(grant, deliveryId);
    const actual = createHash("sha384").update(delivery.manifest).digest("hex");
    if (actual !== delivery.manifestSha384)
      throw new CaveatError("UNAVAILABLE", "stored manifest differs from its hash");
    if (manifestSha384 !== actual)
      throw new UserError("STALE", "this is not the manifest of the delivery", ["manifestSha384"]);
    if ((await deliveryState(grant, delivery)) === "RELEASED")
      throw new UserError("ALREADY_DONE", "the delivery is released");
    if ((await approvalsOf(grant, deliveryId)).some((a) => a.approverId === grant.principal.personId)) {
      throw new UserError("ALREADY_DONE", "you have approved this delivery");
    }
    const marking = await requireAsBuilt(grant, delivery);
    await requireLifted(grant, delivery, marking);
    const entryId = grant.record({
      kind: "delivery.approval",
      marking,
      outcome: { approver: grant.principal.personId, deliveryId, manifestSha384: actual },
    });
    const row: RowOf<"deliveryApproval"> = {
      id: randomUUID(),
      deliveryId,
      programId: delivery.programId,
      deliveryMarkingId: delivery.markingId,
      requesterId: delivery.requesterId,
      approverId: grant.principal.personId,
      manifestSha384: actual,
      entryId,
      approvedAt: grant.now(),
      deliveryState: delivery.state,
    };
    const facts = grant.facts(delivery.programId, delivery.requesterId, delivery.state);
    try {
      await grant.insert("deliveryApproval", [row], "delivery.approve", [marking], facts);
    } catch (error) {
      if (isUniqueViolation(error)) throw new UserError("ALREADY_DONE", "you have approved this delivery");
      throw error;
    }
    return { id: deliveryId };
  },
});
