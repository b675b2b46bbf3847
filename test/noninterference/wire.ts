import * as http from "node:http";
import * as https from "node:https";
import { WebSocket } from "ws";

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number;
  /** Names in lower case, in the order in which they came, all of them but `date`. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** What is sent. */
export interface WireCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

const TIMEOUT_MS = 60_000;

/** One client of one server, on a connection that is kept open. */
export class Wire {
  readonly #host: string;
  readonly #port: string;
  readonly #by: typeof http | typeof https;
  readonly #agent: http.Agent;

  /** @param url where the server listens, such as http://127.0.0.1:4000 or https://caveat.example */
  constructor(url: string) {
    const { protocol, hostname, port } = new URL(url);
    if (protocol !== "http:" && protocol !== "https:") throw new Error(`not a URL of a server: ${url}`);
    const secure = protocol === "https:";
    this.#by = secure ? https : http;
    this.#host = hostname;
    this.#port = port === "" ? (secure ? "443" : "80") : port;
    this.#agent = new this.#by.Agent({ keepAlive: true, maxSockets: 4 });
  }

  /** Sends one request and reads the whole answer, byte for byte. Rejects when no answer comes. */
  call({ method, path, headers, body }: WireCall): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      const options = { hostname: this.#host, port: this.#port, agent: this.#agent, timeout: TIMEOUT_MS };
      const outgoing = this.#by.request({ ...options, method, path, headers });
      let answered = false;
      outgoing.on("response", (incoming: http.IncomingMessage) => {
        answered = true;
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("error", reject);
        incoming.on("end", () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: pairsOf(incoming.rawHeaders),
            body: Buffer.concat(parts),
          });
        });
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
      // A server that answered early may close while the rest of the body is still on its way.
      outgoing.on("error", (error) => {
        if (!answered) reject(error);
      });
      outgoing.end(body);
    });
  }

  /**
   * Subscribes (graphql-transport-ws) and hears the first thing that comes of it, and how the connection ends after that: its
   * payload is the body, its kind and the code of the close are headers.
   *
   * @param call its body is the payload
   */
  subscribe({ path, headers, body }: WireCall): Promise<WireAnswer> {
    return new Promise((resolve, reject) => {
      const url = `${this.#by === https ? "wss" : "ws"}://${this.#host}:${this.#port}${path}`;
      const socket = new WebSocket(url, "graphql-transport-ws", { headers, handshakeTimeout: TIMEOUT_MS });
      const silent = setTimeout(() => socket.terminate(), TIMEOUT_MS);
      let heard: { readonly type: string; readonly body: Buffer } | null = null;
      const send = (message: object): void => socket.send(JSON.stringify(message));
      socket.on("open", () => send({ type: "connection_init" }));
      socket.on("message", (data: Buffer) => {
        const { type, payload } = JSON.parse(data.toString()) as { type: string; payload?: unknown };
        if (type === "connection_ack")
          send({ id: "1", type: "subscribe", payload: JSON.parse(String(body)) as object });
        if (heard || !["next", "error", "complete"].includes(type)) return;
        heard = { type, body: Buffer.from(JSON.stringify(type === "error" ? { errors: payload } : (payload ?? null))) };
        if (type === "next") send({ id: "1", type: "complete" });
      });
      socket.on("unexpected-response", (_request, incoming: http.IncomingMessage) => {
        const parts: Buffer[] = [];
        incoming.on("data", (part: Buffer) => parts.push(part));
        incoming.on("end", () => {
          clearTimeout(silent);
          const status = incoming.statusCode ?? 0;
          resolve({ status, headers: pairsOf(incoming.rawHeaders), body: Buffer.concat(parts) });
        });
      });
      socket.on("error", (error) => {
        clearTimeout(silent);
        reject(error);
      });
      socket.on("close", (code) => {
        clearTimeout(silent);
        const told = [["type", heard?.type ?? "nothing"] as const, ["close", String(code)] as const];
        resolve({ status: 200, headers: told, body: heard?.body ?? Buffer.alloc(0) });
      });
    });
  }

  /** Lets go of the connection. */
  close(): void {
    this.#agent.destroy();
  }
}

function pairsOf(raw: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([(raw[i] ?? "").toLowerCase(), raw[i + 1] ?? ""]);
  return pairs.filter(([name]) => name !== "date");
}
