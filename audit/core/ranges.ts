/** Numbers from first to last, both included. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** The ranges without a number that one of them holds; null when none does. */
export function without<R extends Range>(ranges: readonly R[], number: number): R[] | null {
  const at = ranges.findIndex(({ first, last }) => number >= first && number <= last);
  const range = ranges[at];
  if (range === undefined) return null;
  const rest = [
    { ...range, last: number - 1 },
    { ...range, first: number + 1 },
  ];
  return ranges.toSpliced(at, 1, ...rest.filter(({ first, last }) => first <= last));
}
