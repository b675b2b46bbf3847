import { randomUUID } from "node:crypto";
import type { AuthorityLines } from "../markings/index.ts";
import { UserError, command } from "../policy/command.ts";
import type { Command } from "../policy/command.ts";
import type { Grant, Readers } from "../policy/grant.ts";
import { isId } from "../policy/target.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import type { RowOf } from "../storage/tables.ts";
import { authorityColumns, deriveAuthority, givenAuthority } from "./authority.ts";

const NAME = /^[^\p{C}]{1,200}$/u;
const MEDIA_TYPES = ["image/png", "image/jpeg", "image/tiff", "image/webp", "image/nitf"] as const;

/** What an act made: ids only, so that a replay can read everything anew. */
export interface Made {
  readonly id: string;
}

/** A name or title from a caller. Throws INVALID_INPUT. */
export function nameOf(text: string, path: string): string {
  const name = text.normalize("NFC").trim();
  if (!NAME.test(name)) throw new UserError("INVALID_INPUT", "1 to 200 printable characters", [path]);
  return name;
}

/** Turns a broken unique key into the refusal that it stands for; keys hold the marking, so it tells of visible rows only. */
export async function refuseTaken<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isUniqueViolation(error)) throw new UserError("NAME_TAKEN", "this name is taken under this marking", [path]);
    throw error;
  }
}

/** Input of a new dataset. Every text comes from the caller. */
export interface CreateDatasetInput {
  readonly programId: string;
  readonly name: string;
  readonly marking: string;
  readonly ontologyVersionId: string;
  readonly compilation: { readonly marking: string; readonly reason: string } | null;
  /** Lists that its own marking stands under. */
  readonly readers?: Readers | null;
}

/** Creates a dataset below a program, with its own marking and the ontology version that its labels are checked against. */
export const createDataset: Command<CreateDatasetInput, Made> = command({
  name: "datasetCreate",
  action: "dataset.create",
  target: ({ programId }) => ({ noun: "program", id: programId }),
  async run(grant, input) {
    const program = await grant.read.byId("program", input.programId);
    const version = await visibleVersion(grant, input.ontologyVersionId);
    if (!program || !version || version.programId !== program.id)
      throw new UserError("NOT_FOUND", "not found", ["ontologyVersionId"]);
    // A dataset is made from its ontology as well: whoever sees the one must be able to see what its labels may say.
    const sources = [
      await grant.marking(program.markingId),
      await grant.marking(version.ontologyMarkingId),
      await grant.marking(version.markingId),
    ] as const;
    const marking = await grant.markingOf(input.marking, [...sources], "dataset.create", program.id, {
      readers: input.readers ?? null,
    });
    const id = randomUUID();
    const row = {
      id,
      programId: program.id,
      markingId: marking.id,
      authorId: grant.principal.personId,
      ontologyVersionId: version.id,
      name: nameOf(input.name, "name"),
      createdAt: grant.now(),
    };
    await refuseTaken("name", () => grant.insert("dataset", [row], "dataset.create", sources));
    // PostgreSQL refuses it at the end where its ontology was raised meanwhile.
    grant.executes();
    if (input.compilation) {
      const added = await grant.markingOf(input.compilation.marking, [marking], "dataset.create", program.id);
      const compilation = {
        id: randomUUID(),
        datasetId: id,
        markingId: added.id,
        programId: program.id,
        datasetMarkingId: marking.id,
        reason: nameOf(input.compilation.reason, "reason"),
      };
      await grant.insert("compilation", [compilation], "dataset.create", [marking]);
    }
    return { id };
  },
});

function visibleVersion(grant: Grant, id: string): Promise<RowOf<"ontologyVersion"> | null> {
  return isId(id) ? grant.read.byId("ontologyVersion", id) : Promise.resolve(null);
}

/** Input of a new asset. */
export interface CreateAssetInput {
  readonly datasetId: string;
  readonly title: string;
  readonly mediaType: string;
  /** Banner or portion; the dataset's own marking where none is given. */
  readonly marking: string | null;
  /** Lists that it stands under beside those of its dataset. */
  readonly readers?: Readers | null;
  /** Its classification authority block; where none is given and it is classified, it is derived from the program's guide. */
  readonly authority?: AuthorityLines | null;
}

/** Registers an asset; its bytes follow by PUT. */
export const createAsset: Command<CreateAssetInput, Made> = command({
  name: "assetCreate",
  action: "asset.create",
  target: ({ datasetId }) => ({ noun: "dataset", id: datasetId }),
  async run(grant, input) {
    const dataset = await grant.read.byId("dataset", input.datasetId);
    if (!dataset) throw new UserError("NOT_FOUND", "not found");
    const mediaType = MEDIA_TYPES.find((type) => type === input.mediaType);
    if (!mediaType) throw new UserError("INVALID_INPUT", `one of ${MEDIA_TYPES.join(", ")}`, ["mediaType"]);
    const source = await grant.marking(dataset.markingId);
    const marking = await grant.markingOf(input.marking, [source], "asset.create", dataset.programId, {
      readers: input.readers ?? null,
    });
    const now = grant.now();
    const { structure } = marking;
    const authority = input.authority
      ? givenAuthority(input.authority, structure)
      : deriveAuthority({
          marking: structure,
          personId: grant.principal.personId,
          now,
          origins: [],
          raised: false,
        });
    const id = randomUUID();
    const row = {
      id,
      datasetId: dataset.id,
      programId: dataset.programId,
      datasetMarkingId: dataset.markingId,
      markingId: marking.id,
      authorId: grant.principal.personId,
      title: nameOf(input.title, "title"),
      mediaType,
      createdAt: now,
      ...authorityColumns(authority),
    };
    await grant.insert("asset", [row], "asset.create", [source]);
    return { id };
  },
});
