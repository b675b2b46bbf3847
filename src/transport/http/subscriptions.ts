import { createHash } from "node:crypto";
import type { WebSocket } from "@fastify/websocket";
import type { FastifyRequest } from "fastify";
import { GraphQLError } from "graphql";
import type { ExecutionResult, GraphQLSchema } from "graphql";
import { makeServer } from "graphql-ws";
import type { SubscribePayload } from "graphql-ws";
import { PUBLIC_ERRORS, toCaveatError } from "../../errors.ts";
import type { CaveatError, PublicErrorCode } from "../../errors.ts";
import { contextOf } from "../graphql/context.ts";
import { subscription } from "../graphql/following.ts";
import type { Frame } from "../graphql/following.ts";
import type { KnownDocuments } from "../graphql/known-documents.ts";
import { planOperation } from "../graphql/plan.ts";
import type { Plan } from "../graphql/plan.ts";
import { GRAPHQL_HONORS } from "../obligations.ts";
import { passRefused } from "../passage.ts";
import { callerOf, logFailure } from "./answering.ts";
import type { ServerParts } from "./parts.ts";

/** Where subscriptions are asked, over graphql-transport-ws. */
export const ROUTE = "/graphql";
/** A connection that asks for nothing in so long is ended, and so is one whose other end does not answer a ping. */
const SILENCE_MS = 12_000;
/** The other end has so long to say goodbye when the server stops. */
const LEAVE_MS = 2_000;
/** Subscriptions of one person, and of all. */
const MOST = { person: 2, all: 64 } as const;
/** RFC 6455 section 7.4.1, and those of graphql-transport-ws. */
const CLOSE = { done: 1000, leaving: 1001, invalid: 4400, tooMany: 4429, silent: 4408 } as const;

/** The one form of an error, as everywhere (I9). */
function publicError(code: PublicErrorCode): GraphQLError {
  return new GraphQLError(PUBLIC_ERRORS[code].text, { extensions: { code } });
}

/** Members of a message's payload as those of a request; extensions are nobody's here. */
function requestOf({ query, variables, operationName, extensions, ...rest }: SubscribePayload): object {
  return {
    query,
    ...(variables === undefined ? {} : { variables }),
    ...(operationName === undefined ? {} : { operationName }),
    ...(extensions === undefined || extensions === null ? {} : { extensions }),
    ...rest,
  };
}

/** A connection and what runs on it. */
interface Open {
  /** Ends the subscription, and the connection with it. */
  readonly stop: (code: number, reason: string) => void;
  readonly over: Promise<unknown>;
}

/** What was asked on a connection, and the SHA-256 (hex) of the whole of it, variables too. */
interface Asked {
  readonly plan: Plan;
  readonly digest: string;
}

/** A frame as graphql-ws sends it. */
function resultOf(frame: Frame): ExecutionResult {
  if ("error" in frame) return { errors: [publicError(frame.error.code)] };
  const { data, marking, receipt } = frame;
  return { data: { ...data }, extensions: { marking, receipt } };
}

/** Pings, and ends a connection whose other end was not heard of since the last ping. Returns what ends it. */
function keepAlive(socket: WebSocket): () => void {
  let heard = true;
  socket.on("pong", () => {
    heard = true;
  });
  const timer = setInterval(() => {
    if (!heard) socket.terminate();
    heard = false;
    socket.ping();
  }, SILENCE_MS);
  return () => clearInterval(timer);
}

/** Serves subscriptions, one on each connection. Who asks is known before the connection is made. */
export class Subscriptions {
  readonly #parts: ServerParts;
  readonly #schema: GraphQLSchema;
  readonly #documents: KnownDocuments;
  readonly #byPerson = new Map<string, number>();
  readonly #open = new Set<Open>();

  constructor(parts: ServerParts, schema: GraphQLSchema, documents: KnownDocuments) {
    this.#parts = parts;
    this.#schema = schema;
    this.#documents = documents;
  }

  /** Whether one more is too many. */
  full(personId: string): boolean {
    return this.#open.size >= MOST.all || (this.#byPerson.get(personId) ?? 0) >= MOST.person;
  }

  /** Takes a connection; its request's passage lasts until the end of its subscription is on record. */
  take(socket: WebSocket, request: FastifyRequest): void {
    const caller = callerOf(request);
    const stop = new AbortController();
    let begun = false;
    let running: Promise<unknown> = Promise.resolve();
    let code: number = CLOSE.done;
    const close = (): void => socket.close(code);
    const silent = setTimeout(() => socket.close(CLOSE.silent), SILENCE_MS);
    const asleep = keepAlive(socket);
    const server = makeServer<Record<string, never>, undefined>({
      connectionInitWaitTimeout: SILENCE_MS,
      onSubscribe: async (_context, _id, payload) => {
        if (begun) {
          socket.close(CLOSE.tooMany);
          return [publicError("BUSY")];
        }
        begun = true;
        clearTimeout(silent);
        try {
          const plan = planOperation(this.#schema, this.#documents, requestOf(payload), true);
          return {
            schema: this.#schema,
            document: plan.document,
            operationName: plan.input.operationName,
            contextValue: { plan, digest: createHash("sha256").update(JSON.stringify(payload)).digest("hex") },
          };
        } catch (thrown) {
          return [publicError((await this.#refused(request, toCaveatError(thrown))).code)];
        }
      },
      subscribe: (args) => {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        running = promise;
        const results = this.#results(request, args.contextValue as Asked, stop.signal, () => resolve(undefined));
        return {
          [Symbol.asyncIterator]: () => results,
          next: () => results.next(),
          throw: (why) => results.throw(why),
          // Has enough: it does not wait for the next look.
          return: () => {
            stop.abort("by the caller");
            return results.return(undefined);
          },
          [Symbol.asyncDispose]: () => results[Symbol.asyncDispose](),
        } satisfies AsyncGenerator<ExecutionResult>;
      },
      // The last message goes out before the connection is closed.
      onError: () => void setImmediate(close),
      onComplete: () => void setImmediate(close),
    });
    const closed = server.opened(
      {
        protocol: socket.protocol,
        send: (text) =>
          new Promise((sent) => {
            if (socket.readyState === socket.OPEN) socket.send(text, () => sent());
            else sent();
          }),
        close: (wanted) => socket.close(wanted),
        onMessage: (hear) =>
          socket.on("message", (data: Buffer) => void hear(data.toString()).catch(() => socket.close(CLOSE.invalid))),
      },
      undefined,
    );
    const gone = new Promise<void>((resolve) => socket.once("close", resolve));
    const over = gone.then(() => running);
    const open: Open = {
      stop: (wanted, reason) => {
        code = wanted;
        stop.abort(reason);
        if (!begun) close();
        setTimeout(() => socket.terminate(), LEAVE_MS).unref();
      },
      over,
    };
    request.passage = over;
    this.#open.add(open);
    this.#byPerson.set(caller.personId, (this.#byPerson.get(caller.personId) ?? 0) + 1);
    void gone.then(() => {
      clearTimeout(silent);
      asleep();
      stop.abort("by the caller");
      void closed(code, "");
    });
    void over.then(() => this.#leave(open, caller.personId));
  }

  #leave(open: Open, personId: string): void {
    this.#open.delete(open);
    const left = (this.#byPerson.get(personId) ?? 1) - 1;
    if (left > 0) this.#byPerson.set(personId, left);
    else this.#byPerson.delete(personId);
  }

  async *#results(
    request: FastifyRequest,
    { plan, digest }: Asked,
    ended: AbortSignal,
    done: () => void,
  ): AsyncGenerator<ExecutionResult> {
    const { door, authenticator, cursorKey, news, logger } = this.#parts;
    try {
      const about = {
        transport: "graphql",
        honors: GRAPHQL_HONORS,
        operation: plan.operation,
        fields: plan.fields,
        digest,
        source: request.ip,
      } as const;
      const frames = subscription({
        schema: this.#schema,
        plan,
        open: () => door.openLong(callerOf(request), about),
        authenticate: () => authenticator.principal(request.headers.authorization),
        contextOf: (operation) => contextOf(operation, cursorKey),
        news,
        ended,
      });
      for await (const frame of frames) {
        if ("error" in frame) logFailure(logger, frame.error, ROUTE);
        yield resultOf(frame);
      }
    } finally {
      done();
    }
  }

  async #refused(request: FastifyRequest, error: CaveatError): Promise<CaveatError> {
    const about = { transport: "graphql", honors: [], source: request.ip } as const;
    const told = await passRefused(this.#parts.door, callerOf(request), about, error).catch(toCaveatError);
    logFailure(this.#parts.logger, told, ROUTE);
    return told;
  }

  /** Ends all that are open; resolves when their ends are on record. */
  async stop(): Promise<void> {
    const open = [...this.#open];
    for (const one of open) one.stop(CLOSE.leaving, "the server stops");
    await Promise.all(open.map(({ over }) => over));
  }
}
