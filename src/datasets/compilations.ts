import { randomUUID } from "node:crypto";
import { dominates } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { nameOf } from "./commands.ts";
import type { Made } from "./commands.ts";

const MOST = 100;

/** A compilation for a dataset that is there. Texts come from the caller. */
export interface AddCompilationInput {
  readonly datasetId: string;
  readonly marking: string;
  readonly reason: string;
}

/**
 * Says at once that a dataset as a whole is marked higher (standards B.6): its content marking, and every delivery of it. One
 * person raises it; two take it away.
 */
export const addCompilation: Command<AddCompilationInput, Made> = command({
  name: "datasetCompilationAdd",
  action: "marking.raise",
  target: ({ datasetId }) => ({ noun: "dataset", id: datasetId }),
  async run(grant, input) {
    const { dataset, own } = await datasetOf(grant, input.datasetId);
    const marking = await grant.markingOf(input.marking, [own], "marking.raise", dataset.programId);
    const row: RowOf<"compilation"> = {
      id: randomUUID(),
      datasetId: dataset.id,
      markingId: marking.id,
      programId: dataset.programId,
      datasetMarkingId: dataset.markingId,
      reason: nameOf(input.reason, "reason"),
    };
    try {
      await grant.insert("compilation", [row], "marking.raise", [own]);
    } catch (error) {
      if (isUniqueViolation(error)) throw new UserError("ALREADY_DONE", "it is compiled to this marking", ["marking"]);
      throw error;
    }
    return { id: dataset.id };
  },
});

async function datasetOf(grant: Grant, id: string): Promise<{ dataset: RowOf<"dataset">; own: InternedMarking }> {
  const dataset = await grant.read.byId("dataset", id);
  if (!dataset) throw new UserError("NOT_FOUND", "not found", ["datasetId"]);
  return { dataset, own: await grant.marking(dataset.markingId) };
}

/** A rule about what labels of a dataset are together. Texts and numbers come from the caller. */
export interface AddRuleInput {
  readonly datasetId: string;
  /** Banner or portion of the rule itself: who reads that is told of it, and bound by it in what he is shown. */
  readonly marking: string;
  readonly reason: string;
  /** Null: nothing of the dataset is to be taken together. */
  readonly counts: {
    /** A class of the dataset's ontology version. */
    readonly classKey: string;
    /** At least 2. */
    readonly atLeast: number;
    /** What was shown longer ago counts no more; 1 to 87600. */
    readonly windowHours: number;
    /** Banner or portion of as many labels together. */
    readonly marking: string;
  } | null;
}

const inRange = (value: number, least: number, most: number, path: string): number => {
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UserError("INVALID_INPUT", `${least} to ${most}`, [path]);
  return value;
};

/** States a rule at once; it is in force everywhere within a second. Deliveries that stand below it are held. */
export const addRule: Command<AddRuleInput, Made> = command({
  name: "compilationRuleAdd",
  action: "marking.raise",
  target: ({ datasetId }) => ({ noun: "dataset", id: datasetId }),
  async run(grant, input) {
    const { dataset, own } = await datasetOf(grant, input.datasetId);
    const counted = input.counts && (await classOf(grant, dataset, input.counts.classKey));
    const sources = [own, ...(counted ? counted.markings : [])] as const;
    const marking = await grant.markingOf(input.marking, [...sources], "marking.raise", dataset.programId);
    const whole = input.counts
      ? await grant.markingOf(input.counts.marking, [...sources], "marking.raise", dataset.programId)
      : marking;
    // Whoever reads the whole knows why he may: a rule is never above what it speaks of.
    if (!dominates(whole.effective, marking.effective))
      throw new UserError("MARKING_TOO_LOW", "the whole is marked below its rule", ["counts", "marking"]);
    const row: RowOf<"compilationRule"> = {
      id: randomUUID(),
      datasetId: dataset.id,
      programId: dataset.programId,
      datasetMarkingId: dataset.markingId,
      markingId: marking.id,
      wholeMarkingId: whole.id,
      classId: counted ? counted.id : null,
      atLeast: input.counts && inRange(input.counts.atLeast, 2, 1_000_000_000, "atLeast"),
      windowHours: input.counts && inRange(input.counts.windowHours, 1, 87_600, "windowHours"),
      reason: nameOf(input.reason, "reason"),
      authorId: grant.principal.personId,
      createdAt: grant.now(),
    };
    await grant.insert("compilationRule", [row], "marking.raise", [...sources]);
    grant.together.forget(dataset.id);
    return { id: dataset.id };
  },
});

/** A class of a dataset's ontology that the caller sees; where one key stands at several markings, the lowest by id. */
async function classOf(
  grant: Grant,
  dataset: RowOf<"dataset">,
  key: string,
): Promise<{ id: string; markings: InternedMarking[] }> {
  const version = { parent: "version", id: dataset.ontologyVersionId } as const;
  const found = (await grant.read.all("ontologyClass", version, 1_000, "t.id")).find((one) => one.key === key);
  if (!found) throw new UserError("NOT_FOUND", "not found", ["counts", "classKey"]);
  return {
    id: found.id,
    markings: [await grant.marking(found.ontologyMarkingId), await grant.marking(found.markingId)],
  };
}

/** Why a dataset is more than it holds, of what the caller may see. */
export function compilationsOf(grant: Grant, datasetId: string): Promise<RowOf<"compilation">[]> {
  return grant.read.all("compilation", { parent: "dataset", id: datasetId }, MOST, "t.id");
}

/** The rules about what labels of a dataset are together, of those that the caller may see. */
export function rulesOf(grant: Grant, datasetId: string): Promise<RowOf<"compilationRule">[]> {
  return grant.read.all("compilationRule", { parent: "dataset", id: datasetId }, MOST, "t.id");
}

/** What a rule says of as many labels together; null to who may not read that, from whom it withholds them. */
export async function wholeOf(grant: Grant, rule: RowOf<"compilationRule">): Promise<InternedMarking | null> {
  const whole = await grant.marking(rule.wholeMarkingId);
  if (!grant.together.may("dataset.read", whole)) return null;
  grant.together.disclose(whole);
  return whole;
}

/** Who was shown as many labels as a rule speaks of, by id; null to who may not raise markings there. */
export async function reachedBy(grant: Grant, rule: RowOf<"compilationRule">): Promise<string[] | null> {
  const whole = await grant.marking(rule.wholeMarkingId);
  const people = await grant.together.reachedBy(rule.id, whole);
  if (people !== null) grant.together.disclose(whole);
  return people;
}
