import { setTimeout as sleep } from "node:timers/promises";
import { createSourceEventStream } from "graphql";
import type { GraphQLSchema } from "graphql";
import { CaveatError, toCaveatError } from "../../errors.ts";
import type { Principal } from "../../identity/principal.ts";
import type { Plain } from "../../policy/audit-port.ts";
import type { LongReading } from "../../policy/long-reading.ts";
import type { Operation } from "../../policy/operation.ts";
import type { Context } from "./context.ts";
import { dataFrom, gravest } from "./executor.ts";
import type { Plan } from "./plan.ts";
import { executeWhole } from "./settled.ts";

/** What a subscription field follows. */
export interface Following {
  /** Whether there is something to look at now. Tells nobody anything. */
  due(): Promise<boolean>;
  /** Looks; `last` ends the subscription after this. */
  look(operation: Operation, reading: LongReading): Promise<{ readonly value: object; readonly last: boolean }>;
  /** What the entry of the end says of it. */
  told(): { readonly [member: string]: Plain };
}

/** Asks whether the activity log has something to look at from an entry on. */
export type News = (from: number) => Promise<boolean>;

/** What a subscription's field gets instead of a context: it says what it follows, and how it knows that something came. */
export interface FollowingContext {
  readonly follow: (following: Following) => AsyncIterable<object>;
  readonly news: News;
}

/** What a subscription runs with. */
export interface SubscriptionParts {
  readonly schema: GraphQLSchema;
  readonly plan: Plan;
  /** Writes the request entry. */
  readonly open: () => Promise<LongReading>;
  /** Proves anew who asks. Throws as authentication does. */
  readonly authenticate: () => Promise<Principal>;
  readonly news: News;
  readonly contextOf: (operation: Operation) => Context;
  /** Ends it: the caller hung up or has had enough, or the server stops. */
  readonly ended: AbortSignal;
  /** Told of what failed inside, also where nobody is left to be told. */
  readonly failed: (error: CaveatError) => void;
}

/** One frame: data that is on record, or the error that ends it all. */
export type Frame =
  | { readonly data: object; readonly marking: string | null; readonly receipt: string }
  | { readonly error: CaveatError };

/** Looks are at least so far apart: no more than one entry a second tells what was disclosed. */
const BETWEEN_MS = 1_000;

/** How often the entry of an end is tried, and how long it waits after the first time; longer each time. */
const TRIES = 5;
const AGAIN_MS = 250;

/** What the field of the plan follows. Throws what its arguments are refused with. */
async function followed({ schema, plan, news }: SubscriptionParts): Promise<Following> {
  const chosen: Following[] = [];
  const contextValue: FollowingContext = {
    news,
    follow: (following) => {
      chosen.push(following);
      return { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }) };
    },
  };
  const { query: _query, variables: variableValues, operationName } = plan.input;
  // The engine stumbles over a root from which everything is left out.
  const made = await createSourceEventStream({
    schema,
    document: plan.document,
    variableValues,
    operationName,
    contextValue,
  }).catch((cause: unknown) => {
    throw new CaveatError("INVALID_REQUEST", "nothing is followed", { cause });
  });
  if ("errors" in made) throw gravest(made.errors ?? []);
  const [following] = chosen;
  if (!following) throw new CaveatError("UNAVAILABLE", "nothing is followed");
  return following;
}

/** The data of one look. Throws the gravest of what was thrown on the way. */
async function dataOf({ schema, plan }: SubscriptionParts, context: Context, value: object): Promise<object> {
  const [root] = plan.fields;
  const { data, errors } = await executeWhole({
    schema,
    document: plan.document,
    operationName: plan.input.operationName,
    variableValues: plan.input.variables,
    contextValue: context,
    rootValue: root === undefined ? {} : { [root.name]: value },
  });
  return dataFrom(context, data, errors);
}

async function lookOnce(
  parts: SubscriptionParts,
  reading: LongReading,
  following: Following,
  now: Principal,
): Promise<{ frame: Frame; last: boolean }> {
  const operation = await reading.look(now);
  try {
    const { value, last } = await following.look(operation, reading);
    const data = await dataOf(parts, parts.contextOf(operation), value);
    const { banner, receipt } = await operation.close();
    return { frame: { data, marking: banner, receipt }, last };
  } catch (thrown) {
    const error = toCaveatError(thrown);
    operation.failWith(error);
    await operation.close().catch(() => undefined);
    throw error;
  }
}

/** Writes the entry of the end, again after a while where the log takes none just now. Throws where it takes none at all. */
async function concluded(
  reading: LongReading,
  failure: CaveatError | null,
  told: Parameters<LongReading["end"]>[1],
): Promise<void> {
  for (let time = 0; ; time += 1) {
    try {
      return await reading.end(failure?.detail ?? null, told);
    } catch (thrown) {
      if (time >= TRIES - 1) throw thrown;
      await sleep(AGAIN_MS * 2 ** time);
    }
  }
}

/**
 * Runs a subscription: writes its request entry, proves anew each second who asks, looks where there is
 * something to look at, and hands out what a look showed after that is on record (I4). Never throws: the last frame says what
 * it ended with, and the entry of its end is durable before this is done.
 */
export async function* subscription(parts: SubscriptionParts): AsyncGenerator<Frame, void> {
  const { ended } = parts;
  let reading: LongReading | null = null;
  let following: Following | null = null;
  let failure: CaveatError | null = null;
  let over = false;
  const end = async (): Promise<void> => {
    if (over) return;
    over = true;
    const told = { ended: String(ended.reason ?? "by itself"), ...following?.told() };
    if (reading)
      await concluded(reading, failure, told).catch((thrown: unknown) => parts.failed(toCaveatError(thrown)));
  };
  try {
    reading = await parts.open();
    following = await followed(parts);
    for (let first = true, last = false; !ended.aborted && !last; first = false) {
      const began = performance.now();
      const due = first || (await following.due());
      const now = await parts.authenticate();
      if (due) {
        const seen = await lookOnce(parts, reading, following, now);
        last = seen.last;
        if (!ended.aborted) yield seen.frame;
      }
      const left = BETWEEN_MS - (performance.now() - began);
      if (!last) await sleep(Math.max(left, 0), undefined, { signal: ended, ref: false }).catch(() => undefined);
    }
  } catch (thrown) {
    failure = toCaveatError(thrown);
    parts.failed(failure);
    await end();
    yield { error: failure };
  } finally {
    await end();
  }
}
