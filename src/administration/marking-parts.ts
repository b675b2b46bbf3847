import { dominates } from "../markings/index.ts";
import type { Effective } from "../markings/index.ts";
import { UserError } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking, RaisedNoun } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";

/** An object that the caller may see, with its marking and what it must not stand below. */
export interface MarkedObject {
  readonly noun: RaisedNoun;
  readonly id: string;
  readonly programId: string;
  readonly own: InternedMarking;
  /** Its workflow state. */
  readonly state: string;
  /** Markings of what stands above it and of what it is made of. */
  readonly floor: readonly [InternedMarking, ...InternedMarking[]];
}

async function sourcesOfLabel(grant: Grant, label: RowOf<"label">): Promise<string[]> {
  const revisions = await grant.read.all("labelRevision", { parent: "label", id: label.id }, 1_000);
  const own = revisions.filter((revision) => revision.markingId === label.markingId);
  const classes = await Promise.all(
    [...new Set(own.map((r) => r.classId))].map((id) => grant.read.byId("ontologyClass", id)),
  );
  // A class that the caller cannot see cannot be compared with: then he cannot move the label either.
  if (classes.some((found) => found === null)) throw new UserError("NOT_PERMITTED", "not permitted");
  return classes.flatMap((found) => (found ? [found.ontologyMarkingId, found.markingId] : []));
}

async function sourcesOfDataset(grant: Grant, dataset: RowOf<"dataset">): Promise<string[]> {
  const program = await grant.read.byId("program", dataset.programId);
  const version = await grant.read.byId("ontologyVersion", dataset.ontologyVersionId);
  if (!program || !version) throw new UserError("NOT_PERMITTED", "not permitted");
  return [program.markingId, version.ontologyMarkingId, version.markingId];
}

/** An object by noun and id, as the caller sees it. Throws NOT_FOUND. */
export async function markedObject(grant: Grant, noun: RaisedNoun, id: string): Promise<MarkedObject> {
  const found = await sourcesOf(grant, noun, id);
  if (!found) throw new UserError("NOT_FOUND", "not found", ["objectId"]);
  const [first, ...rest] = await Promise.all([...new Set(found.above)].map((above) => grant.marking(above)));
  if (!first) throw new Error("an object without sources");
  return {
    noun,
    id,
    programId: found.programId,
    state: found.state ?? "ACTIVE",
    own: await grant.marking(found.markingId),
    floor: [first, ...rest],
  };
}

async function sourcesOf(
  grant: Grant,
  noun: RaisedNoun,
  id: string,
): Promise<{ programId: string; markingId: string; above: string[]; state?: string } | null> {
  if (noun === "dataset") {
    const row = await grant.read.byId("dataset", id);
    return row && { ...row, above: await sourcesOfDataset(grant, row) };
  }
  if (noun === "asset") {
    const row = await grant.read.byId("asset", id);
    return row && { ...row, above: [row.datasetMarkingId] };
  }
  if (noun === "labelReview") {
    const row = await grant.read.byId("labelReview", id);
    const above = row ? [row.datasetMarkingId, row.assetMarkingId, row.labelMarkingId, row.revisionMarkingId] : [];
    return row && { ...row, above, state: row.labelState };
  }
  if (noun === "ontology") {
    const row = await grant.read.byId("ontology", id);
    const program = row && (await grant.read.byId("program", row.programId));
    return row && { ...row, above: [program?.markingId ?? row.markingId] };
  }
  if (noun === "delivery") {
    const row = await grant.read.byId("delivery", id);
    return row && { ...row, above: [row.datasetMarkingId] };
  }
  const row = await grant.read.byId("label", id);
  return row && { ...row, above: [row.datasetMarkingId, row.assetMarkingId, ...(await sourcesOfLabel(grant, row))] };
}

/** Who must agree that a marking is lowered: its owners; the USA where none is written (standards B.4). */
export function ownersOf({ structure: { owners } }: InternedMarking): readonly string[] {
  return owners.length > 0 ? owners : ["USA"];
}

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item) => b.includes(item));

/** Whether two markings are released alike. */
export function sameRelease(a: Effective, b: Effective): boolean {
  return a.noforn === b.noforn && same(a.relTo, b.relTo) && same(a.displayTo, b.displayTo);
}

/** Whether two markings differ in nothing but to whom they are released. */
export function sameButRelease(a: Effective, b: Effective): boolean {
  const { noforn, relTo, displayTo } = b;
  const released = { ...a, noforn, relTo, displayTo };
  return dominates(released, b) && dominates(b, released);
}

/** Countries to which the second marking releases or displays more than the first. */
export function addedCountries(from: Effective, to: Effective): readonly string[] {
  return to.displayTo.filter(
    (country) => !from.displayTo.includes(country) || (to.relTo.includes(country) && !from.relTo.includes(country)),
  );
}

/**
 * Refuses to lower or widen what others own or control: foreign, JOINT, NATO and atomic energy information, originator
 * controlled information, and what names its readers. That takes the originator's consent, which this system does not
 * record (standards B.4). Throws CONSENT_REQUIRED.
 */
export function requireOwn({ effective: of, structure }: InternedMarking): void {
  const controlled = of.controls.some((control) => ["OC", "OC-USGOV", "PR", "XD", "ND"].includes(control));
  const nuclear = of.aea.some((token) => /^(?:RD|FRD|TFNI)(?:-|$)/.test(token));
  if (
    structure.kind !== "US" ||
    of.fgi.length > 0 ||
    of.nato.length > 0 ||
    of.jointOwners !== null ||
    of.lists.length > 0 ||
    controlled ||
    nuclear
  ) {
    throw new UserError("CONSENT_REQUIRED", "this takes the consent of its originator", ["objectId"]);
  }
}
