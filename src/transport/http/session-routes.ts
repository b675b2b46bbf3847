import type { IncomingMessage } from "node:http";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { Principal } from "../../identity/principal.ts";
import type { VerifiedToken } from "../../identity/tokens.ts";
import { LEVELS } from "../../markings/index.ts";
import type { Level } from "../../markings/index.ts";
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
function openingRoute(app: FastifyInstance, parts: ServerParts, proof: Proof, admission: Admission): void {
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
 * Serves DELETE /session to whoever is let in by a session's cookie, however much of his is under way: he must not be kept from
 * it, by others that use it least of all. It ends here, in every process, and in the browser. It is taken away even where that
 * cannot be put on record; then the answer is that of the log.
 */
function endingRoute(app: FastifyInstance, parts: ServerParts, proof: Proof, admission: Admission): void {
  app.addHook("onRequest", (request, reply) => admission.admit(request, reply, Infinity));
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
