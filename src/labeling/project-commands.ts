import { randomUUID } from "node:crypto";
import { nameOf } from "../datasets/commands.ts";
import type { Made } from "../datasets/commands.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant, Readers } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";

const MOST_TASKS = 500;
const MOST_GUIDELINES = 200;
const BODY = /^(?:[^\p{C}]|[\t\n]|\p{Cf})*$/u;
const MOST_BODY = 20_000;

/** Input of a new project. Every text comes from the caller. */
export interface CreateProjectInput {
  readonly datasetId: string;
  readonly name: string;
  /** How many people label each image apart from each other, 1 to 9; where it is more than one, somebody else chooses. */
  readonly opinions: number;
  /** Whether somebody else judges what one person labeled. */
  readonly reviewed: boolean;
  /** How long a task is somebody's without a sign of life, 10 to 28,800 seconds. */
  readonly leaseSeconds: number;
  /** After how many people put a task back it is set aside, 1 to 9; 0 where nobody may. */
  readonly skipLimit: number;
  /** Banner or portion; the join of dataset and classes where none is given. */
  readonly marking: string | null;
  /** Lists of those who may take part; everybody of the program who may label where none is given. */
  readonly readers: Readers | null;
  readonly guidelines: string | null;
}

function within(value: number, least: number, most: number, path: string): number {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UserError("INVALID_INPUT", `a whole number from ${least} to ${most}`, [path]);
  return value;
}

function bodyOf(text: string, path: string): string {
  const body = text.normalize("NFC").replaceAll("\r\n", "\n");
  if (body.trim() === "" || body.length > MOST_BODY || !BODY.test(body))
    throw new UserError("INVALID_INPUT", "1 to 20,000 characters of text", [path]);
  return body;
}

async function writeGuideline(
  grant: Grant,
  project: Pick<RowOf<"project">, "id" | "datasetId" | "programId" | "datasetMarkingId" | "markingId">,
  marking: InternedMarking,
  body: string,
): Promise<string> {
  const key = { parent: "project", id: project.id } as const;
  const versions = await grant.read.all("guideline", key, MOST_GUIDELINES + 1, "t.created_at desc, t.id");
  if (versions.length > MOST_GUIDELINES) throw new UserError("INVALID_INPUT", "too many versions", ["text"]);
  const last = versions.filter(({ countedMarkingId }) => countedMarkingId === marking.id).map(({ version }) => version);
  const row = {
    id: randomUUID(),
    projectId: project.id,
    datasetId: project.datasetId,
    programId: project.programId,
    datasetMarkingId: project.datasetMarkingId,
    projectMarkingId: project.markingId,
    markingId: marking.id,
    authorId: grant.principal.personId,
    countedMarkingId: marking.id,
    version: Math.max(0, ...last) + 1,
    body,
    createdAt: grant.now(),
  };
  try {
    await grant.insert("guideline", [row], "project.create", [await grant.marking(project.markingId)]);
  } catch (error) {
    if (isUniqueViolation(error)) throw new UserError("STALE", "somebody else wrote a version meanwhile", ["text"]);
    throw error;
  }
  return row.id;
}

/** Makes a project of a dataset: who labels its images how. Its images become tasks by {@link addTasks}. */
export const createProject: Command<CreateProjectInput, Made> = command({
  name: "projectCreate",
  action: "project.create",
  target: ({ datasetId }) => ({ noun: "dataset", id: datasetId }),
  async run(grant, input) {
    const dataset = await grant.read.byId("dataset", input.datasetId);
    const version = dataset && (await grant.read.byId("ontologyVersion", dataset.ontologyVersionId));
    if (!dataset || !version) throw new UserError("NOT_FOUND", "not found");
    const sources = [
      await grant.marking(dataset.markingId),
      await grant.marking(version.ontologyMarkingId),
      await grant.marking(version.markingId),
    ] as const;
    const { readers } = input;
    const marking = await grant.markingOf(input.marking, [...sources], "project.create", dataset.programId, {
      readers,
    });
    const row = {
      id: randomUUID(),
      datasetId: dataset.id,
      programId: dataset.programId,
      datasetMarkingId: dataset.markingId,
      markingId: marking.id,
      authorId: grant.principal.personId,
      ontologyVersionId: version.id,
      name: nameOf(input.name, "name"),
      opinions: within(input.opinions, 1, 9, "opinions"),
      reviewed: input.reviewed,
      leaseSeconds: within(input.leaseSeconds, 10, 28_800, "leaseSeconds"),
      skipLimit: within(input.skipLimit, 0, 9, "skipLimit"),
      createdAt: grant.now(),
    };
    await grant.insert("project", [row], "project.create", sources);
    if (input.guidelines !== null) await writeGuideline(grant, row, marking, bodyOf(input.guidelines, "guidelines"));
    return { id: row.id };
  },
});

/** Writes the next version of a project's guidelines, at the project's marking or above it. */
export const addGuideline: Command<{ projectId: string; text: string; marking: string | null }, Made> = command({
  name: "guidelineAdd",
  action: "project.create",
  target: ({ projectId }) => ({ noun: "project", id: projectId }),
  async run(grant, input) {
    const project = await grant.read.byId("project", input.projectId);
    if (!project) throw new UserError("NOT_FOUND", "not found");
    const own = await grant.marking(project.markingId);
    const marking = await grant.markingOf(input.marking, [own], "project.create", project.programId);
    await writeGuideline(grant, project, marking, bodyOf(input.text, "text"));
    return { id: project.id };
  },
});

/** Images that become tasks of a project. */
export interface AddTasksInput {
  readonly projectId: string;
  /** 1 to 500. */
  readonly assetIds: readonly string[];
  /** 0 to 9; those with the highest are handed out first. */
  readonly priority: number;
  /** Banner or portion of the tasks; for each the join of image, classes and project where none is given. */
  readonly marking: string | null;
}

/**
 * Makes images tasks of a project. Those of which it has a task under the same marking already are passed over. A task never
 * stands below its image, the classes, and the project with the guidelines at its marking.
 */
export const addTasks: Command<AddTasksInput, { id: string; added: number }> = command({
  name: "projectTasksAdd",
  action: "task.create",
  target: ({ projectId }) => ({ noun: "project", id: projectId }),
  async run(grant, { projectId, assetIds, priority, marking: text }) {
    const project = await grant.read.byId("project", projectId);
    const version = project && (await grant.read.byId("ontologyVersion", project.ontologyVersionId));
    if (!project || !version) throw new UserError("NOT_FOUND", "not found");
    // In one order, whoever adds them: two who add the same ones do not wait for each other crosswise.
    const ids = [...new Set(assetIds)].toSorted();
    if (ids.length === 0 || ids.length > MOST_TASKS)
      throw new UserError("INVALID_INPUT", "1 to 500 images at once", ["assetIds"]);
    within(priority, 0, 9, "priority");
    const of = [
      await grant.marking(project.markingId),
      await grant.marking(version.ontologyMarkingId),
      await grant.marking(version.markingId),
    ] as const;
    const rows: RowOf<"task">[] = [];
    for (const [index, id] of ids.entries()) {
      const asset = isId(id) ? await grant.read.byId("asset", id) : null;
      if (!asset || asset.datasetId !== project.datasetId)
        throw new UserError("NOT_FOUND", "not found", ["assetIds", String(index)]);
      const sources = [...of, await grant.marking(asset.markingId)] as const;
      const marking = await grant.markingOf(text, [...sources], "task.create", project.programId);
      rows.push({
        id: randomUUID(),
        projectId: project.id,
        datasetId: project.datasetId,
        assetId: asset.id,
        programId: project.programId,
        datasetMarkingId: project.datasetMarkingId,
        assetMarkingId: asset.markingId,
        projectMarkingId: project.markingId,
        markingId: marking.id,
        authorId: grant.principal.personId,
        madeMarkingId: marking.id,
        priority,
        stage: "LABEL",
        round: 1,
        leasedUntil: null,
        createdAt: grant.now(),
      });
    }
    const there = await grant.tasks.assetsWithTask(
      project.id,
      [...new Set(rows.map(({ madeMarkingId }) => madeMarkingId))],
      rows.map(({ assetId }) => assetId),
    );
    const fresh = rows.filter(({ assetId, madeMarkingId }) => !there.has(`${assetId} ${madeMarkingId}`));
    try {
      await grant.insert("task", fresh, "task.create", of);
    } catch (error) {
      if (isUniqueViolation(error)) throw new UserError("STALE", "somebody else added some of them meanwhile");
      throw error;
    }
    return { id: project.id, added: fresh.length };
  },
});
