import type { Readable, Writable } from "node:stream";
import { SignerError } from "../signing/checkpoint-signer.ts";
import { BoundedLines } from "./bounded-lines.ts";
import { MAX_REQUEST_BYTES, answer, formatRefusal } from "./messages.ts";
import { SigningDesk } from "./signing-desk.ts";

/**
 * The program of the signer: requests on standard input, answers on standard output, in order. It ends when its input ends,
 * however the server ended, after a line that is too long, and when its disk failed.
 */
async function serve(desk: SigningDesk, input: Readable, output: Writable): Promise<void> {
  const lines = new BoundedLines(MAX_REQUEST_BYTES);
  const say = (line: string): void => void output.write(`${line}\n`);
  for await (const piece of input as AsyncIterable<Buffer>) {
    let complete: Buffer[];
    try {
      complete = lines.push(piece);
    } catch {
      say(formatRefusal(null, new SignerError("MALFORMED", `a line has more than ${MAX_REQUEST_BYTES} bytes`)));
      return;
    }
    for (const line of complete) {
      say(await answer(desk, line));
      if (desk.broken) return;
    }
  }
}

// Ctrl-C reaches every process of the terminal, a stop of the service every process of its group: the server still has its
// last checkpoint signed then, and closes the input after that.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
// The server has gone: the end of the input says so, too.
process.stdout.on("error", () => undefined);

const [, , keys, records] = process.argv;
if (keys === undefined || records === undefined) process.exitCode = 2;
else {
  await serve(new SigningDesk({ keys, records }), process.stdin, process.stdout);
  process.stdin.destroy();
}
