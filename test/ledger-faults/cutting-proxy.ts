import { createServer, connect } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { join } from "node:path";
import type { Connection } from "../../src/storage/connection.ts";

/** Where the wire is cut: at the message of this number, before it was handed on or just after. */
export interface Cut {
  readonly message: number;
  readonly when: "before" | "after";
  /** Whether all connections are cut then, or the one that carries the message. */
  readonly all: boolean;
}

/** Cuts a stream of PostgreSQL's protocol into messages; the first one of a client has no type byte (protocol section 54.7). */
class Messages {
  #held = Buffer.alloc(0);
  #startup: boolean;

  constructor(startup: boolean) {
    this.#startup = startup;
  }

  take(chunk: Buffer): Buffer[] {
    this.#held = Buffer.concat([this.#held, chunk]);
    const whole: Buffer[] = [];
    for (;;) {
      const head = this.#startup ? 0 : 1;
      if (this.#held.length < head + 4) return whole;
      const length = head + this.#held.readInt32BE(head);
      if (this.#held.length < length) return whole;
      whole.push(this.#held.subarray(0, length));
      this.#held = this.#held.subarray(length);
      this.#startup = false;
    }
  }
}

/** Stands between a pool and PostgreSQL, counts every message both ways, and cuts the wire once. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #to: Connection;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #cut: Cut | null = null;
  /** Messages that went by since the last `arm`. */
  messages = 0;
  /** How often the wire was cut since then. */
  cuts = 0;

  private constructor(to: Connection) {
    this.#to = to;
    this.#server = createServer((client) => this.#join(client));
  }

  static async open(to: Connection): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(to);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Login through the proxy as a user. */
  as(user: string): Connection {
    const { port } = this.#server.address() as AddressInfo;
    return { host: "127.0.0.1", port, user, database: this.#to.database };
  }

  /** Begins to count anew, and cuts where it is told; null: nowhere. */
  arm(cut: Cut | null): void {
    this.#cut = cut;
    this.messages = 0;
    this.cuts = 0;
  }

  async close(): Promise<void> {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const server = connect(join(this.#to.host, `.s.PGSQL.${this.#to.port}`));
    const pair = [client, server] as const;
    // Message by message, and each at once: to wait for more would cost 40 ms at every one of them.
    client.setNoDelay(true);
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of pair) {
      socket.on("error", end);
      socket.on("close", end);
    }
    this.#carry(client, server, new Messages(true), end);
    this.#carry(server, client, new Messages(false), end);
  }

  #carry(from: Socket, to: Socket, messages: Messages, end: () => void): void {
    from.on("data", (chunk: Buffer) => {
      for (const message of messages.take(chunk)) {
        if (from.destroyed) return;
        this.messages += 1;
        const due = this.#cut?.message === this.messages ? this.#cut : null;
        if (due?.when !== "before") to.write(message);
        if (!due) continue;
        this.cuts += 1;
        // What was handed on has to arrive: it is the other end's reply that is lost.
        if (due.when === "after") to.end();
        const others = due.all ? [...this.#pairs] : [];
        end();
        for (const other of others) for (const socket of other) socket.destroy();
        return;
      }
    });
  }
}
