import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { fromBase64, parseVkey, nodeCrypto } from "../../audit/index.ts";
import type { SectionOpening } from "../../audit/index.ts";
import type { Made } from "../datasets/commands.ts";
import type { Outgoing } from "../datasets/content.ts";
import { CaveatError } from "../errors.ts";
import type { Plain } from "../policy/audit-port.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import type { ProofRow } from "../storage/delivery-records.ts";
import type { RowOf } from "../storage/tables.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import { approvalsOf, deliveryOf, isAsBuilt, mayReceive, readerOf, recipientById, requireAsBuilt } from "./commands.ts";
import { parseManifest } from "../../audit/index.ts";
import { liftedBy } from "./holds.ts";
import { packageTar } from "./package.ts";
import { composeProof, releaseOutcome } from "./release.ts";
import type { Approvals } from "./release.ts";

async function namedApprovals(grant: Grant, delivery: RowOf<"delivery">): Promise<Approvals> {
  const actual = createHash("sha384").update(delivery.manifest).digest("hex");
  if (actual !== delivery.manifestSha384) throw new CaveatError("UNAVAILABLE", "stored manifest differs from its hash");
  const given = (await approvalsOf(grant, delivery.id)).filter((row) => row.manifestSha384 === delivery.manifestSha384);
  const marking = await grant.marking(delivery.markingId);
  const holds = await grant.together.holds(delivery.id, marking);
  const rows: RowOf<"deliveryApproval">[] = [];
  for (const row of given) {
    // An approval counts while its giver could still give it: taking away works at once.
    // In the state in which approvals are given.
    const about = { programId: delivery.programId, ownerId: delivery.requesterId, state: "REQUESTED" };
    const counts = async (): Promise<boolean> =>
      (await grant.couldStill(row.approverId, "delivery.approve", marking, about)) &&
      (await liftedBy(grant, row.approverId, holds, about));
    if (rows.length < 2 && (await counts())) rows.push(row);
  }
  const named = await Promise.all(
    rows.map(async (row) => {
      const entrySha384 = await grant.audit.leafHash(row.entryId);
      if (entrySha384 === null) throw new CaveatError("UNAVAILABLE", "approval entry is not in the log");
      return { approver: row.approverId, entrySha384 };
    }),
  );
  const [first, second] = named;
  if (!first || !second) throw new UserError("NOT_READY", "a delivery needs two approvals of its manifest");
  return [first, second];
}

const IMAGE = /^data\/images\/([0-9a-f-]{36})\./;

/** Notes the images in a package as disclosed with it, so that whoever asks who saw one of them finds this, too. */
async function noteImages(
  grant: Grant,
  action: "delivery.fetch" | "delivery.release",
  delivery: RowOf<"delivery">,
): Promise<void> {
  const marking = await grant.marking(delivery.markingId);
  const facts = grant.facts(delivery.programId, delivery.requesterId, delivery.state);
  for (const { path } of delivery.files) {
    const assetId = IMAGE.exec(path)?.[1];
    if (assetId !== undefined) await grant.allows(action, marking, facts, `asset:${assetId}`);
  }
}

/** Releases an approved delivery: the release entry in the recipient's log commits together with the act. */
export const releaseDelivery: Command<{ deliveryId: string }, Made> = command({
  name: "deliveryRelease",
  action: "delivery.release",
  target: ({ deliveryId }) => ({ noun: "delivery", id: deliveryId }),
  async run(grant, { deliveryId }) {
    const delivery = await deliveryOf(grant, deliveryId);
    if (await grant.read.byId("deliveryRelease", deliveryId, "delivery")) return { id: deliveryId };
    const approvals = await namedApprovals(grant, delivery);
    const recipient = await recipientById(grant, delivery.recipientId);
    if (!recipient) throw new UserError("NOT_FOUND", "not found");
    const marking = await requireAsBuilt(grant, delivery);
    if (!mayReceive(await readerOf(grant, recipient), marking))
      throw new UserError("RECIPIENT_MAY_NOT_RECEIVE", "the whole may not go to this recipient", ["deliveryId"]);
    const releaseEntryId = grant.record({
      kind: "delivery.release",
      logId: recipient.logId,
      marking,
      outcome: JSON.parse(releaseOutcome(new Uint8Array(delivery.manifest), approvals)) as { [member: string]: Plain },
    });
    const row: RowOf<"deliveryRelease"> = {
      deliveryId,
      programId: delivery.programId,
      deliveryMarkingId: delivery.markingId,
      requesterId: delivery.requesterId,
      releaserId: grant.principal.personId,
      releaseEntryId,
      releasedAt: grant.now(),
      deliveryState: delivery.state,
    };
    try {
      const facts = grant.facts(delivery.programId, delivery.requesterId, delivery.state);
      await grant.insert("deliveryRelease", [row], "delivery.release", [marking], facts);
      await noteImages(grant, "delivery.release", delivery);
    } catch (error) {
      if (isUniqueViolation(error)) throw new CaveatError("BUSY", "being released", { cause: error });
      throw error;
    }
    return { id: deliveryId };
  },
});

/** Lays proofs and signatures beside the manifest of a released delivery; harmless when they are there. */
export const sealDelivery: Command<{ deliveryId: string }, Made> = command({
  name: "deliverySeal",
  action: "delivery.release",
  target: ({ deliveryId }) => ({ noun: "delivery", id: deliveryId }),
  async run(grant, { deliveryId }) {
    const delivery = await deliveryOf(grant, deliveryId);
    const release = await grant.read.byId("deliveryRelease", deliveryId, "delivery");
    if (!release) throw new UserError("NOT_READY", "the delivery is not released");
    if (await grant.deliveryRecords.proof(deliveryId)) return { id: deliveryId };
    const recipient = await recipientById(grant, delivery.recipientId);
    if (!recipient) throw new UserError("NOT_FOUND", "not found");
    const proven = await grant.audit.proveRelease(recipient.logId, release.releaseEntryId);
    const files = await composeProof(
      new Uint8Array(delivery.manifest),
      await namedApprovals(grant, delivery),
      {
        log: parseVkey(nodeCrypto, proven.vkey),
        index: proven.index,
        leaf: new Uint8Array(proven.leaf),
        openings: proven.openings.map((o): SectionOpening | null => (o ? { ...o, salt: fromBase64(o.salt) } : null)),
        inclusion: proven.hashes.map((hash) => new Uint8Array(hash)),
        checkpoint: proven.checkpoint,
      },
      { ...grant.releaseKeys, signingTime: grant.now() },
    );
    const row: ProofRow = {
      deliveryId,
      programId: delivery.programId,
      deliveryMarkingId: delivery.markingId,
      requesterId: delivery.requesterId,
      deliveryState: delivery.state,
      files: Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString("base64")])),
    };
    try {
      await grant.deliveryRecords.keepProof(row);
    } catch (error) {
      if (isUniqueViolation(error)) throw new CaveatError("BUSY", "being sealed", { cause: error });
      throw error;
    }
    return { id: deliveryId };
  },
});

/** The package of a released delivery as one tar stream; only the bytes that the manifest names can leave. */
export const fetchPackage: Command<
  { deliveryId: string },
  Omit<Outgoing, "bytes" | "etag"> & { readonly name: string }
> = command({
  name: "deliveryFetch",
  action: "delivery.fetch",
  target: ({ deliveryId }) => ({ noun: "delivery", id: deliveryId }),
  async run(grant, { deliveryId }) {
    const delivery = await grant.read.byId("delivery", deliveryId);
    const proof = delivery && (await grant.deliveryRecords.proof(deliveryId));
    if (!delivery || !proof) throw new CaveatError("NOT_FOUND", "not released");
    const recipient = await recipientById(grant, delivery.recipientId);
    const marking = await grant.marking(delivery.markingId);
    if (!isAsBuilt(delivery, marking) || !recipient || !mayReceive(await readerOf(grant, recipient), marking))
      throw new CaveatError("NOT_FOUND", "the recipient may not receive this any more");
    const manifest = new Uint8Array(delivery.manifest);
    const listed = new Map(parseManifest(manifest).files.map((file) => [file.path, file]));
    const files = [];
    for (const { path, blobId } of delivery.files) {
      const blob = await grant.blobs.row(blobId);
      const entry = listed.get(path);
      if (!blob || !entry) throw new CaveatError("UNAVAILABLE", "a file of the package cannot be opened");
      const body = await grant.blobs.open(blob);
      files.push({
        path,
        bytes: entry.bytes,
        sha256: entry.sha256,
        sha384: entry.sha384,
        content: { read: () => body },
      });
    }
    const parts = new Map(
      Object.entries(proof.files).map(([path, text]) => [path, new Uint8Array(Buffer.from(text, "base64"))]),
    );
    await noteImages(grant, "delivery.fetch", delivery);
    const tar = Readable.from(packageTar({ manifest, files, proof: parts }));
    return {
      mediaType: "application/x-tar",
      name: `delivery-${deliveryId}.tar`,
      body: tar[Symbol.asyncIterator]() as AsyncGenerator<Buffer>,
    };
  },
});
