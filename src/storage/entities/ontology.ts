import { defineEntity, p } from "@mikro-orm/core";

/** An ontology: the classes that labels of a program may take. */
export const Ontology = defineEntity({
  name: "Ontology",
  schema: "data",
  tableName: "ontology",
  properties: { id: p.uuid().primary(), programId: p.uuid(), markingId: p.uuid(), authorId: p.uuid(), name: p.text() },
});

/** A version of an ontology; labels are bound to a version. */
export const OntologyVersion = defineEntity({
  name: "OntologyVersion",
  schema: "data",
  tableName: "ontology_version",
  properties: {
    id: p.uuid().primary(),
    ontologyId: p.uuid(),
    programId: p.uuid(),
    ontologyMarkingId: p.uuid(),
    markingId: p.uuid(),
    authorId: p.uuid(),
    version: p.integer(),
  },
});

/** A class of a version, with a marking of its own: a class name can be classified. */
export const OntologyClass = defineEntity({
  name: "OntologyClass",
  schema: "data",
  tableName: "ontology_class",
  properties: {
    id: p.uuid().primary(),
    versionId: p.uuid(),
    programId: p.uuid(),
    ontologyMarkingId: p.uuid(),
    markingId: p.uuid(),
    key: p.text(),
    definition: p.json<unknown>(),
  },
});
