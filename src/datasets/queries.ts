import { command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import type { Page, PageRequest } from "../storage/ports.ts";
import { dayOf } from "./authority.ts";
import type { RowOf } from "../storage/tables.ts";

/** Nouns that have a page of their own. */
export type ListedNoun = "dataset" | "ontology" | "asset" | "label" | "delivery";

/** Nouns that can be asked for by id. */
export type NodeNoun = "program" | "dataset" | "ontology" | "asset" | "label" | "delivery" | "project" | "task";

/** Rows of a page of a dataset of which nothing is to be taken together. */
const UNAGGREGATED = 10;
/** How often a page of labels is filled up before it ends early. */
const TURNS = 50;

/** A page that was filled from what follows: the next one begins after `endKey`. */
export interface FilledPage<R> extends Page<R> {
  readonly endKey?: string;
}

/** The order of a list and what it is narrowed by. */
export type ListQuery = Required<Pick<PageRequest, "sort" | "where">>;

/** The row of a node. */
export type NodeRow<N extends NodeNoun> = RowOf<N>;

/** One object by id; null when it is absent or hidden, or a label that a rule withholds from the caller. */
export function byId<N extends NodeNoun>(noun: N): Command<{ id: string }, NodeRow<N> | null> {
  const parts = {
    name: `${noun}ById`,
    action: `${noun}.read`,
    target: ({ id }: { id: string }) => ({ noun, id }),
  } as const;
  if (noun !== "label")
    return command({ ...parts, run: (grant, { id }) => grant.read.byId(noun, id), showsTarget: true });
  return command<{ id: string }, NodeRow<N> | null>({
    ...parts,
    async run(grant, { id }) {
      const label = await grant.read.byId("label", id);
      return (
        label && (await shownLabels(grant, label.datasetId, [label])).length > 0 ? label : null
      ) as NodeRow<N> | null;
    },
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

/** A page of the assets or labels of a dataset, but for the labels that a rule withholds from the caller. */
export async function pageOfDataset<N extends "asset" | "label">(
  grant: Grant,
  noun: N,
  datasetId: string,
  page: PageRequest,
): Promise<FilledPage<RowOf<N>>> {
  const key = { parent: "dataset", id: datasetId } as const;
  if (noun === "label") return (await labelPage(grant, key, datasetId, page)) as unknown as FilledPage<RowOf<N>>;
  const first = await pageSize(grant, datasetId, page.first);
  return grant.read.page(noun, key, { ...page, first }, { dataset: datasetId });
}

/** Sends the statement of such a page before it is asked for. */
export function pageOfDatasetAhead(grant: Grant, noun: "asset" | "label", datasetId: string, page: PageRequest): void {
  grant.read.ahead(noun, { parent: "dataset", id: datasetId }, page, { dataset: datasetId });
}

/**
 * A page of a program's assets whose day of declassification has come. It asks for a review and opens nothing: who may see
 * them is what it was, and lowering takes two people.
 */
export function dueForReview(grant: Grant, programId: string, page: PageRequest): Promise<Page<RowOf<"asset">>> {
  return grant.read.dueForReview(programId, dayOf(grant.now()), page);
}

/** A page of the labels of an asset. */
export function labelsOfAsset(
  grant: Grant,
  asset: RowOf<"asset">,
  page: PageRequest,
): Promise<FilledPage<RowOf<"label">>> {
  return labelPage(grant, { parent: "asset", id: asset.id }, asset.datasetId, page);
}

/** How many rows a page may have: few where the caller knows that nothing of the dataset is to be taken together. */
async function pageSize(grant: Grant, datasetId: string, first: number): Promise<number> {
  const rule = (await grant.together.rules(datasetId)).find(({ counts }) => counts === null);
  if (!rule) return first;
  grant.together.disclose(rule.marking);
  return Math.min(first, UNAGGREGATED);
}

/** Those of the labels that no rule withholds from the caller. */
export async function shownLabels(
  grant: Grant,
  datasetId: string,
  labels: readonly RowOf<"label">[],
): Promise<readonly RowOf<"label">[]> {
  const withheld = await grant.together.withheld(
    datasetId,
    labels.map(({ id }) => id),
    async (ids) => new Map((await grant.read.latestRevisions(ids)).map(({ labelId, classId }) => [labelId, classId])),
  );
  return withheld.size === 0 ? labels : labels.filter(({ id }) => !withheld.has(id));
}

/** Those of the labels with these ids that the caller may see, but for those that a rule withholds from him. */
export async function labelsByIds(
  grant: Grant,
  datasetId: string,
  ids: readonly string[],
): Promise<readonly RowOf<"label">[]> {
  return shownLabels(grant, datasetId, await grant.read.some("label", ids));
}

/**
 * A page of labels. Where some are withheld it is filled from what follows, so that its length does not tell how many; after
 * so many turns it ends early, and the next page goes on from there.
 */
async function labelPage(
  grant: Grant,
  key: Parameters<Grant["read"]["page"]>[1],
  datasetId: string,
  page: PageRequest,
): Promise<FilledPage<RowOf<"label">>> {
  const first = await pageSize(grant, datasetId, page.first);
  const keys = new Map<RowOf<"label">, string>();
  for (let { after } = page, turn = 1; ; turn += 1) {
    const request = { ...page, first: first - keys.size, after };
    const found = await grant.read.page("label", key, request, { dataset: datasetId });
    const keyOf = (row: RowOf<"label">): string => found.keyOf?.(row) ?? row.id;
    const shown = await shownLabels(grant, datasetId, found.rows);
    if (turn === 1 && shown.length === found.rows.length) return found;
    for (const row of shown) keys.set(row, keyOf(row));
    const last = found.rows.at(-1);
    after = last ? keyOf(last) : after;
    if (keys.size === first || !found.hasNextPage || turn === TURNS) {
      return {
        rows: [...keys.keys()],
        hasNextPage: found.hasNextPage,
        keyOf: (row) => keys.get(row) ?? row.id,
        ...(after === null ? {} : { endKey: after }),
      };
    }
  }
}

/**
 * How many assets or labels of a dataset the caller may see; null where he knows a rule by which that many may be more than
 * he may read, or nothing is to be counted.
 */
export async function countOf(grant: Grant, noun: "asset" | "label", datasetId: string): Promise<number | null> {
  const rules = await grant.together.rules(datasetId);
  const count = await grant.read.count(noun, datasetId);
  const speaking = rules.filter(({ counts }) => counts === null || (noun === "label" && count >= counts.atLeast));
  for (const { marking, whole, readsWhole } of speaking) grant.together.disclose(readsWhole ? whole : marking);
  return speaking.some(({ counts, readsWhole }) => counts === null || !readsWhole) ? null : count;
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

/** Of these assets the sizes of their pixel grids, but for those whose bytes have not been received. */
export async function contentsOf(grant: Grant, assetIds: readonly string[]): Promise<RowOf<"assetContent">[]> {
  const found = await Promise.all(assetIds.map((id) => grant.read.byId("assetContent", id, "asset")));
  return found.filter((content) => content !== null);
}
