import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { PublicErrorCode } from "../../errors.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Request } from "../../policy/gate.ts";
import { passRefused } from "../passage.ts";
import { ANSWER_HEADERS, JSON_TYPE, publicAnswer } from "../public-answer.ts";
import type { ServerParts } from "./parts.ts";

/** The caller of an admitted request. */
export function callerOf(request: FastifyRequest): Principal {
  if (!request.caller) throw new CaveatError("UNAUTHENTICATED", "not admitted");
  return request.caller;
}

/** Sends the constant answer of a public error. */
export function refuse(reply: FastifyReply, code: PublicErrorCode): FastifyReply {
  const { status, body } = publicAnswer(code);
  for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name);
  // RFC 9110 section 11.6.1 demands it; the same for everybody.
  if (code === "UNAUTHENTICATED") reply.header("www-authenticate", "Bearer");
  return reply.code(status).headers(ANSWER_HEADERS).type(JSON_TYPE).send(body);
}

/** Which transport a route is, for the record. */
function transportOf(request: FastifyRequest): Request["transport"] {
  if (request.routeOptions.url === "/graphql") return "graphql";
  if (request.routeOptions.url === "/session") return "session";
  return request.method === "PUT" ? "upload" : "download";
}

/** What Fastify refuses by itself is the caller's fault where it says 4xx, and ours otherwise. */
function fromFramework(thrown: unknown): CaveatError {
  if (thrown instanceof CaveatError) return thrown;
  const status =
    thrown !== null && typeof thrown === "object" && "statusCode" in thrown ? Number(thrown.statusCode) : 500;
  if (status >= 400 && status < 500) return new CaveatError("INVALID_REQUEST", "framework", { cause: thrown });
  return toCaveatError(thrown);
}

/** Name, code and place of a cause. Its message stays out: it may quote what was asked or stored. */
function traceOf(cause: unknown): Record<string, unknown> {
  if (!(cause instanceof Error)) return {};
  const code = "code" in cause && typeof cause.code === "string" ? { causeCode: cause.code } : {};
  const frames = (cause.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  const inner = cause.cause instanceof Error ? { inner: traceOf(cause.cause) } : {};
  return { cause: cause.name, ...code, at: frames.slice(0, 8).map((line) => line.trim()), ...inner };
}

/** Logs what went wrong inside, free of labeled text. */
export function logFailure(logger: Logger, error: CaveatError, route: string): void {
  const fields = { code: error.code, detail: error.detail, route, ...traceOf(error.cause) };
  if (error.code === "UNAVAILABLE") logger.error(fields, "request failed");
  else logger.debug(fields, "request refused");
}

/** Puts the constant headers on every answer, and makes every error one of the constant answers, after it was recorded. */
export function answerConstantly(app: FastifyInstance, parts: Pick<ServerParts, "door" | "refusals" | "logger">): void {
  app.addHook("onSend", (_request, reply, payload, done) => {
    for (const [name, value] of Object.entries(ANSWER_HEADERS)) if (!reply.hasHeader(name)) reply.header(name, value);
    done(null, payload);
  });
  app.setNotFoundHandler((request, reply) => {
    parts.refusals.note("unknown-route", request.ip);
    return refuse(reply, "NOT_FOUND");
  });
  app.setErrorHandler(async (thrown, request, reply) => {
    let error = fromFramework(thrown);
    if (request.caller && !request.passage) {
      const about = { transport: transportOf(request), honors: [], source: request.ip };
      error = await passRefused(parts.door, request.caller, about, error).catch(toCaveatError);
    }
    logFailure(parts.logger, error, request.routeOptions.url ?? "none");
    // What is left of a body is read and dropped, so that the answer is heard and the connection stays in step.
    if (!request.raw.readableEnded) request.raw.resume();
    return refuse(reply, error.code);
  });
}
