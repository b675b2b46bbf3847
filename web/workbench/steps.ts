/** What is one step with the change before it where it says so: several changes are undone and done again together. */
interface Joined {
  readonly joined?: true;
}

/** From the last steps on, whole ones only, no more than so many of them. */
export function lastSteps<T extends Joined>(done: readonly T[], most: number): readonly T[] {
  let left = most;
  for (let at = done.length - 1; at >= 0; at -= 1) {
    if (done[at]?.joined !== true) left -= 1;
    if (left === 0) return at === 0 ? done : done.slice(at);
  }
  return done;
}

/**
 * As many of the last changes as take so many bytes as JSON, without a step of which a part would be missing. `undone` says
 * whether what comes last is what is done again next: there a step begins at its end.
 */
export function withinBytes<T extends Joined>(steps: readonly T[], most: number, undone: boolean): readonly T[] {
  let left = most;
  let from =
    steps.findLastIndex((one) => {
      left -= JSON.stringify(one).length;
      return left < 0;
    }) + 1;
  if (from === 0) return steps;
  while (from < steps.length && steps[undone ? from - 1 : from]?.joined === true) from += 1;
  return steps.slice(from);
}
