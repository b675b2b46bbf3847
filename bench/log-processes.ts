import { spawn } from "node:child_process";
import { extname, join } from "node:path";
import { createInterface } from "node:readline";
import { loadOf } from "./load.ts";
import type { Load } from "./load.ts";
import type { ProducerOrder } from "./log-producer.ts";

/** Several processes append to one log at once. */
export async function fromProcesses(count: number, order: ProducerOrder, signal: AbortSignal): Promise<Load> {
  const started = await Promise.all(
    Array.from({ length: count }, async () => {
      const child = spawn(
        process.execPath,
        [
          "--disable-warning=ExperimentalWarning",
          "--experimental-strip-types",
          join(import.meta.dirname, `log-producer${extname(import.meta.filename)}`),
        ],
        { stdio: ["pipe", "pipe", "inherit"], signal },
      );
      const failed = new Promise<never>((_, reject) => child.once("error", reject));
      failed.catch(() => undefined);
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      const next = async (): Promise<unknown> => {
        const { done, value } = await Promise.race([lines.next(), failed]);
        if (done) throw new Error("a process that appends has ended");
        return JSON.parse(value) as unknown;
      };
      child.stdin.write(`${JSON.stringify(order)}\n`);
      await next();
      return { child, next };
    }),
  );
  for (const { child } of started) child.stdin.write("go\n");
  const all = await Promise.all(started.map(({ next }) => next() as Promise<number[]>));
  return loadOf(all.flat(), order.seconds);
}
