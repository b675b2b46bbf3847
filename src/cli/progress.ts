const WIDTH = 30;
const EVERY_MS = 100;

/** A line on standard error that tells how far long work has come; nothing at all where that is no terminal. */
export interface ProgressBar {
  readonly show: (done: number, of: number) => void;
  readonly end: () => void;
}

/** A progress bar for work that is counted in `what`. */
export function progressBar(what: string, out: NodeJS.WriteStream = process.stderr): ProgressBar {
  let shown = 0;
  return {
    show(done, of) {
      const now = Date.now();
      if (!out.isTTY || (now - shown < EVERY_MS && done < of)) return;
      shown = now;
      const filled = of === 0 ? WIDTH : Math.round((WIDTH * done) / of);
      out.write(`\r[${"#".repeat(filled)}${".".repeat(WIDTH - filled)}] ${done} of ${of} ${what}`);
    },
    end() {
      if (out.isTTY && shown > 0) out.write("\r\u001b[K");
    },
  };
}
