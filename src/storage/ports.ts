import type { Effective, Marking } from "../markings/index.ts";

/** A marking as interned: text for people, structure for machines, effective marking for decisions. */
export interface InternedMarking {
  readonly id: string;
  readonly structure: Marking;
  readonly effective: Effective;
  readonly banner: string;
  readonly portion: string;
}

/** One page of rows in ascending id order. */
export interface Page<R> {
  readonly rows: readonly R[];
  readonly hasNextPage: boolean;
}

/** How much of a list to read: at most `first` rows whose id is greater than `after`. */
export interface PageRequest {
  readonly first: number;
  readonly after: string | null;
}

/** The SQLSTATE with which PostgreSQL refused a statement; empty for any other error. */
export function sqlState(error: unknown): string {
  const code = (value: unknown): unknown =>
    value !== null && typeof value === "object" && "code" in value ? value.code : undefined;
  const cause = error !== null && typeof error === "object" && "cause" in error ? error.cause : undefined;
  const found = code(error) ?? code(cause);
  return typeof found === "string" ? found : "";
}

/** Whether PostgreSQL refused a statement for a unique key (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === "23505";
}
