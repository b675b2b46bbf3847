import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { Principal } from "../../identity/principal.ts";
import { LEVELS } from "../../identity/tokens.ts";
import type { VerifiedToken } from "../../identity/tokens.ts";
import { FILE_HONORS } from "../obligations.ts";
import { pass } from "../passage.ts";
import { JSON_TYPE } from "../public-answer.ts";
import { parseStrictJson } from "../strict-json.ts";
import type { Admission } from "./admission.ts";
import { callerOf } from "./answering.ts";
import { readBody } from "./body.ts";
import type { ServerParts } from "./parts.ts";
import type { Proof } from "./proof.ts";

const MOST_BODY_BYTES = 1_024;

/** What leaves the browser with its session: copies of answers, and whatever the page kept. The cookie is taken by itself. */
const FORGET = '"cache", "storage"';

/** What the two routes are made of. */
export interface SessionRouteParts {
  readonly parts: ServerParts;
  readonly proof: Proof;
  readonly admission: Admission;
}

interface Chosen {
  readonly handle: string;
  readonly level: (typeof LEVELS)[number];
}

/** Whom somebody of the demonstration says he is, and at which level; what he sends comes from anybody. */
function chosenIn(body: unknown): Chosen {
  const refuse = (): CaveatError => new CaveatError("INVALID_REQUEST", "a sign-in has handle and level");
  if (!Buffer.isBuffer(body)) throw refuse();
  const said = parseStrictJson(body);
  if (typeof said !== "object" || said === null || Array.isArray(said)) throw refuse();
  const { handle, level, ...rest } = said as Record<string, unknown>;
  const known = LEVELS.find((one) => one === level);
  if (typeof handle !== "string" || !known || Object.keys(rest).length > 0) throw refuse();
  return { handle, level: known };
}

/** The token that a session is to be opened with: the request's own, or in demonstration mode one for whom it names. */
async function tokenOf(
  { authenticator, demonstrationToken }: ServerParts,
  request: FastifyRequest,
): Promise<VerifiedToken> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const [, token] = /^Bearer ([A-Za-z0-9._-]+)$/.exec(authorization) ?? [];
    if (token === undefined) throw new CaveatError("UNAUTHENTICATED", "no token");
    return authenticator.verify(token);
  }
  if (demonstrationToken === null) throw new CaveatError("UNAUTHENTICATED", "no token");
  const { handle, level } = chosenIn(request.body);
  const token = await demonstrationToken(handle, level);
  if (token === null) throw new CaveatError("UNAUTHENTICATED", "nobody of the demonstration");
  return authenticator.verify(token);
}

function through(
  parts: ServerParts,
  request: FastifyRequest,
  caller: Principal,
  operation: string,
  work: () => Promise<unknown>,
): Promise<{ readonly receipt: string }> {
  const fields = [{ name: operation, ids: [] }];
  const way = { transport: "session", honors: FILE_HONORS } as const;
  const passage = pass(parts.door, caller, { ...way, operation, fields, digest: "", source: request.ip }, work);
  request.passage = passage;
  return passage;
}

/**
 * Serves POST /session, which opens a session for a browser: with a bearer token of any issuer that is trusted, or, in
 * demonstration mode, for somebody of the demonstration. Both are one way: a token is verified, and the session stands for it.
 * Nothing is read of a request that does not come from a page of our own.
 */
export function openingRoute(app: FastifyInstance, { parts, proof, admission }: SessionRouteParts): void {
  const { authenticator, sessions } = parts;
  app.addHook("onRequest", async (request, reply) => {
    admission.enter(request, reply);
    if (!proof.fromOwnPage(request))
      throw admission.turnAway(request, new CaveatError("UNAUTHENTICATED", "a sign-in from another site"));
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", (request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, MOST_BODY_BYTES).catch((error: unknown) => {
      throw admission.turnAway(request, toCaveatError(error));
    }),
  );
  // Of another type nothing is read.
  app.addContentTypeParser("*", (_request: FastifyRequest, _payload: IncomingMessage, done: (error: null) => void) =>
    done(null),
  );
  app.post("/session", async (request, reply) => {
    let token: VerifiedToken;
    let caller: Principal;
    try {
      token = await tokenOf(parts, request);
      caller = await authenticator.standing(token);
    } catch (thrown) {
      throw admission.turnAway(request, toCaveatError(thrown));
    }
    admission.let(request, reply, caller);
    let secret = "";
    let receipt: string;
    try {
      ({ receipt } = await through(parts, request, caller, "sessionOpen", async () => {
        secret = await sessions.open(token);
      }));
    } catch (thrown) {
      // Nobody has its secret, and nothing on record says that it is there.
      await sessions.end(secret).catch(() => undefined);
      throw thrown;
    }
    await sessions.keep(token, secret);
    // Whoever signs in over a session leaves that one.
    const left = proof.cookie.secretIn(request.headers.cookie);
    if (left !== null) await sessions.end(left);
    const { handle, displayName, session } = caller;
    reply.header("set-cookie", proof.cookie.giving(secret));
    return answer(reply, { handle, displayName, level: session.level }, receipt);
  });
}

/**
 * Serves DELETE /session to whoever was let in by a session's cookie: it ends here, in every process, and in the browser. It
 * is taken away even where that cannot be put on record; then the answer is that of the log.
 */
export function endingRoute(app: FastifyInstance, { parts, proof }: SessionRouteParts): void {
  app.delete("/session", async (request, reply) => {
    const secret = proof.secretOf(request);
    if (secret === null) throw new CaveatError("NOT_FOUND", "a token is no session here");
    const end = (): Promise<void> => parts.sessions.end(secret);
    const { receipt } = await through(parts, request, callerOf(request), "sessionEnd", end).catch(
      async (error: unknown) => {
        await end();
        throw error;
      },
    );
    reply.header("set-cookie", proof.cookie.taking).header("clear-site-data", FORGET);
    return answer(reply, null, receipt);
  });
}

function answer(reply: FastifyReply, session: object | null, receipt: string): FastifyReply {
  return reply.type(JSON_TYPE).send(JSON.stringify({ data: { session }, extensions: { marking: null, receipt } }));
}
