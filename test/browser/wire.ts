import { createHash } from "node:crypto";
import { Agent, createServer, request } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { wire } from "../hidden/worlds.ts";

/** An answer on its way, as the server gave it. */
export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A request of a browser, and everything that came back. */
export interface Exchange {
  /** Method and path. */
  readonly about: string;
  /** With all headers and the body. */
  readonly request: string;
  /** Status, all headers and the body; empty until it has come. */
  answer: string;
  /** From when the request was there to when the answer was sent on, in milliseconds. */
  ms: number;
}

const QUIET_MS = 150;
/** Of what is no text of an operation's the digest is kept: it says as much of whether two are the same. */
const told = ({ body, ...answer }: Answer, about: string): string =>
  wire({
    ...answer,
    body: about.startsWith("GET ") ? Buffer.from(createHash("sha384").update(body).digest("hex")) : body,
  });
const headersOf = (raw: readonly string[]): [string, string][] =>
  Array.from({ length: raw.length / 2 }, (_, at) => [raw[2 * at] ?? "", raw[2 * at + 1] ?? ""]);

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of incoming) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/**
 * A wire between one browser and a server: every request and every answer goes over it, byte for byte, and is kept. It stands
 * outside of the browser, so that what the browser's own tools would not tell of is seen, too.
 */
export class Wire {
  readonly url: string;
  readonly #target: URL;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  #exchanges: Exchange[] = [];
  #underWay = 0;
  #last = 0;
  #held: { readonly pattern: RegExp; readonly until: Promise<void> } | null = null;
  /** A defect of the server's: what it answers instead. */
  alter: ((answer: Answer, about: string, request: string) => Answer) | null = null;
  /** Another: milliseconds for which it keeps an answer back. */
  delay: ((about: string) => number) | null = null;

  private constructor(target: string, server: Server) {
    this.#target = new URL(target);
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on("request", (incoming, outgoing) => void this.#pass(incoming, outgoing));
    server.on("upgrade", (incoming, socket) => {
      this.#note({ about: `UPGRADE ${incoming.url ?? ""}`, request: "", answer: "", ms: 0 });
      socket.destroy();
    });
  }

  static async open(target: string): Promise<Wire> {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    return new Wire(target, server);
  }

  close(): void {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What went over it since it was asked last, in the order in which it was sent. */
  taken(): readonly Exchange[] {
    return this.#exchanges.splice(0);
  }

  /** Keeps requests back that match, until what is returned is called. */
  hold(pattern: RegExp): () => void {
    let go = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      go = resolve;
    });
    this.#held = { pattern, until };
    return () => {
      this.#held = null;
      go();
    };
  }

  /** How much went over it since it was asked last what did. */
  get asked(): number {
    return this.#exchanges.length;
  }

  /** Waits until nothing is under way and nothing more is asked; what is held back does not count. */
  async quiet(): Promise<void> {
    const begun = performance.now();
    await expect
      .poll(() => this.#underWay === 0 && performance.now() - Math.max(begun, this.#last) > QUIET_MS, {
        timeout: 30_000,
        interval: 25,
      })
      .toBe(true);
  }

  #note(exchange: Exchange): Exchange {
    this.#last = performance.now();
    this.#exchanges.push(exchange);
    return exchange;
  }

  /** The browser's port and secret are this run's own; everything else of a request is compared. */
  #plain(text: string): string {
    return text
      .replaceAll(this.url.slice("http://".length), "<host>")
      .replaceAll(/(?<=caveat-session=)[^;\n]+/g, "<secret>");
  }

  async #pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "", url: path = "", rawHeaders } = incoming;
    const about = `${method} ${path}`;
    this.#underWay += 1;
    try {
      const body = await bodyOf(incoming);
      const sent = headersOf(rawHeaders).map(([name, value]) => `${name}: ${value}`);
      const text = this.#plain([about, ...sent, "", body.toString("latin1")].join("\n"));
      if (this.#held?.pattern.test(text)) {
        this.#underWay -= 1;
        await this.#held.until;
        this.#underWay += 1;
      }
      const exchange = this.#note({ about, request: text, answer: "", ms: 0 });
      const begun = performance.now();
      const came = await this.#ask(incoming, body);
      if (this.delay) await sleep(this.delay(about));
      const answer = this.alter?.(came, about, text) ?? came;
      exchange.answer = this.#plain(told(answer, about));
      exchange.ms = performance.now() - begun;
      outgoing.sendDate = false;
      outgoing.writeHead(answer.status, answer.headers.flat());
      outgoing.end(answer.body);
    } catch {
      // Whoever asked has gone meanwhile, or the server has: there is no answer to tell of.
      outgoing.destroy();
    } finally {
      this.#underWay -= 1;
      this.#last = performance.now();
    }
  }

  #ask({ method, url: path, rawHeaders }: IncomingMessage, body: Buffer): Promise<Answer> {
    const { hostname, port } = this.#target;
    return new Promise((resolve, reject) => {
      const asked = request({ hostname, port, method, path, headers: rawHeaders, agent: this.#agent }, (came) => {
        bodyOf(came).then(
          (whole) => resolve({ status: came.statusCode ?? 0, headers: headersOf(came.rawHeaders), body: whole }),
          reject,
        );
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }
}
