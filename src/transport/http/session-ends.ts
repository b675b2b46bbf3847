import type { FastifyRequest } from "fastify";
import { toCaveatError } from "../../errors.ts";
import type { EndedSession } from "../../identity/browser-sessions.ts";
import type { Principal } from "../../identity/principal.ts";
import { heldIn, leaveToJudge, leaveToLabel } from "../../labeling/task-leaving.ts";
import type { Operation } from "../../policy/operation.ts";
import { FILE_HONORS } from "../obligations.ts";
import { pass } from "../passage.ts";
import type { ServerParts } from "./parts.ts";

/** Takes the opening or the end of sessions through the door. The route says when the request is over: it may take several. */
export function through(
  parts: ServerParts,
  request: FastifyRequest,
  caller: Principal,
  { name, ids = [] }: { readonly name: "sessionOpen" | "sessionEnd"; readonly ids?: readonly string[] },
  work: (operation: Operation) => Promise<unknown>,
): Promise<{ readonly receipt: string }> {
  const fields = [{ name, ids }];
  const way = { transport: "session", honors: FILE_HONORS } as const;
  return pass(parts.door, caller, { ...way, operation: name, fields, digest: "", source: request.ip }, work);
}

/**
 * Gives back the tasks that the caller has in sessions that have ended: from then on none is taken in them. Each is a mutation with
 * an outcome of its own. One that does not go back (raised or taken from him meanwhile, locked by somebody) is on record as that,
 * and goes back as its lease ends: it keeps neither the others nor the answer. Throws what the log said where it took no outcome.
 */
async function leaveTasks(operation: Operation, sessions: readonly string[]): Promise<void> {
  const held = await operation.nested((grant) => heldIn(grant, sessions)).catch(() => []);
  for (const { taskId, stage } of held) {
    try {
      await operation.mutate(stage === "LABEL" ? leaveToLabel : leaveToJudge, { taskId, sessions });
    } catch (thrown) {
      if (operation.unrecorded) throw thrown;
    }
  }
}

/**
 * Ends the session that a principal was proven by, with the tasks that were taken in it. It ends even where that cannot be put on
 * record: then this throws what the log said, and the tasks go back as their leases end.
 */
export async function endSession(
  parts: ServerParts,
  request: FastifyRequest,
  caller: Principal,
  secret: string,
): Promise<{ readonly receipt: string }> {
  const { browser } = caller.session;
  try {
    return await through(parts, request, caller, { name: "sessionEnd" }, async (operation) => {
      await parts.sessions.end(secret);
      if (browser !== null) await leaveTasks(operation, [browser]);
    });
  } catch (thrown) {
    await parts.sessions.end(secret);
    throw thrown;
  }
}

/**
 * As whom a session is ended: as its own person, client and level, whoever ends it. Null where that may not come in any more.
 * Throws UNAVAILABLE.
 */
export async function leaverOf(proven: Promise<Principal>): Promise<Principal | null> {
  try {
    return await proven;
  } catch (thrown) {
    const error = toCaveatError(thrown);
    if (error.code === "UNAUTHENTICATED") return null;
    throw error;
  }
}

/**
 * Puts on record which of somebody's sessions ended because he opened another one, and gives back the tasks that were taken in
 * them: each as itself, for the new one may be lower, and is shown nothing of it. `caller` says only that one ended that may
 * not come in any more.
 */
export async function noteEnded(
  parts: ServerParts,
  request: FastifyRequest,
  caller: Principal,
  ended: readonly EndedSession[],
): Promise<void> {
  for (const { hash, sessionId, token } of ended) {
    const leaver = token && (await leaverOf(parts.authenticator.standing(token, hash)));
    const about = { name: "sessionEnd", ids: [sessionId] } as const;
    await through(parts, request, leaver ?? caller, about, async (operation) => {
      if (leaver) await leaveTasks(operation, [hash]);
    });
  }
}
