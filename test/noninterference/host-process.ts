import { execFileSync, fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../src/storage/package-root.ts";
import { cleanEnvironment } from "../server/running-server.ts";
import type { HostOrder, HostReply } from "./server-host.ts";

let built = false;

/** Makes the build current, once for this process. */
function build(root: string): void {
  if (!built) execFileSync("sh", [join(root, "bin", "build")], { stdio: "ignore" });
  built = true;
}

type Without<T, K extends string> = T extends unknown ? Omit<T, K> : never;

/** Where servers of one build are started and stopped. */
export interface Host {
  /** Starts a server; returns its URL. Rejects with the server's own refusal. */
  open(name: string, at: { readonly stream: string; readonly now: number }, environment: Environment): Promise<string>;
  /** Stops a server in order; its database and state folder are free then. */
  close(name: string): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

/** A child process that runs servers under a stated clock and randomness. */
export class HostProcess implements Host {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (url: string) => void; reject: (error: Error) => void }>();
  #orders = 0;
  #stderr = "";

  constructor() {
    const root = packageRoot();
    build(root);
    this.#child = fork(join(import.meta.dirname, "server-host.ts"), [root], {
      execArgv: ["--disable-warning=ExperimentalWarning", "--experimental-strip-types"],
      env: cleanEnvironment(),
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.on("data", (part: Buffer) => (this.#stderr = (this.#stderr + part.toString()).slice(-4_000)));
    this.#child.on("message", (reply: HostReply) => {
      const waiting = this.#waiting.get(reply.order);
      this.#waiting.delete(reply.order);
      if (reply.error === undefined) waiting?.resolve(reply.url ?? "");
      else waiting?.reject(new Error(reply.error));
    });
    this.#child.once("exit", (code) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`the host ended with ${code}: ${this.#stderr}`));
    });
  }

  /** Whether the process has not ended. */
  get runs(): boolean {
    return this.#child.connected;
  }

  #send(order: Without<HostOrder, "order">): Promise<string> {
    this.#orders += 1;
    const number = this.#orders;
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject });
      this.#child.send({ ...order, order: number }, (error) => {
        if (error) reject(error);
      });
    });
  }

  open(
    name: string,
    at: { readonly stream: string; readonly now: number },
    environment: Environment,
    mutated: string | null = null,
  ): Promise<string> {
    return this.#send({ act: "open", name, ...at, environment, mutated });
  }

  async close(name: string): Promise<void> {
    await this.#send({ act: "close", name });
  }

  /** The same process for another build. @param mutated a JSON file with texts that stand for modules, by their path below dist */
  of(mutated: string): Host {
    return {
      open: (name, at, environment) => this.open(name, at, environment, mutated),
      close: (name) => this.close(name),
    };
  }

  /** Ends the process with whatever it runs. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }
}
