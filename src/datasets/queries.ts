import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import type { Page, PageRequest } from "../storage/ports.ts";
import { dayOf } from "./authority.ts";
import type { RowOf } from "../storage/tables.ts";

/** Nouns that have a page of their own. */
export type ListedNoun = "dataset" | "ontology" | "asset" | "label" | "delivery";

/** Nouns that can be asked for by id. */
export type NodeNoun = "program" | "dataset" | "ontology" | "asset" | "label" | "delivery";

/** The order of a list and what it is narrowed by. */
export type ListQuery = Required<Pick<PageRequest, "sort" | "where">>;

/** The row of a node. */
export type NodeRow<N extends NodeNoun> = RowOf<N>;

/** One object by id; null when it is absent or hidden. */
export function byId<N extends NodeNoun>(noun: N): Command<{ id: string }, NodeRow<N> | null> {
  return command<{ id: string }, NodeRow<N> | null>({
    name: `${noun}ById`,
    action: `${noun}.read`,
    target: ({ id }) => ({ noun, id }),
    run: (grant, { id }) => grant.read.byId(noun, id),
    showsTarget: true,
  });
}

/** The caller's programs, ascending by id. */
export const programs: Command<PageRequest, Page<RowOf<"program">>> = command({
  name: "programs",
  action: "program.read",
  target: () => null,
  async run(grant, { first, after }) {
    const ids = [...grant.principal.programs].filter((id) => after === null || id > after).sort();
    const rows: RowOf<"program">[] = [];
    for (const id of ids) {
      const row = await grant.read.byId("program", id);
      if (row) rows.push(row);
      if (rows.length > first) break;
    }
    return { rows: rows.slice(0, first), hasNextPage: rows.length > first };
  },
});

/** A page of what stands below a program. */
export function pageOfProgram<N extends "dataset" | "ontology" | "delivery">(
  grant: Grant,
  noun: N,
  programId: string,
  page: PageRequest,
): Promise<Page<RowOf<N>>> {
  return grant.read.page(noun, { parent: "program", id: programId }, page, { program: programId });
}

/** A page of the assets or labels of a dataset. */
export function pageOfDataset<N extends "asset" | "label">(
  grant: Grant,
  noun: N,
  datasetId: string,
  page: PageRequest,
): Promise<Page<RowOf<N>>> {
  return grant.read.page(noun, { parent: "dataset", id: datasetId }, page, { dataset: datasetId });
}

/**
 * A page of a program's assets whose day of declassification has come. It asks for a review and opens nothing: who may see
 * them is what it was, and lowering takes two people.
 */
export function dueForReview(grant: Grant, programId: string, page: PageRequest): Promise<Page<RowOf<"asset">>> {
  return grant.read.dueForReview(programId, dayOf(grant.now()), page);
}

/** A page of the labels of an asset. */
export function labelsOfAsset(grant: Grant, asset: RowOf<"asset">, page: PageRequest): Promise<Page<RowOf<"label">>> {
  return grant.read.page("label", { parent: "asset", id: asset.id }, page, { dataset: asset.datasetId });
}

/**
 * What the caller may know of a dataset's content marking: the join of what he sees in it with the compilations that he
 * may see. Never derived from a row that is hidden from him, so that it is the same in a world without those rows (I2).
 */
export async function contentMarking(grant: Grant, dataset: RowOf<"dataset">): Promise<{ banner: string }> {
  const compilations = await grant.read.all("compilation", { parent: "dataset", id: dataset.id }, 20, "t.marking_id");
  const held = await grant.read.heldMarkings(dataset.id);
  const ids = [dataset.markingId, ...compilations.map((c) => c.markingId), ...held];
  const markings = await Promise.all([...new Set(ids)].map((id) => grant.marking(id)));
  const summary = grant.office.summarize(markings);
  return { banner: summary?.banner ?? "" };
}

/** Size of an asset's pixel grid; null until its bytes have been received. */
export function contentOf(grant: Grant, assetId: string): Promise<RowOf<"assetContent"> | null> {
  return grant.read.byId("assetContent", assetId, "asset");
}
