import { Refused } from "./api.ts";

/** What is told of bytes on their way. */
export interface Progress {
  readonly sent: (bytes: number) => void;
  /** All is sent; the answer comes when the server has made of it what it shows. */
  readonly allSent: () => void;
  /** How much of that is made, in percent. */
  readonly derived: (percent: number) => void;
}

/** Asks for an answer that comes line by line: one for each percent that is made, then one with what the answer is. */
const LINES_TYPE = "application/x-ndjson";

interface Line {
  readonly derived?: number;
  readonly status?: number;
  readonly answer?: { readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[] } | null;
}

/** What a text says as JSON; null where it says nothing. */
function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The last whole line of what has come. What is refused before anything is made of it comes as it is everywhere: as one. */
function lastLine(request: XMLHttpRequest): Line {
  const { responseText: text, status } = request;
  const inLines = request.getResponseHeader("content-type") === LINES_TYPE;
  const line = inLines ? read(text.slice(0, text.lastIndexOf("\n")).split("\n").at(-1) ?? "") : null;
  return (inLines ? (line ?? {}) : { status, answer: read(text) }) as Line;
}

/**
 * Sends a file to the path that its asset was given, and answers whether it waits in quarantine there. By XMLHttpRequest, for it
 * tells how far the sending is. Throws Refused, and an abort through.
 *
 * @param below whether who loads said that nothing higher that his session was shown is in it
 */
export function sendFile(
  path: string,
  file: File,
  type: string,
  signal: AbortSignal,
  told: Progress,
  below: boolean,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    const end = (error: unknown, waits = false): void => {
      signal.removeEventListener("abort", abort);
      if (error === null) resolve(waits);
      else reject(error instanceof Error ? error : new Refused("UNAVAILABLE"));
    };
    request.open("PUT", path);
    request.setRequestHeader("content-type", type);
    request.setRequestHeader("accept", LINES_TYPE);
    if (below) request.setRequestHeader("caveat-below-high-water", "true");
    request.upload.addEventListener("progress", ({ loaded }) => told.sent(loaded));
    request.upload.addEventListener("load", told.allSent);
    request.addEventListener("progress", () => {
      const { derived } = lastLine(request);
      if (derived !== undefined) told.derived(derived);
    });
    request.addEventListener("load", () => {
      const { status, answer } = lastLine(request);
      // 202: it is there, and nobody is shown it before somebody has said what its marking is.
      const came = status === 200 || status === 202;
      end(
        came ? null : new Refused(answer?.errors?.[0]?.extensions?.code ?? `${status ?? "NO_ANSWER"}`),
        status === 202,
      );
    });
    request.addEventListener("error", () => end(new Refused("NO_ANSWER")));
    request.addEventListener("abort", () => end(signal.reason));
    if (signal.aborted) {
      end(signal.reason);
      return;
    }
    signal.addEventListener("abort", abort);
    request.send(file);
  });
}
