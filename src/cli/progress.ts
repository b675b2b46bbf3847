const WIDTH = 30;
const EVERY_MS = 100;

/** A line on standard error that tells how far long work has come; nothing at all where that is no terminal. */
export interface ProgressBar {
  /** How much is done; `of` is null where the whole is not known. */
  readonly show: (done: number, of: number | null) => void;
  readonly end: () => void;
}

/** A progress bar for work that is counted in `what`. */
export function progressBar(what: string, out: NodeJS.WriteStream = process.stderr): ProgressBar {
  let shown = 0;
  return {
    show(done, of) {
      const now = Date.now();
      if (!out.isTTY || (now - shown < EVERY_MS && of !== null && done < of)) return;
      if (of === null && now - shown < EVERY_MS) return;
      shown = now;
      if (of === null) {
        out.write(`\r${done} ${what}`);
        return;
      }
      const filled = of === 0 ? WIDTH : Math.round((WIDTH * done) / of);
      out.write(`\r[${"#".repeat(filled)}${".".repeat(WIDTH - filled)}] ${done} of ${of} ${what}`);
    },
    end() {
      if (out.isTTY && shown > 0) out.write("\r\u001b[K");
    },
  };
}
