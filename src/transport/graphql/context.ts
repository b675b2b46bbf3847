import type { KeyObject } from "node:crypto";
import { byId, contentsOf } from "../../datasets/queries.ts";
import type { NodeNoun, NodeRow } from "../../datasets/queries.ts";
import { CopyKeys } from "../../labeling/copy-keys.ts";
import type { Grant } from "../../policy/grant.ts";
import type { Operation } from "../../policy/operation.ts";
import { globalId } from "../global-id.ts";
import { Batch } from "./batch.ts";
import { Cursors } from "./cursor.ts";
import { Once } from "./once.ts";
import type { OntologyClassRow, OntologyVersionRow } from "./ontology-version.ts";
import type {
  AssetContentRow,
  AssetRow,
  DatasetRow,
  GuidelineRow,
  MarkingValue,
  ProjectRow,
  RevisionRow,
  TaskActRow,
} from "./rows.ts";

/** What resolvers get: one operation, and what is read once for it. Never shared between operations. */
export interface Context {
  readonly operation: Operation;
  readonly cursors: Cursors;
  /** Names and keys of what browsers keep of tasks. */
  readonly copyKeys: CopyKeys;
  // One statement for all that resolvers ask for side by side.
  /** For each label its latest revision that the caller may see. */
  readonly latest: Batch<RevisionRow>;
  readonly assets: Batch<AssetRow>;
  readonly datasets: Batch<DatasetRow>;
  readonly classes: Batch<OntologyClassRow>;
  readonly versions: Batch<OntologyVersionRow>;
  readonly projects: Batch<ProjectRow>;
  readonly guidelines: Batch<GuidelineRow>;
  readonly acts: Batch<TaskActRow>;
  /** By the id of the asset. */
  readonly contents: Batch<AssetContentRow>;
  /** For each act by which something was handed in what its person said of it, as far as the caller may see that. */
  readonly remarks: Batch<{ readonly id: string; readonly body: string }>;
  /** What fields without arguments answered for their rows. */
  readonly once: Once;
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
  const together = <R>(
    read: (grant: Grant, ids: readonly string[]) => Promise<readonly R[]>,
    key: (row: R) => string,
  ): Batch<R> =>
    new Batch((ids) =>
      operation.nested(async (grant) => new Map((await read(grant, ids)).map((row) => [key(row), row]))),
    );
  const idOf = ({ id }: { readonly id: string }): string => id;
  return {
    operation,
    cursors: new Cursors(cursorKey, operation.principal.personId),
    copyKeys: new CopyKeys(copyKey),
    latest: together(
      (grant, ids) => grant.read.latestRevisions(ids),
      ({ labelId }) => labelId,
    ),
    assets: together((grant, ids) => grant.read.some("asset", ids), idOf),
    datasets: together((grant, ids) => grant.read.some("dataset", ids), idOf),
    classes: together((grant, ids) => grant.read.some("ontologyClass", ids), idOf),
    versions: together((grant, ids) => grant.read.some("ontologyVersion", ids), idOf),
    projects: together((grant, ids) => grant.read.some("project", ids), idOf),
    guidelines: together((grant, ids) => grant.read.some("guideline", ids), idOf),
    acts: together((grant, ids) => grant.read.some("taskAct", ids), idOf),
    contents: together(contentsOf, ({ assetId }) => assetId),
    remarks: together((grant, ids) => grant.read.some("taskRemark", ids), idOf),
    once: new Once(),
    people: new Map(),
    thrown: [],
    underWay: null,
  };
}

/** Forgets what was read once for the operation, after a mutation has changed something. */
export function forget(context: Context): void {
  for (const kept of Object.values(context)) if (kept instanceof Batch || kept instanceof Once) kept.clear();
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
