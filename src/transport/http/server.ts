import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import Fastify from "fastify";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { KnownDocuments } from "../graphql/known-documents.ts";
import { productSchema } from "../graphql/schema.ts";
import { rawAnswer } from "../public-answer.ts";
import { Admission } from "./admission.ts";
import { answerConstantly, refuse } from "./answering.ts";
import { downloadRoutes, uploadRoute } from "./file-routes.ts";
import { viewRoutes } from "./view-routes.ts";
import { graphqlRoute } from "./graphql-route.ts";
import { openRoutes } from "./open-routes.ts";
import type { ServerParts } from "./parts.ts";
import { Proof } from "./proof.ts";
import { sessionRoutes } from "./session-routes.ts";
import { subscriptionRoute, wantsSubscription } from "./subscription-route.ts";
import { Subscriptions } from "./subscriptions.ts";

const HEADER_BYTES = 16 * 1024;
const HEADER_MILLISECONDS = 10_000;
const REQUEST_MILLISECONDS = 15 * 60_000;
const SILENCE_MILLISECONDS = 60_000;
/** Of an id, or of a view, in a path. */
const PATH_ID_CHARACTERS = 128;

/** A connection that its other end gave up: there is nobody left to answer, and nothing was refused. */
const GIVEN_UP = new Set(["ECONNRESET", "EPIPE", "HPE_INVALID_EOF_STATE"]);

/** Answers a connection on which no request could be read, in the same bytes as everything else. */
function malformed(parts: ServerParts, error: NodeJS.ErrnoException, socket: Socket): void {
  if (GIVEN_UP.has(error.code ?? "") || socket.destroyed) {
    socket.destroy();
    return;
  }
  parts.refusals.note("malformed", socket.remoteAddress ?? "unknown");
  if (socket.writable) socket.end(rawAnswer(error.code === "HPE_HEADER_OVERFLOW" ? "TOO_LARGE" : "INVALID_REQUEST"));
  else socket.destroy();
}

/**
 * The HTTP server, ready to listen (on loopback: that is the caller's part). Decides nothing: every request but the open
 * ones is authenticated before its body is read and goes through the door. Throws when the schema has a root field without
 * an action.
 */
export async function buildServer(parts: ServerParts): Promise<FastifyInstance> {
  const app = Fastify({
    logger: false,
    trustProxy: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    requestTimeout: REQUEST_MILLISECONDS,
    connectionTimeout: SILENCE_MILLISECONDS,
    http: {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: HEADER_MILLISECONDS,
      shouldUpgradeCallback: wantsSubscription,
    },
    routerOptions: { maxParamLength: PATH_ID_CHARACTERS },
    frameworkErrors: (_error, request, reply) => {
      parts.refusals.note("malformed", request.ip);
      void refuse(reply, "INVALID_REQUEST");
    },
    clientErrorHandler: (error, socket) => malformed(parts, error, socket),
  });
  // Without it every wish for another protocol would be taken for one, on every path (Node 22.21, and 24.9).
  if (!("shouldUpgradeCallback" in app.server)) throw new Error("this Node cannot tell which upgrades are meant");
  app.decorateRequest("caller", null);
  app.decorateRequest("passage", null);
  app.removeAllContentTypeParsers();
  // A body on a path that takes none is not read, whatever it is.
  app.addContentTypeParser("*", (_request: FastifyRequest, _payload: IncomingMessage, done: (error: null) => void) =>
    done(null),
  );
  answerConstantly(app, parts);
  const schema = productSchema();
  const documents = new KnownDocuments(schema, parts.mode === "demonstration");
  const proof = new Proof(parts.authenticator, parts.origin);
  const admission = new Admission(proof, parts.refusals);
  await app.register((open) => openRoutes(open, parts));
  await app.register((inner) =>
    subscriptionRoute(inner, admission, new Subscriptions(parts, proof, schema, documents)),
  );
  if (parts.origin !== null) await app.register((inner) => sessionRoutes(inner, parts, proof, admission));
  await app.register(async (known) => {
    known.addHook("onRequest", (request, reply) => admission.admit(request, reply));
    await known.register((inner) => graphqlRoute(inner, parts, schema, documents));
    await known.register((inner, _options, done) => {
      uploadRoute(inner, parts);
      done();
    });
    downloadRoutes(known, parts);
    viewRoutes(known, parts);
  });
  return app;
}
