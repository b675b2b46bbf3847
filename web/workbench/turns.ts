/** Milliseconds of work after which the page may draw and hear its person. */
const TURN_MS = 25;

/** What long work calls between its pieces: where it has gone on for a while, everything else of the page has its turn. */
export function turns(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
}
