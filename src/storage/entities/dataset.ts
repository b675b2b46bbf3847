import { defineEntity, p } from "@mikro-orm/core";

/** A program: the unit of need to know. */
export const Program = defineEntity({
  name: "Program",
  schema: "data",
  tableName: "program",
  properties: { id: p.uuid().primary(), markingId: p.uuid(), name: p.text() },
});

/** A dataset with its own marking (its name and existence). */
export const Dataset = defineEntity({
  name: "Dataset",
  schema: "data",
  tableName: "dataset",
  properties: {
    id: p.uuid().primary(),
    programId: p.uuid(),
    markingId: p.uuid(),
    authorId: p.uuid(),
    ontologyVersionId: p.uuid(),
    name: p.text(),
    createdAt: p.datetime(),
  },
});

/** What a compilation adds to a dataset's content marking, and why. */
export const DatasetCompilation = defineEntity({
  name: "DatasetCompilation",
  schema: "data",
  tableName: "dataset_compilation",
  properties: {
    datasetId: p.uuid().primary(),
    markingId: p.uuid().primary(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
    reason: p.text(),
    id: p.uuid(),
  },
});

/**
 * What labels of a dataset are together: at least so many of a class within so many hours are marked like the whole. Without
 * class, number and hours nothing of the dataset is to be taken together.
 */
export const CompilationRule = defineEntity({
  name: "CompilationRule",
  schema: "data",
  tableName: "compilation_rule",
  properties: {
    id: p.uuid().primary(),
    datasetId: p.uuid(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
    markingId: p.uuid(),
    wholeMarkingId: p.uuid(),
    classId: p.uuid().nullable(),
    atLeast: p.integer().nullable(),
    windowHours: p.integer().nullable(),
    reason: p.text(),
    authorId: p.uuid(),
    createdAt: p.datetime(),
  },
});

/** Which markings a dataset holds of each noun. */
export const DatasetMarking = defineEntity({
  name: "DatasetMarking",
  schema: "data",
  tableName: "dataset_marking",
  properties: {
    datasetId: p.uuid().primary(),
    noun: p.text().primary(),
    markingId: p.uuid().primary(),
    programId: p.uuid(),
    datasetMarkingId: p.uuid(),
  },
});
