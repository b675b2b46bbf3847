import type { Kept } from "./drawing.ts";

/**
 * Which state of a drawing something is: the lease under which it was drawn, the page that drew it, and how many changes it had
 * made. Clocks are not compared: one of two machines is always wrong.
 */
export interface Mark {
  readonly epoch: number;
  readonly page: string;
  readonly count: number;
}

/** A drawing as it is kept, with its mark; and, where it is kept on a machine, that of the draft that it was made from. */
export type Marked = Kept & { readonly mark: Mark };
export type Based = Marked & { readonly base: Mark | null };

/** A draft from before there were marks: it is equal to none but such a one. */
const UNMARKED: Mark = { epoch: 0, page: "", count: 0 };

const isMark = (mark: unknown): mark is Mark => {
  const { epoch, page, count } = (mark ?? {}) as Partial<Mark>;
  return typeof epoch === "number" && typeof page === "string" && typeof count === "number";
};

/** The mark of a draft; null where there is none. */
export function markOf(draft: unknown): Mark | null {
  if (draft === null || draft === undefined) return null;
  const { mark } = draft as { readonly mark?: unknown };
  return isMark(mark) ? mark : UNMARKED;
}

/**
 * How many changes a copy on a machine has that the server's draft has not. Null where the draft is none that the copy was made
 * from: somebody went on elsewhere, and the server's is what counts.
 */
export function changesBeyond({ mark, base }: Pick<Based, "mark" | "base">, draft: unknown): number | null {
  const taken = markOf(draft);
  if (taken?.page === mark.page) return Math.max(0, mark.count - taken.count);
  const same = taken?.page === base?.page && taken?.epoch === base?.epoch && taken?.count === base?.count;
  return same ? mark.count : null;
}
