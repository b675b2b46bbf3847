import type { KeyObject } from "node:crypto";
import { dominates, readNitfMarking, underLists } from "../markings/index.ts";
import type { NitfFinding } from "../markings/index.ts";
import type { Grant } from "../policy/grant.ts";
import type { Nitf } from "../storage/imagery/nitf/read.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";

/** Why a file waits, and the marking that its asset gets meanwhile: what it was declared as, joined with what could be read. */
export interface Quarantine {
  readonly findings: readonly NitfFinding[];
  readonly from: InternedMarking;
  readonly to: InternedMarking;
}

/**
 * Compares what a NITF file says of its marking with what its asset was declared as; null where the asset stands at least as
 * high, and nothing in the file is blank, unknown or contradicts itself. Lists that the asset names bind the file's controls.
 */
export async function quarantineOf(grant: Grant, asset: RowOf<"asset">, nitf: Nitf): Promise<Quarantine | null> {
  const from = await grant.marking(asset.markingId);
  const { office } = grant;
  const said = readNitfMarking(nitf.groups, nitf.labelled, office.register);
  const effective = underLists(said.effective, [], from.effective.lists) ?? said.effective;
  if (dominates(from.effective, effective))
    return said.findings.length === 0 ? null : { findings: said.findings, from, to: from };
  // It may be more than the caller may see, and more than he has ever seen: nobody asks him.
  const read = await office.introduce(grant.principal.personId, said.structure, effective, grant.now());
  return { findings: [...said.findings, "ABOVE_DECLARED"], from, to: await office.raised(from, read) };
}

/** A blob that was just taken over, with the key under which it was sealed. */
export interface Kept {
  readonly id: string;
  readonly contentKey: KeyObject;
}

/** Columns that content and quarantine have in common. */
type Waiting = Pick<
  RowOf<"assetQuarantine">,
  | "assetId"
  | "datasetId"
  | "programId"
  | "datasetMarkingId"
  | "markingId"
  | "width"
  | "height"
  | "stretch"
  | "originalBlobId"
  | "displayBlobId"
  | "tilesBlobId"
>;

/**
 * Puts what was received into quarantine: it is nobody's to see until somebody with the office to raise markings lifts it. Where
 * the file says more than was declared, PostgreSQL raises the asset at the end of this transaction, and its bytes with it.
 */
export async function quarantine(
  grant: Grant,
  waiting: Waiting,
  { findings, from, to }: Quarantine,
  blobs: readonly Kept[],
): Promise<void> {
  const raised = to.id !== from.id;
  const object = `asset:${waiting.assetId}`;
  const reason = `marking of the file: ${findings.join(", ")}`;
  if (raised) {
    await grant.changes.prepare({ noun: "asset", id: waiting.assetId, to, raises: true });
    for (const { id, contentKey } of blobs) await grant.changes.prepareNew(id, contentKey, to);
  }
  const entryId = grant.record({
    kind: "marking.change",
    marking: to,
    outcome: { object, from: from.banner, to: to.banner, reason },
  });
  const row = {
    ...waiting,
    receiverId: grant.principal.personId,
    fromMarkingId: from.id,
    raisedMarkingId: to.id,
    entryId,
    findings,
    receivedAt: grant.now(),
  };
  await grant.insert("assetQuarantine", [row], "asset.create", [from]);
  if (raised) grant.executes();
}

/** What waits of an asset; null where nothing does, or no longer. */
export async function quarantined(grant: Grant, assetId: string): Promise<RowOf<"assetQuarantine"> | null> {
  const waiting = await grant.read.byId("assetQuarantine", assetId, "asset");
  if (!waiting || (await grant.read.byId("assetQuarantineLift", assetId, "asset"))) return null;
  return waiting;
}
