import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { Principal } from "../../identity/principal.ts";
import type { VerifiedToken } from "../../identity/tokens.ts";
import { LEVELS } from "../../markings/index.ts";
import type { Level } from "../../markings/index.ts";
import { JSON_TYPE } from "../public-answer.ts";
import { parseStrictJson } from "../strict-json.ts";
import type { Admission } from "./admission.ts";
import { callerOf } from "./answering.ts";
import { readBody } from "./body.ts";
import type { ServerParts } from "./parts.ts";
import type { Proof } from "./proof.ts";
import { endSession, leaverOf, noteEnded, through } from "./session-ends.ts";

const MOST_BODY_BYTES = 1_024;

/** What leaves the browser with its session: copies of answers, and whatever the page kept. The cookie is taken by itself. */
const FORGET = '"cache", "storage"';

interface Chosen {
  readonly handle: string;
  readonly level: Level;
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
  { headers: { authorization }, body }: FastifyRequest,
): Promise<VerifiedToken> {
  if (authorization !== undefined || demonstrationToken === null) return authenticator.bearer(authorization);
  const { handle, level } = chosenIn(body);
  const token = await demonstrationToken(handle, level);
  if (token === null) throw new CaveatError("UNAUTHENTICATED", "nobody of the demonstration");
  return authenticator.bearer(`Bearer ${token}`);
}

/** Ends the session that a browser had before another one was opened over it: that may be another person's. */
async function endLeft(parts: ServerParts, request: FastifyRequest, secret: string): Promise<void> {
  const leaver = await leaverOf(parts.authenticator.ofSession(secret, false));
  // Of one that is over, or whose person may not come in any more, there is nobody to give anything back.
  if (leaver === null) await parts.sessions.end(secret);
  else await endSession(parts, request, leaver, secret);
}

/** Opens a session, in a browser that had another one or none (null), and ends what is too many beside it. */
async function openOver(
  parts: ServerParts,
  request: FastifyRequest,
  caller: Principal,
  token: VerifiedToken,
  left: string | null,
): Promise<{ readonly secret: string; readonly receipt: string }> {
  const { sessions } = parts;
  let secret = "";
  try {
    const { receipt } = await through(parts, request, caller, { name: "sessionOpen" }, async () => {
      secret = await sessions.open(token);
    });
    // First the one that is left: it must not count among those that are too many.
    if (left !== null) await endLeft(parts, request, left);
    await noteEnded(parts, request, caller, await sessions.keep(token, secret));
    return { secret, receipt };
  } catch (thrown) {
    // Nobody has its secret.
    await sessions.end(secret).catch(() => undefined);
    throw thrown;
  }
}

/**
 * Serves POST /session, which opens a session for a browser: with a bearer token of any issuer that is trusted, or, in
 * demonstration mode, for somebody of the demonstration. Both are one way: a token is verified, and the session stands for it.
 * Nothing is read of a request that does not come from a page of our own.
 */
function openingRoute(app: FastifyInstance, parts: ServerParts, proof: Proof, admission: Admission): void {
  const { authenticator } = parts;
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
    const left = proof.cookie.secretIn(request.headers.cookie);
    const opened = openOver(parts, request, caller, token, left);
    // All of it counts as under way, however many passages it takes and whoever hangs up.
    request.passage = opened;
    const { secret, receipt } = await opened;
    const { handle, displayName, session } = caller;
    reply.header("set-cookie", proof.cookie.giving(secret));
    return answer(reply, { handle, displayName, level: session.level }, receipt);
  });
}

/**
 * Serves DELETE /session to whoever is let in by a session's cookie, however much of his is under way: he must not be kept from
 * it, by others that use it least of all. It ends here, in every process, and in the browser, and the tasks that were taken in it go
 * back. It is taken away even where that cannot be put on record; then the answer is that of the log, and tasks go back as their
 * leases end. The browser loses it whatever became of it here.
 */
function endingRoute(app: FastifyInstance, parts: ServerParts, proof: Proof, admission: Admission): void {
  app.addHook("onRequest", (request, reply) => admission.admit(request, reply, Infinity));
  // Errors, too: the answer to one starts without the headers that were set before it.
  app.addHook("onSend", (request, reply, payload, done) => {
    if (request.passage) reply.header("set-cookie", proof.cookie.taking).header("clear-site-data", FORGET);
    done(null, payload);
  });
  app.delete("/session", async (request, reply) => {
    const secret = proof.secretOf(request);
    if (secret === null) throw new CaveatError("NOT_FOUND", "a token is no session here");
    const ended = endSession(parts, request, callerOf(request), secret);
    request.passage = ended;
    const { receipt } = await ended;
    return answer(reply, null, receipt);
  });
}

/** Serves the sessions of browsers. */
export async function sessionRoutes(
  app: FastifyInstance,
  parts: ServerParts,
  proof: Proof,
  admission: Admission,
): Promise<void> {
  for (const route of [openingRoute, endingRoute])
    await app.register((inner, _options, done) => {
      route(inner, parts, proof, admission);
      done();
    });
}

function answer(reply: FastifyReply, session: object | null, receipt: string): FastifyReply {
  return reply.type(JSON_TYPE).send(JSON.stringify({ data: { session }, extensions: { marking: null, receipt } }));
}
