import { createHash } from "node:crypto";
import { entities } from "../storage/entities/index.ts";
import { CaveatError } from "../errors.ts";
import { isUniqueViolation } from "../storage/ports.ts";
import { UserError } from "./command.ts";
import type { Command } from "./command.ts";
import { transactionOf } from "./grant.ts";
import type { Grant } from "./grant.ts";

/** The caller's key for one act, and the digest of what he asked under it. */
export interface IdempotentCall {
  readonly key: string;
  readonly inputDigest: Buffer;
}

/** Canonical digest of a mutation's input: the same key with another input is refused. */
export function inputDigest(command: string, input: unknown): Buffer {
  const ordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(ordered);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => [name, ordered(member)]),
    );
  };
  return createHash("sha256")
    .update(`${command}\n${JSON.stringify(ordered(input))}`)
    .digest();
}

/** What a command returned, and whether that was when it was called before under the same key. */
export interface Done<O> {
  readonly result: O;
  readonly replayed: boolean;
}

/**
 * Runs a command once for an idempotency key. What it returns must be ids only: a replay returns the stored ids, and
 * everything shown of them is read anew through the door.
 */
export async function runOnce<I, O>(
  grant: Grant,
  command: Command<I, O>,
  input: I,
  call: IdempotentCall,
): Promise<Done<O>> {
  const { personId } = grant.principal;
  // Acts of a session at another level are not found here: their ids stand at that level.
  const profileId = await grant.office.profileId(grant.principal.profile);
  const tx = transactionOf(grant);
  // The second of two requests under one key waits for the first and finds what that one made.
  await tx.rows("select pg_advisory_xact_lock(hashtextextended(?, 7233))", [`${personId}|${profileId}|${call.key}`]);
  const known = await tx.rows<{ command: string; input_digest: Buffer; result: O | string }>(
    "select command, input_digest, result from data.idempotency where person_id = ? and profile_id = ?::uuid and key = ?",
    [personId, profileId, call.key],
  );
  const stored = known[0];
  if (stored) {
    if (stored.command !== command.name || !Buffer.from(stored.input_digest).equals(call.inputDigest)) {
      throw new UserError("IDEMPOTENCY_MISMATCH", "this idempotency key was used for another request", [
        "idempotencyKey",
      ]);
    }
    const result = typeof stored.result === "string" ? (JSON.parse(stored.result) as O) : stored.result;
    return { result, replayed: true };
  }
  const result = await command.run(grant, input);
  const row = { personId, profileId, key: call.key, command: command.name, inputDigest: call.inputDigest, result };
  try {
    await tx.insert(entities.Idempotency, [row] as never);
  } catch (error) {
    // The same key is being used by a request beside this one; whoever comes again gets what that one made.
    if (isUniqueViolation(error)) throw new CaveatError("BUSY", "idempotency key in use", { cause: error });
    throw error;
  }
  return { result, replayed: false };
}
