import { randomUUID } from "node:crypto";
import type { WebSocket } from "@fastify/websocket";

/** How the server ends a connection: RFC 6455 section 7.4.1, and codes of graphql-transport-ws. */
export const CLOSE = { done: 1000, leaving: 1001, invalid: 4400, tooMany: 4429, silent: 4408 } as const;

/** A connection that asks for nothing in so long is ended, and so is one whose other end does not answer a ping. */
const SILENCE_MS = 12_000;
/** The other end has so long to say goodbye. */
const LEAVE_MS = 2_000;
/** And so long to read what it asked for. */
const UNREAD_MS = 10_000;
/** Messages and pings within the silence: each may be answered, and nobody says that the answers are read. */
const MOST_MESSAGES = 32;

/**
 * One connection of anybody who was let in: it is heard only as much as a subscription needs, what is sent on it is read in
 * time, and it ends when it is told to, whatever its other end does.
 */
export class SubscriptionConnection {
  readonly #socket: WebSocket;
  readonly #ended = new AbortController();
  readonly #timers: NodeJS.Timeout[] = [];
  #heard = true;
  #asked = "";
  #messages = 0;
  #code: number = CLOSE.done;
  /** Resolves when the connection is gone. */
  readonly gone: Promise<void>;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.#timers.push(setTimeout(() => this.leave(CLOSE.silent), SILENCE_MS));
    this.#timers.push(setInterval(() => this.#ping(), SILENCE_MS));
    socket.on("error", () => socket.terminate());
    socket.on("ping", () => this.#count());
    // Only the answer to the last question counts: pongs that nobody asked for say nothing.
    socket.on("pong", (data: Buffer) => {
      this.#heard ||= data.toString() === this.#asked;
    });
    this.gone = new Promise((resolve) => {
      socket.once("close", () => {
        for (const timer of this.#timers) clearTimeout(timer);
        this.#ended.abort("by the caller");
        resolve();
      });
    });
  }

  /** Aborts, with what ended it, when nothing more is to be looked at for this connection. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  #ping(): void {
    if (!this.#heard) this.#socket.terminate();
    this.#heard = false;
    this.#messages = 0;
    this.#asked = randomUUID();
    this.#socket.ping(this.#asked);
  }

  /** Counts what came; ends the connection of whoever sends more than anybody needs. */
  #count(): boolean {
    this.#messages += 1;
    if (this.#messages > MOST_MESSAGES) this.#socket.terminate();
    return this.#messages <= MOST_MESSAGES;
  }

  /** Hears messages until the connection is being left. What `hear` throws ends it. */
  hear(hear: (text: string) => Promise<void>): void {
    this.#socket.on("message", (data: Buffer) => {
      if (!this.#count() || this.#socket.readyState !== this.#socket.OPEN) return;
      hear(data.toString()).catch(() => this.leave(CLOSE.invalid));
    });
  }

  /** It has asked for something: silence is no longer a reason to end it. */
  begun(): void {
    clearTimeout(this.#timers[0]);
  }

  /** Sends a text; resolves when it has gone out or the connection is gone. What is not read in time ends the connection. */
  send(text: string): Promise<void> {
    return new Promise((sent) => {
      if (this.#socket.readyState !== this.#socket.OPEN) return sent();
      const late = setTimeout(() => this.#socket.terminate(), UNREAD_MS);
      this.#socket.send(text, () => {
        clearTimeout(late);
        sent();
      });
    });
  }

  /** Has what runs on it end in order, after which {@link leave} ends the connection with this code. */
  stop(code: number, reason: string): void {
    this.#code = code;
    this.#end(reason);
  }

  /** Ends the connection, and whatever runs on it: nothing more is looked at for one that is being left. */
  leave(code = this.#code): void {
    this.#end("by the caller");
    this.#socket.close(code);
  }

  #end(reason: string): void {
    this.#ended.abort(reason);
    setTimeout(() => this.#socket.terminate(), LEAVE_MS).unref();
  }
}
