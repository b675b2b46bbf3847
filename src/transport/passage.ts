import { CaveatError, toCaveatError } from "../errors.ts";
import type { Principal } from "../identity/principal.ts";
import { UserError } from "../policy/command.ts";
import type { Door, Request } from "../policy/gate.ts";
import type { Operation } from "../policy/operation.ts";

/** What went through the door, after its outcome became durable. */
export interface Passed<T> {
  readonly value: T;
  /** Banner over everything that is disclosed; null when nothing is. */
  readonly marking: string | null;
  readonly receipt: string;
}

function unavailable(detail: string): (cause: unknown) => never {
  return (cause) => {
    throw new CaveatError("UNAVAILABLE", detail, { cause });
  };
}

/** A refusal as it is told where there is no payload: what may not be done is not told apart from what is not there. */
function publicError(thrown: unknown): CaveatError {
  if (!(thrown instanceof UserError)) return toCaveatError(thrown);
  // About his own session and what he writes, and there is something that he can do about it.
  if (thrown.code === "BELOW_HIGHWATER") return new CaveatError("BELOW_HIGHWATER", thrown.code, { cause: thrown });
  const hidden = thrown.code === "NOT_FOUND" || thrown.code === "NOT_PERMITTED";
  return new CaveatError(hidden ? "NOT_FOUND" : "INVALID_REQUEST", thrown.code, { cause: thrown });
}

/**
 * Takes one request through the door: its entry is durable before `work` runs, its outcome before this resolves (I4).
 * Throws what `work` threw, as a public error, after that was recorded; UNAVAILABLE when either entry cannot be written.
 */
export function pass<T>(
  door: Door,
  principal: Principal,
  request: Request,
  work: (operation: Operation) => Promise<T>,
): Promise<Passed<T>> {
  return passOpened(() => door.open(principal, request), work);
}

/** As {@link pass}, through a door that is opened in another way. */
export async function passOpened<T>(
  open: () => Promise<Operation>,
  work: (operation: Operation) => Promise<T>,
): Promise<Passed<T>> {
  const operation = await open().catch(unavailable("door"));
  const close = (): Promise<{ banner: string | null; receipt: string }> =>
    operation.close().catch(unavailable("outcome"));
  let value: T;
  try {
    value = await work(operation);
  } catch (thrown) {
    const failure = publicError(thrown);
    operation.failWith(failure);
    await close();
    throw failure;
  }
  const { banner, receipt } = await close();
  return { value, marking: banner, receipt };
}

/** Records a request of a known person that could not be understood, then throws what was wrong with it. */
export async function passRefused(
  door: Door,
  principal: Principal,
  request: Omit<Request, "operation" | "fields" | "digest">,
  error: CaveatError,
): Promise<never> {
  await pass(door, principal, { ...request, operation: "invalid", fields: [], digest: "" }, () =>
    Promise.reject(error),
  );
  throw error;
}
