import { request } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** An answer as it came over the wire. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case, in the order in which they came, without `date`, which tells the time only. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** What is asked. */
export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string | AsyncIterable<Buffer>;
}

const TIMEOUT_MS = 30_000;

/** The value of a header; undefined when it did not come. */
export function header(answer: HttpAnswer, name: string): string | undefined {
  return answer.headers.find(([known]) => known === name)?.[1];
}

/**
 * Sends one request on a connection of its own and reads the whole answer, byte for byte. A body that is a stream goes out
 * without a length, in chunks. An answer that comes before the body was sent ends the sending.
 */
export function call(url: string, { method, path, headers = {}, body }: HttpCall): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, method, path, headers, agent: false, timeout: TIMEOUT_MS });
    let answered = false;
    outgoing.on("response", (incoming) => {
      answered = true;
      const parts: Buffer[] = [];
      incoming.on("data", (part: Buffer) => parts.push(part));
      incoming.on("error", reject);
      incoming.on("end", () => {
        resolve({
          status: incoming.statusCode ?? 0,
          headers: headerList(incoming.rawHeaders),
          body: Buffer.concat(parts),
        });
        outgoing.destroy();
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error("no answer in time")));
    // A server that answered early may close while the rest of the body is still on its way.
    outgoing.on("error", (error) => {
      if (!answered) reject(error);
    });
    if (body === undefined || typeof body === "string" || Buffer.isBuffer(body)) outgoing.end(body);
    else
      pipeline(Readable.from(body, { objectMode: false }), outgoing).catch((error: unknown) => {
        if (!answered) reject(error instanceof Error ? error : new Error("sending failed"));
      });
  });
}

function headerList(raw: readonly string[]): (readonly [string, string])[] {
  const list: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) list.push([(raw[i] ?? "").toLowerCase(), raw[i + 1] ?? ""]);
  return list.filter(([name]) => name !== "date");
}

/** What a client that speaks no good HTTP does on its connection. */
export interface WireCall {
  readonly bytes: string;
  /** Sent after something came back. */
  readonly afterwards?: string;
  /** After this our side is closed, as by a client that was cut off; at once where nothing is to be waited for. */
  readonly cutAfter?: Promise<unknown>;
}

/** Sends bytes as they are on a connection of its own and returns everything that comes back until the server closes. */
export function sendBytes(url: string, { bytes, afterwards, cutAfter }: WireCall): Promise<Buffer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no answer in time")));
    socket.on("data", (part: Buffer) => {
      if (parts.length === 0 && afterwards !== undefined) socket.end(afterwards);
      parts.push(part);
    });
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(Buffer.concat(parts));
    });
    socket.on("end", () => socket.end());
    socket.write(bytes);
    if (afterwards === undefined) (cutAfter ?? Promise.resolve()).then(() => socket.end(), reject);
  });
}
