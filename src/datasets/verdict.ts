import type { RowOf } from "../storage/tables.ts";

/** Who judged a label with its task, and when. */
export interface Verdict {
  readonly personId: string;
  readonly at: Date;
}

/**
 * The verdict on what is told of a label: null where nobody judged it, and where this revision was made since, for that nobody
 * has looked at.
 *
 * @param told the revision that the caller is told: what is hidden from him changes nothing in what he is told of the verdict
 */
export function verdictOn(
  { judgedBy, judgedAt }: RowOf<"label">,
  told: Pick<RowOf<"labelRevision">, "createdAt"> | null,
): Verdict | null {
  return judgedBy && judgedAt && told && told.createdAt <= judgedAt ? { personId: judgedBy, at: judgedAt } : null;
}
