import type { KeyObject } from "node:crypto";
import { dominates, readNitfMarking, underLists } from "../markings/index.ts";
import type { NitfFinding } from "../markings/index.ts";
import type { Grant } from "../policy/grant.ts";
import type { Nitf } from "../storage/imagery/nitf/read.ts";
import type { InternedMarking, Page, PageRequest } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { readingOf } from "./quarantine-reading.ts";
import type { Reading } from "./quarantine-reading.ts";

/** Why a file waits, and the marking that its asset gets meanwhile: what it was declared as, joined with what could be read. */
export interface Quarantine {
  readonly findings: readonly NitfFinding[];
  readonly from: InternedMarking;
  readonly to: InternedMarking;
  readonly reading: Reading;
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
  const reading = readingOf(nitf, said);
  if (dominates(from.effective, effective))
    return said.findings.length === 0 ? null : { findings: said.findings, from, to: from, reading };
  // It may be more than the caller may see, and more than he has ever seen: nobody asks him.
  const read = await office.introduce(grant.principal.personId, said.structure, effective, grant.now());
  return { findings: [...said.findings, "ABOVE_DECLARED"], from, to: await office.raised(from, read), reading };
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
  { findings, from, to, reading }: Quarantine,
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
    waits: true,
  };
  await grant.insert("assetQuarantine", [row], "asset.create", [from]);
  const { assetId, datasetId, programId, datasetMarkingId, markingId } = waiting;
  const said = { assetId, datasetId, programId, datasetMarkingId, markingId, ...reading };
  await grant.insert("assetQuarantineReading", [said], "asset.create", [from]);
  if (raised) grant.executes();
}

/** What waits of an asset; null where nothing does, or no longer. */
export async function quarantined(grant: Grant, assetId: string): Promise<RowOf<"assetQuarantine"> | null> {
  const waiting = await grant.read.byId("assetQuarantine", assetId, "asset");
  return waiting?.waits === true ? waiting : null;
}

/** Images of a program that wait, as far as the caller may see them, in the order of their ids. */
export async function quarantinedOf(grant: Grant, programId: string, page: PageRequest): Promise<Page<RowOf<"asset">>> {
  const { rows, hasNextPage } = await grant.read.quarantined(programId, page);
  const ids = rows.map(({ assetId }) => assetId);
  return { rows: await grant.read.some("asset", ids), hasNextPage };
}

/** The banner as which an image in quarantine was declared; null where it says more than the marking that the image has now. */
export async function declaredAs(
  grant: Grant,
  { fromMarkingId, markingId }: RowOf<"assetQuarantine">,
): Promise<string | null> {
  const from = await grant.marking(fromMarkingId);
  const { effective } = await grant.marking(markingId);
  return dominates(effective, from.effective) ? from.banner : null;
}

/** Whether the caller may lift what waits: with the role, and where he neither declared nor sent it himself. */
export async function mayLift(grant: Grant, { assetId, receiverId }: RowOf<"assetQuarantine">): Promise<boolean> {
  const asset = await grant.read.byId("asset", assetId);
  if (!asset) return false;
  const { effective } = await grant.marking(asset.markingId);
  return [asset.authorId, receiverId].every((maker) =>
    grant.office.allows(grant.principal.profile, effective, grant.facts(asset.programId, maker), "asset.lift"),
  );
}
