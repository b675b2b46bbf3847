import { Refused } from "./api.ts";

/** What is told of bytes on their way. */
export interface Progress {
  readonly sent: (bytes: number) => void;
  /** All is sent; the answer comes when the server has made of it what it shows. */
  readonly allSent: () => void;
}

/**
 * Sends a file to the path that its asset was given, and answers whether it waits in quarantine there. By XMLHttpRequest, for it tells how far the sending is. Throws Refused, and
 * an abort through.
 */
export function sendFile(
  path: string,
  file: File,
  type: string,
  signal: AbortSignal,
  told: Progress,
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
    request.responseType = "json";
    request.upload.addEventListener("progress", ({ loaded }) => told.sent(loaded));
    request.upload.addEventListener("load", told.allSent);
    request.addEventListener("load", () => {
      const { response, status } = request as { response: unknown; status: number };
      const { errors } = (response ?? {}) as { errors?: readonly { extensions?: { code?: string } }[] };
      // 202: it is there, and nobody is shown it before somebody has said what its marking is.
      const came = status === 200 || status === 202;
      end(came ? null : new Refused(errors?.[0]?.extensions?.code ?? `${status}`), status === 202);
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
