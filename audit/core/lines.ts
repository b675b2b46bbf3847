import { concat } from "./bytes.ts";
import { MAX_LINE_BYTES } from "./archive.ts";

/** A line of the input without its newline. `complete` is false when the input ended before the newline. */
export interface InputLine {
  readonly bytes: Uint8Array;
  readonly complete: boolean;
}

/**
 * Cuts a stream of chunks into lines at each 0x0A. A line longer than an archive may have is given up as soon as that is
 * seen (as one incomplete line, the last), so that a file without newlines does not fill the memory.
 */
export async function* splitLines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<InputLine, void, undefined> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let to = chunk.indexOf(10); to >= 0; to = chunk.indexOf(10, from)) {
      yield { bytes: concat(...held, chunk.subarray(from, to)), complete: true };
      held = [];
      heldBytes = 0;
      from = to + 1;
    }
    if (from === chunk.length) continue;
    held.push(chunk.slice(from));
    heldBytes += chunk.length - from;
    if (heldBytes > MAX_LINE_BYTES) break;
  }
  if (heldBytes > 0) yield { bytes: concat(...held), complete: false };
}
