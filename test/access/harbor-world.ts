import { createAsset, createDataset } from "../../src/datasets/commands.ts";
import { receiveContent } from "../../src/datasets/content.ts";
import { approveDelivery, recipients, requestDelivery } from "../../src/deliveries/commands.ts";
import type { Principal } from "../../src/identity/principal.ts";
import { createLabel } from "../../src/labeling/commands.ts";
import { reviewLabel } from "../../src/labeling/review-command.ts";
import { createOntology } from "../../src/labeling/ontology-commands.ts";
import type { ClassInput } from "../../src/labeling/ontology-commands.ts";
import type { Operation } from "../../src/policy/operation.ts";
import type { RowOf } from "../../src/storage/tables.ts";
import type { TestHouse } from "../house.ts";
import { tinyPng } from "./png.ts";

/** Markings that the tests use, by how far they reach among the people of the demonstration. */
export const U = "UNCLASSIFIED//REL TO USA, FVEY";
export const S = "SECRET//NOFORN";
export const S_FVEY = "SECRET//REL TO USA, FVEY";
export const TS = "TOP SECRET//TK//NOFORN";

/** A box that fits into the images of the tests. */
export const BOX = { kind: "box", x: 4, y: 5, width: 20, height: 10 } as const;

/** A class that any shape draws, with one optional text attribute. */
export function classInput(key: string, marking: string | null = null): ClassInput {
  const attributes = [{ key: "note", type: "text", required: false }];
  return { definition: { key, name: key, shapes: ["box", "polygon"], attributes }, marking };
}

/** Creates an ontology; returns its id and that of its first version. */
export async function makeOntology(
  operation: Operation,
  input: {
    readonly programId: string;
    readonly name?: string;
    readonly marking?: string;
    readonly classes?: readonly ClassInput[];
  },
): Promise<{ id: string; versionId: string }> {
  const { name = "Objects", marking = U, classes = [classInput("ship")] } = input;
  const { id } = await operation.mutate(createOntology, { programId: input.programId, name, marking, classes });
  const [version] = await operation.nested((grant) => grant.read.all("ontologyVersion", { parent: "ontology", id }, 1));
  return { id, versionId: version?.id ?? "" };
}

/** Creates a dataset; returns its id. */
export async function makeDataset(
  operation: Operation,
  input: { readonly programId: string; readonly versionId: string; readonly name: string; readonly marking?: string },
): Promise<string> {
  const made = await operation.mutate(createDataset, {
    programId: input.programId,
    name: input.name,
    marking: input.marking ?? U,
    ontologyVersionId: input.versionId,
    compilation: null,
  });
  return made.id;
}

/** Creates an asset and gives it the bytes of a small image; returns its id. */
export async function makeAsset(
  house: TestHouse,
  operation: Operation,
  input: {
    readonly datasetId: string;
    readonly title?: string;
    readonly marking?: string | null;
    readonly comment?: string;
  },
): Promise<string> {
  const { datasetId, title = "image", marking = null, comment = "" } = input;
  const { id } = await operation.mutate(createAsset, { datasetId, title, mediaType: "image/png", marking });
  const body = (async function* () {
    yield tinyPng(64, comment);
  })();
  await operation.mutate(receiveContent, { assetId: id, body, workFolder: house.house.workFolder });
  return id;
}

/** Draws a box on an asset; returns the label's id. */
export async function draw(
  operation: Operation,
  assetId: string,
  marking: string | null = null,
  classKey = "ship",
): Promise<string> {
  return (await operation.mutate(createLabel, { assetId, classKey, shape: BOX, attributes: {}, marking })).id;
}

/** The latest revision of a label that the caller sees. */
export async function latest(operation: Operation, labelId: string): Promise<RowOf<"labelRevision">> {
  const [revision] = await operation.nested((grant) => grant.read.latestRevisions([labelId]));
  if (!revision) throw new Error("no visible revision");
  return revision;
}

/** Reviews the latest revision of a label. */
export async function review(
  operation: Operation,
  labelId: string,
  marking: string | null = null,
  comment = "",
): Promise<string> {
  const { id: revisionId } = await latest(operation, labelId);
  const input = { labelId, revisionId, verdict: "accept", comment, marking } as const;
  return (await operation.mutate(reviewLabel, input)).reviewId;
}

/** The demonstration program with an ontology, one dataset, one image and one label, all at U. */
export interface SmallWorld {
  readonly ontologyId: string;
  readonly versionId: string;
  readonly datasetId: string;
  readonly assetId: string;
  readonly labelId: string;
}

/** Loads a small world: sam brings in the data, `author` labels it. */
export async function smallWorld(house: TestHouse, author = "ana", marking = U): Promise<SmallWorld> {
  const { programId } = house;
  const made = await house.run(await house.as("sam"), async (operation) => {
    const { id, versionId } = await makeOntology(operation, { programId });
    const datasetId = await makeDataset(operation, { programId, versionId, name: "Overview", marking });
    return { ontologyId: id, versionId, datasetId, assetId: await makeAsset(house, operation, { datasetId }) };
  });
  return { ...made, labelId: await house.run(await house.as(author), (operation) => draw(operation, made.assetId)) };
}

/** A recipient office by a part of its name. */
export async function recipientId(operation: Operation, part: string): Promise<string> {
  const offices = (await operation.query(recipients, {})) ?? [];
  const found = offices.find(({ name }) => name.includes(part));
  if (!found) throw new Error(`no recipient ${part}`);
  return found.id;
}

/** Requests a delivery to the office whose name holds `part`; returns its id and the hash that approvers approve. */
export async function request(
  house: TestHouse,
  by: Principal,
  datasetId: string,
  part = "Maritime",
): Promise<{ id: string; sha384: string }> {
  return house.run(by, async (operation) => {
    const made = await operation.mutate(requestDelivery, {
      datasetId,
      recipientId: await recipientId(operation, part),
      purpose: "test",
    });
    const row = await operation.nested((grant) => grant.read.byId("delivery", made.id));
    return { id: made.id, sha384: row?.manifestSha384 ?? "" };
  });
}

/** Approves a delivery by the hash of its manifest. */
export async function approve(
  house: TestHouse,
  by: Principal,
  delivery: { readonly id: string; readonly sha384: string },
): Promise<void> {
  await house.run(by, (operation) =>
    operation.mutate(approveDelivery, { deliveryId: delivery.id, manifestSha384: delivery.sha384 }),
  );
}
