import { query } from "./api.ts";
import type { Answer } from "./api.ts";
import type { AttributeValue, Shape } from "./drawing.ts";
import { LABEL_HISTORY } from "./generated/history.ts";
import type { LabelTold, RevisionTold } from "./generated/history.ts";

/** One revision of a label. */
export interface Revision extends RevisionTold {
  readonly shape: Shape;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A label with all that became of it, as far as whoever asks may see it; revisions begin with the newest. */
export interface History extends LabelTold {
  readonly revisions: readonly Revision[];
}

/** The history of a label, with who asks; null where there is none for him. Throws Refused. */
export async function historyOf(
  id: string,
): Promise<Answer<{ readonly viewer: { readonly id: string } | null; readonly label: History | null }>> {
  const { data, marking } = await query(LABEL_HISTORY, { id });
  // The schema says of shapes and attributes that they are JSON: what kinds there are, the server has checked.
  return { data: { ...data, label: data.label as History | null }, marking };
}
