import * as http from "node:http";
import * as https from "node:https";

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
