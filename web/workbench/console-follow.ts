import { Refused } from "./api.ts";
import { answered, asked } from "./operation.ts";
import type { Operation } from "./operation.ts";

/** What is told of a subscription. */
export interface Hearing<T> {
  /** A result, with the banner over just that one. */
  readonly next: (data: T, marking: string | null) => void;
  /** It is over without having been stopped: refused, or the connection is gone. */
  readonly over: (why: Refused | null) => void;
}

interface PublicError {
  readonly extensions?: { readonly code?: string };
}

interface Message {
  readonly type?: string;
  readonly payload?: unknown;
}

interface Result {
  readonly data?: object | null;
  readonly errors?: readonly PublicError[];
  readonly extensions?: { readonly marking?: string | null };
}

const refusedBy = ([error]: readonly PublicError[]): Refused => new Refused(error?.extensions?.code ?? "UNAVAILABLE");

/**
 * Subscribes in the session of whoever is signed in, by graphql-transport-ws over a connection of this one subscription.
 * Returns what stops it: nothing is told after that.
 */
export function follow<Data, Variables extends object>(
  operation: Operation<Data, Variables>,
  variables: NoInfer<Variables>,
  { next, over }: Hearing<Data>,
): () => void {
  const place = new URL("/graphql", location.href);
  place.protocol = place.protocol === "https:" ? "wss:" : "ws:";
  const socket = new WebSocket(place, "graphql-transport-ws");
  let stopped = false;
  const stop = (): void => {
    stopped = true;
    socket.close();
  };
  const end = (why: Refused | null): void => {
    if (stopped) return;
    stop();
    over(why);
  };
  const send = (message: object): void => socket.send(JSON.stringify(message));
  socket.addEventListener("open", () => {
    if (!stopped) send({ type: "connection_init" });
  });
  socket.addEventListener("message", ({ data }) => {
    if (stopped) return;
    const { type, payload } = JSON.parse(String(data)) as Message;
    if (type === "connection_ack") send({ id: "1", type: "subscribe", payload: asked(operation, variables) });
    else if (type === "ping") send({ type: "pong" });
    else if (type === "error") end(refusedBy((payload ?? []) as readonly PublicError[]));
    else if (type === "complete") end(null);
    else if (type === "next") {
      const { data: told, errors, extensions } = payload as Result;
      if (errors || !told) end(refusedBy(errors ?? []));
      else next(answered(operation, told), extensions?.marking ?? null);
    }
  });
  socket.addEventListener("close", () => end(null));
  return stop;
}
