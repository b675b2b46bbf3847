import { createHash } from "node:crypto";
import { auditPage, exportArchive, ownAudit } from "../../src/auditing/queries.ts";
import { createAsset, createDataset } from "../../src/datasets/commands.ts";
import { displayCopy } from "../../src/datasets/content.ts";
import {
  byId,
  contentMarking,
  contentsOf,
  labelsOfAsset,
  pageOfDataset,
  pageOfProgram,
  programs,
} from "../../src/datasets/queries.ts";
import type { NodeNoun } from "../../src/datasets/queries.ts";
import { approvalsOf, approveDelivery, recipients, requestDelivery } from "../../src/deliveries/commands.ts";
import { fetchPackage, releaseDelivery, sealDelivery } from "../../src/deliveries/release-commands.ts";
import { createLabel, importLabels, retractLabel, reviseLabel } from "../../src/labeling/commands.ts";
import { createOntology, createOntologyVersion } from "../../src/labeling/ontology-commands.ts";
import { reviewLabel } from "../../src/labeling/review-command.ts";
import type { Grant } from "../../src/policy/grant.ts";
import type { Operation } from "../../src/policy/operation.ts";
import type { Page, PageRequest } from "../../src/storage/ports.ts";
import { BOX, U, classInput } from "./harbor-world.ts";

/** One act with what the caller was told. */
export type Told = readonly [act: string, answer: unknown];

/** What somebody is told who was refused: everything of the error that can leave. */
function refusal(error: unknown): unknown {
  const { code, path, ids, message } = error as { code?: string; path?: unknown; ids?: unknown; message?: string };
  return { refused: code, path, ids, message };
}

/** Does something and notes what the caller was told. */
export async function tell(told: Told[], act: string, doing: () => Promise<unknown>): Promise<void> {
  told.push([act, await doing().then((answer) => answer, refusal)]);
}

/** All pages of a list, each with its size and whether there is another: with small pages, so that cursors matter. */
async function pages<R extends { readonly id: string }>(
  read: (page: PageRequest) => Promise<Page<R>>,
  first: number,
): Promise<Page<R>[]> {
  const found: Page<R>[] = [];
  for (let after: string | null = null; ;) {
    const page: Page<R> = await read({ first, after });
    found.push(page);
    after = page.rows.at(-1)?.id ?? null;
    if (!page.hasNextPage || after === null || found.length > 50) return found;
  }
}

async function digest(body: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of body) hash.update(chunk);
  return hash.digest("hex");
}

/** Everything that can be asked about what stands below one dataset. */
async function lookIntoDataset(told: Told[], operation: Operation, id: string): Promise<void> {
  const nested = <O>(read: (grant: Grant) => Promise<O>): Promise<O> => operation.nested(read);
  for (const noun of ["asset", "label"] as const) {
    await tell(told, `${noun}s counted`, () => nested((grant) => grant.read.count(noun, id)));
    for (const first of [1, 2, 50])
      await tell(told, `${noun}s by ${first}`, () =>
        nested((grant) => pages((page) => pageOfDataset(grant, noun, id, page), first)),
      );
  }
  await tell(told, "compilations", () =>
    nested((grant) => grant.read.all("compilation", { parent: "dataset", id }, 20, "t.marking_id")),
  );
  await tell(told, "content marking", async () => {
    const row = await operation.query(byId("dataset"), { id });
    return row && nested((grant) => contentMarking(grant, row));
  });
}

async function lookIntoAsset(told: Told[], operation: Operation, id: string): Promise<void> {
  await tell(told, "content", () => operation.nested((grant) => contentsOf(grant, [id])));
  await tell(told, "labels of the asset", async () => {
    const row = await operation.query(byId("asset"), { id });
    return row && operation.nested((grant) => pages((page) => labelsOfAsset(grant, row, page), 1));
  });
  await tell(told, "display copy", async () => {
    const copy = await operation.query(displayCopy, { assetId: id });
    return copy && { ...copy, body: await digest(copy.body) };
  });
}

async function lookIntoLabel(told: Told[], operation: Operation, id: string): Promise<void> {
  await tell(told, "latest", () => operation.nested((grant) => grant.read.latestRevisions([id])));
  await tell(told, "revisions", () =>
    operation.nested((grant) =>
      grant.read.all("labelRevision", { parent: "label", id }, 50, "t.ordinal desc, t.created_at desc, t.id"),
    ),
  );
  await tell(told, "reviews", () =>
    operation.nested((grant) => grant.read.all("labelReview", { parent: "label", id }, 50, "t.created_at desc, t.id")),
  );
}

/** Asks about one id in every way that there is. */
export async function lookAt(told: Told[], operation: Operation, id: string): Promise<void> {
  for (const noun of [
    "program",
    "dataset",
    "ontology",
    "asset",
    "label",
    "delivery",
  ] as const satisfies readonly NodeNoun[]) {
    await tell(told, `${noun} by id`, () => operation.query(byId(noun), { id }));
  }
  for (const noun of ["dataset", "ontology", "delivery"] as const) {
    await tell(told, `${noun}s of the program`, () =>
      operation.nested((grant) => pages((page) => pageOfProgram(grant, noun, id, page), 1)),
    );
  }
  await lookIntoDataset(told, operation, id);
  await lookIntoAsset(told, operation, id);
  await lookIntoLabel(told, operation, id);
  await tell(told, "versions", () =>
    operation.nested((grant) => grant.read.all("ontologyVersion", { parent: "ontology", id }, 20, "t.version")),
  );
  await tell(told, "classes", () =>
    operation.nested((grant) => grant.read.all("ontologyClass", { parent: "version", id }, 50, "t.key, t.id")),
  );
  await tell(told, "approvals", () => operation.nested((grant) => approvalsOf(grant, id)));
  await tell(told, "package", () => operation.query(fetchPackage, { deliveryId: id }));
}

/** Tries every change on one id. Whoever may make one of them will have made it. */
export async function meddleWith(told: Told[], operation: Operation, id: string): Promise<void> {
  const mutate = (act: string, doing: () => Promise<unknown>): Promise<void> => tell(told, act, doing);
  const shape = { shape: BOX, attributes: {}, marking: null };
  await mutate("draw", () => operation.mutate(createLabel, { assetId: id, classKey: "ship", ...shape }));
  await mutate("import", () =>
    operation.mutate(importLabels, {
      assetId: id,
      labels: [{ classKey: "ship", shape: BOX, attributes: {}, score: 0.5 }],
    }),
  );
  await mutate("revise", () =>
    operation.mutate(reviseLabel, { labelId: id, baseRevisionId: id, classKey: null, ...shape }),
  );
  await mutate("retract", () => operation.mutate(retractLabel, { labelId: id, baseRevisionId: id }));
  await mutate("review", () =>
    operation.mutate(reviewLabel, { labelId: id, revisionId: id, verdict: "accept", comment: "", marking: null }),
  );
  await mutate("new asset", () =>
    operation.mutate(createAsset, { datasetId: id, title: "x", mediaType: "image/png", marking: null }),
  );
  await mutate("new dataset", () =>
    operation.mutate(createDataset, { programId: id, name: "x", marking: U, ontologyVersionId: id, compilation: null }),
  );
  await mutate("new ontology", () =>
    operation.mutate(createOntology, { programId: id, name: "x", marking: U, classes: [classInput("a")] }),
  );
  await mutate("new version", () =>
    operation.mutate(createOntologyVersion, { ontologyId: id, classes: [classInput("a")] }),
  );
  await mutate("request", () => operation.mutate(requestDelivery, { datasetId: id, recipientId: id, purpose: "x" }));
  await mutate("approve", () => operation.mutate(approveDelivery, { deliveryId: id, manifestSha384: "0".repeat(96) }));
  await mutate("release", () => operation.mutate(releaseDelivery, { deliveryId: id }));
  await mutate("seal", () => operation.mutate(sealDelivery, { deliveryId: id }));
}

/** What the caller can see of himself and of the whole. */
export async function lookAround(told: Told[], operation: Operation): Promise<void> {
  await tell(told, "programs", () => operation.query(programs, { first: 10, after: null }));
  await tell(told, "recipients", () => operation.query(recipients, {}));
  await tell(told, "the log", () => operation.query(auditPage, { first: 10, from: 0 }));
  await tell(told, "the archive", () => operation.query(exportArchive, {}));
}

/** The caller's own entries; positions in the log leave only inside sealed cursors of one length, for they count what others did. */
export async function ownEntries(
  operation: Operation,
): Promise<{ id: string; at: string; name: string; answer: string }[]> {
  const own = await operation.query(ownAudit, { first: 1_000, before: null });
  return (own?.entries ?? []).map(({ id, at, operation: name, answer }) => ({ id, at, name, answer }));
}

/** Renames random values by order of appearance: ids, and bytes that hold ids. */
export function renamed(told: readonly Told[]): string {
  const names = new Map<string, string>();
  const text = JSON.stringify(told, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value), 1);
  return text.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
    if (!names.has(id)) names.set(id, `id${names.size}`);
    return names.get(id) ?? "";
  });
}
