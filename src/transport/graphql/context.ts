import type { KeyObject } from "node:crypto";
import { byId } from "../../datasets/queries.ts";
import type { NodeNoun, NodeRow } from "../../datasets/queries.ts";
import type { Grant } from "../../policy/grant.ts";
import type { Operation } from "../../policy/operation.ts";
import { Batch } from "./batch.ts";
import { Cursors } from "./cursor.ts";
import type { OntologyClassRow } from "./ontology-version.ts";
import type { AssetRow, DatasetRow, MarkingValue, RevisionRow } from "./rows.ts";

/** What resolvers get: one operation, and what is read once for it. Never shared between operations. */
export interface Context {
  readonly operation: Operation;
  readonly cursors: Cursors;
  /** For each label its latest revision that the caller may see: one statement for a whole page. */
  readonly latest: Batch<RevisionRow | null>;
  readonly assets: Batch<AssetRow | null>;
  readonly datasets: Batch<DatasetRow | null>;
  readonly classes: Batch<OntologyClassRow | null>;
  /** Errors as they were thrown. */
  readonly thrown: unknown[];
  /** Resolvers that have not ended yet; null where nobody waits for them. */
  underWay: Set<Promise<unknown>> | null;
}

/** The context of an operation. `cursorKey` is a secret of 32 bytes. */
export function contextOf(operation: Operation, cursorKey: KeyObject): Context {
  const oneByOne = <R>(read: (grant: Grant, id: string) => Promise<R>): Batch<R> =>
    new Batch((ids) =>
      operation.nested(async (grant) => {
        const found = new Map<string, R>();
        for (const id of ids) found.set(id, await read(grant, id));
        return found;
      }),
    );
  return {
    operation,
    cursors: new Cursors(cursorKey, operation.principal.personId),
    latest: new Batch((ids) =>
      operation.nested(
        async (grant) => new Map((await grant.read.latestRevisions(ids)).map((row) => [row.labelId, row])),
      ),
    ),
    assets: oneByOne((grant, id) => grant.read.byId("asset", id)),
    datasets: oneByOne((grant, id) => grant.read.byId("dataset", id)),
    classes: oneByOne((grant, id) => grant.read.byId("ontologyClass", id)),
    thrown: [],
    underWay: null,
  };
}

/** Forgets what was read once for the operation, after a mutation has changed something. */
export function forget(context: Context): void {
  for (const batch of [context.latest, context.assets, context.datasets, context.classes]) batch.clear();
}

/** The object of a noun that a caller's id names; null when it is hidden, absent or of another noun. */
export function node<N extends NodeNoun>(context: Context, noun: N, id: string): Promise<NodeRow<N> | null> {
  return context.operation.query(byId(noun), { id });
}

/** The marking of a row, as text for people. */
export function markingOf(context: Context, row: { readonly markingId: string }): MarkingValue | Promise<MarkingValue> {
  return (
    context.operation.knownMarking(row.markingId) ?? context.operation.nested((grant) => grant.marking(row.markingId))
  );
}
