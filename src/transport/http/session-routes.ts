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
import { callerOf } from "./answering.ts";
import { readBody } from "./body.ts";
import type { ServerParts } from "./parts.ts";
import type { Proof } from "./proof.ts";

const MOST_BODY_BYTES = 1_024;

/** What leaves the browser with its session: copies of answers, the cookie, and whatever the page kept. */
const FORGET = '"cache", "cookies", "storage"';

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

function passed(
  parts: ServerParts,
  request: FastifyRequest,
  caller: Principal,
  operation: string,
  work: () => Promise<unknown>,
): Promise<{ readonly receipt: string }> {
  const fields = [{ name: operation, ids: [] }];
  const about = {
    transport: "session",
    honors: FILE_HONORS,
    operation,
    fields,
    digest: "",
    source: request.ip,
  } as const;
  request.caller = caller;
  const passage = pass(parts.door, caller, about, work);
  request.passage = passage;
  return passage;
}

/**
 * Serves POST /session, which opens a session for a browser: with a bearer token of any issuer that is trusted, or, in
 * demonstration mode, for somebody of the demonstration. Both are one way: a token is verified, and the session stands for it.
 * Only a page of our own is answered.
 */
export function openingRoute(app: FastifyInstance, parts: ServerParts, proof: Proof): void {
  const { authenticator, sessions, demonstrationToken } = parts;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", (_request: FastifyRequest, payload: IncomingMessage) =>
    readBody(payload, MOST_BODY_BYTES),
  );
  const tokenOf = async (request: FastifyRequest): Promise<VerifiedToken> => {
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
  };
  app.post("/session", async (request, reply) => {
    let token: VerifiedToken;
    let caller: Principal;
    try {
      if (!proof.fromOwnPage(request)) throw new CaveatError("UNAUTHENTICATED", "a sign-in from another site");
      token = sessions.begin(await tokenOf(request));
      caller = await authenticator.standing(token);
    } catch (thrown) {
      const { code } = toCaveatError(thrown);
      parts.refusals.note(
        code === "UNAUTHENTICATED" ? "unauthenticated" : code === "UNAVAILABLE" ? "unavailable" : "malformed",
        request.ip,
      );
      throw thrown;
    }
    let secret = "";
    const { receipt } = await passed(parts, request, caller, "sessionOpen", async () => {
      secret = await sessions.open(token);
    });
    const { handle, displayName, session } = caller;
    reply.header("set-cookie", proof.cookie.giving(secret));
    return answer(reply, { handle, displayName, level: session.level }, receipt);
  });
}

/** Serves DELETE /session to whoever was let in by a session's cookie: it ends here, in every process, and in the browser. */
export function endingRoute(app: FastifyInstance, parts: ServerParts, proof: Proof): void {
  app.delete("/session", async (request, reply) => {
    const caller = callerOf(request);
    if (request.headers.authorization !== undefined) throw new CaveatError("NOT_FOUND", "a token is no session here");
    const { receipt } = await passed(parts, request, caller, "sessionEnd", () =>
      parts.sessions.end(caller.session.id, caller.personId),
    );
    reply.header("set-cookie", proof.cookie.taking).header("clear-site-data", FORGET);
    return answer(reply, null, receipt);
  });
}

function answer(reply: FastifyReply, session: object | null, receipt: string): FastifyReply {
  return reply.type(JSON_TYPE).send(JSON.stringify({ data: { session }, extensions: { marking: null, receipt } }));
}
