import { randomUUID } from "node:crypto";
import { nameOf, refuseTaken } from "../datasets/commands.ts";
import type { Made } from "../datasets/commands.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant } from "../policy/grant.ts";
import type { InternedMarking } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { parseOntology } from "./ontology-check.ts";

/** A class as a caller states it: its definition and, where its very name is classified, a marking of its own. */
export interface ClassInput {
  readonly definition: unknown;
  readonly marking: string | null;
}

async function writeVersion(
  grant: Grant,
  ontology: { readonly id: string; readonly programId: string; readonly markingId: string },
  version: number,
  marking: InternedMarking,
  classes: readonly ClassInput[],
): Promise<string> {
  const parsed = parseOntology({ classes: classes.map((input) => input.definition) });
  if (!parsed.ok) throw new UserError("INVALID_INPUT", parsed.code, ["classes", parsed.at]);
  const id = randomUUID();
  const row = {
    id,
    ontologyId: ontology.id,
    programId: ontology.programId,
    ontologyMarkingId: ontology.markingId,
    markingId: marking.id,
    authorId: grant.principal.personId,
    version,
  };
  await refuseTaken("version", () => grant.insert("ontologyVersion", [row], "ontology.create", [marking]));
  const rows: RowOf<"ontologyClass">[] = [];
  for (const [index, definition] of parsed.ontology.classes.entries()) {
    const own = await grant.markingOf(
      classes[index]?.marking ?? null,
      [marking],
      "ontology.create",
      ontology.programId,
    );
    rows.push({
      id: randomUUID(),
      versionId: id,
      programId: ontology.programId,
      ontologyMarkingId: ontology.markingId,
      markingId: own.id,
      key: definition.key,
      definition,
    });
  }
  await grant.insert("ontologyClass", rows, "ontology.create", [marking]);
  return id;
}

/** Input of a new ontology. */
export interface CreateOntologyInput {
  readonly programId: string;
  readonly name: string;
  readonly marking: string;
  readonly classes: readonly ClassInput[];
}

/** Creates an ontology with its first version. */
export const createOntology: Command<CreateOntologyInput, Made> = command({
  name: "ontologyCreate",
  action: "ontology.create",
  target: ({ programId }) => ({ noun: "program", id: programId }),
  async run(grant, input) {
    const program = await grant.read.byId("program", input.programId);
    if (!program) throw new UserError("NOT_FOUND", "not found");
    const source = await grant.marking(program.markingId);
    const marking = await grant.markingOf(input.marking, [source], "ontology.create", program.id);
    const ontology = {
      id: randomUUID(),
      programId: program.id,
      markingId: marking.id,
      authorId: grant.principal.personId,
      name: nameOf(input.name, "name"),
    };
    await refuseTaken("name", () => grant.insert("ontology", [ontology], "ontology.create", [source]));
    await writeVersion(grant, ontology, 1, marking, input.classes);
    return { id: ontology.id };
  },
});

/** Creates the next version of an ontology; labels stay bound to the version they were made under. */
export const createOntologyVersion: Command<{ ontologyId: string; classes: readonly ClassInput[] }, Made> = command({
  name: "ontologyVersionCreate",
  action: "ontology.create",
  target: ({ ontologyId }) => ({ noun: "ontology", id: ontologyId }),
  async run(grant, { ontologyId, classes }) {
    const ontology = await grant.read.byId("ontology", ontologyId);
    if (!ontology) throw new UserError("NOT_FOUND", "not found");
    const versions = await grant.read.all(
      "ontologyVersion",
      { parent: "ontology", id: ontologyId },
      1,
      "t.version desc",
    );
    const marking = await grant.marking(ontology.markingId);
    return { id: await writeVersion(grant, ontology, (versions[0]?.version ?? 0) + 1, marking, classes) };
  },
});
