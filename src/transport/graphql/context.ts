import type { KeyObject } from "node:crypto";
import { byId } from "../../datasets/queries.ts";
import type { NodeNoun, NodeRow } from "../../datasets/queries.ts";
import { CopyKeys } from "../../labeling/copy-keys.ts";
import type { Grant } from "../../policy/grant.ts";
import type { Operation } from "../../policy/operation.ts";
import { globalId } from "../global-id.ts";
import { Batch } from "./batch.ts";
import { Cursors } from "./cursor.ts";
import type { OntologyClassRow } from "./ontology-version.ts";
import type { AssetRow, DatasetRow, MarkingValue, RevisionRow } from "./rows.ts";

/** What resolvers get: one operation, and what is read once for it. Never shared between operations. */
export interface Context {
  readonly operation: Operation;
  readonly cursors: Cursors;
  /** Names and keys of what browsers keep of tasks. */
  readonly copyKeys: CopyKeys;
  /** For each label its latest revision that the caller may see: one statement for a whole page. */
  readonly latest: Batch<RevisionRow | null>;
  readonly assets: Batch<AssetRow | null>;
  readonly datasets: Batch<DatasetRow | null>;
  readonly classes: Batch<OntologyClassRow | null>;
  /** For each act by which something was handed in what its person said of it, as far as the caller may see that. */
  readonly remarks: Batch<string | null>;
  /** Ids of people as callers see them: the rows of a page are the work of few. */
  readonly people: Map<string, string>;
  /** Errors as they were thrown. */
  readonly thrown: unknown[];
  /** Resolvers that have not ended yet; null where nobody waits for them. */
  underWay: Set<Promise<unknown>> | null;
}

/** Secrets of 32 bytes, each for one purpose, that operations answer with. */
export interface AnswerKeys {
  /** Cursors made under another key are refused. */
  readonly cursorKey: KeyObject;
  /** Copies that browsers keep of tasks are not opened under another one. */
  readonly copyKey: KeyObject;
}

/** The context of an operation. */
export function contextOf(operation: Operation, { cursorKey, copyKey }: AnswerKeys): Context {
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
    copyKeys: new CopyKeys(copyKey),
    latest: new Batch((ids) =>
      operation.nested(
        async (grant) => new Map((await grant.read.latestRevisions(ids)).map((row) => [row.labelId, row])),
      ),
    ),
    assets: oneByOne((grant, id) => grant.read.byId("asset", id)),
    datasets: oneByOne((grant, id) => grant.read.byId("dataset", id)),
    classes: oneByOne((grant, id) => grant.read.byId("ontologyClass", id)),
    remarks: new Batch((ids) =>
      operation.nested(
        async (grant) => new Map((await grant.read.some("taskRemark", ids)).map(({ id, body }) => [id, body])),
      ),
    ),
    people: new Map(),
    thrown: [],
    underWay: null,
  };
}

/** Forgets what was read once for the operation, after a mutation has changed something. */
export function forget(context: Context): void {
  const { latest, assets, datasets, classes, remarks } = context;
  for (const batch of [latest, assets, datasets, classes, remarks]) batch.clear();
}

/** The object of a noun that a caller's id names; null when it is hidden, absent or of another noun. */
export function node<N extends NodeNoun>(context: Context, noun: N, id: string): Promise<NodeRow<N> | null> {
  return context.operation.query(byId(noun), { id });
}

/** The id of a person as callers see it. */
export function personId({ people }: Context, id: string): string {
  const known = people.get(id);
  if (known !== undefined) return known;
  const made = globalId("person", id);
  people.set(id, made);
  return made;
}

/** The marking of a row, as text for people. */
export function markingOf(context: Context, row: { readonly markingId: string }): MarkingValue | Promise<MarkingValue> {
  return (
    context.operation.knownMarking(row.markingId) ?? context.operation.nested((grant) => grant.marking(row.markingId))
  );
}
