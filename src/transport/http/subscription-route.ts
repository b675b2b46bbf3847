import type { IncomingMessage } from "node:http";
import websocket from "@fastify/websocket";
import type { FastifyInstance } from "fastify";
import { CaveatError } from "../../errors.ts";
import type { Admission } from "./admission.ts";
import { callerOf } from "./answering.ts";
import { ROUTE } from "./subscriptions.ts";
import type { Subscriptions } from "./subscriptions.ts";

const PROTOCOL = "graphql-transport-ws";
const MAX_MESSAGE_BYTES = 64 * 1024;

/** Whether a request may become another protocol; in all others the wish is passed over, as RFC 9110 section 7.8 has it. */
export function wantsSubscription({ method, url, headers }: IncomingMessage): boolean {
  return method === "GET" && url === ROUTE && headers.upgrade?.toLowerCase() === "websocket";
}

/** Whether a handshake is one that is answered with a connection: whatever else there is, the library refuses in words of its own. */
function wellMade(headers: IncomingMessage["headers"]): boolean {
  return (
    /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "") &&
    headers["sec-websocket-version"] === "13" &&
    headers["sec-websocket-protocol"] === PROTOCOL
  );
}

/**
 * Serves GET /graphql to those who ask for graphql-transport-ws there: subscriptions, and nothing else. Who does not ask for
 * that finds what is on every path that there is not.
 */
export async function subscriptionRoute(
  app: FastifyInstance,
  admission: Admission,
  subscriptions: Subscriptions,
): Promise<void> {
  await app.register(websocket, {
    options: {
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
    },
    preClose: async () => subscriptions.stop(),
  });
  app.addHook("onRequest", async (request, reply) => {
    if (!request.ws) return;
    // Behind an upgrade that was refused nobody reads the connection any more: the plugin ends it after the answer.
    reply.raw.shouldKeepAlive = false;
    await admission.admit(request, reply);
  });
  app.route({
    method: "GET",
    url: ROUTE,
    preHandler: async (request) => {
      if (!request.ws) return;
      if (!wellMade(request.headers)) throw new CaveatError("INVALID_REQUEST", "handshake");
      if (subscriptions.full(callerOf(request).personId)) throw new CaveatError("BUSY", "too many subscriptions");
    },
    handler: (_request, reply) => reply.callNotFound(),
    wsHandler: (socket, request) => subscriptions.take(socket, request),
  });
}
