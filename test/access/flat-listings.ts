import { people } from "../../src/administration/people.ts";
import { explainReaders } from "../../src/administration/explain.ts";
import { explainReach } from "../../src/administration/reach.ts";
import { distributionLists } from "../../src/datasets/list-commands.ts";
import { projectWork } from "../../src/labeling/project-work.ts";
import { draftOf, earlierOf, preLabelsOf, progressOf } from "../../src/labeling/task-queries.ts";
import { quarantinedOf } from "../../src/datasets/quarantine.ts";
import { programs } from "../../src/datasets/queries.ts";
import { CLIENT } from "../../src/demonstration/people.ts";
import type { Level } from "../../src/markings/index.ts";
import type { Grant } from "../../src/policy/grant.ts";
import { HISTORIES, LISTS } from "../../src/storage/lists.ts";
import type { ListFilter, ListSort, ListedNoun } from "../../src/storage/lists.ts";
import { KIND } from "./flat-world.ts";
import type { FlatWorld } from "./flat-world.ts";

/** What one list reads: a page from its beginning and the one after it, or a whole history. */
export interface Listing {
  readonly name: string;
  readonly as: readonly [handle: string, level: Level];
  readonly read: (grant: Grant) => Promise<readonly object[]>;
}

interface Paged {
  readonly rows: readonly { readonly id: string }[];
  readonly hasNextPage: boolean;
}

/** Two pages of a command, one after the other. */
async function twoPages(
  page: (after: string | null) => Promise<Paged | null | undefined>,
): Promise<readonly { readonly id: string }[]> {
  const first = await page(null);
  const after = first?.rows.at(-1)?.id ?? null;
  const second = after === null ? null : await page(after);
  return [...(first?.rows ?? []), ...(second?.rows ?? [])];
}

function holderOf({ house, datasetId, projectId }: FlatWorld, noun: ListedNoun) {
  if (noun === "proposal") return { key: { parent: "kind", id: KIND }, holder: { kind: KIND } } as const;
  if (noun === "task") return { key: { parent: "project", id: projectId }, holder: { dataset: datasetId } } as const;
  if (noun === "asset" || noun === "label" || noun === "project")
    return { key: { parent: "dataset", id: datasetId }, holder: { dataset: datasetId } } as const;
  return { key: { parent: "program", id: house.programId }, holder: { program: house.programId } } as const;
}

function readerOf(noun: ListedNoun): Listing["as"] {
  if (noun === "proposal") return ["sofia", "S"];
  return [noun === "delivery" ? "petra" : "ana", "S"];
}

type Below =
  | ReturnType<typeof holderOf>
  | { readonly key: { parent: "asset"; id: string }; holder: { dataset: string } };

function pages(
  world: FlatWorld,
  noun: ListedNoun,
  sort: ListSort,
  filters: readonly ListFilter[],
  [name, { key, holder }]: readonly [string, Below],
): Listing {
  const values = { authorId: world.house.personId("rita"), assetId: world.assetId };
  const where = Object.fromEntries(filters.map((filter) => [filter, values[filter]]));
  const read = async ({ read: reader }: Grant): Promise<readonly object[]> => {
    const first = await reader.page(noun, key, { first: 20, after: null, sort, where }, holder);
    const last = first.rows.at(-1);
    const after = last && first.keyOf ? first.keyOf(last) : null;
    const second = await reader.page(noun, key, { first: 20, after, sort, where }, holder);
    return [...first.rows, ...second.rows];
  };
  return { name: `${name}, ${sort}${filters.map((filter) => `, by ${filter}`).join("")}`, as: readerOf(noun), read };
}

/** Every order and filter that a noun's list offers. */
function everyPage(world: FlatWorld, noun: ListedNoun, below: readonly [string, Below]): Listing[] {
  const { sorts, filters }: { sorts: readonly ListSort[]; filters: readonly ListFilter[] } = LISTS[noun];
  const narrowed = [[], ...filters.map((filter) => [filter]), ...(filters.length > 1 ? [filters] : [])];
  return sorts.flatMap((sort) => narrowed.map((some) => pages(world, noun, sort, some, below)));
}

/** Lists that a command reads in its own way. */
function ofCommands(world: FlatWorld): Listing[] {
  const officer = ["sofia", "S"] as const;
  const object = { noun: "dataset", objectId: world.datasetId, action: "dataset.read", clientId: CLIENT.id } as const;
  const personId = world.house.personId("ben");
  return [
    { name: "people", as: officer, read: (grant) => twoPages((after) => people.run(grant, { first: 10, after })) },
    {
      name: "people in a session of U",
      as: ["sofia", "U"],
      read: (grant) => twoPages((after) => people.run(grant, { first: 10, after })),
    },
    {
      name: "readers of an object",
      as: officer,
      read: (grant) => twoPages((after) => explainReaders.run(grant, { ...object, first: 10, after })),
    },
    {
      name: "reach of a person",
      as: officer,
      read: (grant) =>
        twoPages((after) => explainReach.run(grant, { personId, clientId: CLIENT.id, first: 10, after })),
    },
    {
      name: "draft of a task",
      as: ["ana", "S"],
      read: async (grant) => [(await draftOf(grant, world.taskId)) ?? {}],
    },
    {
      name: "opinions of a task",
      as: ["ana", "S"],
      read: async (grant) => {
        const task = await grant.read.byId("task", world.taskId);
        return task ? [task, ...(await grant.tasks.opinions(task))] : [];
      },
    },
    {
      name: "what a task's next round begins with",
      as: ["ana", "S"],
      read: async (grant) => {
        const task = await grant.read.byId("task", world.taskId);
        return task ? [task, ...(await earlierOf(grant, { ...task, round: task.round + 1 }))] : [];
      },
    },
    {
      name: "pre-labels of a task",
      as: ["ana", "S"],
      read: async (grant) => {
        const task = await grant.read.byId("task", world.taskId);
        return task ? [task, ...(await preLabelsOf(grant, task, 0, 100))] : [];
      },
    },
    {
      name: "work on a project",
      as: ["sam", "S"],
      read: async (grant) => {
        const project = await grant.read.byId("project", world.projectId);
        // The moment at which it was asked is another each time.
        return project ? [{ ...(await projectWork(grant, project, 30)), at: null }] : [];
      },
    },
    {
      name: "progress of a project",
      as: ["ana", "S"],
      read: async (grant) => {
        const project = await grant.read.byId("project", world.projectId);
        return project ? [await progressOf(grant, project)] : [];
      },
    },
    {
      name: "distribution lists",
      as: ["ana", "S"],
      read: (grant) => twoPages((after) => distributionLists.run(grant, { first: 10, after })),
    },
    {
      name: "assets due for review",
      as: ["ana", "S"],
      read: (grant) =>
        twoPages((after) => grant.read.dueForReview(world.house.programId, "20301231", { first: 20, after })),
    },
    {
      name: "images in quarantine",
      as: ["ana", "S"],
      read: (grant) => twoPages((after) => quarantinedOf(grant, world.house.programId, { first: 20, after })),
    },
    {
      name: "programs",
      as: ["ana", "S"],
      read: (grant) => twoPages((after) => programs.run(grant, { first: 10, after })),
    },
  ];
}

/** Every list, order, filter and history that is offered. */
export function offered(world: FlatWorld): Listing[] {
  const nouns = Object.keys(LISTS) as ListedNoun[];
  const lists = nouns.flatMap((noun) => everyPage(world, noun, [`${noun}s`, holderOf(world, noun)]));
  const ofAsset = everyPage(world, "label", [
    "labels of an asset",
    { key: { parent: "asset", id: world.assetId }, holder: { dataset: world.datasetId } },
  ]);
  const parents = {
    dataset: world.datasetId,
    label: world.labelId,
    ontology: world.ontologyId,
    version: world.versionId,
    project: world.projectId,
    task: world.taskId,
  };
  const orders = {
    compilation: "t.id",
    compilationRule: "t.id",
    labelRevision: "t.ordinal desc, t.created_at desc, t.id",
    labelReview: "t.created_at desc, t.id",
    ontologyVersion: "t.version desc, t.id",
    ontologyClass: "t.key, t.id",
    guideline: "t.created_at desc, t.id",
    taskAct: "t.created_at desc, t.id",
    taskDraft: "t.created_at desc, t.id",
  };
  const histories = (Object.keys(HISTORIES) as (keyof typeof HISTORIES)[]).map((name): Listing => {
    const parent = HISTORIES[name];
    return {
      name: `${name}s of a ${parent}`,
      as: ["ana", "S"],
      read: (grant) => grant.read.all(name, { parent, id: parents[parent] }, 20, orders[name]),
    };
  });
  const latest: Listing = {
    name: "latest revisions",
    as: ["ana", "S"],
    read: (grant) => grant.read.latestRevisions([world.labelId]),
  };
  return [...lists, ...ofAsset, ...histories, latest, ...ofCommands(world)];
}
