import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** One frame of a client (RFC 6455 section 5.2), masked. */
export function frame(text: string, operation = 1): Buffer {
  const data = Buffer.from(text);
  const mask = randomBytes(4);
  const length = Buffer.alloc(data.length < 126 ? 0 : 2);
  if (length.length > 0) length.writeUInt16BE(data.length);
  const head = Buffer.from([0x80 | operation, 0x80 | (length.length > 0 ? 126 : data.length)]);
  const body = Buffer.from(data.map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
  return Buffer.concat([head, length, mask, body]);
}

/** A message of graphql-transport-ws as a frame. */
export const message = (content: object): Buffer => frame(JSON.stringify(content));

/** A client that keeps to no protocol. */
export class RawSocket {
  readonly socket: Socket;
  text = "";
  closed = false;

  /** Connects and asks for an upgrade; resolves when the server has answered. */
  static async open(url: string, token: string, more: Readonly<Record<string, string>> = {}): Promise<RawSocket> {
    const raw = new RawSocket(Number(new URL(url).port));
    const headers: Record<string, string> = {
      host: "127.0.0.1",
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
      "sec-websocket-protocol": "graphql-transport-ws",
      authorization: `Bearer ${token}`,
      ...more,
    };
    const lines = Object.entries(headers).flatMap(([name, value]) => (value === "" ? [] : [`${name}: ${value}\r\n`]));
    raw.socket.write(`GET /graphql HTTP/1.1\r\n${lines.join("")}\r\n`);
    await raw.until("\r\n\r\n");
    return raw;
  }

  private constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (data) => (this.text += data.toString("latin1")));
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => (this.closed = true));
  }

  get status(): number {
    return Number(this.text.split(" ")[1]);
  }

  /** Waits until the server has said something; false when it did not in time. */
  async until(what: string, milliseconds = 5_000): Promise<boolean> {
    const end = performance.now() + milliseconds;
    while (performance.now() < end && !this.text.includes(what)) await sleep(10);
    return this.text.includes(what);
  }

  /** Begins the protocol, and subscribes. */
  async subscribe(query: string, variables: object = {}): Promise<void> {
    this.socket.write(message({ type: "connection_init" }));
    await this.until("connection_ack");
    this.socket.write(message({ id: "1", type: "subscribe", payload: { query, variables } }));
  }
}
