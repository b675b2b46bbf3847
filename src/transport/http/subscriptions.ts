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
import type { Proof } from "./proof.ts";
import { CLOSE, SubscriptionConnection } from "./subscription-connection.ts";

/** Where subscriptions are asked, over graphql-transport-ws. */
export const ROUTE = "/graphql";
/** Subscriptions of one person, and of all. */
const MOST = { person: 2, all: 64 } as const;

/** The one form of an error, as everywhere (I9). */
function publicError(code: PublicErrorCode): GraphQLError {
  return new GraphQLError(PUBLIC_ERRORS[code].text, { extensions: { code } });
}

/** A message's payload as a request; what a client says by null in place of extensions is that it has none. */
function requestOf({ extensions, ...request }: SubscribePayload): object {
  return extensions === undefined || extensions === null ? request : { ...request, extensions };
}

/** What was asked on a connection, and the SHA-256 (hex) of the whole of it, variables too. */
interface Asked {
  readonly plan: Plan;
  readonly digest: string;
}

/** A connection, and what resolves when the end of what ran on it is on record. */
interface Open {
  readonly connection: SubscriptionConnection;
  readonly over: Promise<unknown>;
  /** Whether it has asked for something. */
  readonly begun: () => boolean;
}

/** A frame as graphql-ws sends it. */
function resultOf(frame: Frame): ExecutionResult {
  if ("error" in frame) return { errors: [publicError(frame.error.code)] };
  const { data, marking, receipt } = frame;
  return { data: { ...data }, extensions: { marking, receipt } };
}

/**
 * Results that end when their reader has had enough, without waiting for the next look. `over` is called when nothing runs
 * any more: a generator that never began runs no `finally`.
 */
function untilEnough(
  results: AsyncGenerator<ExecutionResult>,
  connection: SubscriptionConnection,
  over: () => void,
): AsyncGenerator<ExecutionResult> {
  return {
    [Symbol.asyncIterator]: () => results,
    next: () => results.next(),
    throw: (why) => results.throw(why),
    return: () => {
      connection.stop(CLOSE.done, "by the caller");
      return results.return(undefined).finally(over);
    },
    [Symbol.asyncDispose]: () => results[Symbol.asyncDispose](),
  };
}

/** Serves subscriptions, one on each connection. Who asks is known before the connection is made. */
export class Subscriptions {
  readonly #parts: ServerParts;
  readonly #proof: Proof;
  readonly #schema: GraphQLSchema;
  readonly #documents: KnownDocuments;
  readonly #byPerson = new Map<string, number>();
  readonly #open = new Set<Open>();
  #stopping = false;

  constructor(parts: ServerParts, proof: Proof, schema: GraphQLSchema, documents: KnownDocuments) {
    this.#parts = parts;
    this.#proof = proof;
    this.#schema = schema;
    this.#documents = documents;
  }

  /** Whether one more is too many. */
  full(personId: string): boolean {
    return this.#stopping || this.#open.size >= MOST.all || (this.#byPerson.get(personId) ?? 0) >= MOST.person;
  }

  /** Takes a connection; its request's passage lasts until the end of its subscription is on record. */
  take(socket: WebSocket, request: FastifyRequest): void {
    const { personId } = callerOf(request);
    const connection = new SubscriptionConnection(socket);
    // Several of one person may have been let through to here at once.
    if (this.full(personId)) return connection.leave(CLOSE.tooMany);
    let begun = false;
    let running: Promise<unknown> = Promise.resolve();
    // The last message goes out before the connection is closed.
    const leave = (): void => void setImmediate(() => connection.leave());
    const server = makeServer<Record<string, never>, undefined>({
      connectionInitWaitTimeout: 0,
      onSubscribe: async (_context, _id, payload) => {
        if (begun) {
          connection.leave(CLOSE.tooMany);
          return [publicError("BUSY")];
        }
        begun = true;
        connection.begun();
        try {
          const plan = planOperation(this.#schema, this.#documents, requestOf(payload), true);
          const digest = createHash("sha256").update(JSON.stringify(payload)).digest("hex");
          const { document } = plan;
          const { operationName } = plan.input;
          return { schema: this.#schema, document, operationName, contextValue: { plan, digest } satisfies Asked };
        } catch (thrown) {
          const refused = this.#refused(request, toCaveatError(thrown));
          running = refused;
          return [publicError((await refused).code)];
        }
      },
      subscribe: (args) => {
        const { promise, resolve } = Promise.withResolvers<undefined>();
        running = promise;
        const over = (): void => resolve(undefined);
        return untilEnough(
          this.#results(request, args.contextValue as Asked, connection.ended, over),
          connection,
          over,
        );
      },
      onError: leave,
      onComplete: leave,
    });
    const closed = server.opened(
      {
        protocol: connection.protocol,
        send: (text) => connection.send(text),
        close: (code) => connection.leave(code),
        onMessage: (hear) => connection.hear(hear),
      },
      undefined,
    );
    const over = connection.gone.then(() => running);
    const open: Open = { connection, over, begun: () => begun };
    request.passage = over;
    this.#open.add(open);
    this.#byPerson.set(personId, (this.#byPerson.get(personId) ?? 0) + 1);
    void connection.gone.then(() => closed(CLOSE.done, ""));
    void over.then(() => this.#leave(open, personId));
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
    over: () => void,
  ): AsyncGenerator<ExecutionResult> {
    const { door, news, logger } = this.#parts;
    const failed = (error: CaveatError): void => logFailure(logger, error, ROUTE);
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
        authenticate: () => this.#proof.principal(request, false),
        contextOf: (operation) => contextOf(operation, this.#parts),
        news,
        failed,
        ended,
      });
      for await (const frame of frames) yield resultOf(frame);
    } finally {
      over();
    }
  }

  async #refused(request: FastifyRequest, error: CaveatError): Promise<CaveatError> {
    const about = { transport: "graphql", honors: [], source: request.ip } as const;
    const told = await passRefused(this.#parts.door, callerOf(request), about, error).catch(toCaveatError);
    logFailure(this.#parts.logger, told, ROUTE);
    return told;
  }

  /** Takes no more, and ends all that are open; resolves when their ends are on record. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const open = [...this.#open];
    for (const { connection, begun } of open) {
      connection.stop(CLOSE.leaving, "the server stops");
      if (!begun()) connection.leave();
    }
    await Promise.all(open.map(({ over }) => over));
  }
}
